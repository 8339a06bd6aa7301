"""Sums over pairs of effects that meet in a level, where every factor has one effect per level.

There an entry of the coupling is a constant times the factors' SDs and a function of its level, so
the sums of products of all pairs are one sparse matrix, made once, times a vector over levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csc_array

    from lmm_core.estimation.pairs import Pieces

Array = np.ndarray


@dataclass(frozen=True)
class ScalarPairs:
    """``matrix`` (flat length, levels): for each pair of entries of a level, the first not after
    the second, the product of their values, at the flat position of their effects.
    ``own`` (entries,) are the flat positions of the entries' effects with themselves.
    """

    pieces: Pieces
    level: Array
    values: Array
    own: Array
    matrix: csc_array

    def products(self, sd: Array, weights: Array) -> Array:
        """Flat blocks of the sum over levels of ``weights`` (G,) times c c', where c are the
        level's values times the ``sd`` (K,) of their effects.
        """
        flat = self.matrix @ weights
        for block, members in zip(self.pieces.blocks(flat), self.pieces.members, strict=True):
            block += block.transpose(0, 2, 1).copy()
            diagonal = np.arange(block.shape[1])
            block[:, diagonal, diagonal] *= 0.5
            _times_outer(block, sd[members])
        return flat

    def forms(self, blocks: list[Array], sd: Array) -> Array:
        """(G,): c' B c of each level, for symmetric ``blocks`` B."""
        scaled = []
        for block, members in zip(blocks, self.pieces.members, strict=True):
            part = np.array(block)
            _times_outer(part, sd[members])
            scaled.append(part.reshape(-1))
        flat = scaled[0] if len(scaled) == 1 else np.concatenate(scaled)
        squares = flat[self.own] * self.values**2
        twice = 2.0 * (self.matrix.T @ flat)
        return twice - np.bincount(self.level, squares, self.matrix.shape[1])


def scalar_pairs(
    pieces: Pieces, effect: Array, level: Array, values: Array, remaining: Array, right: Array
) -> ScalarPairs:
    """From the entries, sorted by level, each paired with itself and the ``remaining`` ones of its
    level after it; ``right`` (pairs,) are the second ones.
    """
    from scipy.sparse import csc_array

    n_levels = int(level[-1]) + 1
    base, place = pieces.block[effect] + pieces.place[effect] * pieces.size[effect], pieces.place
    kind = np.int32 if pieces.length < np.iinfo(np.int32).max else np.int64
    position = np.repeat(base.astype(kind), remaining)
    position += place[effect].astype(kind)[right]
    products = np.repeat(values, remaining)
    products *= values[right]
    counts = np.bincount(level, minlength=n_levels)
    ends = np.r_[0, np.cumsum(counts * (counts + 1) // 2)].astype(kind)
    matrix = csc_array((products, position, ends), shape=(pieces.length, n_levels))
    return ScalarPairs(pieces, level, values, base + place[effect], matrix)


def _times_outer(block: Array, sd: Array) -> None:
    """Multiply (c, s, s) by the outer products of (c, s), in place."""
    first = sd.flat[0]
    if (sd == first).all():
        block *= first * first
    else:
        block *= sd[:, :, None]
        block *= sd[:, None, :]
