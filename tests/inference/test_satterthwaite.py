"""Degrees of freedom and p-values against lmerTest."""

import numpy as np
import pytest

from lmm_core.inference.satterthwaite import satterthwaite
from tests.support import array, lme4, reference_fit


@pytest.mark.parametrize("key", list(lme4()))
def test_df_t_and_p(key):
    table, reference = reference_fit(key).fixed_effects, lme4()[key]["tight"]
    assert table["df"].to_numpy() == pytest.approx(array(reference["df_satt"]), rel=1e-3)
    assert table["statistic"].to_numpy() == pytest.approx(array(reference["t"]), rel=1e-5)
    assert table["p_value"].to_numpy() == pytest.approx(array(reference["p_satt"]), rel=5e-3)


def test_df_of_a_contrast_doesnt_depend_on_its_scale():
    source = satterthwaite(reference_fit("orth_rs|REML").estimates)
    contrast = np.array([1.0, 11.0, 1.0, 11.0])
    assert source.df(contrast) == pytest.approx(source.df(-7.5 * contrast))
