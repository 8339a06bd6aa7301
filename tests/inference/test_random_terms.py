"""Tests of random effects against lmerTest's ranova, and the mixture distribution."""

import pytest

from lmm_core import test_random_terms as random_terms_of
from lmm_core.inference.distributions import chi2_p_value
from lmm_core.inference.random_terms import mixture_p_value
from tests.support import array, inference, reference_fit

# lmerTest replaces (0 + age | Tree) by (1 | Tree), which isn't part of the model.
NOT_NESTED = "orange_origin"
KEYS = [k for k, value in inference().items() if value.get("ranova_reml") and k != NOT_NESTED]


@pytest.mark.parametrize("key", KEYS)
def test_likelihood_ratios(key):
    reference = inference()[key]["ranova_reml"]
    table = random_terms_of(reference_fit(key if "|" in key else f"{key}|REML"))
    assert table["npar"].tolist() == [row["npar"] for row in reference]
    assert table["loglik"].to_numpy() == pytest.approx(
        array([row["logLik"] for row in reference]), abs=1e-5
    )
    expected = array([row["LRT"] for row in reference])
    assert table["chi_sq"].to_numpy()[1:] == pytest.approx(expected[1:], abs=1e-5)
    assert table["p_chi_sq"].to_numpy()[1:] == pytest.approx(
        array([row["Pr(>Chisq)"] for row in reference])[1:], rel=1e-3, abs=1e-300
    )


@pytest.mark.parametrize("df", [1, 2, 3])
def test_mixture_lies_between_its_parts(df):
    p = mixture_p_value(4.0, df)
    assert chi2_p_value(4.0, df - 1) < p < chi2_p_value(4.0, df)


def test_a_single_variance_halves_the_p_value():
    assert mixture_p_value(2.7, 1) == pytest.approx(0.5 * chi2_p_value(2.7, 1))
    assert mixture_p_value(0.0, 1) == pytest.approx(1.0)


def test_a_slope_without_intercept_is_tested_against_no_random_effect():
    fit = reference_fit(f"{NOT_NESTED}|REML")
    row = random_terms_of(fit).iloc[1]
    assert row["npar"] == fit.n_parameters - 1
    assert row["loglik"] < fit.loglik
