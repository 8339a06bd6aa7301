"""Other programs' numbers against lme4 and lm under the same codings, and why cells differ."""

import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.inference.programs import NAMES, full_loglik, programs
from tests.inference.effects import effects
from tests.support import array, data, lme4, reference_fit

KEYS = ["orth_rs", "oats_split", "ratpup_threeway"]
CODINGS = {"lmer": "own", "spss": "last", "jasp": "sum", "gamlj": "simple", "ols": "ols"}


def fit_of(key):
    return reference_fit(f"{key}|REML")


def results(fit, *keys):
    found = programs(fit, keys or tuple(NAMES))
    return {result.key: result for result in found}


@pytest.mark.parametrize("program", list(CODINGS))
@pytest.mark.parametrize("key", KEYS)
def test_coefficients(key, program):
    reference = effects()["codings"][key][CODINGS[program]]
    result = results(fit_of(key), program)[program]
    assert result.table["term"].tolist() == reference["names"]
    se = array(reference["se"])
    table = result.table
    gap = np.abs(table["estimate"].to_numpy() - array(reference["estimate"])) / se
    assert gap.max() < 1e-4
    assert table["std_error"].to_numpy() == pytest.approx(se, rel=1e-4)
    assert table["df"].to_numpy() == pytest.approx(
        np.broadcast_to(array(reference["df"]), len(se)), rel=2e-3
    )
    assert table["p_value"].to_numpy() == pytest.approx(array(reference["p"]), rel=1e-2, abs=1e-12)
    assert result.loglik == pytest.approx(reference["loglik"], abs=1e-4)
    if program != "ols":
        assert result.reml_loglik == pytest.approx(reference["reml"], abs=1e-4)


@pytest.mark.parametrize("key", KEYS)
def test_the_proof_that_the_model_is_the_same(key):
    fit = fit_of(key)
    for result in programs(fit, ("lmer", "spss", "jasp", "gamlj", "normal")):
        assert result.same_fit
        assert result.loglik == pytest.approx(full_loglik(fit.estimates), abs=1e-6)
        assert result.fitted_gap < 1e-6
    ols = results(fit, "ols")["ols"]
    assert not ols.same_fit
    assert ols.loglik < full_loglik(fit.estimates)


def test_nothing_differs_from_lmertest():
    assert results(fit_of("orth_rs"), "lmer")["lmer"].changes == ()


def whys(result):
    return {(c.row, c.column): c.why for c in result.changes}


def test_every_changed_cell_has_its_reason():
    found = results(fit_of("orth_rs"))
    spss = whys(found["spss"])
    assert (1, "df") not in spss  # 25 in both
    assert spss[0, "estimate"] == (
        "There it is the mean of distance, at age = 0, at Sex = Male; here it is the mean of "
        "distance, at age = 0, at Sex = Female."
    )
    assert "effect of age, at Sex = Male; here" in spss[1, "estimate"]
    assert (1, "p_value") not in spss  # below .001 in both
    assert "Sex: Female vs Male" in spss[2, "estimate"]
    assert (2, "std_error") not in spss  # only the sign changes
    jasp = whys(found["jasp"])
    assert "averaged over the levels of Sex; here" in jasp[1, "estimate"]
    assert "Female vs the average of all levels" in jasp[2, "estimate"]
    gamlj = whys(found["gamlj"])
    assert "at the mean of age, averaged over the levels of Sex; here" in gamlj[0, "estimate"]
    assert (3, "estimate") not in gamlj  # the highest interaction is the same
    normal = whys(found["normal"])
    assert {column for _, column in normal} == {"df", "p_value"}
    assert normal[1, "df"] == "The degrees of freedom are infinite there and Satterthwaite's here."
    ols = whys(found["ols"])
    assert "comes out larger" in ols[2, "std_error"]
    assert "independent" in ols[1, "df"]
    for result in found.values():
        assert result.changed == {(c.row, c.column) for c in result.changes}
        assert all(c.why.endswith(".") for c in result.changes)


@pytest.mark.parametrize("method", ["kenward-roger", "normal"])
def test_own_df_method(method):
    fit = fit_of("ratpup_threeway").with_df_method(method)
    found = whys(results(fit, "lmer")["lmer"])
    assert found
    assert all("here" in why for why in found.values())
    assert {column for _, column in found} <= {"df", "p_value", "std_error", "statistic"}


def test_an_ml_fit_differs_by_its_variances():
    fit = reference_fit("orth_rs|ML")
    result = results(fit, "lmer")["lmer"]
    assert not result.same_fit
    assert result.table["std_error"].to_numpy() == pytest.approx(
        array(lme4()["orth_rs|REML"]["tight"]["se"]), rel=1e-4
    )
    assert "by REML there and by ML here" in whys(result)[1, "std_error"]


def test_a_chosen_reference_level_is_part_of_the_difference():
    frame = data("Orthodont", ("Sex", "Subject"))
    fit = fit_model(
        "distance ~ age * Sex + (1 + age | Subject)", frame, reference=(("Sex", "Male"),)
    )
    found = results(fit, "lmer", "spss")
    assert found["spss"].changes == ()
    assert found["lmer"].table["term"].tolist()[2] == "SexMale"
    assert "at Sex = Female; here it is" in whys(found["lmer"])[0, "estimate"]


def test_cautions():
    slope = results(fit_of("orth_rs"), "spss", "jasp", "gamlj", "lmer")
    assert "covariance type UN" in slope["spss"].cautions[0]
    assert "untick" in slope["jasp"].cautions[0]
    assert slope["lmer"].cautions == slope["gamlj"].cautions == ()
    apart = results(reference_fit("sleep_uc|REML"), "gamlj", "spss")
    assert "unrelated to the level at the mean" in apart["gamlj"].cautions[0]
    assert not apart["gamlj"].same_fit
    assert apart["spss"].cautions == ()


@pytest.mark.parametrize(
    "key", ["orthodont_aliased", "ergo_means", "chick_poly", "sleep_weights", "npk_factorial"]
)
def test_unusual_models(key):
    """Aliased columns, no intercept, polynomials, weights."""
    for result in programs(fit_of(key)):
        assert np.isfinite(result.table["estimate"]).all()
        assert result.same_fit == (result.key != "ols")
