"""The kinds of residual structure that the sidebar names, and their two-way translation."""

from __future__ import annotations

from lmm_core.model.residual import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)

CONSTANT = ""
LABELS = {
    CONSTANT: "Constant and independent",
    "by": "Spread by a column",
    "power": "Spread as a power of a column",
    "fitted": "Spread as a power of the fitted values",
    "ar1": "Correlated over time, AR(1)",
    "car1": "Correlated over time, continuous AR(1)",
    "by+ar1": "Spread by a column, and AR(1)",
    "by+car1": "Spread by a column, and continuous AR(1)",
    "power+ar1": "Power of a column, and AR(1)",
    "power+car1": "Power of a column, and continuous AR(1)",
    "fitted+ar1": "Power of the fitted values, and AR(1)",
    "fitted+car1": "Power of the fitted values, and continuous AR(1)",
}
SHORT = tuple(LABELS)[:7]
"""What is always offered where columns suit it; further combinations only when they are there."""


def kind_of(structure: ResidualStructure | None) -> str:
    """A key of ``LABELS``."""
    if structure is None:
        return CONSTANT
    variance, correlation = structure.variance, structure.correlation
    parts = []
    if isinstance(variance, VarianceByLevel):
        parts.append("by")
    elif isinstance(variance, PowerVariance):
        parts.append("fitted" if variance.column is None else "power")
    if correlation is not None:
        parts.append(correlation.kind)
    return "+".join(parts)


def needs(kind: str) -> tuple[str, bool]:
    """Which column the spread needs ("by", "power" or none, ""), and whether a time is needed."""
    parts = kind.split("+")
    spread = next((p for p in parts if p in ("by", "power")), "")
    return spread, any(p in ("ar1", "car1") for p in parts)


def structure_of(kind: str, spread: str | None, time: str | None) -> ResidualStructure | None:
    """The structure of a kind with its columns; None when a column is missing."""
    variance: VarianceByLevel | PowerVariance | None = None
    correlation: SerialCorrelation | None = None
    for part in filter(None, kind.split("+")):
        if part == "fitted":
            variance = PowerVariance()
        elif part in ("by", "power"):
            if spread is None:
                return None
            variance = VarianceByLevel(spread) if part == "by" else PowerVariance(spread)
        elif time is None:
            return None
        else:
            correlation = SerialCorrelation("ar1" if part == "ar1" else "car1", time)
    if variance is None and correlation is None:
        return None
    return ResidualStructure(variance, correlation)
