"""Estimated marginal means, and comparisons of them.

Searle, Speed & Milliken (1980, The American Statistician 34); labels and defaults as in emmeans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.inference.adjust import family_of
from lmm_core.inference.reference_grid import At, Cells, Columns, Value, cells_of, estimable
from lmm_core.inference.tables import contrast_table
from lmm_core.model.encoding import level_name

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray
Weights = Mapping[object, float] | Sequence[float]

MAX_COMPARISONS = 5_000


def linear_table(fit: FittedModel, rows: Array) -> dict[str, Array]:
    """``contrast_table`` of rows in the layout's columns; NaN where not estimable."""
    reduced, known = estimable(fit.design, rows)
    safe = np.where(known[:, None], reduced, 0.0)
    safe[~known, 0] = 1.0
    table = contrast_table(safe, fit.estimates.beta, fit.df_source, fit.spec.ci_level)
    return {name: np.where(known, values, np.nan) for name, values in table.items()}


def with_notes(frame: pd.DataFrame, notes: Sequence[str]) -> pd.DataFrame:
    """Notes for people in ``attrs["notes"]``, a tuple of sentences."""
    extra: tuple[str, ...] = ()
    if frame["estimate"].isna().any():
        extra = ("“–” stands where the data can't determine a value: no row has that combination.",)
    frame.attrs["notes"] = (*notes, *extra)
    return frame


def marginal_means(fit: FittedModel, factors: Columns = (), at: At | None = None) -> pd.DataFrame:
    """One row per combination of levels of ``factors``: the factors' columns, estimate, std_error,
    df, conf_low, conf_high, in outcome units; ``attrs["notes"]`` say how the rest was held.

    Parameters
    ----------
    factors:
        Columns with fixed effects, categorical or numeric; none gives the overall mean.
    at:
        Points for any column: ``{"age": 10}``, ``{"age": [8, 14], "Sex": "Male"}``.
    """
    cells = cells_of(fit, factors, at)
    table = linear_table(fit, cells.rows)
    shown = ("estimate", "std_error", "df", "conf_low", "conf_high")
    columns = {c: cells.frame()[c] for c in cells.columns}
    frame = pd.DataFrame({**columns, **{name: table[name] for name in shown}})
    return with_notes(frame, cells.notes)


def contrasts(
    fit: FittedModel,
    factors: Columns,
    adjust: str = "tukey",
    by: Columns | None = None,
    custom: Mapping[str, Weights] | None = None,
    at: At | None = None,
) -> pd.DataFrame:
    """Comparisons of marginal means: the columns of ``by``, contrast, estimate, std_error, df,
    statistic, p_value, conf_low, conf_high.

    Parameters
    ----------
    factors:
        Columns whose combinations are compared: all pairs, unless ``custom`` is given.
    adjust:
        "tukey", "holm", "bonferroni", "sidak" or "none"; each level of ``by`` is its own family.
    custom:
        Contrasts of one's own: name -> weights, one per combination in the order of
        ``marginal_means``, or a mapping from level (or tuple of levels) to weight. Weights sum
        to 0; see ``group_weights``.

    ``attrs`` hold "notes" (tuple of sentences), "family" (sentence), "adjust" (method used), and
    "sides": per row the labels of its two sides, or None for a contrast of one's own.

    Raises
    ------
    ModelError
        ``one_mean``, ``too_many_comparisons``, ``weights``, and those of ``marginal_means``.
    """
    outer = column_names(by)
    inner = tuple(c for c in column_names(factors) if c not in outer)
    cells = cells_of(fit, (*inner, *outer), at)
    families = families_of(cells, inner, outer)
    weights = None
    if custom is not None:
        inside = [tuple(cell[c] for c in inner) for cell in cells.values[: families.size]]
        weights = {name: _weights(name, given, inside) for name, given in custom.items()}
    return compare(fit, cells, families, adjust, weights)


def group_weights(higher: Sequence[object], lower: Sequence[object]) -> dict[object, float]:
    """Weights of "the average of these levels minus the average of those", for ``custom``."""
    up, down = list(dict.fromkeys(higher)), list(dict.fromkeys(lower))
    if not up or not down or set(up) & set(down):
        raise ModelError(
            "A comparison needs at least one level on each side, and none on both.",
            "Choose the levels of the two sides.",
            code="weights",
        )
    return {**dict.fromkeys(up, 1.0 / len(up)), **dict.fromkeys(down, -1.0 / len(down))}


def column_names(columns: Columns | None) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(dict.fromkeys(columns))


@dataclass(frozen=True)
class Families:
    """Which cells are compared with each other: ``groups`` are the cells of the outer columns, and
    within each the cells are named by ``labels`` (as emmeans does) or ``names`` (for sentences).
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[dict[str, Value], ...]

    @property
    def size(self) -> int:
        return len(self.labels)


def families_of(cells: Cells, inner: tuple[str, ...], outer: tuple[str, ...] = ()) -> Families:
    """The families of ``cells``, in which the columns ``inner`` vary fastest."""
    distinct = [dict.fromkeys(cell[c] for cell in cells.values) for c in outer]
    n_groups = int(np.prod([len(d) for d in distinct], dtype=int))
    size = len(cells.values) // n_groups
    groups = tuple({c: cells.values[g * size][c] for c in outer} for g in range(n_groups))
    named = {c: _needs_name([cell[c] for cell in cells.values]) for c in inner}
    first = cells.values[:size]
    labels = [" ".join(f"{c if named[c] else ''}{_text(cell[c])}" for c in inner) for cell in first]
    texts = {c: _short_texts([cell[c] for cell in first]) for c in inner}
    names = [
        " and ".join(f"{f'{c} = ' if named[c] else ''}{texts[c][k]}" for c in inner)
        for k in range(size)
    ]
    return Families(tuple(labels), tuple(names), groups)


def _short_texts(values: Sequence[Value]) -> list[str]:
    """For sentences: four digits where they tell the values apart, and a true minus sign."""
    numbers = {v for v in values if not isinstance(v, str)}
    digits = 4 if len({f"{v:.4g}" for v in numbers}) == len(numbers) else 6
    return [v if isinstance(v, str) else f"{v:.{digits}g}".replace("-", "−") for v in values]


def _needs_name(values: Sequence[Value]) -> bool:
    """Levels that are numbers say little without their column, as in emmeans: "Diet1 - Diet2"."""
    try:
        return all(np.isfinite(float(value)) for value in values)
    except ValueError:
        return False


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def compare(
    fit: FittedModel,
    cells: Cells,
    families: Families,
    adjust: str,
    custom: Mapping[str, Array] | None = None,
) -> pd.DataFrame:
    """Comparisons of the rows of ``cells`` within each family; the core of ``contrasts``."""
    labels, groups, m = families.labels, families.groups, families.size
    if m < 2:
        raise ModelError(
            "There is only one mean, so nothing can be compared.",
            "Choose a column with two levels or more, or give it several values.",
            code="one_mean",
        )
    n_tests = m * (m - 1) // 2 if custom is None else len(custom)
    if n_tests * len(groups) > MAX_COMPARISONS:
        raise ModelError(
            f"That would be {n_tests * len(groups):,} comparisons.",
            "Compare within the levels of one column (by), or choose single contrasts.",
            code="too_many_comparisons",
        )
    if custom is None:
        pairs = list(combinations(range(m), 2))
        names = [f"{labels[a]} - {labels[b]}" for a, b in pairs]
        weights = np.zeros((n_tests, m))
        for k, (a, b) in enumerate(pairs):
            weights[k, a], weights[k, b] = 1.0, -1.0
    else:
        names, weights = list(custom), np.array(list(custom.values()))
    family = family_of(adjust, n_tests, m if custom is None else None)
    rows = np.concatenate([weights @ cells.rows[g * m : (g + 1) * m] for g in range(len(groups))])
    table = linear_table(fit, rows)
    half = family.multipliers(fit.spec.ci_level, table["df"]) * table["std_error"]
    table["conf_low"], table["conf_high"] = table["estimate"] - half, table["estimate"] + half
    parts = np.split(np.arange(len(rows)), len(groups))
    table["p_value"] = np.concatenate(
        [family.p_values(table["statistic"][part], table["df"][part]) for part in parts]
    )
    outer = {c: np.repeat([g[c] for g in groups], n_tests) for c in (groups[0] if groups else {})}
    frame = pd.DataFrame({**outer, "contrast": names * len(groups), **table})
    note = family.note
    if len(groups) > 1 and n_tests > 1:
        note += f" Each level of {', '.join(groups[0])} is a family of its own."
    sides = [None] * n_tests if custom is not None else list(combinations(families.names, 2))
    frame.attrs.update(family=note, adjust=family.method, sides=tuple(sides * len(groups)))
    return with_notes(frame, (*cells.notes, note))


def _weights(name: str, given: Weights, cells: Sequence[tuple[Value, ...]]) -> Array:
    if isinstance(given, Mapping):
        index = {tuple(map(_text, cell)): k for k, cell in enumerate(cells)}
        weights = np.zeros(len(cells))
        for key, weight in given.items():
            parts = key if isinstance(key, tuple) else (key,)
            place = index.get(tuple(level_name(part) for part in parts))
            if place is None:
                raise ModelError(
                    f"“{name}” names {key}, which isn't one of the compared combinations.",
                    f"They are: {', '.join(' '.join(c) for c in list(index)[:12])}.",
                    code="weights",
                )
            weights[place] += weight
    else:
        weights = np.asarray(given, dtype=float)
    if weights.shape != (len(cells),) or not np.isfinite(weights).all() or not weights.any():
        raise ModelError(
            f"“{name}” needs {len(cells)} weights, one per combination, and not all of them 0.",
            "Give one number per combination.",
            code="weights",
        )
    if abs(weights.sum()) > 1e-6 * np.abs(weights).max():
        raise ModelError(
            f"The weights of “{name}” sum to {weights.sum():.4g}; those of a comparison sum to 0.",
            "Let the levels of one side share 1 and those of the other −1.",
            code="weights",
        )
    return weights
