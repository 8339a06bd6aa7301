"""What a residual structure is: how the residual SD varies, and how neighbours are correlated.

The residuals of a group have the covariance sigma^2 D C D (Pinheiro & Bates 2000, Mixed-Effects
Models in S and S-PLUS, ch. 5): D diagonal with a variance function, C the correlations over time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class VarianceByLevel:
    """An SD of its own for each level of a column, relative to the first level."""

    column: str


@dataclass(frozen=True)
class PowerVariance:
    """SD proportional to |v|^power, v a numeric column, or the fitted values (``column`` None)."""

    column: str | None = None


@dataclass(frozen=True)
class SerialCorrelation:
    """Correlation of the rows of a group, in order of the numeric column ``time``.

    "ar1": phi^k for rows k places apart; "car1": phi^d for rows that lie d units of time apart.
    """

    kind: Literal["ar1", "car1"]
    time: str


@dataclass(frozen=True)
class ResidualStructure:
    """A variance function, a correlation, or both."""

    variance: VarianceByLevel | PowerVariance | None = None
    correlation: SerialCorrelation | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        parts = []
        if self.variance is not None and self.variance.column is not None:
            parts.append(self.variance.column)
        if self.correlation is not None:
            parts.append(self.correlation.time)
        return tuple(dict.fromkeys(parts))
