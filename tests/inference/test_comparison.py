"""Comparison of models against R's anova, which tests are made, and which are refused."""

import numpy as np
import pytest

from lmm_core import ModelError, ModelSpec, fit_model
from lmm_core.inference.comparison import compare_models, comparison
from lmm_core.inference.distributions import chi2_p_value
from lmm_core.inference.ladder import coefficient_ladder, standard_ladder
from lmm_core.inference.random_terms import mixture_p_value
from tests.support import array, data, inference, reference_fit

SLEEP = ("sleepstudy", ("Subject",))
ORTH = ("Orthodont", ("Sex", "Subject"))
MACHINES = ("machines", ("Machine", "Worker"), "data_extra")
ONE = "Reaction ~ Days + (1 | Subject)"
BOTH = "Reaction ~ Days + (1 + Days | Subject)"
APART = "Reaction ~ Days + (1 + Days || Subject)"


@pytest.mark.parametrize(("key", "source"), [("sleep", SLEEP), ("orth", ORTH)])
def test_against_anova(key, source):
    reference = inference()[f"compare_ml:{key}"]
    table = compare_models(reference["formulas"], data(*source))
    assert table["formula"].tolist() == reference["formulas"]
    assert table["npar"].tolist() == reference["npar"]
    for ours, theirs in (("loglik", "loglik"), ("aic", "aic"), ("bic", "bic")):
        assert table[ours].to_numpy() == pytest.approx(array(reference[theirs]), abs=1e-6)
    rows = reference["lrt"]
    for ours, theirs in (("chi_sq", "Chisq"), ("df", "Df"), ("p_chi_sq", "Pr(>Chisq)")):
        expected = array([row[theirs] for row in rows])
        assert table[ours].to_numpy() == pytest.approx(expected, rel=1e-4, nan_ok=True)


def test_a_variance_on_the_boundary_has_the_mixture():
    table = compare_models([ONE, APART, BOTH], data(*SLEEP))
    assert table["distribution"].tolist() == ["", "½χ²(0) + ½χ²(1)", "χ²(1)"]
    assert table["p_value"].iat[1] == pytest.approx(table["p_chi_sq"].iat[1] / 2)
    assert table["p_value"].iat[2] == table["p_chi_sq"].iat[2]
    against = compare_models([ONE, APART, BOTH], data(*SLEEP), base=0)
    assert against["against"].tolist() == [-1, 0, 0]
    assert against["distribution"].iat[2] == "½χ²(1) + ½χ²(2)"
    assert against["p_value"].iat[2] == pytest.approx(
        mixture_p_value(against["chi_sq"].iat[2], 2), rel=1e-12
    )


def test_a_fixed_effect_and_a_variance_together():
    models = ["Reaction ~ 1 + (1 | Subject)", APART]
    test = comparison(models, data(*SLEEP)).tests[1]
    assert test.df == 2
    assert test.distribution == "½χ²(1) + ½χ²(2)"


def test_several_variances_are_bounded():
    found = comparison(
        ["score ~ Machine + (1 | Worker)", "score ~ Machine + (1 + Machine | Worker)"],
        data(*MACHINES),
    )
    assert found.tests[1].distribution == "at most χ²(5)"
    assert found.tests[1].p_value == chi2_p_value(found.tests[1].chi_sq, 5)
    assert "too large rather than too small" in found.notes[1]


def test_compound_symmetry_lies_inside_the_unstructured_covariance():
    found = comparison(
        ["score ~ Machine + (1 | Worker/Machine)", "score ~ Machine + (0 + Machine | Worker)"],
        data(*MACHINES),
    )
    assert found.tests[1].distribution == "χ²(4)"
    assert found.tests[1].reason == ""


def test_the_order_of_the_models_doesnt_matter():
    up = comparison([ONE, BOTH], data(*SLEEP))
    down = comparison([BOTH, ONE], data(*SLEEP))
    assert (down.tests[1].smaller, down.tests[1].larger) == (1, 0)
    assert down.tests[1].p_value == up.tests[1].p_value
    assert down.best == 1 - up.best


@pytest.mark.parametrize(
    ("models", "source", "reason"),
    [
        (
            ["distance ~ age + (1 | Subject)", "distance ~ Sex + (1 | Subject)"],
            ORTH,
            "equally many parameters",
        ),
        (
            ["distance ~ age + (1 | Subject)", "distance ~ Sex + (1 + age | Subject)"],
            ORTH,
            "lacks the fixed effect age",
        ),
        (
            ["distance ~ age + (1 | Subject)", "distance ~ center(age) + (1 | Subject)"],
            ORTH,
            "same model, written differently",
        ),
        (
            [
                "score ~ Machine + (1 + Machine | Worker)",
                "score ~ Machine + (0 + Machine | Worker)",
            ],
            MACHINES,
            "same model, written differently",
        ),
        (
            ["yield ~ 1 + (1 | Variety)", "yield ~ dose + (1 | Block)"],
            ("oats", ("Block", "Variety", "dose"), "data_extra"),
            "(1 | Variety) aren't a special case",
        ),
        (
            ["Reaction ~ Days + (0 + Days | Subject)", ONE],
            SLEEP,
            "equally many parameters",
        ),
    ],
)
def test_tests_that_arent_made(models, source, reason):
    found = comparison(models, data(*source))
    assert reason in found.tests[1].reason
    assert any(reason in note for note in found.notes)
    assert np.isnan(found.table["p_value"].iat[1])
    assert np.isnan(found.table["df"].iat[1])


def test_nesting_looks_at_the_columns_not_the_names():
    """y ~ x is nested in y ~ center(x) * z, and (1 | g) in (1 + center(x) | g)."""
    found = comparison(
        [
            "distance ~ age + (1 | Subject)",
            "distance ~ center(age) * Sex + (center(age) | Subject)",
        ],
        data(*ORTH),
    )
    assert found.tests[1].reason == ""
    assert found.tests[1].df == 4


def test_weights_of_the_models():
    found = comparison([ONE, APART, BOTH], data(*SLEEP))
    weight = found.table["weight"].to_numpy()
    assert weight.sum() == pytest.approx(1)
    assert found.best == 1
    ratio = np.exp(-0.5 * (found.table["aic"].iat[2] - found.table["aic"].iat[1]))
    assert weight[2] / weight[1] == pytest.approx(ratio)


def test_fitted_models_are_used_as_they_are():
    calls = []

    def fit(spec, frame):
        calls.append(spec)
        return fit_model(spec, frame)

    frame = data(*SLEEP)
    done = [fit_model(ONE, frame, reml=False), fit_model(BOTH, frame)]
    found = comparison(done, fit=fit)
    assert [spec.formula for spec in calls] == [BOTH]
    assert not calls[0].reml
    assert found.table["loglik"].to_numpy() == pytest.approx(
        inference()["compare_ml:sleep"]["loglik"][::2]
    )


def test_reml_needs_the_same_fixed_effects():
    found = comparison([ONE, BOTH], data(*SLEEP), method="REML")
    assert found.table["loglik"].iat[1] == pytest.approx(reference_fit("sleep_rs|REML").loglik)
    assert "Compared by REML" in found.notes[0]
    with pytest.raises(ModelError, match="by ML") as error:
        comparison(["Reaction ~ 1 + (1 | Subject)", ONE], data(*SLEEP), method="REML")
    assert error.value.code == "reml_fixed"


def test_ml_is_said():
    same = comparison([ONE, BOTH], data(*SLEEP))
    other = comparison(["Reaction ~ 1 + (1 | Subject)", ONE], data(*SLEEP))
    assert same.same_fixed
    assert "REML would be possible too" in same.notes[0]
    assert not other.same_fixed
    assert "different fixed effects" in other.notes[0]


def with_gaps():
    frame = data(*ORTH).copy()
    frame["weight"] = np.arange(len(frame), dtype=float)
    frame.loc[[3, 10, 50], "weight"] = np.nan
    return frame


def test_different_rows_are_refused_with_the_column():
    models = ["distance ~ age + (1 | Subject)", "distance ~ age + weight + (1 | Subject)"]
    with pytest.raises(ModelError, match="weight is missing in 3 rows") as error:
        comparison(models, with_gaps())
    assert error.value.code == "different_rows"
    assert error.value.details["columns"] == ("weight",)
    assert error.value.details["rows"] == (108, 105)
    found = comparison(models, with_gaps(), common_rows=True)
    assert found.n_obs == 105
    # Models that were fitted before, too.
    fits = [fit_model(model, with_gaps(), reml=False) for model in models]
    again = comparison(fits, fits[0].source, common_rows=True)
    assert again.table["aic"].to_numpy() == pytest.approx(found.table["aic"].to_numpy())


def test_a_model_that_cant_be_fitted_is_left_out():
    found = comparison([ONE, BOTH, "Reaction ~ Days + (1 | Reaction)"], data(*SLEEP))
    assert len(found.table) == 2
    assert found.refused[0][0] == "Reaction ~ Days + (1 | Reaction)"
    assert any("is left out" in note for note in found.notes)


def test_singular_models_are_named():
    frame = data("Dyestuff2", ("Batch",)).assign(x=lambda f: np.tile([0.0, 1, 2, 3, 4], 6))
    found = comparison(["Yield ~ x + (1 | Batch)", "Yield ~ 1 + (1 | Batch)"], frame)
    assert any("Model 1 lies at its boundary" in note for note in found.notes)


@pytest.mark.parametrize(
    ("models", "options", "code"),
    [
        ([ONE], {}, "too_few_models"),
        ([ONE, BOTH], {"base": 2}, "base"),
        ([ONE, BOTH], {"method": "AIC"}, "method"),
        ([ONE, "log(Reaction) ~ Days + (1 | Subject)"], {}, "different_outcome"),
        (
            [ONE, ModelSpec.from_formula(ONE, weights="Days1")],
            {},
            "different_weights",
        ),
    ],
)
def test_refusals(models, options, code):
    frame = data(*SLEEP).assign(Days1=lambda f: f["Days"] + 1.0)
    with pytest.raises(ModelError) as error:
        comparison(models, frame, **options)
    assert error.value.code == code
    assert error.value.next_step


def test_specs_need_data():
    with pytest.raises(ModelError, match="need data"):
        comparison([ONE, BOTH])


# -- ladders


def test_the_usual_ladder():
    ladder = standard_ladder(ModelSpec.from_formula("y ~ x * z + (1 + x | g) + (1 | h)"))
    assert [(rung.name, rung.spec.formula) for rung in ladder] == [
        ("Null model", "y ~ 1 + (1 | g) + (1 | h)"),
        ("Random intercept", "y ~ x * z + (1 | g) + (1 | h)"),
        ("Random slope", "y ~ x * z + (0 + x | g) + (1 | h)"),
        ("Uncorrelated intercept and slope", "y ~ x * z + (1 + x || g) + (1 | h)"),
        ("Intercept and slope", "y ~ x * z + (1 + x | g) + (1 | h)"),
    ]


def test_a_ladder_without_slopes():
    spec = ModelSpec.from_formula("y ~ x + (1 | g)")
    assert [r.name for r in standard_ladder(spec)] == ["Null model", "Random intercept"]
    assert standard_ladder(spec, "x")[-1].spec.formula == "y ~ x + (1 + x | g)"


def test_every_rung_of_the_ladder_is_fitted_and_compared():
    ladder = standard_ladder(ModelSpec.from_formula(BOTH))
    found = comparison([rung.spec for rung in ladder], data(*SLEEP))
    assert found.table["npar"].tolist() == [3, 4, 4, 5, 6]
    assert "equally many parameters" in found.tests[2].reason


def test_one_coefficient_over_all_rungs():
    frame = data(*SLEEP)
    fits = [fit_model(m, frame) for m in (ONE, BOTH, "Reaction ~ 1 + (1 | Subject)")]
    table = coefficient_ladder(fits, "Days")
    assert table["estimate"].iat[1] == pytest.approx(10.467, abs=1e-3)
    assert np.isnan(table["estimate"].iat[2])
    assert table["std_error"].iat[1] > table["std_error"].iat[0]
