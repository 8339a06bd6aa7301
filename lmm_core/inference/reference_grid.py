"""The reference grid of emmeans: which linear functions of the coefficients a mean stands for.

Each predictor that isn't asked for is averaged over its points with equal weights: a categorical
one over its levels, a numeric one over its mean, or over both values when it has only two (Searle,
Speed & Milliken 1980, The American Statistician 34; emmeans' ``cov.keep = 2``). Functions such as
``log(x)`` are evaluated at the point of ``x``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.model.encoding import Categorical, Numeric, level_name
from lmm_core.model.factors import factor_of
from lmm_core.model.matrices import build_matrix

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel
    from lmm_core.model.design import Design

Array = np.ndarray
Value = str | float
At = Mapping[str, Any]
Columns = str | Sequence[str]

MAX_CELLS = 5_000
COMPLEX_STEP = 1e-20


@dataclass(frozen=True)
class Predictor:
    """A column behind the fixed effects. ``points``: levels, both values, or the mean alone."""

    column: str
    texts: tuple[str, ...]
    categorical: bool
    points: tuple[Value, ...]

    @property
    def averaged(self) -> bool:
        return len(self.points) > 1


def predictors(fit: FittedModel) -> dict[str, Predictor]:
    """The columns of the fixed effects, in the order of the formula."""
    texts: dict[str, list[str]] = {}
    for text in dict.fromkeys(t for term in fit.spec.fixed for t in term):
        texts.setdefault(factor_of(text).column, []).append(text)
    found = {}
    for column, own in texts.items():
        encoders = [fit.design.encoders[text] for text in own]
        levels = next((e.levels for e in encoders if isinstance(e, Categorical)), None)
        points: tuple[Value, ...] = levels if levels is not None else _numeric_points(fit, column)
        found[column] = Predictor(column, tuple(own), levels is not None, points)
    return found


def _numeric_points(fit: FittedModel, column: str) -> tuple[float, ...]:
    values = fit.frame[column].to_numpy(dtype=float, na_value=np.nan)
    low, high = float(values.min()), float(values.max())
    if ((values == low) | (values == high)).all():
        return (low, high)
    return (float(values.mean()),)


@dataclass(frozen=True)
class Cells:
    """Rows of a table of means: the values of the asked columns, and the linear functions.

    ``values`` has one mapping per cell; ``rows`` (m, width) are over all columns of the design's
    layout, aliased ones included. ``notes`` say how the other predictors were held.
    """

    columns: tuple[str, ...]
    values: tuple[dict[str, Value], ...]
    rows: Array
    notes: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({c: [cell[c] for cell in self.values] for c in self.columns})


def cells_of(
    fit: FittedModel, columns: Columns, at: At | None = None, derivative: str | None = None
) -> Cells:
    """Every combination of the points of ``columns``, the first varying fastest.

    ``at`` sets the points of any column (one value or several). With ``derivative``, the rows are
    the exact derivatives in that numeric column (by a complex step).

    Raises
    ------
    ModelError
        ``unknown_predictor``, ``unknown_level``, ``not_a_number``, ``too_many_cells``.
    """
    names = (columns,) if isinstance(columns, str) else tuple(dict.fromkeys(columns))
    known = predictors(fit)
    for name in (*names, *(at or {}), *([derivative] if derivative else [])):
        if name not in known:
            listed = ", ".join(known) or "none, it has an intercept only"
            raise ModelError(
                f"{name} has no fixed effect in the model.",
                f"Predictors with fixed effects: {listed}.",
                code="unknown_predictor",
                column=name,
            )
    points = {c: _points(p, at[c]) if at and c in at else p.points for c, p in known.items()}
    count = int(np.prod([len(points[name]) for name in names], dtype=float))
    if count > MAX_CELLS:
        raise ModelError(
            f"{' × '.join(names)} has {count:,} combinations.",
            "Choose fewer columns, or fewer values of them.",
            code="too_many_cells",
        )
    grid = product(*(points[name] for name in reversed(names)))
    values = tuple(dict(zip(reversed(names), combo, strict=True)) for combo in grid)
    rows = _grid_rows(fit.design, known, points, names, values, derivative)
    return Cells(names, values, rows, _notes(fit, known, points, names, derivative))


def _points(predictor: Predictor, wanted: Any) -> tuple[Value, ...]:
    several = isinstance(wanted, Sequence | np.ndarray | pd.Series) and not isinstance(wanted, str)
    items = list(wanted) if several else [wanted]
    if predictor.categorical:
        named = tuple(level_name(item) for item in items)
        unknown = [name for name in named if name not in predictor.points]
        if unknown or not named:
            raise ModelError(
                f"{predictor.column} has no level “{', '.join(unknown)}” in the model.",
                f"Levels: {', '.join(map(str, predictor.points[:12]))}.",
                code="unknown_level",
                column=predictor.column,
            )
        return named
    try:
        numbers = tuple(float(item) for item in items)
    except (TypeError, ValueError):
        numbers = ()
    if not numbers or not np.isfinite(numbers).all():
        raise ModelError(
            f"The values for {predictor.column} must be numbers.",
            "Write for example 1.5, or a few numbers separated by commas.",
            code="not_a_number",
            column=predictor.column,
        )
    return numbers


def _grid_rows(
    design: Design,
    known: Mapping[str, Predictor],
    points: Mapping[str, tuple[Value, ...]],
    names: tuple[str, ...],
    values: tuple[dict[str, Value], ...],
    derivative: str | None,
) -> Array:
    """The mean of a product over independent predictors is the product of the means, so that no
    grid is laid out; only columns with several texts (x and I(x^2)) are.
    """
    inner = [
        c for c, p in known.items() if c not in names and len(points[c]) > 1 and len(p.texts) > 1
    ]
    combos = list(product(*(points[c] for c in inner)))
    laid = [dict(zip(inner, c, strict=True)) for c in combos]
    if len(laid) * len(values) > 50 * MAX_CELLS:
        raise ModelError(
            "The predictors that are averaged over have too many combinations.",
            "Fix some of them at one value.",
            code="too_many_cells",
        )
    every = [{**cell, **rest} for cell in values for rest in laid]
    encoded: dict[str, Array] = {}
    for column, predictor in known.items():
        fixed = column in names or column in inner
        raw = [cell[column] for cell in every] if fixed else list(points[column])
        for text in predictor.texts:
            part = _encoded(design, text, predictor, raw, column == derivative)
            encoded[text] = part if fixed else np.tile(part.mean(axis=0), (len(every), 1))
    matrix = _matrix(design, encoded, len(every))
    if derivative is not None:
        matrix = matrix.imag / COMPLEX_STEP
    return matrix.reshape(len(values), len(laid), -1).mean(axis=1)


def _encoded(
    design: Design, text: str, predictor: Predictor, raw: list[Value], step: bool
) -> Array:
    """(m, width) of a numeric factor; (m, levels) indicators of a categorical one."""
    encoder = design.encoders[text]
    if isinstance(encoder, Categorical):
        codes = [encoder.index[level_name(value)] for value in raw]
        return np.eye(len(encoder.levels))[codes]
    assert isinstance(encoder, Numeric)
    numbers = np.array([float(value) for value in raw])
    # Functions without a value there (the logarithm of a negative number) give NaN.
    with np.errstate(all="ignore"):
        return encoder.values(numbers + 1j * COMPLEX_STEP if step else numbers)


def _matrix(design: Design, encoded: Mapping[str, Array], m: int) -> Array:
    """The model matrix in the layout's columns; a factor without all levels lacks its first."""
    layout = design.layout
    kind = np.result_type(float, *encoded.values()) if encoded else float
    columns: list[Array] = [np.ones(m, dtype=kind)] if layout.intercept else []
    for term, coding in zip(layout.terms, layout.codings, strict=True):
        products: list[Array] = [np.ones(m, dtype=kind)]
        for text, full in zip(term, coding, strict=True):
            contrast = isinstance(design.encoders[text], Categorical) and not full
            part = encoded[text][:, 1:] if contrast else encoded[text]
            products = [a * b for b in part.T for a in products]
        columns += products
    return np.column_stack(columns)


def _notes(
    fit: FittedModel,
    known: Mapping[str, Predictor],
    points: Mapping[str, tuple[Value, ...]],
    names: tuple[str, ...],
    derivative: str | None,
) -> tuple[str, ...]:
    averaged, held = [], []
    for column, predictor in known.items():
        if column in names or (column == derivative and not _bends(fit, column)):
            continue
        values = points[column]
        if len(values) > 1:
            averaged.append(column)
        elif predictor.categorical:
            held.append(f"{column} = {values[0]}")
        else:
            mean = "its mean, " if values == predictor.points else ""
            held.append(f"{column} = {mean}{_short(float(values[0]))}")
    notes = []
    if averaged:
        notes.append(f"Averaged over {', '.join(averaged)} with equal weights.")
    if held:
        notes.append(f"At {', '.join(held)}.")
    own = {derivative} if derivative else set(names)
    others = {c for c in crossed_with(fit, own) if c in averaged}
    if others:
        notes.append(
            f"The model lets this depend on {', '.join(sorted(others))}; an average over it can "
            "hide that."
        )
    if factor_of(fit.spec.outcome).calls:
        notes.append(f"On the scale of {fit.spec.outcome.replace('`', '')}.")
    return tuple(notes)


def _short(value: float) -> str:
    """A mean for people: "2.453"; years keep their digits."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.6g}"


def _bends(fit: FittedModel, column: str) -> bool:
    """Whether the slope in ``column`` depends on where in it one stands."""
    straight = {("center", None), ("scale", None)}
    texts = predictors(fit)[column].texts
    return len(texts) > 1 or not set(factor_of(texts[0]).calls) <= straight


def crossed_with(fit: FittedModel, columns: set[str]) -> set[str]:
    """Columns that share an interaction with one of ``columns``."""
    found: set[str] = set()
    for term in fit.spec.fixed:
        own = {factor_of(text).column for text in term}
        if own & columns:
            found |= own - columns
    return found


def estimable(design: Design, rows: Array) -> tuple[Array, Array]:
    """``rows`` (m, width) in the kept columns, and which of them (m,) the data determine.

    A function of the coefficients is estimable when aliased columns enter it as the kept columns
    determine them (Searle 1971).
    """
    kept = list(design.kept)
    known = ~np.isnan(rows).any(axis=1)
    if len(kept) == design.layout.width:
        return rows, known
    aliased = [k for k in range(design.layout.width) if k not in set(kept)]
    full = build_matrix(design.layout, design.values, design.n)
    basis = design.basis.apply(design.X)
    weighted = basis if design.weights is None else basis * design.weights[:, None]
    relation = design.basis.transform @ (weighted.T @ full[:, aliased])
    gap = np.abs(rows[:, aliased] - rows[:, kept] @ relation)
    size = 1.0 + np.abs(rows).max(axis=1, keepdims=True)
    return rows[:, kept], known & (gap <= 1e-7 * size).all(axis=1)
