import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model, load_sample, sample_names
from lmm_core.assess.assumptions import CHECKS, Material, check_assumptions
from lmm_core.assess.assumptions.check import VERDICTS, Scale, fixed, listed, percent
from lmm_core.assess.assumptions.shape import shape
from lmm_core.assess.assumptions.spread import _heterogeneity, spread_trend
from lmm_core.data.samples import sample_info

DATA = Path(__file__).parents[1] / "reference" / "data"
KEYS = (
    "linearity_within",
    "linearity_between",
    "confounding",
    "normality_residuals",
    "normality_random",
    "homoscedasticity_fitted",
    "homoscedasticity_time",
    "homoscedasticity_group",
    "homoscedasticity_predictors",
    "autocorrelation",
    "outliers",
    "collinearity",
    "clusters",
)


def reference(name):
    return pd.read_csv(DATA / f"{name}.csv")


def checks_of(formula, frame, **options):
    return {check.key: check for check in check_assumptions(fit_model(formula, frame, **options))}


def grouped(n_groups, size, seed=0, **columns):
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(n_groups), size)
    n = len(g)
    frame = pd.DataFrame(
        {"g": [f"g{k:03d}" for k in g], "x": np.tile(np.arange(float(size)), n_groups)}
    )
    frame["y"] = 50 + frame["x"] + 2 * rng.normal(size=n_groups)[g] + rng.normal(size=n)
    return frame.assign(**columns)


@pytest.mark.parametrize("name", sample_names())
def test_every_sample_gets_every_verdict_in_words(name):
    fit = fit_model(sample_info(name).formula, load_sample(name).frame)
    checks = check_assumptions(fit)
    assert tuple(check.key for check in checks) == KEYS == tuple(CHECKS)
    for check in checks:
        assert check.verdict in VERDICTS
        for text in (check.title, check.sentence, check.how_to_read, check.what_to_do):
            assert text
            assert "nan" not in text.lower().split()
            assert "inf" not in text.lower().split()
        for text in (check.sentence, check.how_to_read, check.what_to_do):
            assert text.endswith((".", "?"))
        json.dumps(check.numbers)
        assert (check.verdict == "fine") == (check.what_to_do == "Nothing to do.")
        if check.magnitude is None:
            assert check.verdict == "fine"


@pytest.mark.parametrize(
    ("name", "key", "verdict", "action"),
    [
        ("gapminder", "linearity_within", "act", "add_square:years"),
        ("mathachieve", "linearity_within", "fine", None),
        ("mathachieve", "clusters", "fine", None),
        ("sleepstudy", "homoscedasticity_fitted", "act", "log_outcome"),
        ("sleepstudy", "homoscedasticity_group", "act", None),
        ("pain", "normality_random", "look", None),
        ("orthodont", "normality_residuals", "act", None),
    ],
)
def test_known_data_sets(name, key, verdict, action):
    checks = checks_of(sample_info(name).formula, load_sample(name).frame)
    assert (checks[key].verdict, checks[key].action) == (verdict, action)


@pytest.mark.parametrize(
    ("formula", "options"),
    [
        ("Reaction ~ Days + (1 | Subject)", {}),
        ("Reaction ~ Days + (1 + Days | Subject)", {}),
        ("Reaction ~ Days + (1 + Days || Subject)", {}),
        ("Reaction ~ Days + (1 + Days | Subject)", {"weights": "w"}),
        ("Reaction ~ 0 + Days + (0 + Days | Subject)", {}),
    ],
)
def test_variance_of_residuals_matches_the_dense_projection(formula, options):
    frame = reference("sleepstudy").assign(w=np.tile([1.0, 2.0, 0.5], 60)).iloc[:-7]
    fit = fit_model(formula, frame, **options)
    root = np.sqrt(frame["w"].to_numpy()) if options else np.ones(len(frame))
    Z = np.concatenate([block.matrix for block in fit.design.blocks], axis=1) * root[:, None]
    q = Z.shape[1]
    dense = np.zeros((len(frame), q * fit.design.blocks[0].grouping.n_levels))
    for i, code in enumerate(fit.design.blocks[0].grouping.codes):
        dense[i, code * q : (code + 1) * q] = Z[i]
    Lambda = fit.estimates.lambdas[0]
    half = dense @ np.kron(np.eye(dense.shape[1] // q), Lambda)
    inverse = np.linalg.inv(np.eye(len(frame)) + half @ half.T)
    X = fit.design.X * root[:, None]
    P = inverse - inverse @ X @ np.linalg.solve(X.T @ inverse @ X, X.T @ inverse)
    assert Material(fit).shares == pytest.approx(np.diag(P), abs=1e-9)


@pytest.mark.parametrize("n", [10, 25, 200])
def test_chance_of_a_shape_matches_scipy(n):
    from scipy import stats

    values = np.random.default_rng(n).gamma(3.0, size=n)
    found = shape(values)
    assert found.skewness == pytest.approx(stats.skew(values))
    assert found.kurtosis == pytest.approx(stats.kurtosis(values))
    assert found.skewness_p == pytest.approx(stats.skewtest(values).pvalue, rel=1e-6)
    if n >= 20:
        assert found.kurtosis_p == pytest.approx(stats.kurtosistest(values).pvalue, rel=1e-6)


def test_chance_of_unequal_groups_is_bartletts():
    from scipy import stats

    rng = np.random.default_rng(5)
    groups = [rng.normal(0, sd, n) for sd, n in ((1, 8), (1.5, 12), (2, 5), (1, 20))]
    variance = np.array([g.var(ddof=1) for g in groups])
    df = np.array([len(g) - 1.0 for g in groups])
    pooled = float((variance * df).sum() / df.sum())
    ratio, p = _heterogeneity(variance, df, pooled)
    assert p == pytest.approx(stats.bartlett(*groups).pvalue, rel=1e-9)
    assert ratio >= 1


def test_ratio_between_groups_recovers_the_truth():
    rng = np.random.default_rng(1)
    df = np.full(4000, 6.0)
    true = np.exp(2 * 0.3 * rng.normal(size=4000))
    variance = true * rng.chisquare(6, 4000) / 6
    ratio, p = _heterogeneity(variance, df, float(variance.mean()))
    assert ratio == pytest.approx(np.exp(2.5631 * 0.3), rel=0.03)
    assert p < 1e-6


@pytest.mark.parametrize(
    ("x", "low_rows", "high_rows"),
    [
        (np.arange(40.0), 10, 10),
        (np.repeat([0.0, 1, 2, 3], 10), 10, 10),
        (np.r_[np.zeros(30), np.ones(10)], 30, 10),
        (np.r_[np.zeros(10), np.ones(30)], 10, 30),
        (np.r_[np.zeros(8), np.full(24, 5.0), np.full(8, 9.0)], 8, 32),
    ],
    ids=["continuous", "visits", "mostly low", "mostly high", "mostly middle"],
)
def test_quarters_keep_ties_together(x, low_rows, high_rows):
    residuals = np.random.default_rng(2).normal(size=40)
    trend = spread_trend(x, residuals, np.ones(40))
    assert (trend.low_rows, trend.high_rows) == (low_rows, high_rows)
    assert spread_trend(np.ones(40), residuals, np.ones(40)) is None


def test_a_singular_fit_has_no_random_effects_to_check():
    check = checks_of("Yield ~ 1 + (1 | Batch)", reference("Dyestuff2"))["normality_random"]
    assert check.magnitude is None
    assert "nothing to check" in check.sentence


@pytest.mark.parametrize(
    ("formula", "key", "text"),
    [
        ("y ~ 1 + (1 | g)", "linearity_within", "no numeric predictor"),
        ("y ~ 1 + (1 | g)", "homoscedasticity_time", "No numeric predictor of the model varies"),
        ("y ~ treated + (1 | g)", "linearity_within", "treated has only two values"),
        ("y ~ x + (1 | g)", "linearity_between", "differs on average between g"),
        ("y ~ level + (1 | g)", "linearity_within", "No numeric predictor of the model varies"),
    ],
)
def test_nothing_to_check_is_said_with_its_reason(formula, key, text):
    frame = grouped(12, 6)
    frame["treated"] = np.tile([0, 0, 1, 1, 1, 0], 12)
    frame["level"] = np.repeat(np.random.default_rng(1).normal(size=12), 6)
    check = checks_of(formula, frame)[key]
    assert text in check.sentence
    assert (check.verdict, check.magnitude) == ("fine", None)


@pytest.mark.parametrize(
    ("n_groups", "size", "verdict", "text"),
    [
        (4, 9, "act", "fewer than 5 groups"),
        (7, 9, "look", "fewer than 10 groups"),
        (18, 10, "fine", "enough to work with"),
        (40, 6, "fine", "comfortable for"),
    ],
)
def test_number_of_groups(n_groups, size, verdict, text):
    check = checks_of("y ~ x + (1 | g)", grouped(n_groups, size))["clusters"]
    assert check.verdict == verdict
    assert text in check.sentence


def test_groups_of_single_rows_are_noticed():
    frame = pd.concat([grouped(15, 3), grouped(40, 1).assign(g=[f"h{k}" for k in range(40)])])
    check = checks_of("y ~ 1 + (1 | g)", frame)["clusters"]
    assert check.verdict == "look"
    assert "single row" in check.sentence


def curve_frame():
    frame = grouped(30, 8)
    return frame.assign(y=frame["y"] + 0.4 * (frame["x"] - 3.5) ** 2)


@pytest.mark.parametrize(
    ("formula", "verdict", "action"),
    [
        ("y ~ x + (1 | g)", "act", "add_square:x"),
        ("y ~ center(x) + (1 | g)", "act", "add_square:x"),
        ("y ~ log1p(x) + (1 | g)", "act", None),
        ("y ~ x + I(x^2) + (1 | g)", "fine", None),
        ("y ~ poly(x, 2) + (1 | g)", "fine", None),
    ],
)
def test_a_curve_and_its_remedy(formula, verdict, action):
    check = checks_of(formula, curve_frame())["linearity_within"]
    assert (check.verdict, check.action) == (verdict, action)
    assert percent(check.numbers["share"]) in check.sentence or check.magnitude == 0


@pytest.mark.parametrize(
    ("shift", "formula", "action"),
    [
        (10, "y ~ x + (1 | g)", "log_outcome"),
        (-10, "y ~ x + (1 | g)", None),
        (10, "sqrt(y) ~ x + (1 | g)", None),
    ],
    ids=["positive", "with negative values", "already transformed"],
)
def test_the_logarithm_is_offered_only_where_it_can_be_taken(shift, formula, action):
    frame = grouped(30, 8)
    noise = np.random.default_rng(9).exponential(4.0, len(frame))
    check = checks_of(formula, frame.assign(y=shift + noise))["normality_residuals"]
    assert check.verdict == "act"
    assert check.numbers["skewness"] > 1
    assert check.action == action


def test_the_worst_predictor_is_reported():
    frame = curve_frame()
    rng = np.random.default_rng(4)
    frame["other"] = rng.normal(size=len(frame))
    check = checks_of("y ~ other + x + (1 | g)", frame)["linearity_within"]
    assert check.numbers["predictor"] == "x"
    assert [c["predictor"] for c in check.numbers["candidates"]] == ["x", "other"]


@pytest.mark.parametrize(
    ("magnitude", "chance", "verdict"),
    [
        (1.0, 0.0, "fine"),
        (1.6, 0.001, "look"),
        (1.6, 0.2, "fine"),
        (3.0, 0.001, "act"),
        (3.0, 0.01, "look"),
    ],
)
def test_verdicts_need_size_and_more_than_chance(magnitude, chance, verdict):
    assert Scale(look=1.5, act=2.0).verdict(magnitude, chance) == verdict


@pytest.mark.parametrize(
    ("function", "value", "text"),
    [
        (fixed, -0.04, "0.0"),
        (fixed, -1.26, "−1.3"),
        (percent, 0.0, "0 %"),
        (percent, 0.0004, "under 0.1 %"),
        (percent, 0.013, "1.3 %"),
        (percent, 0.256, "26 %"),
        (listed, ["a"], "a"),
        (listed, ["a", "b", "c"], "a, b and c"),
    ],
)
def test_words_for_numbers(function, value, text):
    assert function(value) == text


def test_checking_imports_no_slow_library():
    code = (
        "import sys, lmm_core.assess.assumptions, lmm_core.assess.smooth, lmm_core.assess.qq;"
        "sys.exit('scipy.stats' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
