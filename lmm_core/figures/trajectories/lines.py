"""The lines of a fitted model along one column: the population mean, and each group's own.

Every column of a model matrix is a product of factors, so it is a function of x times a value that
doesn't depend on x. Averaging the rows of the matrix over the other predictors therefore needs only
the averages of those values, and is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.figures.trajectories.horizontal import Horizontal, numbers
from lmm_core.fitted import FittedModel
from lmm_core.inference.tables import contrast_table
from lmm_core.model.design import Grouping
from lmm_core.model.encoding import Categorical, Encoder, Numeric
from lmm_core.model.matrices import Parts

Array = np.ndarray
Product = tuple[tuple[str, str | int], ...]
"""Factors of a column: (factor text, level) or (factor text, number of the factor's column)."""

GRID = 60
STRAIGHT_GRID = 25


@dataclass(frozen=True)
class Mean:
    """The population mean over ``x`` with its confidence band; ``level`` of the split, if any."""

    level: str | None
    x: Array
    fit: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Lines:
    """What the lines of one fit along one axis have in common.

    ``keys`` are the different functions of x in the model, the constant first.
    """

    fit: FittedModel
    grouping: Grouping
    along: Horizontal
    keys: tuple[Product, ...]

    @property
    def is_discrete(self) -> bool:
        """Whether the lines are defined at the observed x only."""
        encoders = self.fit.design.encoders
        found = (encoders[text] for key in self.keys for text, _ in key)
        return self.along.kind == "category" or any(isinstance(e, Categorical) for e in found)

    @property
    def is_straight(self) -> bool:
        """Whether all lines are straight in x."""
        if self.is_discrete:
            return False
        return all(len(key) <= 1 and all(self._is_linear(f) for f in key) for key in self.keys)

    def _is_linear(self, part: tuple[str, str | int]) -> bool:
        encoder = self.fit.design.encoders[part[0]]
        return isinstance(encoder, Numeric) and all(
            call in (("center", None), ("scale", None), ("I", None))
            for call in encoder.factor.calls
        )

    def functions(self, x: Array) -> Array:
        """(m, number of keys): the functions of x at positions ``x`` (m,)."""
        encoders = self.fit.design.encoders
        texts = {text for key in self.keys for text, _ in key}
        values = {text: self._encoded(encoders[text], x) for text in texts}
        return np.column_stack([product(key, values, encoders, len(x)) for key in self.keys])

    def _encoded(self, encoder: Encoder, x: Array) -> Array:
        if isinstance(encoder, Numeric):
            return encoder.values(x)
        return x.astype(np.intp) if self.along.kind == "category" else encoder.codes(pd.Series(x))

    def steps(self, n: int) -> Array:
        """(n,): from 0 to 1; closer at the low end where a logarithm or root bends most."""
        calls = {
            name
            for key in self.keys
            for text, _ in key
            for name, _ in self.fit.design.encoders[text].factor.calls
        }
        steps = np.linspace(0.0, 1.0, n)
        return steps**2 if any(name.startswith(("log", "sqrt")) for name in calls) else steps

    def grid(self, low: float, high: float) -> Array:
        """Positions for a curve from ``low`` to ``high``."""
        if self.is_discrete:
            at = self.along.unique
            return at[(at >= low) & (at <= high)]
        n = STRAIGHT_GRID if self.is_straight else GRID
        return low + (high - low) * self.steps(n)

    def population(self, by: str | None = None) -> list[Mean]:
        """The population mean, one per level of the categorical column ``by``.

        Each spans the x that its level has in the data. See ``held`` for the other predictors.
        """
        design, estimates = self.fit.design, self.fit.estimates
        split = _split(self.fit, by)
        result = []
        for level in split.levels if split else (None,):
            values = self.along.values
            if split:
                values = values[design.values[split.factor.text] == split.index[level]]
            x = self.grid(float(values.min()), float(values.max()))
            at = {} if split is None else {split.factor.column: level}
            X = self._average_rows(x, at)
            table = contrast_table(X, estimates.beta, self.fit.df_source, self.fit.spec.ci_level)
            bounds = table["conf_low"], table["conf_high"]
            result.append(Mean(level, x, table["estimate"], *bounds))
        return result

    def _average_rows(self, x: Array, at: Mapping[str, str | None]) -> Array:
        """(m, p): rows of X at ``x``, averaged over the other predictors as ``held`` says."""
        design = self.fit.design
        columns = products(design.parts, design.assign, design.encoders)
        functions = self.functions(x)
        X = np.empty((len(x), len(columns)))
        for k, column in enumerate(columns):
            key, rest = apart(column, self.along.column, design.encoders)
            X[:, k] = functions[:, self.keys.index(key)] * self._share(rest, at)
        return X

    def _share(self, rest: Product, at: Mapping[str, str | None]) -> float:
        """The average of a product of other factors over the rows in use."""
        design = self.fit.design
        value, free = 1.0, []
        for text, item in rest:
            encoder = design.encoders[text]
            column = encoder.factor.column
            if isinstance(encoder, Numeric):
                mean = np.array([numbers(self.fit, column).mean()])
                value *= float(encoder.values(mean)[0, int(item)])
            elif column in at:
                value *= float(item == at[column])
            else:
                free.append((text, item))
        if not free or value == 0.0:
            return value
        return value * float(product(free, design.values, design.encoders, design.n).mean())

    def coefficients(self) -> tuple[Array, Array]:
        """Per group (G, number of keys) the weights of the functions of x: average, and own.

        The first holds the fixed effects alone, the second the group's random effects as well.
        Other predictors are averaged over the group's rows.
        """
        design, estimates, grouping = self.fit.design, self.fit.estimates, self.grouping
        fixed = products(design.parts, design.assign, design.encoders)
        average = np.zeros((grouping.n_levels, len(self.keys)))
        for column, beta in zip(fixed, estimates.beta, strict=True):
            self._add(average, column, beta)
        own = average.copy()
        for factor, modes in zip(estimates.conditioned.factors, estimates.modes, strict=True):
            if factor.name != grouping.name:
                continue
            parts = [(b.layout.parts, b.layout.assign) for b in factor.blocks]
            columns = [c for p, a in parts for c in products(p, a, design.encoders)]
            for column, mode in zip(columns, modes.T, strict=True):
                self._add(own, column, mode)
        return average, own

    def _add(self, weights: Array, column: Product, coefficient: Array | float) -> None:
        design = self.fit.design
        key, rest = apart(column, self.along.column, design.encoders)
        mean: Array | float = 1.0
        if rest:
            values = product(rest, design.values, design.encoders, design.n)
            sums = np.bincount(self.grouping.codes, values, self.grouping.n_levels)
            mean = sums / np.maximum(self.grouping.sizes, 1)
        weights[:, self.keys.index(key)] += coefficient * mean

    def ranges(self) -> tuple[Array, Array]:
        """Lowest and highest x of every group, both (G,)."""
        order = np.argsort(self.grouping.codes, kind="stable")
        values = self.along.values[order]
        starts = np.concatenate([[0], np.cumsum(self.grouping.sizes)[:-1]])
        return np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)


def lines(fit: FittedModel, grouping: Grouping, along: Horizontal) -> Lines:
    """The lines of ``fit`` for the groups of ``grouping`` along an axis."""
    encoders = fit.design.encoders
    columns = products(fit.design.parts, fit.design.assign, encoders)
    for block in fit.design.blocks:
        if block.grouping.name == grouping.name:
            columns += products(block.layout.parts, block.layout.assign, encoders)
    keys = dict.fromkeys([(), *(apart(c, along.column, encoders)[0] for c in columns)])
    return Lines(fit, grouping, along, tuple(keys))


def held(
    fit: FittedModel, along: Horizontal, by: str | None
) -> tuple[tuple[str, float | None], ...]:
    """Other fixed predictors: (column, its mean) when numeric, (column, None) when averaged."""
    texts = dict.fromkeys(text for term in fit.spec.fixed for text in term)
    found: dict[str, float | None] = {}
    for text in texts:
        encoder = fit.design.encoders[text]
        column = encoder.factor.column
        if column not in (along.column, by):
            is_numeric = isinstance(encoder, Numeric)
            found[column] = float(numbers(fit, column).mean()) if is_numeric else None
    return tuple(found.items())


def products(
    parts: Iterable[Parts], assign: Iterable[int], encoders: Mapping[str, Encoder]
) -> list[Product]:
    """The factors of each column of a model matrix, with the columns of ``poly`` numbered."""
    seen: dict[tuple[int, Parts], int] = {}
    result = []
    for term, own in zip(assign, parts, strict=True):
        count = seen.get((term, own), 0)
        seen[(term, own)] = count + 1
        column: list[tuple[str, str | int]] = []
        for text, level in own:
            encoder = encoders[text]
            if isinstance(encoder, Numeric):
                # Equal parts differ in the column of poly only; the first factor varies fastest.
                column.append((text, count % encoder.width))
                count //= encoder.width
            else:
                column.append((text, str(level)))
        result.append(tuple(column))
    return result


def apart(
    column: Product, x: str | None, encoders: Mapping[str, Encoder]
) -> tuple[Product, Product]:
    """The factors that depend on the column ``x``, and the others."""
    own = tuple(part for part in column if encoders[part[0]].factor.column == x)
    return own, tuple(part for part in column if part not in own)


def product(
    parts: Iterable[tuple[str, str | int]],
    values: Mapping[str, Array],
    encoders: Mapping[str, Encoder],
    n: int,
) -> Array:
    """(n,): the product of factors, from their encoded values."""
    result = np.ones(n)
    for text, item in parts:
        encoder = encoders[text]
        if isinstance(encoder, Numeric):
            result = result * values[text][:, int(item)]
        else:
            result = result * (values[text] == encoder.index[str(item)])
    return result


def _split(fit: FittedModel, by: str | None) -> Categorical | None:
    """The encoder of a categorical fixed effect."""
    for text in (text for term in fit.spec.fixed for text in term):
        encoder = fit.design.encoders[text]
        if isinstance(encoder, Categorical) and encoder.factor.column == by:
            return encoder
    return None
