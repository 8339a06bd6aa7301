"""The correlation of residuals of neighbouring times, by its score statistic.

With A the neighbours' adjacency, U = (r'Ar - tr(PA)) / 2 for r = Py in residual SDs, and its
information after the variance components and the residual variance are allowed for. U over the
information is the one-step estimate of the correlation phi. Rows at the same time may share a
deviation that isn't in the model: their correlation is then estimated along with phi, and because
it makes U more variable than the information says, the spread over the groups counts as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.assumptions.time_order import Places, places_of
from lmm_core.estimation.criterion import symmetric_units
from lmm_core.estimation.crossproducts import Factor
from lmm_core.model.design import Grouping

Array = np.ndarray

LEAST_PAIRS = 20
# Groups beyond these, and rows of a group beyond these, add no more than time.
MOST_GROUPS = 400
MOST_ROWS = 150
# With several grouping columns the matrices are of all rows looked at.
MOST_DENSE = 1_200


@dataclass(frozen=True)
class Neighbours:
    """One-step estimate of the correlation of neighbours, its p-value, and the pairs looked at."""

    phi: float
    p_value: float
    n_pairs: int


def neighbours(material: Material, grouping: Grouping, time: Array) -> Neighbours | None:
    """The score statistic over the rows of ``grouping`` in order of ``time`` (n,).

    Rows at the same time aren't neighbours; each is one of every row at the next time. None where
    fewer than 20 pairs can be looked at, or they say nothing beyond the variance components.
    """
    places = places_of(grouping, time)
    parts = [p for p in _parts(places) if len(p) > 1 and places.rank[p[-1]] > 0]
    factors = material.estimates.conditioned.factors
    alone = len(factors) == 1 and np.array_equal(factors[0].codes, grouping.codes)
    chosen = _spread_over(parts, MOST_GROUPS) if alone else _within_budget(parts)
    n_pairs = sum(int(_at_distance(places.rank[p], 1).sum()) // 2 for p in chosen)
    if n_pairs < LEAST_PAIRS:
        return None
    ties = any((np.diff(places.rank[part]) == 0).any() for part in chosen)
    distances = (1, 0) if ties else (1,)
    scores, information = (_by_group if alone else _jointly)(material, places, chosen, distances)
    information = np.tril(information) + np.tril(information, -1).T
    k = len(distances)
    cross, rest = information[:k, k:], information[k:, k:]
    left = information[:k, :k] - cross @ np.linalg.pinv(rest, rcond=1e-10) @ cross.T
    size = np.sqrt(information.diagonal()[:k])
    roots = np.linalg.eigvalsh(left / np.outer(size, size))
    if not roots[0] > 1e-8:
        return None
    inverse = np.linalg.inv(left)
    parts_of_phi = scores @ inverse[0]
    phi = float(parts_of_phi.sum())
    p_value = float(2 * special.ndtr(-abs(phi) / sqrt(inverse[0, 0])))
    return Neighbours(phi, max(p_value, _robust(parts_of_phi)) if ties else p_value, n_pairs)


def _robust(parts: Array) -> float:
    """Two-sided p of a zero sum, from the spread of the groups' parts (t with G - 1)."""
    m = len(parts)
    spread = float(parts.std(ddof=1)) * sqrt(m) if m > 1 else 0.0
    return float(2 * special.stdtr(m - 1, -abs(float(parts.sum())) / spread)) if spread else 1.0


def _parts(places: Places) -> list[Array]:
    """Per group its places in sorted order, the first ones of a long group."""
    spans = zip(places.starts[:-1].tolist(), places.starts[1:].tolist(), strict=True)
    return [np.arange(start, min(stop, start + MOST_ROWS)) for start, stop in spans]


def _spread_over(parts: list[Array], most: int) -> list[Array]:
    if len(parts) <= most:
        return parts
    return [parts[k] for k in np.linspace(0, len(parts) - 1, most).astype(np.intp)]


def _within_budget(parts: list[Array]) -> list[Array]:
    """As many groups, spread over all of them, as the dense matrices hold."""
    total = sum(len(p) for p in parts)
    if total <= MOST_DENSE:
        return parts
    found = _spread_over(parts, max(1, len(parts) * MOST_DENSE // total))
    size = 0
    kept = []
    for part in found:
        size += len(part)
        if kept and size > MOST_DENSE:
            break
        kept.append(part)
    return kept


def _at_distance(rank: Array, distance: int) -> Array:
    """(m, m) of one group: which pairs of rows are so many times apart (no row from itself)."""
    near = np.abs(rank[:, None] - rank[None]) == distance
    return near & ~np.eye(len(rank), dtype=bool)


def _weighted(material: Material) -> tuple[Array, Array]:
    """Root of the weights (n,), and X (n, p) on the conditioned scale times that root."""
    design = material.whitened
    root = np.ones(design.n) if design.weights is None else np.sqrt(design.weights)
    return root, design.basis.apply(design.X) * root[:, None]


def _by_group(
    material: Material, places: Places, chosen: list[Array], distances: tuple[int, ...]
) -> tuple[Array, Array]:
    """One grouping column: groups are independent, apart from the coefficients in common.

    The scores of each group (m, d), and the information (d + 1 + k, d + 1 + k).
    """
    estimates = material.estimates
    factor = estimates.conditioned.factors[0]
    root, X = _weighted(material)
    Z = _columns(factor) * root[:, None]
    Lambda, H = estimates.lambdas[0], estimates.state.H
    units = symmetric_units(factor)
    d = len(distances)
    width = d + 1 + len(units)
    scores, information = np.zeros((len(chosen), d)), np.zeros((width, width))
    r = material.pearson
    for g, part in enumerate(chosen):
        rows = places.order[part]
        half = Z[rows] @ Lambda
        inverse = np.eye(len(rows)) - half @ np.linalg.solve(
            np.eye(half.shape[1]) + half.T @ half, half.T
        )
        own = inverse @ X[rows]
        P = inverse - own @ H @ own.T
        near = [_at_distance(places.rank[part], k).astype(float) for k in distances]
        outer = np.outer(r[rows], r[rows]) - P
        scores[g] = [0.5 * float((outer * A).sum()) for A in near]
        # Directions: neighbours, residual variance, the entries of G.
        directions = [*near, np.linalg.inv(inverse), *(Z[rows] @ E @ Z[rows].T for E in units)]
        products = [P @ D for D in directions]
        for a in range(width):
            for b in range(a + 1):
                information[a, b] += 0.5 * float((products[a] * products[b].T).sum())
    return scores, information


def _jointly(
    material: Material, places: Places, chosen: list[Array], distances: tuple[int, ...]
) -> tuple[Array, Array]:
    """Any grouping: the exact scores and information of the rows looked at, taken as all data.

    Given the variance components, rows of whole groups follow the same model as all rows do.
    """
    estimates, design = material.estimates, material.design
    part = np.concatenate(chosen)
    rows, rank = places.order[part], places.rank[part]
    unit = np.repeat(np.arange(len(chosen)), [len(p) for p in chosen])
    together = unit[:, None] == unit[None]
    near = [together & _at_distance(rank, k) for k in distances]
    root, X = _weighted(material)
    effects = []
    V = np.eye(len(rows))
    for factor, Lambda in zip(estimates.conditioned.factors, estimates.lambdas, strict=True):
        Z = _columns(factor)[rows] * root[rows, None]
        levels, codes = np.unique(factor.codes[rows], return_inverse=True)
        half = Z @ Lambda
        V += (codes[:, None] == codes[None]) * (half @ half.T)
        effects.append((Z, codes, len(levels), symmetric_units(factor)))
    inverse = np.linalg.inv(V)
    own = inverse @ _independent(X[rows])
    P = inverse - own @ np.linalg.pinv(own.T @ V @ own, hermitian=True) @ own.T
    marginal = estimates.normalised(design.y - material.fit.fitted_marginal, design.weights)
    residual = marginal[rows]
    r = P @ residual
    AP = [A @ P for A in near]
    scores = np.column_stack(
        [
            0.5 * np.bincount(unit, r * (A @ r) - product.diagonal())
            for A, product in zip(near, AP, strict=True)
        ]
    )
    # Z'P of each column of each factor, levels on the first axis.
    ZP, ends = [], []
    for Z, codes, n_levels, _ in effects:
        for column in Z.T:
            ZP.append(_summed(column[:, None] * P, codes, n_levels))
            ends.append((column, codes, n_levels))
    first = np.cumsum([0, *(Z.shape[1] for Z, *_ in effects)])
    entries = [
        (start + a, start + b, 1.0 if a == b else 2.0)
        for start, (*_, units) in zip(first, effects, strict=False)
        for a, b in (np.argwhere(np.tril(E))[0] for E in units)
    ]
    inner = [[_summed(column[:, None] * z.T, codes, G).T for column, codes, G in ends] for z in ZP]
    d, k = len(near), len(entries)
    information = np.empty((d + 1 + k, d + 1 + k))
    for i in range(d):
        for j in range(i + 1):
            information[i, j] = 0.5 * float((AP[i] * AP[j].T).sum())
        information[d, i] = 0.5 * float(AP[i].trace())
    information[d, d] = 0.5 * float((P * V).sum())
    ZPA = [[z @ A for z in ZP] for A in near]
    for i, (a, b, times) in enumerate(entries):
        for j in range(d):
            information[d + 1 + i, j] = 0.5 * times * float((ZPA[j][a] * ZP[b]).sum())
        information[d + 1 + i, d] = 0.5 * times * float(inner[a][b].trace())
        for j, (c, e, again) in enumerate(entries[: i + 1]):
            value = (inner[a][c] * inner[b][e]).sum() + (inner[a][e] * inner[b][c]).sum()
            information[d + 1 + i, d + 1 + j] = 0.25 * times * again * float(value)
    return scores, information


def _columns(factor: Factor) -> Array:
    return np.concatenate([block.matrix for block in factor.blocks], axis=1)


def _independent(X: Array) -> Array:
    """An orthonormal basis of the columns; few rows may not tell all of them apart."""
    left, values, _ = np.linalg.svd(X, full_matrices=False)
    return left[:, values > 1e-10 * values[0]]


def _summed(values: Array, codes: Array, n_levels: int) -> Array:
    """(G, m): sums of the rows of (n, m) per level."""
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(n_levels))
    return np.add.reduceat(values[order], starts, axis=0)
