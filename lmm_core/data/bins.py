"""A number cut into ordered classes: equal widths, equal counts, or typed cut points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from lmm_core.data.change import Array, Change, listed, new_name, numbers_of, one_of, with_columns
from lmm_core.errors import DataError

METHODS = ("width", "quantile", "points")
MAX_BINS = 100


def bins(
    frame: pd.DataFrame,
    column: str,
    method: str = "quantile",
    n: int = 4,
    points: list[float] | None = None,
    into: str | None = None,
) -> Change:
    """Cut a number into classes; a value at a cut point belongs to the upper class.

    ``method``: "width" makes ``n`` classes of equal width, "quantile" ``n`` classes of about equal
    counts (fewer when values repeat), "points" cuts at ``points``. The result is an ordered
    category. Errors: DataError ``bins``, ``not_a_number``.
    """
    one_of(method, METHODS, "way to cut")
    values = numbers_of(frame, column)
    cuts = cut_points(frame, column, method, n, points)
    codes = np.searchsorted(cuts, values, side="right")
    levels = class_labels(cuts)
    codes = np.where(np.isnan(values), -1, codes)
    made = pd.Categorical.from_codes(codes, categories=levels, ordered=True)
    empty = [level for k, level in enumerate(levels) if not (codes == k).any()]
    name = new_name(frame, into, f"{column}_class", column)
    tail = f" No row is in {listed(empty)}." if empty else ""
    note = f'"{column}" was cut into {len(levels)} classes "{name}": {", ".join(levels)}.{tail}'
    made_series = pd.Series(made.remove_unused_categories(), index=frame.index)
    return Change(with_columns(frame, {name: made_series}), note, {}, {name: ""})


def cut_points(
    frame: pd.DataFrame, column: str, method: str, n: int, points: list[float] | None
) -> Array:
    """Return the cut points of ``bins`` (k,), increasing. Error: DataError ``bins``."""
    values = numbers_of(frame, column)
    filled = values[~np.isnan(values)]
    if not filled.size:
        raise DataError(f'"{column}" is empty.', "Choose another column.", "bins")
    return _cuts(filled, method, n, points)


def say_bins(column: str, method: str, n: int, points: list[float] | None, into: str | None) -> str:
    """Describe the step."""
    how = {
        "width": f"into {n} classes of equal width",
        "quantile": f"into {n} classes of about equal counts",
        "points": f"at {', '.join(f'{p:g}' for p in points or [])}",
    }.get(method, method)
    name = f' as "{into}"' if into else ""
    return f'Cut "{column}" {how}{name}.'


def _cuts(filled: Array, method: str, n: int, points: list[float] | None) -> Array:
    """Return the cut points, increasing."""
    if method == "points":
        cuts = np.unique(np.asarray(points or [], dtype=float))
        if not cuts.size or len(cuts) >= MAX_BINS or not np.isfinite(cuts).all():
            raise DataError(
                f"Between 1 and {MAX_BINS - 1} cut points are needed.",
                "Type them as numbers, for example 18, 40, 65.",
                "bins",
            )
        return cuts
    if not 2 <= n <= MAX_BINS:
        raise DataError(
            f"The number of classes must lie between 2 and {MAX_BINS}.", "Choose another.", "bins"
        )
    if method == "width":
        cuts = np.linspace(filled.min(), filled.max(), n + 1)[1:-1]
    else:
        cuts = np.quantile(filled, np.arange(1, n) / n)
    cuts = np.unique(cuts)
    cuts = cuts[(cuts > filled.min()) & (cuts <= filled.max())]
    if not cuts.size:
        raise DataError(
            "The values are too much alike to be cut in this way.",
            "Choose cut points by hand, or leave the column as it is.",
            "bins",
        )
    return cuts


def class_labels(cuts: Array) -> list[str]:
    """Name the classes by their limits, with as many digits as tell the limits apart."""
    for digits in range(3, 18):
        texts = [f"{c:.{digits}g}" for c in cuts]
        if len(set(texts)) == len(texts):
            break
    inner = [f"{a} to <{b}" for a, b in pairwise(texts)]
    return [f"<{texts[0]}", *inner, f"≥{texts[-1]}"]
