"""Missing data: who is observed when, who leaves, and what that is related to."""

from __future__ import annotations

from lmm_core.assess.missing.dropout import Dropout, Relation, dropout, missing_next
from lmm_core.assess.missing.pattern import (
    EMPTY,
    NO_PREDICTOR,
    NO_ROW,
    USED,
    Pattern,
    pattern,
    time_columns,
)

__all__ = [
    "EMPTY",
    "NO_PREDICTOR",
    "NO_ROW",
    "USED",
    "Dropout",
    "Pattern",
    "Relation",
    "dropout",
    "missing_next",
    "pattern",
    "time_columns",
]
