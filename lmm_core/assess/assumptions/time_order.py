"""Which predictor is a time, and within which groups it puts the rows in order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lmm_core.assess.assumptions.material import Material, Predictor, varying_parts
from lmm_core.model.design import Grouping

Array = np.ndarray

# So much of a time's steps from row to row go forward, or its values recur from group to group.
FORWARD = 0.95
FEW_VALUES = 60
# So many rows are alone at their time, or so many times of a group hold at most the usual number.
ALONE = 0.95
CAPPED = 0.95


@dataclass(frozen=True)
class TimeOrder:
    """Rows of ``grouping`` follow each other along ``time``; ``whose`` names the group in words."""

    grouping: Grouping
    time: Predictor
    whose: str


def time_of(material: Material) -> Predictor | None:
    """The predictor along which the rows of the finest group follow each other; random slopes
    first.
    """
    return _time_within(material, material.finest, ties=False)


def time_order(material: Material) -> TimeOrder | None:
    """The finest groups whose rows a predictor orders in time, and that predictor.

    Tried in turn: every combination of crossed grouping columns, then each grouping column from
    the one with most levels to the one with fewest. With several columns, rows of a group may
    share a time where a design put equally many at each (replicates, several items per visit).
    """
    groupings = sorted(material.fit.groups.values(), key=lambda g: -g.n_levels)
    if len(groupings) > 1:
        whole = _crossed(groupings)
        if whole is not None:
            time = _time_within(material, whole, ties=False)
            # Most combinations must have been seen again.
            if time is not None and whole.n_levels <= 0.5 * len(whole.codes):
                names = " and ".join(g.name for g in groupings)
                return TimeOrder(whole, time, f"combination of {names}")
    for grouping in groupings:
        time = _time_within(material, grouping, ties=len(groupings) > 1)
        if time is not None:
            return TimeOrder(grouping, time, grouping.name)
    return None


def _crossed(groupings: list[Grouping]) -> Grouping | None:
    """All columns combined; None when the first is already as fine as that."""
    codes = groupings[0].codes.astype(np.int64)
    for other in groupings[1:]:
        codes = np.unique(codes * other.n_levels + other.codes, return_inverse=True)[1]
    n_levels = int(codes.max()) + 1
    if n_levels == groupings[0].n_levels:
        return None
    name = " and ".join(g.name for g in groupings)
    levels = np.empty(n_levels, dtype=object)
    names = [np.array(g.levels, dtype=object)[g.codes] for g in groupings]
    first = np.unique(codes, return_index=True)[1]
    for place, row in enumerate(first.tolist()):
        levels[place] = ":".join(str(part[row]) for part in names)
    return replace(groupings[0], name=name, codes=codes.astype(np.int32), levels=tuple(levels))


def _time_within(material: Material, grouping: Grouping, ties: bool) -> Predictor | None:
    slopes = {name for block in material.design.blocks for name in block.names}
    found = [
        p
        for p in material.predictors
        if varying_parts(p.values, grouping)[0] and _looks_like_time(p.values, grouping, ties)
    ]
    return min(found, key=lambda p: p.column not in slopes, default=None)


def _looks_like_time(x: Array, grouping: Grouping, ties: bool) -> bool:
    order = np.argsort(grouping.codes, kind="stable")
    codes, x = grouping.codes[order], x[order]
    steps = np.diff(x)[codes[1:] == codes[:-1]]
    if not len(steps):
        return False
    values, place = np.unique(x, return_inverse=True)
    cells, counts = np.unique(codes.astype(np.int64) * len(values) + place, return_counts=True)
    if len(cells) < ALONE * len(x):
        # A design plans a number of rows at each time, of which some may be lost; the values of a
        # measured covariate are shared by any number of rows.
        usual = np.bincount(counts).argmax()
        if not ties or (counts <= usual).mean() < CAPPED or len(cells) < 2 * grouping.n_levels:
            return False
        steps = steps[steps != 0]
    forward = float((steps > 0).mean())
    # A grid: few values, each of which many groups share.
    grid = len(values) <= FEW_VALUES and len(cells) >= 0.3 * len(values) * grouping.n_levels
    return max(forward, 1 - forward) >= FORWARD or grid


def lagged(grouping: Grouping, time: Array) -> tuple[Array, Array]:
    """Positions of each row that has a row before it in its group, and of that row."""
    order = np.lexsort((time, grouping.codes))
    codes = grouping.codes[order]
    same = np.flatnonzero(codes[1:] == codes[:-1])
    return order[same + 1], order[same]


@dataclass(frozen=True)
class Places:
    """Rows sorted by group and time: ``order`` (n,) sorts them, ``starts`` (G + 1,) bounds the
    groups, ``rank`` (n,) numbers the different times of a group, in sorted order.
    """

    order: Array
    starts: Array
    rank: Array


def places_of(grouping: Grouping, time: Array) -> Places:
    """Rows of the same group at the same time share a rank."""
    order = np.lexsort((time, grouping.codes))
    codes, sorted_time = grouping.codes[order], time[order]
    new_group = np.r_[True, codes[1:] != codes[:-1]]
    new_time = new_group | np.r_[True, sorted_time[1:] != sorted_time[:-1]]
    starts = np.r_[np.flatnonzero(new_group), len(order)]
    count = np.cumsum(new_time)
    rank = count - np.repeat(count[starts[:-1]], np.diff(starts))
    return Places(order, starts, rank)


def next_in_time(grouping: Grouping, time: Array) -> tuple[Array, Array]:
    """Pairs of positions: each row with each row of its group at the time before.

    Rows at the same time aren't neighbours of each other.
    """
    places = places_of(grouping, time)
    bounds = np.r_[
        np.flatnonzero(np.r_[True, np.diff(places.rank) != 0])
        if len(places.rank)
        else np.zeros(0, dtype=np.intp),
        len(places.order),
    ]
    # A new group starts at rank 0, even after a group of a single time.
    bounds = np.unique(np.r_[bounds, places.starts])
    sizes, rank = np.diff(bounds), places.rank[bounds[:-1]]
    later = np.flatnonzero(rank > 0)
    pairs = sizes[later] * sizes[later - 1]
    block = np.repeat(later, pairs)
    within = np.arange(len(block)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    now = bounds[block] + within // sizes[block - 1]
    before = bounds[block - 1] + within % sizes[block - 1]
    return places.order[now], places.order[before]
