"""Models with a residual structure: against nlme, brute force, simulation; and what they refuse."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelSpec, compare_models, fit_model, test_random_terms
from lmm_core.assess.assumptions import check_assumptions
from lmm_core.assess.influence import leave_out_groups, leave_out_rows
from lmm_core.assess.simulation.outcomes import draw
from lmm_core.cache import cached_fit
from lmm_core.errors import ModelError
from lmm_core.estimation.crossproducts import condition
from lmm_core.estimation.fit import estimate
from lmm_core.inference.programs import programs
from lmm_core.inference.satterthwaite import satterthwaite
from lmm_core.inference.what_if import inputs
from lmm_core.model.rank import Dense, find_basis
from lmm_core.model.renaming import with_names
from lmm_core.model.residual import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)
from tests.support import REFERENCE, data

test_random_terms.__test__ = False  # type: ignore[attr-defined]


def structure(variance="", correlation=""):
    return ResidualStructure.from_texts(variance, correlation)


CASES = {
    "sleep_ar1": ("sleepstudy", "Reaction ~ Days + (1 | Subject)", ("", "ar1:Days"), True),
    "orth_by_sex": (
        "Orthodont",
        "distance ~ age * Sex + (1 + age | Subject)",
        ("by:Sex", ""),
        True,
    ),
    "orth_by_sex_ml": ("Orthodont", "distance ~ age * Sex + (1 | Subject)", ("by:Sex", ""), False),
    "orth_both": (
        "Orthodont",
        "distance ~ age * Sex + (1 | Subject)",
        ("by:Sex", "ar1:age"),
        True,
    ),
    "body_car1": ("BodyWeight", "weight ~ Time * Diet + (1 | Rat)", ("", "car1:Time"), True),
    "body_power_time": ("BodyWeight", "weight ~ Time * Diet + (1 | Rat)", ("power:Time", ""), True),
    "body_by_diet_ar1": (
        "BodyWeight",
        "weight ~ Time * Diet + (1 + Time | Rat)",
        ("by:Diet", "ar1:Time"),
        True,
    ),
}
FACTORS = {
    "sleepstudy": ("Subject",),
    "Orthodont": ("Subject", "Sex"),
    "BodyWeight": ("Rat", "Diet"),
}


@cache
def fit_of(key):
    name, formula, texts, reml = CASES[key]
    frame = data(name, FACTORS[name])
    return fit_model(formula, frame, reml=reml, residual=structure(*texts))


@cache
def references():
    return json.loads((REFERENCE / "structured_models.json").read_text())


@pytest.mark.parametrize("key", CASES)
def test_equal_to_nlme(key):
    fit, found = fit_of(key), references()[key]
    assert fit.convergence.converged
    assert fit.loglik == pytest.approx(found["loglik"], abs=1e-3)
    assert fit.loglik > found["loglik"] - 1e-5
    assert fit.aic == pytest.approx(found["aic"], abs=2e-3)
    assert fit.n_parameters == found["df"]
    se = np.array(list(found["se"].values()))
    table = fit.fixed_effects
    assert np.abs(table["estimate"] - list(found["beta"].values())).max() < 1e-3 * se.min()
    assert table["std_error"].to_numpy() == pytest.approx(se, rel=1e-3)
    sd = np.array(found["sds"])
    spread = np.array(found["average"]).std()
    # The SDs of the random effects; sigma's reference level is nlme's own.
    ours = [c.sdcor for c in fit.components if c.term_1 is not None and c.term_2 is None]
    assert ours == pytest.approx(sd[:-1], rel=2e-3, abs=1e-4 * sd.max())
    assert fit.residual_sd == pytest.approx(found["sd"], rel=1e-3)
    assert fit.fitted_marginal == pytest.approx(found["average"], abs=1e-3 * spread)
    assert fit.fitted == pytest.approx(found["own"], abs=2e-3 * spread)


@pytest.mark.parametrize("key", CASES)
def test_normalised_residuals_are_nlmes(key):
    """The same sum of squares: nlme takes another root of the correlation matrix."""
    fit, found = fit_of(key), references()[key]
    theirs = np.array(found["normalized"])
    assert (fit.pearson_residuals**2).sum() == pytest.approx((theirs**2).sum(), rel=1e-3)
    if fit.spec.residual.correlation is None:
        assert fit.pearson_residuals == pytest.approx(theirs, abs=2e-3)


@pytest.mark.parametrize("key", ["sleep_ar1", "orth_by_sex", "body_car1"])
def test_likelihood_ratio_against_the_plain_model(key):
    fit = fit_of(key)
    plain = fit.spec.with_options(residual=None)
    method = "REML" if fit.spec.reml else "ML"
    table = compare_models([plain, fit.spec], fit.source, method=method)
    assert table["chi_sq"].iloc[1] == pytest.approx(references()[key]["chi_sq"], abs=2e-3)
    assert table["df"].iloc[1] == len(fit.estimates.residual.free)
    assert table["formula"].iloc[1].endswith(fit.spec.residual.words)


def test_structures_that_arent_nested_have_no_test():
    fit = fit_of("orth_by_sex")
    other = fit.spec.with_options(residual=structure("", "ar1:age"))
    both = fit.spec.with_options(residual=structure("by:Sex", "ar1:age"))
    table = compare_models([fit.spec, other, both], fit.source, base=2)
    assert np.isfinite(table["chi_sq"].iloc[:2]).all()
    table = compare_models([other, fit.spec], fit.source)
    assert np.isnan(table["chi_sq"].iloc[1])
    notes = " ".join(table.attrs["notes"])
    assert "equally many parameters" in notes or "isn't part of the larger one's" in notes


def test_whitening_and_colouring_are_inverses():
    for key in CASES:
        fit = fit_of(key)
        noise = np.random.default_rng(1).standard_normal(fit.n_obs)
        made = fit.estimates.residuals_from(noise, None)
        assert fit.estimates.normalised(made, None) == pytest.approx(noise, abs=1e-9)


def test_simulated_residuals_have_the_covariance_of_the_model():
    fit = fit_of("orth_both")
    rng = np.random.default_rng(3)
    rows = np.flatnonzero(fit.groups["Subject"].codes == 0)
    noise = rng.standard_normal((20_000, fit.n_obs))
    made = np.array([fit.estimates.residuals_from(e, None)[rows] for e in noise[:4000]])
    theirs = fit.sigma**2 * fit.estimates.residual.covariance(rows)
    assert np.cov(made.T) == pytest.approx(theirs, abs=0.1 * theirs.max())


def test_satterthwaite_counts_the_structure():
    """With rows correlated by phi the slope's df are far fewer than rows say (nlme's 161)."""
    fit = fit_of("sleep_ar1")
    df = fit.fixed_effects["df"].to_numpy()
    k = len(fit.estimates.theta) + 1
    found = satterthwaite(fit.estimates)
    alone = replace(found, gradient=found.gradient[:k], covariance=found.covariance[:k, :k])
    assert alone.df(np.eye(2))[1] > 100
    assert 20 < df[1] < 40


def test_the_uncertainty_of_a_ratio_is_the_textbook_one():
    """Var(log SD ratio) is about 1/(2 df) + 1/(2 df) with plenty of rows per level."""
    rng = np.random.default_rng(5)
    g, arm = np.repeat(np.arange(40), 20), np.repeat(np.arange(40) % 2, 20)
    y = rng.normal(size=40)[g] + np.where(arm == 1, 2.0, 1.0) * rng.normal(size=800)
    frame = pd.DataFrame({"y": y, "g": g.astype(str), "arm": np.where(arm == 1, "b", "a")})
    fit = fit_model("y ~ arm + (1 | g)", frame, residual=structure("by:arm"))
    from lmm_core.estimation.residual_structures.uncertainty import uncertainty

    found = uncertainty(fit.estimates)
    assert found.covariance[0, 0] == pytest.approx(2 / (2 * 380), rel=0.05)


def simulated(rng, G, T, phi, ratio):
    g, t = np.repeat(np.arange(G), T), np.tile(np.arange(float(T)), G)
    e = rng.normal(size=(G, T))
    for k in range(1, T):
        e[:, k] = phi * e[:, k - 1] + np.sqrt(1 - phi**2) * e[:, k]
    arm = g % 2
    y = 1 + 0.3 * t + 0.5 * arm + rng.normal(size=G)[g] + np.where(arm, ratio, 1.0) * e.ravel()
    return pd.DataFrame({"y": y, "t": t, "arm": np.where(arm, "b", "a"), "g": g.astype(str)})


@pytest.mark.parametrize(
    ("texts", "G", "T", "phi", "ratio"),
    [(("", "ar1:t"), 12, 8, 0.6, 1.0), (("by:arm", ""), 12, 5, 0.0, 3.0)],
    ids=["ar1", "by level"],
)
def test_coverage_of_the_intervals(texts, G, T, phi, ratio):
    """95 % intervals of four coefficients over 120 data sets; the plain model's of the slope under
    AR(1) cover about 76 %.
    """
    rng = np.random.default_rng(1)
    truth = {"(Intercept)": 1.0, "t": 0.3, "armb": 0.5, "t:armb": 0.0}
    hits = 0
    sets = 120
    for _ in range(sets):
        fit = fit_model(
            "y ~ t * arm + (1 | g)", simulated(rng, G, T, phi, ratio), residual=structure(*texts)
        )
        table = fit.fixed_effects
        true = table["term"].map(truth).to_numpy(dtype=float)
        hits += int(((table["conf_low"] <= true) & (true <= table["conf_high"])).sum())
    # 2.6 standard errors of a rate of 95 % over 480 dependent intervals, roughly.
    assert 0.92 < hits / (4 * sets) < 0.98


def test_profile_and_bootstrap_free_all_parameters():
    fit = fit_of("orth_both")
    profile = fit.confint("profile").set_index("parameter")
    names = ["sd_(Intercept)|Subject", "sigma", "ratio_Male|Sex", "phi|age", *fit.design.names]
    assert profile.index.tolist() == names
    drawn = fit.confint("bootstrap", replicates=150).set_index("parameter")
    assert drawn.index.tolist() == names
    ml = fit_model(fit.spec.with_options(reml=False), fit.source)
    for index, low in ((2, ml.estimates.residual.ratios[1]), (3, ml.estimates.residual.phi)):
        assert profile["conf_low"].iloc[index] < low < profile["conf_high"].iloc[index]
    width = (profile["conf_high"] - profile["conf_low"]).to_numpy()
    other = (drawn["conf_high"] - drawn["conf_low"]).to_numpy()
    assert other == pytest.approx(width, rel=0.35)


def test_profile_limits_by_definition():
    """At a limit the deviance, minimised over all other parameters, has risen by the quantile."""
    from scipy.optimize import minimize_scalar

    fit = fit_model(
        "distance ~ age * Sex + (1 | Subject)",
        data("Orthodont", ("Subject", "Sex")),
        reml=False,
        residual=structure("by:Sex"),
    )
    limits = fit.confint("profile").set_index("parameter").loc["ratio_Male|Sex"]
    for limit in limits:
        columns = fit.estimates.residual.held()
        held = replace(fit.design, residual=replace(columns, held=np.array([np.log(limit)])))
        rise = estimate(held).deviance - fit.criterion
        assert rise == pytest.approx(3.841459, rel=1e-3)
    low = fit.confint("profile").set_index("parameter").loc["age", "conf_low"]

    def deviance(log_ratio):
        columns = replace(fit.estimates.residual.held(), held=np.array([log_ratio]))
        design = replace(fit.design, y=fit.y - low * fit.frame["age"].to_numpy(), residual=columns)
        X = np.asfortranarray(np.delete(design.X, 1, axis=1))
        design = replace(design, model_matrix=Dense(X), basis=find_basis(X))
        return estimate(design).deviance

    best = minimize_scalar(deviance, bracket=(0.4, 0.9), tol=1e-8).fun
    assert best - fit.criterion == pytest.approx(3.841459, rel=2e-3)


def test_random_effects_are_tested_with_the_structure_refitted():
    fit = fit_of("orth_by_sex")
    table = test_random_terms(fit)
    smaller = fit_model(
        "distance ~ age * Sex + (1 | Subject)", fit.source, residual=fit.spec.residual
    )
    assert table["chi_sq"].iloc[1] == pytest.approx(smaller.criterion - fit.criterion, abs=1e-6)
    none = test_random_terms(smaller)
    # gls(distance ~ age * Sex, weights = varIdent(form = ~ 1 | Sex)), by dense likelihood.
    assert none["npar"].iloc[1] == smaller.n_parameters - 1
    assert none["loglik"].iloc[1] < smaller.loglik


def test_prediction_intervals_take_the_rows_own_spread():
    fit = fit_of("orth_by_sex")
    frame = pd.DataFrame({"age": [11.0, 11.0], "Sex": ["Female", "Male"]})
    mean = fit.predict(frame, "new", "confidence")
    one = fit.predict(frame, "new", "prediction")
    half = ((one["conf_high"] - one["conf_low"]) / 2) ** 2
    half -= ((mean["conf_high"] - mean["conf_low"]) / 2) ** 2
    ratio = np.sqrt(half.iloc[1] / half.iloc[0])
    assert ratio == pytest.approx(fit.estimates.residual.ratios[1], rel=1e-6)


def test_prediction_intervals_of_simulated_rows_cover():
    """New rows of new groups, with the SD of their own level: 95 % in each level."""
    rng = np.random.default_rng(2)
    fit = fit_model(
        "y ~ t + arm + (1 | g)", simulated(rng, 60, 6, 0.0, 3.0), residual=structure("by:arm")
    )
    new = simulated(rng, 4000, 1, 0.0, 3.0)
    band = fit.predict(new.drop(columns="g"), "new", "prediction")
    inside = (band["conf_low"] <= new["y"]) & (new["y"] <= band["conf_high"])
    for level in ("a", "b"):
        assert inside[new["arm"] == level].mean() == pytest.approx(0.95, abs=0.02)


def test_a_spread_by_another_column_asks_for_it():
    frame = data("sleepstudy", ("Subject",)).assign(
        half=lambda f: np.where(f["Days"] < 5, "first", "second")
    )
    fit = fit_model("Reaction ~ Days + (1 | Subject)", frame, residual=structure("by:half"))
    assert [item.column for item in inputs(fit)] == ["Days", "half"]
    bare = pd.DataFrame({"Days": [1.0]})
    assert np.isfinite(fit.predict(bare, "new", "confidence")["conf_low"]).all()
    with pytest.raises(ModelError, match="depends on half"):
        fit.predict(bare, "new", "prediction")
    strange = fit.predict(bare.assign(half="third"), "new", "prediction")
    assert strange["conf_low"].isna().all()


@pytest.mark.parametrize("key", ["orth_by_sex", "body_car1"])
def test_leaving_a_group_out_is_a_refit_at_the_structure(key):
    fit = fit_of(key)
    group = next(iter(fit.groups))
    found = leave_out_groups(fit)
    codes = fit.groups[group].codes
    residual = fit.estimates.residual
    from lmm_core.assess.influence.subset import subset

    for k in (0, 5):
        design = replace(fit.design, residual=residual.held())
        part, _ = subset(design, np.flatnonzero(codes != k))
        by_hand = estimate(part)
        assert found.without.estimate[k] == pytest.approx(by_hand.beta, rel=1e-6, abs=1e-8)
        assert found.without.std_error[k] == pytest.approx(np.sqrt(np.diag(by_hand.vcov)), rel=1e-5)


@pytest.mark.parametrize("key", ["orth_by_sex", "sleep_ar1"])
def test_leaving_a_row_out_is_a_dense_refit(key):
    """Generalised least squares at the covariance of the refit, neighbours two places apart."""
    fit = fit_of(key)
    found = leave_out_rows(fit)
    row = 7
    keep = np.delete(np.arange(fit.n_obs), row)
    from lmm_core.assess.influence.subset import subset

    design = replace(fit.design, residual=fit.estimates.residual.held())
    part = estimate(subset(design, keep)[0])
    codes = next(iter(fit.groups.values())).codes
    V = part.sigma**2 * fit.estimates.residual.covariance(np.arange(fit.n_obs))
    G = part.covariances[0]
    Z = fit.design.blocks[0].matrix
    V = V + np.where(codes[:, None] == codes, Z @ G @ Z.T, 0.0)
    W = np.linalg.inv(V[np.ix_(keep, keep)])
    X = fit.design.X[keep]
    beta = np.linalg.solve(X.T @ W @ X, X.T @ W @ fit.y[keep])
    assert found.without.estimate[row] == pytest.approx(beta, rel=1e-5, abs=1e-7)


def test_shares_take_the_mean_residual_variance():
    fit = fit_of("orth_by_sex_ml")
    mean = float((fit.residual_sd**2).mean())
    between = fit.components[0].vcov
    assert float(fit.icc()) == pytest.approx(between / (between + mean), rel=1e-9)
    fixed = fit.fitted_marginal.var(ddof=1)
    assert fit.r2().marginal == pytest.approx(fixed / (fixed + between + mean), rel=1e-9)


@pytest.mark.parametrize(
    ("truth", "texts", "check"),
    [
        ((40, 8, 0.6, 1.0), ("", "ar1:t"), "autocorrelation"),
        ((40, 6, 0.0, 3.0), ("by:arm", ""), "homoscedasticity_predictors"),
    ],
)
def test_verdicts_turn_calm_once_it_is_modelled(truth, texts, check):
    frame = simulated(np.random.default_rng(4), *truth)
    plain = fit_model("y ~ t * arm + (1 | g)", frame)
    fit = fit_model("y ~ t * arm + (1 | g)", frame, residual=structure(*texts))

    def verdict(f):
        return next(c.verdict for c in check_assumptions(f) if c.key == check)

    assert verdict(plain) == "act"
    assert verdict(fit) == "fine"


def test_nested_groups_by_a_dense_likelihood():
    """Rows of a pupil correlate over time within schools that differ, too."""
    rng = np.random.default_rng(6)
    frame = simulated(rng, 24, 6, 0.5, 1.0)
    frame["school"] = (frame["g"].astype(int) // 4).astype(str)
    frame["y"] += rng.normal(size=6)[frame["school"].astype(int)]
    fit = fit_model(
        "y ~ t + (1 | school) + (1 | g)", frame, residual=structure("", "ar1:t"), reml=False
    )
    assert fit.convergence.converged
    assert fit.estimates.residual.group == "g"
    dense, beta = dense_deviance(fit)
    assert fit.criterion == pytest.approx(dense, abs=1e-6)
    assert fit.estimates.beta == pytest.approx(beta, rel=1e-8)


def test_the_model_and_its_columns():
    spec = ModelSpec.from_formula("y ~ t + (1 | g)", residual=structure("by:arm", "car1:t"))
    assert spec.columns() == ("y", "t", "g", "arm")
    assert spec != spec.with_options(residual=None)
    assert hash(spec) != hash(spec.with_options(residual=None))
    renamed = with_names(spec, {"arm": "treatment: new", "t": "week"})
    assert renamed.residual == structure("by:treatment: new", "car1:week")
    assert structure(*spec.residual.texts) == spec.residual
    assert pickle.loads(pickle.dumps(spec)) == spec
    # A spec from before there were structures.
    old = ModelSpec.from_formula("y ~ t + (1 | g)")
    object.__getattribute__(old, "__dict__").pop("residual")
    assert pickle.loads(pickle.dumps(old)).residual is None
    for text in ("by:", "rest", "ar2:t"):
        with pytest.raises(ModelError, match="isn't known"):
            ResidualStructure.from_texts(text) if "ar" not in text else structure("", text)


def test_rows_without_the_structures_column_are_left_out():
    frame = simulated(np.random.default_rng(7), 20, 5, 0.0, 2.0)
    frame.loc[[3, 40], "arm"] = None
    fit = fit_model("y ~ t + (1 | g)", frame, residual=structure("by:arm"))
    assert fit.n_obs == 98
    assert dict(fit.dropped.by_column) == {"arm": 2}
    same = fit_model("y ~ t + (1 | g)", frame.dropna(), residual=structure("by:arm"))
    assert same.loglik == pytest.approx(fit.loglik, abs=1e-6)


def test_the_cache_keeps_structures_apart():
    fit = fit_of("orth_by_sex")
    plain = cached_fit("orth", fit.source, fit.spec.with_options(residual=None)).fit
    own = cached_fit("orth", fit.source, fit.spec).fit
    assert own.n_parameters == plain.n_parameters + 1
    assert own.loglik == pytest.approx(fit.loglik, abs=1e-6)
    again = pickle.loads(pickle.dumps(own))
    assert again.pearson_residuals == pytest.approx(own.pearson_residuals)
    assert again.fixed_effects.equals(own.fixed_effects)


def test_what_is_refused():
    fit = fit_of("orth_by_sex")
    with pytest.raises(ModelError, match=r"Kenward–Roger .* residual structure"):
        _ = fit.with_df_method("kenward-roger").fixed_effects
    with pytest.raises(Exception, match="residual structure has to be taken up"):
        condition(fit.design)
    crossed = data("Penicillin", ("plate", "sample"))
    crossed = crossed.assign(t=np.arange(float(len(crossed))))
    with pytest.raises(ModelError, match="are crossed"):
        fit_model(
            "diameter ~ 1 + (1 | plate) + (1 | sample)", crossed, residual=structure("", "ar1:t")
        )


def test_other_programs_are_said_to_have_no_structure():
    fit = fit_of("orth_by_sex")
    found = programs(fit, ("lmer",))[0]
    plain = fit_model(fit.spec.with_options(residual=None), fit.source)
    assert found.table["std_error"].to_numpy() == pytest.approx(
        plain.fixed_effects["std_error"].to_numpy(), rel=1e-6
    )
    assert any("spread equally" in change.why for change in found.changes)


def test_a_drawn_outcome_refits_to_the_structure():
    rng = np.random.default_rng(8)
    frame = simulated(rng, 200, 6, 0.5, 2.0)
    fit = fit_model("y ~ t + (1 | g)", frame, residual=structure("by:arm", "ar1:t"))
    again = estimate(replace(fit.design, y=draw(fit.design, fit.estimates, rng)))
    assert again.residual.values == pytest.approx(fit.estimates.residual.values, rel=0.15)


def test_describing_words():
    cases = {
        None: "independent, equal spread",
        ResidualStructure(PowerVariance()): "spread as a power of the fitted values",
        ResidualStructure(
            VarianceByLevel("Sex"), SerialCorrelation("car1", "age")
        ): "spread by Sex, continuous AR(1) over age",
    }
    from lmm_core.model.residual import words_of

    for given, words in cases.items():
        assert words_of(given) == words


def dense_deviance(fit):
    """-2 log-likelihood of an ML fit with every matrix written out, and the coefficients."""
    V = fit.sigma**2 * fit.estimates.residual.covariance(np.arange(fit.n_obs))
    for factor, G in zip(fit.estimates.conditioned.factors, fit.estimates.covariances, strict=True):
        Z, codes = fit.design.random_columns(factor.name), fit.groups[factor.name].codes
        V = V + np.where(codes[:, None] == codes, Z @ G @ Z.T, 0.0)
    X, W = fit.design.X, np.linalg.inv(V)
    beta = np.linalg.solve(X.T @ W @ X, X.T @ W @ fit.y)
    rest = fit.y - X @ beta
    return fit.n_obs * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + rest @ W @ rest, beta


@pytest.mark.parametrize(
    ("n_people", "n_items"), [(12, 10), (60, 70)], ids=["dense criterion", "block criterion"]
)
def test_crossed_groups_with_a_spread_by_level(n_people, n_items):
    rng = np.random.default_rng(9)
    person, item = (a.ravel() for a in np.meshgrid(range(n_people), range(n_items)))
    keep = rng.random(len(person)) < (1.0 if n_people < 20 else 0.25)
    person, item = person[keep], item[keep]
    arm, x = person % 2, rng.normal(size=len(person))
    y = 1 + 0.5 * x + rng.normal(size=n_people)[person] + 0.7 * rng.normal(size=n_items)[item]
    y += np.where(arm, 2.0, 0.8) * rng.normal(size=len(y))
    frame = pd.DataFrame(
        {"y": y, "x": x, "p": person.astype(str), "i": item.astype(str), "arm": arm.astype(str)}
    )
    fit = fit_model("y ~ x + (1 | p) + (1 | i)", frame, reml=False, residual=structure("by:arm"))
    assert fit.convergence.converged
    dense, beta = dense_deviance(fit)
    assert fit.criterion == pytest.approx(dense, abs=1e-6)
    assert fit.estimates.beta == pytest.approx(beta, rel=1e-7)
    assert fit.estimates.residual.ratios[1] == pytest.approx(2.5, rel=0.25)
    assert np.isfinite(fit.fixed_effects["df"]).all()
    assert [c.key for c in check_assumptions(fit)]


def test_prior_weights_beside_a_structure():
    frame = simulated(np.random.default_rng(10), 20, 6, 0.4, 2.0)
    frame["w"] = 1.0 + frame["t"] % 3
    fit = fit_model(
        "y ~ t + (1 + t || g)",
        frame,
        reml=False,
        weights="w",
        residual=structure("by:arm", "car1:t"),
    )
    dense, beta = dense_deviance(fit)
    assert fit.criterion == pytest.approx(dense, abs=1e-6)
    assert fit.estimates.beta == pytest.approx(beta, rel=1e-7)
    expected = fit.sigma * fit.estimates.residual.relative_sd / np.sqrt(frame["w"])
    assert fit.residual_sd == pytest.approx(expected.to_numpy())


def test_a_time_far_from_zero_is_the_same_model():
    """2010 + t instead of t: the same likelihood, correlation and slope."""
    frame = simulated(np.random.default_rng(11), 30, 6, 0.5, 1.0)
    moved = frame.assign(t=frame["t"] + 2010)
    fits = [
        fit_model("y ~ t + (1 + t | g)", f, residual=structure("", "ar1:t")) for f in (frame, moved)
    ]
    assert fits[1].loglik == pytest.approx(fits[0].loglik, abs=1e-5)
    slopes = [f.fixed_effects.set_index("term").loc["t"] for f in fits]
    assert slopes[1]["estimate"] == pytest.approx(slopes[0]["estimate"], rel=1e-4)
    assert slopes[1]["df"] == pytest.approx(slopes[0]["df"], rel=0.02)


@pytest.mark.parametrize("texts", [("", "car1:t"), ("power:t", ""), ("by:arm", "car1:t")])
def test_the_unit_of_a_column_doesnt_matter(texts):
    frame = simulated(np.random.default_rng(12), 25, 6, 0.5, 1.5).assign(t=lambda f: f["t"] + 1)
    frame = frame[frame["t"] != 3]
    fits = [
        fit_model("y ~ t + (1 | g)", frame.assign(t=frame["t"] * unit), residual=structure(*texts))
        for unit in (1.0, 1e-3, 1e4)
    ]
    first = fits[0]
    for unit, fit in zip((1e-3, 1e4), fits[1:], strict=True):
        assert fit.convergence.converged
        # REML depends on the unit of a slope by its logarithm.
        assert fit.loglik == pytest.approx(first.loglik - np.log(unit), abs=1e-4)
        assert fit.estimates.residual.values == pytest.approx(
            first.estimates.residual.values, rel=1e-3, abs=1e-4
        )
        assert fit.residual_sd == pytest.approx(first.residual_sd, rel=1e-3)


def test_leaving_out_the_group_within_which_residuals_correlate():
    frame = simulated(np.random.default_rng(13), 24, 6, 0.5, 1.0)
    frame["school"] = (frame["g"].astype(int) // 4).astype(str)
    fit = fit_model("y ~ t + (1 | school) + (1 | g)", frame, residual=structure("", "ar1:t"))
    table = test_random_terms(fit)
    assert np.isfinite(table["loglik"]).all()
    assert (table["loglik"] <= fit.loglik + 1e-6).all()
    assert table["npar"].tolist() == [6, 5, 5]
