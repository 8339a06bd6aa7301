"""Estimates against lme4, re-optimised at tight tolerance."""

import numpy as np
import pytest

from tests.support import array, lme4, reference_fit

KEYS = list(lme4())


@pytest.mark.parametrize("key", KEYS)
class TestEstimates:
    def test_loglik_is_the_reference_or_better(self, key):
        fit, reference = reference_fit(key), lme4()[key]["tight"]
        assert fit.loglik == pytest.approx(reference["logLik"], abs=1e-6)
        assert fit.loglik >= reference["logLik"] - 1e-8

    def test_coefficients_and_standard_errors(self, key):
        fit, reference = reference_fit(key), lme4()[key]["tight"]
        se = array(reference["se"])
        assert list(fit.design.names) == list(np.atleast_1d(reference["coef_names"]))
        assert np.abs(fit.estimates.beta - array(reference["beta"])) / se == pytest.approx(
            np.zeros(len(se)), abs=1e-5
        )
        assert fit.fixed_effects["std_error"].to_numpy() == pytest.approx(se, rel=1e-5)

    def test_variance_components(self, key):
        fit, reference = reference_fit(key), lme4()[key]["tight"]["vc"]
        table = fit.variance_components
        assert table["group"].tolist() == reference["grp"]
        assert table["sdcor"].to_numpy() == pytest.approx(array(reference["sdcor"]), rel=1e-4)
        assert table["vcov"].to_numpy() == pytest.approx(array(reference["vcov"]), rel=1e-4)

    def test_criteria(self, key):
        fit, reference = reference_fit(key), lme4()[key]["tight"]
        assert fit.criterion == pytest.approx(reference["reml_crit_or_dev"], abs=1e-6)
        assert fit.aic == pytest.approx(reference["AIC"], abs=1e-6)
        assert fit.bic == pytest.approx(reference["BIC"], abs=1e-6)
        assert fit.n_parameters == reference["npar"]
        assert fit.sigma == pytest.approx(reference["sigma"], rel=1e-5)

    def test_singularity_and_certificate(self, key):
        fit, reference = reference_fit(key), lme4()[key]["tight"]
        assert fit.is_singular == reference["singular"]
        assert fit.convergence.converged
        assert len(fit.convergence.attempts) == 1


@pytest.mark.parametrize("key", [k for k in KEYS if "ranef" in lme4()[k]])
def test_conditional_modes_and_their_sd(key):
    fit = reference_fit(key)
    for group, reference in lme4()[key]["ranef"].items():
        table = fit.conditional_modes(group)
        q = table["term"].nunique()
        modes = np.array(reference["mode"], dtype=float)
        levels = np.array(reference["levels"]).astype(str)
        sd = np.sqrt(np.array(reference["condvar"], dtype=float).reshape(len(levels), q))
        order = [list(dict.fromkeys(table["level"])).index(level) for level in levels]
        ours = table["estimate"].to_numpy().reshape(-1, q)[order]
        our_sd = table["std_error"].to_numpy().reshape(-1, q)[order]
        scale = np.where(sd > 0, sd, 1.0)
        assert np.abs(ours - modes) / scale == pytest.approx(np.zeros_like(modes), abs=1e-4)
        assert our_sd == pytest.approx(sd, rel=1e-4)
