"""What stands on the horizontal axis, and which predictor splits the population mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from lmm_core.errors import ModelError
from lmm_core.figures.parts import axis
from lmm_core.figures.theme import axis_title, escape, wrap
from lmm_core.fitted import FittedModel
from lmm_core.model.checks import varies_within
from lmm_core.model.design import Grouping
from lmm_core.model.encoding import Categorical, Numeric

Array = np.ndarray

MOST_LEVELS = 6
MOST_TICKS = 10


@dataclass(frozen=True)
class Horizontal:
    """Positions (n,) of the rows in use; ``levels`` of a categorical column at 0, 1, 2, …

    ``kind`` "order" has no column: each row stands at its place within its group.
    """

    kind: Literal["number", "category", "order"]
    column: str | None
    values: Array
    levels: tuple[str, ...] = ()

    @cached_property
    def unique(self) -> Array:
        return np.unique(self.values)

    @property
    def label(self) -> str:
        """The column's name as plain text, for sentences and tables."""
        return self.column or "row"

    def axis(self, group: str, units: Mapping[str, str] | None) -> dict[str, Any]:
        """The axis with ticks where data are, when these are few and apart from each other."""
        if self.kind == "order":
            title = f"Row within {escape(group)}"
        else:
            title = axis_title(self.column, units)
        if self.kind == "category":
            width = 14 if len(self.levels) <= 4 else 9
            names = [wrap(level, width, 2) for level in self.levels]
            ends = [-0.5, len(self.levels) - 0.5]
            return axis(title, tickvals=list(range(len(names))), ticktext=names, range=ends)
        at = self.unique
        if 1 < len(at) <= MOST_TICKS and np.diff(at).min() >= 0.06 * np.ptp(at):
            return axis(title, tickvals=at)
        return axis(title)


def group_of(fit: FittedModel, group: str | None = None) -> Grouping:
    """A grouping factor by name; the first one by default."""
    name = next(iter(fit.groups)) if group is None else group
    if name not in fit.groups:
        raise ModelError(
            f"{name} isn't a grouping column of the model.",
            f"Grouping columns: {', '.join(fit.groups)}.",
            code="unknown_group",
        )
    return fit.groups[name]


def numbers(fit: FittedModel, column: str) -> Array:
    """(n,): a numeric column of the rows in use."""
    return fit.frame[column].to_numpy(dtype=float, na_value=np.nan)


def x_choices(fit: FittedModel, group: str | None = None) -> tuple[str, ...]:
    """Numeric columns of the model that vary within a group; random slopes first."""
    grouping = group_of(fit, group)
    return tuple(c for c in _columns(fit, Numeric) if varies_within(numbers(fit, c), grouping))


def default_by(fit: FittedModel, x: str | None = None, group: str | None = None) -> str | None:
    """The categorical fixed effect with at most six levels, when there is exactly one.

    A column that stands on the horizontal axis doesn't count.
    """
    taken = horizontal(fit, x, group).column
    fixed = {text for term in fit.spec.fixed for text in term}
    small = {
        e.factor.column
        for text, e in fit.design.encoders.items()
        if text in fixed and isinstance(e, Categorical) and len(e.levels) <= MOST_LEVELS
    }
    small.discard(taken or "")
    return small.pop() if len(small) == 1 else None


def horizontal(fit: FittedModel, x: str | None = None, group: str | None = None) -> Horizontal:
    """The axis of a column of the model, or of the one that suits best.

    Best is a numeric column that varies within groups, then a categorical one, then any column of
    the model; a model without predictors has the order of the rows.

    Raises
    ------
    ModelError
        ``unknown_x``: the model has no such predictor.
    """
    grouping = group_of(fit, group)
    numeric, categorical = _columns(fit, Numeric), _columns(fit, Categorical)
    if x is None:
        x = _best(fit, grouping, numeric, categorical)
    if x is None:
        return Horizontal("order", None, place_within(grouping.codes))
    if x in numeric:
        return Horizontal("number", x, numbers(fit, x))
    if x in categorical:
        text, levels = categorical[x]
        return Horizontal("category", x, fit.design.values[text].astype(float), levels)
    known = [*numeric, *categorical]
    raise ModelError(
        f"{x} isn't a predictor of the model.",
        f"Choose {' or '.join(known)}." if known else "The model has no predictors.",
        code="unknown_x",
    )


def _best(
    fit: FittedModel, grouping: Grouping, numeric: Mapping[str, Any], categorical: Mapping[str, Any]
) -> str | None:
    within = [c for c in numeric if varies_within(numbers(fit, c), grouping)]
    if within:
        return within[0]
    # Most levels first: of recipe and temperature, the temperature is the axis.
    ordered = sorted(categorical, key=lambda c: -len(categorical[c][1]))
    within = [c for c in ordered if varies_within(fit.design.values[categorical[c][0]], grouping)]
    return next(iter([*within, *numeric, *ordered]), None)


def _columns(fit: FittedModel, kind: type) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Columns behind the factors of one kind, slopes first, with a factor text and its levels."""
    slopes = [text for r in fit.spec.random for term in r.terms for text in term]
    fixed = [text for term in fit.spec.fixed for text in term]
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for text in (*slopes, *fixed):
        encoder = fit.design.encoders[text]
        if isinstance(encoder, kind):
            found.setdefault(encoder.factor.column, (text, getattr(encoder, "levels", ())))
    return found


def place_within(codes: Array) -> Array:
    """(n,): 1, 2, 3, … in the order of the rows of each group."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    place = np.arange(len(codes)) - np.repeat(first, np.diff([*first, len(codes)]))
    result = np.empty(len(codes))
    result[order] = place + 1
    return result
