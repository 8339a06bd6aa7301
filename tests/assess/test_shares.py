"""ICC and R² against the R package performance."""

import pytest

from tests.support import fitted, inference, reference_fit

KEYS = [
    k for k in ("sleep_rs", "cake", "orth_rs", "bodywt", "mathach_rs") if "r2" in inference()[k]
]


@pytest.mark.parametrize("key", KEYS)
def test_shares_of_variance(key):
    fit, reference = reference_fit(f"{key}|REML"), inference()[key]
    assert fit.r2().marginal == pytest.approx(reference["r2"]["R2_marginal"], rel=1e-4)
    assert fit.r2().conditional == pytest.approx(reference["r2"]["R2_conditional"], rel=1e-4)
    assert fit.icc().adjusted == pytest.approx(reference["icc"]["ICC_adjusted"], rel=1e-4)
    assert fit.icc().conditional == pytest.approx(reference["icc"]["ICC_unadjusted"], rel=1e-4)


def test_random_intercept_icc_is_the_textbook_ratio():
    fit = fitted("Yield ~ 1 + (1 | Batch)", "Dyestuff")
    between, within = fit.variance_components["vcov"]
    assert float(fit.icc()) == pytest.approx(between / (between + within))
