"""Parametric bootstrap: agrees with theory, can be repeated, can be stopped."""

import numpy as np
import pytest

from lmm_core.inference.bootstrap import bootstrap
from tests.support import fitted


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("Reaction ~ Days + (1 | Subject)", "sleepstudy"),
        ("diameter ~ 1 + (1 | plate) + (1 | sample)", "Penicillin"),
    ],
)
def test_spread_of_the_fixed_effects_is_their_standard_error(formula, name):
    fit = fitted(formula, name)
    draws = bootstrap(fit.design, fit.estimates, 300).draws
    p = fit.design.p
    error = fit.fixed_effects["std_error"].to_numpy()
    assert draws[:, -p:].mean(axis=0) == pytest.approx(fit.estimates.beta, abs=0.25 * error.max())
    assert draws[:, -p:].std(axis=0, ddof=1) == pytest.approx(error, rel=0.15)
    assert draws[:, -p - 1].mean() == pytest.approx(fit.sigma, rel=0.05)


def test_the_seed_decides():
    fit = fitted("Yield ~ 1 + (1 | Batch)", "Dyestuff")
    one, same, other = (fit.confint("bootstrap", replicates=20, seed=s) for s in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_it_can_be_stopped():
    fit = fitted("Yield ~ 1 + (1 | Batch)", "Dyestuff")
    seen = []

    def progress(done: int, total: int) -> bool:
        seen.append((done, total))
        return done < 5

    drawn = bootstrap(fit.design, fit.estimates, 100, progress=progress)
    assert len(drawn.draws) == 5
    assert seen[-1] == (5, 100)
    assert np.isfinite(drawn.intervals(0.9)["conf_low"]).all()
