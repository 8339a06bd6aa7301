"""A few random designs of ``benchmarks.fuzz_designs``, and those that once went wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.fuzz_designs import QUESTIONS, design, faults_of
from lmm_core import ModelError
from lmm_core.inference.tables import root
from tests.support import fitted

# Overflow in a search, no fixed effect left, near copies, next to no df, a singular start, a
# constant without an intercept, a draw that can't be refitted, codings that can't be told apart.
ONCE = (3, 160, 220, 249, 391, 617, 753, 1103, 6182, 6211, 9351, 100_301)
SLOW = ("profile", "influence", "random terms", "pictures")


@pytest.mark.parametrize("seed", ONCE)
def test_designs_that_went_wrong(seed):
    assert faults_of(seed)[1] == []


def test_random_designs_raise_nothing_but_our_errors():
    quick = tuple(name for name in QUESTIONS if name not in SLOW)
    seeds = [*range(5000, 5035), *range(105_000, 105_005)]
    found = [faults_of(seed, quick) for seed in seeds]
    assert [fault for _, faults in found for fault in faults] == []
    assert sum(outcome == "fitted" for outcome, _ in found) >= 12


def test_the_same_seed_makes_the_same_design():
    first, second = design(11), design(11)
    assert first.formula == second.formula
    assert first.frame.equals(second.frame)


def test_kenward_roger_refuses_a_negative_variance(monkeypatch):
    """Seen where an outcome is nearly exact; the refusal must come before any square root."""
    fit = fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", ("Subject",))
    kind = type(fit.estimates.criterion)
    parts = kind.kenward_roger_parts

    def broken(self, state):
        found = parts(self, state)
        return replace(found, Q=-1e3 * found.Q)

    monkeypatch.setattr(kind, "kenward_roger_parts", broken)
    with pytest.raises(ModelError, match="would make a variance negative") as caught:
        _ = fit.with_df_method("kenward-roger").fixed_effects
    assert caught.value.code == "kr_not_positive"


def test_a_negative_variance_of_a_contrast_is_unknown_not_a_warning():
    assert np.isnan(root(np.array([4.0, -1e-12]))).tolist() == [False, True]
    assert root(np.array([4.0, 0.0])).tolist() == [2.0, 0.0]
