"""Structure of several grouping factors: who meets whom, and how the rest falls into pieces.

The factor with most effects comes first and is eliminated level by level. What couples the effects
of the other factors is then a sum over its levels; the connected components of that coupling (one
per school when classes are nested in schools, a single one when factors are crossed) are kept as
separate dense blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmm_core.errors import ModelError
from lmm_core.estimation.crossproducts import Factor, conditioned_columns
from lmm_core.estimation.scalar_pairs import ScalarPairs, scalar_pairs
from lmm_core.model.rank import slices

Array = np.ndarray

MAX_BLOCK = 12_000
# Below this cost ratio the coupling is summed over pairs of entries, else by dense products.
PAIR_COST, DENSE_COST = 15.0, 0.05
MAX_PAIRS = 60_000_000


@dataclass(frozen=True)
class CrossProducts:
    """Z_t'Z_s of two factors: ``values`` (q_t, q_s, m) for the m pairs of levels that meet."""

    rows: Array
    columns: Array
    values: Array


def cross_products(first: Factor, second: Factor, weights: Array | None, n: int) -> CrossProducts:
    """Cross-products of the conditioned columns of two factors, for the level pairs that occur."""
    keys = first.codes.astype(np.int64) * second.n_levels + second.codes
    found, inverse = np.unique(keys, return_inverse=True)
    q, s, m = first.width, second.width, len(found)
    values = np.zeros((q, s, m))
    for rows in slices(n, q + s):
        z, other = conditioned_columns(first, rows), conditioned_columns(second, rows)
        if weights is not None:
            z = z * weights[rows, None]
        for a in range(q):
            for b in range(s):
                values[a, b] += np.bincount(inverse[rows], z[:, a] * other[:, b], m)
    return CrossProducts(found // second.n_levels, found % second.n_levels, values)


@dataclass(frozen=True)
class Pieces:
    """The effects of the other factors, by connected component.

    ``sizes`` lists the distinct component sizes; ``members[k]`` (c, size) the effects of the c
    components of that size; ``starts[k]`` where their dense blocks begin in flat storage.
    ``block``, ``place`` and ``size`` give for each effect its block's start, its place in the
    block and the block's size.
    """

    n_effects: int
    sizes: tuple[int, ...]
    members: tuple[Array, ...]
    starts: tuple[int, ...]
    length: int
    block: Array
    place: Array
    size: Array

    def position(self, rows: Array, columns: Array) -> Array:
        """Flat positions of entries (rows, columns); both must lie in the same component."""
        return self.block[rows] + self.place[rows] * self.size[rows] + self.place[columns]

    def blocks(self, flat: Array) -> list[Array]:
        """Views (c, size, size) of flat storage."""
        return [
            flat[start : start + len(m) * size * size].reshape(len(m), size, size)
            for start, size, m in zip(self.starts, self.sizes, self.members, strict=True)
        ]


def find_pieces(n_effects: int, rows: Array, columns: Array) -> Pieces:
    """Components of the graph with edges (rows, columns) on ``n_effects`` nodes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = int(max(n_effects, rows.max(initial=-1) + 1, columns.max(initial=-1) + 1))
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    labels = labels[:n_effects]
    order = np.argsort(labels, kind="stable")
    _, counts = np.unique(labels, return_counts=True)
    if counts.max() > MAX_BLOCK:
        raise ModelError(
            f"The grouping columns are crossed with {int(counts.max()):,} linked groups, more than "
            f"this program holds ({MAX_BLOCK:,}).",
            "Leave out the grouping column with fewer repeated rows.",
            code="too_many_crossed",
        )
    ends = np.cumsum(counts)
    first = ends - counts
    block, place = np.empty(n_effects, dtype=np.intp), np.empty(n_effects, dtype=np.intp)
    size = np.empty(n_effects, dtype=np.intp)
    sizes, members, starts, length = [], [], [], 0
    for s in np.unique(counts):
        mine = np.flatnonzero(counts == s)
        inside = order[first[mine][:, None] + np.arange(s)]
        starts.append(length)
        block[inside] = (length + np.arange(len(mine)) * s * s)[:, None]
        place[inside] = np.arange(s)
        size[inside] = s
        sizes.append(int(s))
        members.append(inside)
        length += len(mine) * int(s) * int(s)
    return Pieces(
        n_effects, tuple(sizes), tuple(members), tuple(starts), length, block, place, size
    )


@dataclass(frozen=True)
class Coupling:
    """Entries (effect, level of the first factor) and the pairs of entries at the same level.

    ``left`` and ``right`` index entries with left <= right; ``position`` is the flat place of
    (effect_left, effect_right), ``mirror`` that of the transposed entry. When pairs would be too
    many, they are None and the coupling is computed by dense products. ``scalar`` takes the place
    of the pairs where every factor has one effect per level.
    """

    effect: Array
    level: Array
    left: Array | None
    right: Array | None
    position: Array | None
    mirror: Array | None
    scalar: ScalarPairs | None = None


def find_coupling(
    effect: Array, level: Array, n_levels: int, pieces: Pieces, values: Array | None = None
) -> Coupling:
    """Sort entries by level and list the pairs, unless dense products are cheaper.

    ``values`` are those of the entries where every factor has one effect per level.
    """
    order = np.lexsort((effect, level))
    effect, level = effect[order], level[order]
    values = None if values is None else values[order]
    counts = np.bincount(level, minlength=n_levels)
    n_pairs = float((counts.astype(float) * (counts + 1) / 2).sum())
    largest = max(pieces.sizes)
    dense = float(largest) ** 2 * n_levels * DENSE_COST
    single = len(pieces.sizes) == 1 and len(pieces.members[0]) == 1
    if single and (n_pairs > MAX_PAIRS or n_pairs * PAIR_COST > dense):
        return Coupling(effect, level, None, None, None, None)
    starts = np.cumsum(counts) - counts
    # Entry i is paired with all entries of its level from itself onwards.
    within = np.arange(len(effect)) - starts[level]
    remaining = counts[level] - within
    first = np.cumsum(remaining) - remaining
    right = np.arange(int(remaining.sum())) + np.repeat(np.arange(len(effect)) - first, remaining)
    if values is not None:
        scalar = scalar_pairs(pieces, effect, level, values, remaining, right)
        return Coupling(effect, level, None, None, None, None, scalar)
    left = np.repeat(np.arange(len(effect)), remaining)
    position = pieces.position(effect[left], effect[right])
    mirror = pieces.position(effect[right], effect[left])
    return Coupling(effect, level, left, right, position, mirror)
