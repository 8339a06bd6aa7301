"""Residuals that are neither equally spread nor independent: structures and their estimation."""

from __future__ import annotations

from lmm_core.estimation.residual_structures.estimate import StructuredEstimates, estimate_structure
from lmm_core.estimation.residual_structures.structure import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)

__all__ = [
    "PowerVariance",
    "ResidualStructure",
    "SerialCorrelation",
    "StructuredEstimates",
    "VarianceByLevel",
    "estimate_structure",
]
