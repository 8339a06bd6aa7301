"""Residual structures in a description."""

from __future__ import annotations

import pytest

from lmm_core.model.residual import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)
from lmm_core.model.sentence import describe
from lmm_core.model.spec import ModelSpec
from tests.model.described import frame

PAIN = "pain by month and treatment, random intercept per patient"
AR = ResidualStructure(None, SerialCorrelation("ar1", "month"))
CAR = ResidualStructure(None, SerialCorrelation("car1", "month"))
BY = ResidualStructure(VarianceByLevel("treatment"))
POWER = ResidualStructure(PowerVariance())
BOTH = ResidualStructure(BY.variance, AR.correlation)
CASES = (
    (f"{PAIN}, with an AR(1) structure for the residuals", AR),
    (f"{PAIN}; AR(1) residuals", AR),
    (f"{PAIN}, first-order autoregressive errors over month", AR),
    (f"autocorrelated residuals; {PAIN}", AR),
    (f"{PAIN}; continuous AR(1) correlation over month", CAR),
    (f"{PAIN}; residual variance by treatment", BY),
    (f"{PAIN}, a different residual variance in each treatment", BY),
    (f"{PAIN}; residual variance as a power of the fitted values", POWER),
    (f"{PAIN}; AR(1) residuals; residual variance by treatment", BOTH),
)  # fmt: skip


@pytest.mark.parametrize(("text", "structure"), CASES, ids=[text[-40:] for text, _ in CASES])
def test_structure(text: str, structure: ResidualStructure):
    wish = describe(text, frame("pain"))
    assert wish.spec is not None
    assert (wish.spec.residual, wish.not_understood) == (structure, ())
    assert wish.spec.formula == "pain_score ~ month + treatment + (1 | patient_id)"


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        (f"{PAIN}; check the autocorrelation", "autocorrelation"),
        (f"{PAIN}; AR(1) covariance", "AR"),
        (f"{PAIN}; heteroscedastic residuals", "heteroscedastic"),
    ],
)
def test_what_is_not_certain_is_listed(text: str, listed: str):
    wish = describe(text, frame("pain"))
    assert wish.spec is not None
    assert wish.spec.residual is None
    assert listed in " ".join(wish.not_understood)


def test_an_edit_keeps_the_structure_on_screen():
    current = ModelSpec.from_formula("pain_score ~ month + (1 | patient_id)", residual=AR)
    wish = describe("add treatment", frame("pain"), current)
    assert wish.spec is not None
    assert wish.spec.residual == AR
