"""Profile intervals against lme4's, and against the definition of a limit."""

import numpy as np
import pytest

from lmm_core.inference.distributions import chi2_quantile
from tests.support import array, fitted, lme4, reference_fit

# lme4 interpolates its profile of this model's correlation with splines and is off by 0.2 on the
# deviance scale at its own limits; ours is checked by the definition below.
INTERPOLATED_BADLY = "pixel_nested|REML"
KEYS = [k for k, v in lme4().items() if "profile" in v and k != INTERPOLATED_BADLY]


@pytest.mark.parametrize("key", KEYS)
def test_limits(key):
    table, reference = reference_fit(key).confint("profile"), lme4()[key]["profile"]
    assert table["parameter"].tolist() == list(np.atleast_1d(reference["names"]))
    low, high = array(reference["lower"]), array(reference["upper"])
    assert table["conf_low"].to_numpy() == pytest.approx(low, rel=1e-3, abs=1e-6)
    assert table["conf_high"].to_numpy() == pytest.approx(high, rel=1e-3)


def test_a_limit_is_where_the_deviance_rises_by_the_quantile():
    """Hold sigma at its limit and minimise over the rest by brute force."""
    from scipy.optimize import minimize

    from lmm_core.estimation.certify import value_at

    fit = fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", reml=False)
    limits = fit.confint("profile").set_index("parameter").loc["sigma"]
    criterion, scale = fit.estimates.criterion, fit.estimates.conditioned.scale

    def deviance(theta, sigma):
        state = value_at(criterion, theta)[1]
        return criterion.unprofiled(state, 2 * np.log(sigma / scale))[0]

    lowest = deviance(fit.estimates.theta, fit.sigma)
    for sigma in (limits["conf_low"], limits["conf_high"]):
        rest = minimize(deviance, fit.estimates.theta, args=(sigma,), method="Nelder-Mead")
        assert rest.fun - lowest == pytest.approx(chi2_quantile(0.95, 1), abs=1e-3)


def test_a_variance_at_zero_has_its_lower_limit_at_zero():
    table = reference_fit("dye2_sing|REML").confint("profile").set_index("parameter")
    assert table.loc["sd_(Intercept)|Batch", "conf_low"] == 0
    assert table.loc["sd_(Intercept)|Batch", "conf_high"] > 0


def test_stopping_keeps_what_is_done():
    table = reference_fit("sleep_ri|REML").confint("profile", progress=lambda done, total: False)
    assert table["conf_low"].notna().tolist() == [True, False, False, False]
