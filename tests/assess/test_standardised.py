"""Standardised coefficients are those of the model on standardised columns."""

from __future__ import annotations

import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.assess.standardised import standardised_coefficients
from tests.support import data


def _standard(series):
    return (series - series.mean()) / series.std(ddof=1)


def test_numeric_predictors():
    frame = data("MathAchieve")
    formula = "MathAch ~ SES + MEANSES + (1 | School)"
    found = standardised_coefficients(fit_model(formula, frame))
    for column in ("MathAch", "SES", "MEANSES"):
        frame[column] = _standard(frame[column])
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1:], fit_model(formula, frame).estimates.beta[1:], rtol=1e-6)


def test_a_contrast_of_levels_is_in_sds_of_the_outcome():
    frame = data("Machines")
    fit = fit_model("score ~ Machine + (1 | Worker)", frame)
    frame["score"] = _standard(frame["score"])
    again = fit_model("score ~ Machine + (1 | Worker)", frame)
    found = standardised_coefficients(fit)
    np.testing.assert_allclose(found[1:], again.estimates.beta[1:], rtol=1e-7)


def test_units_do_not_matter():
    frame = data("sleepstudy")
    formula = "Reaction ~ Days + (1 + Days | Subject)"
    found = standardised_coefficients(fit_model(formula, frame))[1]
    frame = frame.assign(Days=24.0 * frame["Days"], Reaction=frame["Reaction"] / 1000.0)
    assert standardised_coefficients(fit_model(formula, frame))[1] == pytest.approx(found, rel=1e-7)
