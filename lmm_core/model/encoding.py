"""From one factor of a formula to numbers, with the constants that were learned from the data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.model.factors import Factor

Array = np.ndarray


def level_name(value: object) -> str:
    """The text of a level: 3.0 reads "3", everything else as it is written."""
    if type(value) is str:
        return value
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def level_names(values: list) -> list[str]:
    """``level_name`` of each."""
    return values if set(map(type, values)) == {str} else [level_name(v) for v in values]


def level_sort_key(name: str) -> tuple[int, float, str, str]:
    """Numbers by value, then text without regard to case, as R's ``factor`` does."""
    try:
        return (0, float(name), "", name)
    except ValueError:
        return (1, 0.0, name.casefold(), name)


def is_numeric(series: pd.Series) -> bool:
    """Whether a column enters a model as a number (booleans are categories)."""
    return not isinstance(series.dtype, pd.CategoricalDtype) and series.dtype.kind in "iuf"


def numbers(series: pd.Series) -> Array:
    """(n,) of float, NaN where missing; for a column of floats a view, only to be read."""
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iuf":
        return np.asarray(series.to_numpy(), dtype=float)
    return series.to_numpy(dtype=float, na_value=np.nan)


def encode_levels(series: pd.Series) -> tuple[Array, tuple[str, ...]]:
    """Codes (n,) of dtype intp, -1 where missing, and the level names in order.

    A categorical column keeps its order; unused categories are dropped.
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        # The array's own codes: ``series.cat`` makes a Series of them first.
        codes = series.array.codes.astype(np.intp)
        names = level_names(series.array.categories.tolist())
        order = np.arange(len(names))
    else:
        codes, values = pd.factorize(series, sort=is_numeric(series))
        names = level_names(values.tolist())
        ordered = sorted(range(len(names)), key=lambda k: level_sort_key(names[k]))
        order = np.asarray(ordered, dtype=np.intp)
    present = np.zeros(len(names) + 1, dtype=bool)
    present[codes] = True
    order = order[present[order]] if len(names) else order
    lookup = np.full(len(names) + 1, -1, dtype=np.intp)
    lookup[order] = np.arange(len(order))
    return lookup[codes], tuple([names[k] for k in order.tolist()])


@dataclass(frozen=True)
class Numeric:
    """A numeric factor. ``constants`` holds per call what was learned (mean, SD, poly basis)."""

    factor: Factor
    constants: tuple[tuple[float, ...], ...] = ()

    @property
    def width(self) -> int:
        calls = self.factor.calls
        return int(calls[-1][1] or 1) if calls and calls[-1][0] == "poly" else 1

    @property
    def names(self) -> tuple[str, ...]:
        text = self.factor.text
        return (text,) if self.width == 1 else tuple(f"{text}{k + 1}" for k in range(self.width))

    @property
    def labels(self) -> tuple[str, ...]:
        if not self.factor.calls:
            return (self.factor.column,)
        return tuple(name.replace("`", "") for name in self.names)

    def values(self, raw: Array) -> Array:
        """(n, width) from the column's values (n,), by the learned constants."""
        result = raw
        for (name, number), constants in zip(self.factor.calls, self.constants, strict=True):
            result = _apply(name, number, result, constants)
        return result if result.ndim == 2 else result[:, None]


@dataclass(frozen=True)
class Categorical:
    """A categorical factor; ``levels`` in order, the reference level first."""

    factor: Factor
    levels: tuple[str, ...]
    index: dict[str, int] = field(compare=False, repr=False, default_factory=dict)

    def column_names(self, full: bool) -> tuple[str, ...]:
        start = 0 if full else 1
        return tuple(f"{self.factor.text}{level}" for level in self.levels[start:])

    def column_labels(self, full: bool) -> tuple[str, ...]:
        column = self.factor.column
        if full:
            return tuple(f"{column}: {level}" for level in self.levels)
        return tuple(f"{column}: {level} vs {self.levels[0]}" for level in self.levels[1:])

    def codes(self, series: pd.Series) -> Array:
        """(n,) positions in ``levels``; -1 for missing or unknown values."""
        raw, names = encode_levels(series)
        lookup = np.array([self.index.get(name, -1) for name in names] + [-1], dtype=np.intp)
        return lookup[raw]


Encoder = Numeric | Categorical


def learn_numeric(factor: Factor, raw: Array) -> Numeric:
    """Learn the constants of a numeric factor from the rows in use.

    Raises
    ------
    ModelError
        Where a function isn't defined, e.g. the logarithm of zero.
    """
    constants: list[tuple[float, ...]] = []
    current = raw
    for name, number in factor.calls:
        _check_domain(factor, name, current)
        learned = _learn(factor, name, number, current)
        constants.append(learned)
        current = _apply(name, number, current, learned)
    if factor.calls and not np.isfinite(current).all():
        raise ModelError(
            f"{factor.text} gives infinite values.",
            f"Look at the largest values of {factor.column}.",
            code="infinite",
            column=factor.column,
        )
    return Numeric(factor, tuple(constants))


def learn_categorical(
    factor: Factor, series: pd.Series, reference: str | None
) -> tuple[Categorical, Array]:
    """Levels of a categorical factor from the rows in use, the reference level first; and the
    codes (n,) of the rows.
    """
    codes, levels = encode_levels(series)
    if reference in levels[1:]:
        first = levels.index(reference)
        order = [first, *(k for k in range(len(levels)) if k != first)]
        levels = tuple(levels[k] for k in order)
        codes = np.append(np.argsort(order), -1)[codes]
    return Categorical(factor, levels, {level: k for k, level in enumerate(levels)}), codes


_SIMPLE = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "exp": np.exp,
    "sqrt": np.sqrt,
}
_LOWEST = {"log": 0.0, "log2": 0.0, "log10": 0.0, "log1p": -1.0}


def _check_domain(factor: Factor, name: str, values: Array) -> None:
    bad = 0
    if name in _LOWEST:
        bad = int((values <= _LOWEST[name]).sum())
    elif name == "sqrt":
        bad = int((values < 0).sum())
    if bad:
        rows = "1 row" if bad == 1 else f"{bad:,} rows"
        limit = "below 0" if name == "sqrt" else f"{_LOWEST[name]:g} or less"
        raise ModelError(
            f"{name} can't be taken of {factor.column}: {rows} hold {limit}.",
            "Use log1p, add a constant, or leave those rows out.",
            code="domain",
            column=factor.column,
        )


def _learn(factor: Factor, name: str, number: int | None, values: Array) -> tuple[float, ...]:
    if name == "center":
        return (float(values.mean()),)
    if name == "scale":
        spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        if not spread > 0:
            raise ModelError(
                f"{factor.column} is the same in every row, so it can't be scaled.",
                "Take it out of the model.",
                code="constant_column",
                column=factor.column,
            )
        return (float(values.mean()), spread)
    if name == "poly":
        return _learn_poly(factor, values, int(number or 1))
    return ()


def _apply(name: str, number: int | None, values: Array, constants: tuple[float, ...]) -> Array:
    if name in _SIMPLE:
        # The domain was checked for the rows in use; new rows may lie outside and become NaN.
        with np.errstate(all="ignore"):
            return _SIMPLE[name](values)
    if name == "center":
        return values - constants[0]
    if name == "scale":
        return (values - constants[0]) / constants[1]
    if name == "I":
        return values ** int(number or 1)
    if name == "poly":
        return _apply_poly(values, constants)
    return values


def _learn_poly(factor: Factor, values: Array, degree: int) -> tuple[float, ...]:
    """Constants of R's orthogonal ``poly``: degree alphas, then degree + 2 squared norms."""
    if len(np.unique(values)) <= degree:
        raise ModelError(
            f"{factor.column} has too few different values for poly of degree {degree}.",
            "Use a lower degree.",
            code="constant_column",
            column=factor.column,
        )
    alphas: list[float] = []
    norms: list[float] = [1.0, float(len(values))]
    previous, current = np.zeros_like(values), np.ones_like(values)
    for k in range(degree):
        alpha = float((values * current**2).sum() / norms[-1])
        ratio = norms[-1] / norms[-2] if k else 0.0
        previous, current = current, (values - alpha) * current - ratio * previous
        alphas.append(alpha)
        norms.append(float((current**2).sum()))
    return (*alphas, *norms)


def _apply_poly(values: Array, constants: tuple[float, ...]) -> Array:
    degree = (len(constants) - 2) // 2
    alphas, norms = constants[:degree], constants[degree:]
    previous, current = np.zeros_like(values), np.ones_like(values)
    columns = []
    for k in range(degree):
        ratio = norms[k + 1] / norms[k] if k else 0.0
        previous, current = current, (values - alphas[k]) * current - ratio * previous
        columns.append(current / np.sqrt(norms[k + 2]))
    return np.column_stack(columns)
