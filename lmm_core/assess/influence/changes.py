"""The results without each group or row, beside those of all data, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

Array = np.ndarray


@dataclass(frozen=True)
class Results:
    """Fixed effects (m, p), SDs and correlations (m, c) of m fits; NaN where not to be had."""

    estimate: Array
    std_error: Array
    df: Array
    statistic: Array
    p_value: Array
    components: Array


@dataclass(frozen=True)
class Influence:
    """What leaving out one group (of the column ``group``) or one row (``group`` None) changes.

    ``levels`` (m) are the names of the groups, or the 1-based rows of the table; ``n_rows`` (m,)
    how many rows each leaves out. ``full`` holds the results of all data (first axis of length 1),
    ``without`` those of the m fits. ``cooks`` (m,) is (b - b_i)' V^-1 (b - b_i) / p with V the
    covariance of all data's coefficients (Demidenko & Stukel 2005, Statistics in Medicine 24).
    ``exact`` (m,): refitted; else the variance components were held at those of all data, and the
    components are NaN. ``singular`` (m,): the fit without it is at its boundary. ``owners`` (m)
    says to which group each row belongs ("Subject 308"); empty for groups.
    """

    group: str | None
    levels: tuple[str, ...]
    n_rows: Array
    terms: tuple[str, ...]
    labels: tuple[str, ...]
    component_names: tuple[tuple[str, str | None, str | None], ...]
    full: Results
    without: Results
    cooks: Array
    exact: Array
    singular: Array
    full_singular: bool
    owners: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return len(self.levels)

    @property
    def is_exact(self) -> bool:
        return bool(self.exact.all())

    def called(self, level: str) -> str:
        """ "Subject 308", or "row 60 (Subject 309)"."""
        if self.group is not None:
            return f"{self.group} {level}"
        owner = self.owners[self.levels.index(level)] if self.owners else ""
        return f"row {level} ({owner})" if owner else f"row {level}"

    def index(self, term: str) -> int:
        return self.terms.index(term)

    def change(self, term: str) -> Array:
        """(m,): coefficient without the group minus coefficient of all data."""
        k = self.index(term)
        return self.without.estimate[:, k] - self.full.estimate[0, k]

    def change_in_se(self, term: str) -> Array:
        """(m,): the change in standard errors of all data's coefficient (as DFBETAS)."""
        return self.change(term) / self.full.std_error[0, self.index(term)]

    def turning(self, term: str, alpha: float = 0.05) -> Array:
        """(m,): whether p crosses ``alpha``, or the coefficient its sign, without the group."""
        k = self.index(term)
        with np.errstate(invalid="ignore"):
            crosses = (self.without.p_value[:, k] < alpha) != (self.full.p_value[0, k] < alpha)
            turns = self.without.estimate[:, k] * self.full.estimate[0, k] < 0
        return (crosses | turns) & np.isfinite(self.without.estimate[:, k])

    def coefficient(self, term: str) -> pd.DataFrame:
        """One coefficient without each group, the largest change first.

        Columns: level, (belongs_to,) n_rows, estimate, change, change_in_se, std_error, df,
        statistic, p_value, cooks_distance, exact.
        """
        k = self.index(term)
        table = pd.DataFrame(
            {
                "level": np.array(self.levels, dtype=object),
                **({"belongs_to": np.array(self.owners, dtype=object)} if self.owners else {}),
                "n_rows": self.n_rows,
                "estimate": self.without.estimate[:, k],
                "change": self.change(term),
                "change_in_se": self.change_in_se(term),
                "std_error": self.without.std_error[:, k],
                "df": self.without.df[:, k],
                "statistic": self.without.statistic[:, k],
                "p_value": self.without.p_value[:, k],
                "cooks_distance": self.cooks,
                "exact": self.exact,
            }
        )
        order = np.argsort(-np.nan_to_num(np.abs(self.change(term)), nan=np.inf), kind="stable")
        return table.iloc[order].reset_index(drop=True)

    def variances(self) -> pd.DataFrame:
        """SDs and correlations without each group (lme4's ``sdcor``), wide, by Cook's distance.

        Columns: level, n_rows, then one per component as in ``component_labels``, singular.
        """
        table = pd.DataFrame({"level": np.array(self.levels, dtype=object), "n_rows": self.n_rows})
        for k, label in enumerate(self.component_labels):
            table[label] = self.without.components[:, k]
        table["singular"] = self.singular
        return table.iloc[self.order()].reset_index(drop=True)

    def order(self) -> Array:
        """(m,): positions by falling Cook's distance; without an estimate first."""
        return np.argsort(-np.nan_to_num(self.cooks, nan=np.inf), kind="stable")

    @property
    def component_labels(self) -> tuple[str, ...]:
        return tuple(component_label(*name) for name in self.component_names)


def component_label(group: str, term_1: str | None, term_2: str | None) -> str:
    """ "SD of level between Subject", "correlation of level and Days", "residual SD"."""
    if term_1 is None:
        return "residual SD"
    first = "level" if term_1 == "(Intercept)" else term_1
    if term_2 is None:
        return f"SD of {first} between {group}"
    second = "level" if term_2 == "(Intercept)" else term_2
    return f"correlation of {first} and {second} in {group}"


def stacked(rows: Sequence[Results]) -> Results:
    """Results of single fits, first axis of length 1 each, as one."""
    names = [field.name for field in fields(Results)]
    return Results(*(np.concatenate([getattr(r, name) for r in rows]) for name in names))
