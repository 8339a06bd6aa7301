"""What a residual structure is: how the residual SD varies, and how neighbours are correlated.

The residuals of a group have the covariance sigma^2 D C D (Pinheiro & Bates 2000, Mixed-Effects
Models in S and S-PLUS, ch. 5): D diagonal with a variance function, C the correlations over time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from lmm_core.errors import ModelError


@dataclass(frozen=True)
class VarianceByLevel:
    """An SD of its own for each level of a column, relative to the first level."""

    column: str

    @property
    def text(self) -> str:
        return f"by:{self.column}"


@dataclass(frozen=True)
class PowerVariance:
    """SD proportional to |v|^power, v a numeric column, or the fitted values (``column`` None)."""

    column: str | None = None

    @property
    def text(self) -> str:
        return "power" if self.column is None else f"power:{self.column}"


@dataclass(frozen=True)
class SerialCorrelation:
    """Correlation of the rows of a group, in order of the numeric column ``time``.

    The group is that of the finest grouping column. "ar1": phi^k for rows k places apart; "car1":
    phi^d for rows that lie d units of time apart.
    """

    kind: Literal["ar1", "car1"]
    time: str

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.time}"


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

    @property
    def words(self) -> str:
        """ "spread by Sex", "spread as a power of the fitted values, AR(1) over age"."""
        parts = []
        variance, correlation = self.variance, self.correlation
        if isinstance(variance, VarianceByLevel):
            parts.append(f"spread by {variance.column}")
        elif isinstance(variance, PowerVariance):
            parts.append(f"spread as a power of {variance.column or 'the fitted values'}")
        if correlation is not None:
            kind = "AR(1)" if correlation.kind == "ar1" else "continuous AR(1)"
            parts.append(f"{kind} over {correlation.time}")
        return ", ".join(parts) or "independent, equal spread"

    @property
    def texts(self) -> tuple[str, str]:
        """The two parts as short texts, "" where there is none; ``from_texts`` reads them."""
        return (
            self.variance.text if self.variance is not None else "",
            self.correlation.text if self.correlation is not None else "",
        )

    @classmethod
    def from_texts(cls, variance: str = "", correlation: str = "") -> ResidualStructure | None:
        """The structure that ``texts`` wrote ("by:Sex", "power", "power:age"; "ar1:age",
        "car1:age"); None when both are empty.

        Raises
        ------
        ModelError
            ``residual_structure`` when a text isn't one of these.
        """
        found: VarianceByLevel | PowerVariance | None = None
        serial: SerialCorrelation | None = None
        if variance:
            kind, _, column = variance.partition(":")
            if kind == "by" and column:
                found = VarianceByLevel(column)
            elif kind == "power":
                found = PowerVariance(column or None)
            else:
                raise _unknown(variance)
        if correlation:
            kind, _, column = correlation.partition(":")
            if kind not in ("ar1", "car1") or not column:
                raise _unknown(correlation)
            serial = SerialCorrelation("ar1" if kind == "ar1" else "car1", column)
        return None if found is None and serial is None else cls(found, serial)

    def renamed(self, names: Mapping[str, str]) -> ResidualStructure:
        """The same with each column of ``names`` (old to new) replaced."""
        variance, correlation = self.variance, self.correlation
        if variance is not None and variance.column is not None:
            variance = replace(variance, column=names.get(variance.column, variance.column))
        if correlation is not None:
            correlation = replace(correlation, time=names.get(correlation.time, correlation.time))
        return ResidualStructure(variance, correlation)

    def contains(self, other: ResidualStructure | None) -> bool:
        """Whether ``other`` (None: independent residuals of equal spread) is a special case."""
        if other is None:
            return True
        return other.variance in (None, self.variance) and other.correlation in (
            None,
            self.correlation,
        )


def words_of(structure: ResidualStructure | None) -> str:
    """``words``, also of the plain model."""
    return (structure or ResidualStructure()).words


def _unknown(text: str) -> ModelError:
    return ModelError(
        f"The residual structure “{text}” isn't known.",
        "Use by:column, power, power:column, ar1:column or car1:column.",
        code="residual_structure",
    )
