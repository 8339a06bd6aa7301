"""The button by which a check of the residuals puts what it found into the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from lmm_core.assess.assumptions import Check
from lmm_core.assess.structures import offered_structures
from lmm_core.cache import remembered
from lmm_core.fitted import FittedModel
from lmm_core.model.residual import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)
from lmm_core.report.markup import md
from pages.parts import preparation, state

Part = VarianceByLevel | PowerVariance | SerialCorrelation


def show(check: Check, row: Any = None) -> None:
    """A button for a structure that these data offer and the model doesn't have."""
    fit = state.fit()
    if fit is None or check.verdict == "fine":
        return
    part, label = _part(check, fit)
    if part is None:
        return
    if (row or st).button(label, key=f"structure_of:{check.key}"):
        preparation.later(_use, part)


def _part(check: Check, fit: FittedModel) -> tuple[Part | None, str]:
    """What would take up the finding, and the words for its button."""
    current = fit.spec.residual
    key = ("structures offered", state.table().fingerprint, fit.spec)
    offered = remembered(key, lambda: offered_structures(fit))
    column = str(check.numbers.get("predictor", ""))
    if check.key == "autocorrelation":
        if current is not None and current.correlation is not None:
            return None, ""
        kinds = [s.correlation for s in offered if s.correlation is not None]
        # A continuous correlation can't be negative; it is offered where steps differ.
        kinds = [k for k in kinds if k.kind == "ar1" or float(check.numbers["phi"]) > 0]
        return (kinds[-1], "Let neighbouring residuals correlate") if kinds else (None, "")
    if current is not None and current.variance is not None:
        return None, ""
    variances = [s.variance for s in offered if s.variance is not None]
    wanted: dict[str, tuple[Part, str]] = {
        "homoscedasticity_predictors": (
            VarianceByLevel(column),
            f"Give each {md(column)} a residual spread of its own",
        ),
        "homoscedasticity_fitted": (
            PowerVariance(),
            "Let the residual spread follow the fitted values",
        ),
        "homoscedasticity_time": (
            PowerVariance(column),
            f"Let the residual spread follow a power of {md(column)}",
        ),
    }
    part, label = wanted.get(check.key, (None, ""))
    return (part, label) if part in variances else (None, "")


def _use(part: Part) -> None:
    model = state.spec()
    if model is None:
        return
    current = model.residual or ResidualStructure()
    if isinstance(part, SerialCorrelation):
        current = replace(current, correlation=part)
    else:
        current = replace(current, variance=part)
    state.change_options(residual=current)
