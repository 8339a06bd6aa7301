"""Can the data tell all entries of a random-effects covariance matrix apart?

The rows of level l have the covariance Z_l G Z_l', so two matrices G are the same model when
A_l (G - G') A_l = 0 for all l, with A_l = Z_l'Z_l. A level whose A_l is regular settles it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lmm_core.errors import ModelError

if TYPE_CHECKING:
    from lmm_core.estimation.crossproducts import Factor

Array = np.ndarray

REGULAR = 1e-6
SINGULAR = 1e-12


def check_identified(factor: Factor, A: Array) -> None:
    """Raise where a correlation of ``factor`` isn't determined; ``A`` (q, q, G) on the conditioned
    scale.

    Raises
    ------
    ModelError
        ``correlation_unidentified``, with the columns.
    """
    for start, stop in factor.coupled:
        if stop - start < 2:
            continue
        part = slice(start, stop)
        own = A[part, part]
        if _some_level_settles(own):
            continue
        # Back to the user's columns, so that the entries have names.
        back = np.linalg.inv(factor.transform[part, part])
        entries, undetermined = _undetermined(np.einsum("ba,bcg,cd->adg", back, own, back))
        if undetermined:
            names = [name for block in factor.blocks for name in block.names][part]
            _refuse(factor, names, [entries[k] for k in undetermined])


def _some_level_settles(A: Array) -> bool:
    diagonal = np.einsum("aag->ag", A)
    size = diagonal.prod(axis=0)
    if len(A) == 2:
        return bool((size - A[0, 1] ** 2 > REGULAR * size).any())
    for level in np.argsort(-size)[:3]:
        sd = np.sqrt(diagonal[:, level])
        if (sd > 0).all():
            roots = np.linalg.eigvalsh(A[:, :, level] / np.outer(sd, sd))
            if roots[0] > REGULAR:
                return True
    return False


def _undetermined(A: Array) -> tuple[list[tuple[int, int]], list[int]]:
    """The entries (row, column) of G, and which of them a change of G that changes no level's
    covariance would alter.
    """
    q, _, G = A.shape
    spread = np.sqrt(np.maximum(np.einsum("aag->a", A), 1e-300))
    A = A / spread[:, None, None] / spread[None, :, None]
    entries = [(r, c) for c in range(q) for r in range(c, q)]
    E = np.zeros((len(entries), q, q))
    for k, (r, c) in enumerate(entries):
        E[k, r, c] = E[k, c, r] = 1.0
    flat = A.reshape(q * q, G)
    pairs = (flat @ flat.T).reshape(q, q, q, q)
    # tr(E_k A E_m A) summed over levels.
    inner = np.einsum("kab,bcda,mcd->km", E, pairs, E, optimize=True)
    roots, axes = np.linalg.eigh(inner)
    null = axes[:, roots < SINGULAR * max(roots[-1], 1e-300)]
    weight = np.abs(null).max(axis=1, initial=0.0)
    return entries, [k for k in range(len(entries)) if weight[k] > 1e-4]


def _refuse(factor: Factor, names: list[str], entries: list[tuple[int, int]]) -> None:
    pairs = [(names[c], names[r]) for r, c in entries if r != c]
    if not pairs:
        return
    first, second = pairs[0]
    more = f" (nor {len(pairs) - 1} more)" if len(pairs) > 1 else ""
    terms = [
        ":".join(block.layout.terms[k]) if k >= 0 else name
        for block in factor.blocks
        for k, name in zip(block.layout.assign, block.names, strict=True)
    ]
    all_names = [name for block in factor.blocks for name in block.names]
    of = dict(zip(all_names, terms, strict=True))
    slope = of[second]
    way_out = f"Take {slope} out of the random slopes; it can stay a fixed effect."
    if slope != of[first]:
        way_out = f"Make the random effects independent (|| in the formula), or take {slope} out."
    raise ModelError(
        f"The data can't tell how the random effects {first} and {second} of {factor.name} are "
        f"correlated{more}: no {factor.name} has enough of both.",
        way_out,
        code="correlation_unidentified",
        column=slope,
        group=factor.name,
    )
