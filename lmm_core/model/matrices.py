"""Columns of a model matrix from terms and encoders, with R's rules of contrast coding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.model.encoding import Categorical, Encoder, Numeric, numbers
from lmm_core.model.spec import Term

Array = np.ndarray
INTERCEPT = "(Intercept)"
Parts = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Layout:
    """Which columns a set of terms has; applies to any frame with the same columns.

    ``codings`` says per term and factor whether all levels (True) or all but the reference level
    get a column. ``assign`` gives for each column its term, -1 for the intercept; ``parts`` gives
    for each column its factors, each with the level that it stands for (None when numeric).
    """

    terms: tuple[Term, ...]
    intercept: bool
    codings: tuple[tuple[bool, ...], ...]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    assign: tuple[int, ...]
    parts: tuple[Parts, ...]

    @property
    def width(self) -> int:
        return len(self.names)


def lay_out(terms: tuple[Term, ...], intercept: bool, encoders: Mapping[str, Encoder]) -> Layout:
    """The layout of a model matrix.

    A factor in a term has contrasts when the term without it is in the model, else all levels;
    without an intercept the first factor found has all levels (R's ``model.matrix``).
    """
    present = {frozenset(term) for term in terms}
    codings: list[list[bool]] = []
    for term in terms:
        coding = []
        for factor in term:
            rest = frozenset(term) - {factor}
            is_factor = isinstance(encoders[factor], Categorical)
            coding.append(is_factor and bool(rest) and rest not in present)
        codings.append(coding)
    if not intercept:
        _code_first_factor_fully(terms, encoders, codings)
    names, labels = ([INTERCEPT], [INTERCEPT]) if intercept else ([], [])
    assign = [-1] if intercept else []
    all_parts: list[Parts] = [()] if intercept else []
    for k, (term, coding) in enumerate(zip(terms, codings, strict=True)):
        term_names, term_labels, term_parts = [""], [""], [()]
        for factor, full in zip(term, coding, strict=True):
            columns = _part_names(encoders[factor], full)
            # The first factor varies fastest, as in R.
            term_names = [_join(a, b, ":") for b, _, _ in columns for a in term_names]
            term_labels = [_join(a, b, " × ") for _, b, _ in columns for a in term_labels]
            term_parts = [(*a, (factor, b)) for _, _, b in columns for a in term_parts]
        names += term_names
        labels += term_labels
        all_parts += term_parts
        assign += [k] * len(term_names)
    return Layout(
        terms,
        intercept,
        tuple(tuple(c) for c in codings),
        tuple(names),
        tuple(labels),
        tuple(assign),
        tuple(all_parts),
    )


def _code_first_factor_fully(
    terms: tuple[Term, ...], encoders: Mapping[str, Encoder], codings: list[list[bool]]
) -> None:
    for term, coding in zip(terms, codings, strict=True):
        for i, factor in enumerate(term):
            if isinstance(encoders[factor], Categorical):
                coding[i] = True
                return


def _join(left: str, right: str, by: str) -> str:
    return f"{left}{by}{right}" if left else right


def _part_names(encoder: Encoder, full: bool) -> list[tuple[str, str, str | None]]:
    """Name, label and level (None when numeric) of each column of one factor."""
    if isinstance(encoder, Numeric):
        return [(a, b, None) for a, b in zip(encoder.names, encoder.labels, strict=True)]
    names, labels = encoder.column_names(full), encoder.column_labels(full)
    return list(zip(names, labels, encoder.levels[0 if full else 1 :], strict=True))


class FactorValues:
    """The encoded values of one frame, each factor once. Numeric: (n, k); categorical: codes."""

    def __init__(
        self,
        encoders: Mapping[str, Encoder],
        column: Callable[[str], pd.Series],
        known: Mapping[str, Array] | None = None,
    ) -> None:
        self.encoders = encoders
        self.column = column
        self.cache: dict[str, Array] = dict(known or {})

    def __getstate__(self) -> dict:
        # The table itself isn't taken along when a fit is pickled; what was encoded is.
        return {"encoders": self.encoders, "column": None, "cache": self.cache}

    def __getitem__(self, text: str) -> Array:
        if text not in self.cache:
            encoder = self.encoders[text]
            series = self.column(encoder.factor.column)
            if isinstance(encoder, Numeric):
                self.cache[text] = encoder.values(numbers(series))
            else:
                self.cache[text] = encoder.codes(series)
        return self.cache[text]


# Above this many cells a model matrix isn't kept: its rows are made again where they are needed.
KEEP_CELLS = 1_000_000


class ModelMatrix:
    """A model matrix (n, width) by slices of rows; held as a whole only when it is small."""

    def __init__(
        self, layout: Layout, values: FactorValues, n: int, kept: tuple[int, ...] | None = None
    ) -> None:
        self.layout, self.values, self.n = layout, values, n
        self.kept = tuple(range(layout.width)) if kept is None else kept
        small = n * layout.width <= KEEP_CELLS
        self._whole = build_matrix(layout, values, n, self.kept) if small else None

    @property
    def width(self) -> int:
        return len(self.kept)

    @property
    def has_constant(self) -> bool:
        """Whether the first column is the intercept."""
        return self.layout.intercept and self.kept[0] == 0

    def whole(self) -> Array:
        """(n, width), column-major; made anew at each call when it is large."""
        if self._whole is not None:
            return self._whole
        return build_matrix(self.layout, self.values, self.n, self.kept)

    def rows(self, rows: slice) -> Array:
        """(m, width) for a slice of rows."""
        if self._whole is not None:
            return self._whole[rows]
        return build_matrix(self.layout, self.values, self.n, self.kept, rows)

    def column(self, k: int) -> Array:
        """(n,): one column."""
        if self._whole is not None:
            return self._whole[:, k]
        return build_matrix(self.layout, self.values, self.n, (self.kept[k],))[:, 0]

    def restricted(self, kept: tuple[int, ...]) -> ModelMatrix:
        """The same with some of its columns only."""
        if kept == self.kept:
            return self
        return ModelMatrix(self.layout, self.values, self.n, tuple(self.kept[k] for k in kept))


def build_matrix(
    layout: Layout,
    values: FactorValues,
    n: int,
    kept: tuple[int, ...] | None = None,
    rows: slice | None = None,
) -> Array:
    """The model matrix, (n, width) or its ``kept`` columns and ``rows``, column-major. Unknown
    levels give NaN.
    """
    rows = slice(0, n) if rows is None else rows
    m = len(range(*rows.indices(n)))
    places = {k: i for i, k in enumerate(range(layout.width) if kept is None else kept)}
    matrix = np.empty((m, len(places)), order="F")
    at = 0
    if layout.intercept:
        if 0 in places:
            matrix[:, places[0]] = 1.0
        at = 1
    for term, coding in zip(layout.terms, layout.codings, strict=True):
        columns: list[Array] | None = None
        for factor, full in zip(term, coding, strict=True):
            part = _part_columns(values.encoders[factor], values[factor][rows], full)
            columns = part if columns is None else [a * b for b in part for a in columns]
        for column in columns or []:
            if at in places:
                matrix[:, places[at]] = column
            at += 1
    return matrix


def _part_columns(encoder: Encoder, encoded: Array, full: bool) -> list[Array]:
    if isinstance(encoder, Numeric):
        return [encoded[:, k] for k in range(encoded.shape[1])]
    unknown = encoded < 0
    columns = [(encoded == k).astype(float) for k in range(0 if full else 1, len(encoder.levels))]
    if unknown.any():
        for column in columns:
            column[unknown] = np.nan
    return columns
