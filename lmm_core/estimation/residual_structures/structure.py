"""The structures themselves; they belong to what a model is (``lmm_core.model.residual``)."""

from __future__ import annotations

from lmm_core.model.residual import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)

__all__ = ["PowerVariance", "ResidualStructure", "SerialCorrelation", "VarianceByLevel"]
