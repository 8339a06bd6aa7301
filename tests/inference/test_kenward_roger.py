"""Kenward–Roger df and standard errors against pbkrtest."""

import numpy as np
import pytest

from lmm_core import ModelError
from lmm_core.inference.kenward_roger import kenward_roger
from tests.support import array, fitted, lme4, reference_fit

KEYS = [key for key, value in lme4().items() if "kr" in value]


@pytest.mark.parametrize("key", KEYS)
def test_df_and_standard_errors(key):
    table = reference_fit(key).with_df_method("kenward-roger").fixed_effects
    reference = lme4()[key]["kr"]
    assert table["df"].to_numpy() == pytest.approx(array(reference["df"]), rel=1e-4)
    assert table["std_error"].to_numpy() == pytest.approx(array(reference["se"]), rel=1e-4)


def test_balanced_split_plot_has_its_exact_df():
    """At 2 df the general formula divides 0 by 0."""
    table = reference_fit("beets_split|REML").with_df_method("kenward-roger").fixed_effects
    assert table["df"].to_numpy()[[1, 2, 7]] == pytest.approx(2.0, rel=1e-6)


def test_ml_is_refused_with_the_way_out():
    fit = fitted("Yield ~ 1 + (1 | Batch)", "Dyestuff", reml=False)
    with pytest.raises(ModelError, match="need a REML fit"):
        kenward_roger(fit.estimates)


def test_the_two_engines_agree():
    """A second factor without variance leaves the numbers of the first as they are."""
    one = reference_fit("penicillin|REML")
    source = kenward_roger(one.estimates)
    assert source.df(np.array([1.0])) == pytest.approx(
        array(lme4()["penicillin|REML"]["kr"]["df"]), rel=1e-4
    )
