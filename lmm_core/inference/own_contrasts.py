"""Contrasts of one's own over the cells of a reference grid: weights that sum to 0.

A cell is one combination of values of several predictors; the others are held or averaged as in
``reference_grid``. The estimate is the weighted sum of the cells' means (Searle, Speed & Milliken
1980, The American Statistician 34).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.inference.marginal_means import compare, families_of, with_notes
from lmm_core.inference.reference_grid import At, Cells, cells_of

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Cell:
    """A combination of the reference grid: its place in it, and its name for people."""

    index: int
    name: str


@dataclass(frozen=True)
class OwnContrast:
    """Weights (index of the cell, weight), none of them 0. ``sides`` name the two averages that
    are compared, where it was made from them.
    """

    name: str
    weights: tuple[tuple[int, float], ...]
    sides: tuple[str, str] | None = None


def grid_cells(fit: FittedModel, factors: Sequence[str], at: At | None = None) -> tuple[Cell, ...]:
    """The combinations of ``factors``, the first varying fastest. Errors as ``cells_of``."""
    return tuple(Cell(k, name) for k, name in enumerate(_names(cells_of(fit, factors, at))))


def _names(cells: Cells) -> tuple[str, ...]:
    return families_of(cells, cells.columns).names


def difference(higher: Sequence[Cell], lower: Sequence[Cell]) -> OwnContrast:
    """The average of some cells minus the average of others.

    Raises
    ------
    ModelError
        ``weights`` when a side is empty or a cell stands on both.
    """
    if not higher or not lower or {c.index for c in higher} & {c.index for c in lower}:
        raise ModelError(
            "A comparison needs at least one combination on each side, and none on both.",
            "Choose the combinations of the two sides.",
            code="weights",
        )
    up = [(c.index, 1.0 / len(higher)) for c in higher]
    down = [(c.index, -1.0 / len(lower)) for c in lower]
    sides = (_average(higher), _average(lower))
    return OwnContrast(f"{sides[0]} minus {sides[1]}", tuple(sorted(up + down)), sides)


def _average(cells: Sequence[Cell]) -> str:
    names = [cell.name for cell in cells]
    if len(names) == 1:
        return names[0]
    return f"the average of {'; '.join(names[:-1])}; and {names[-1]}"


def weighted(name: str, weights: Mapping[int, float]) -> OwnContrast:
    """A contrast by its weights: cell's index -> weight.

    Raises
    ------
    ModelError
        ``weights`` when all are 0, one isn't a number, or they don't sum to 0.
    """
    wrong = weights_problem(list(weights.values()))
    if wrong:
        raise ModelError(
            wrong, "Let the two sides share the same total, one with minus.", "weights"
        )
    kept = tuple((k, float(w)) for k, w in sorted(weights.items()) if w)
    return OwnContrast(" ".join(name.split()), kept)


def weights_problem(weights: Sequence[float]) -> str:
    """What is wrong with the weights of a comparison, in a sentence; empty when nothing is."""
    values = np.asarray(weights, dtype=float)
    if not np.isfinite(values).all():
        return "Each weight has to be a number."
    if not values.any():
        return "All weights are 0."
    total = float(values.sum())
    if abs(total) > SUM_TOLERANCE * np.abs(values).max():
        return f"The weights sum to {total:.4g}; those of a comparison sum to 0."
    return ""


def own_contrasts(
    fit: FittedModel,
    factors: Sequence[str],
    chosen: Sequence[OwnContrast],
    adjust: str = "holm",
    at: At | None = None,
) -> pd.DataFrame:
    """The chosen contrasts as one family: contrast, estimate, std_error, df, statistic, p_value,
    conf_low, conf_high; ``attrs`` as those of ``contrasts``.

    ``adjust``: "holm", "bonferroni", "sidak" or "none" (Tukey's is for all pairs).

    Raises
    ------
    ModelError
        ``weights``, ``one_mean``, and those of ``cells_of``.
    """
    cells = cells_of(fit, factors, at)
    families = families_of(cells, cells.columns)
    rows: dict[str, np.ndarray] = {}
    for contrast in chosen:
        weights = np.zeros(families.size)
        for index, weight in contrast.weights:
            weights[index] = weight
        rows[contrast.name] = weights
    if len(rows) < len(chosen):
        raise ModelError("Two contrasts have the same name.", "Give each its own.", "weights")
    table = compare(fit, cells, families, adjust, rows)
    table.attrs["sides"] = tuple(contrast.sides for contrast in chosen)
    empty = [
        name for name, weights in rows.items() if np.abs(weights @ cells.rows).max() < SUM_TOLERANCE
    ]
    notes = [f"{name} is 0 by the model itself: it has no such interaction." for name in empty]
    return with_notes(table, (*table.attrs["notes"], *notes)) if notes else table
