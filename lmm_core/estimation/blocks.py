"""The profiled criterion of a model with several grouping factors, nested or crossed.

Blocked Cholesky in the manner of MixedModels.jl: the factor with most effects is eliminated level
by level, the Schur complement of the others is held as dense blocks, one per connected component.
With M = Lambda'Z'Z Lambda + I the identity Lambda'(Z'V^-1 Z)Lambda = I - M^-1 gives the gradient
from sums of diagonal blocks of M^-1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log

import numpy as np

from lmm_core.estimation import batched
from lmm_core.estimation.criterion import constant
from lmm_core.estimation.crossproducts import Conditioned, Factor
from lmm_core.estimation.pairs import (
    CrossProducts,
    cross_products,
    find_coupling,
    find_pieces,
)
from lmm_core.estimation.shrinkage import cholesky_levels, invert_lower
from lmm_core.estimation.state import Reduced

Array = np.ndarray

# From so many right-hand sides on a sparse matrix is worth its making.
SPARSE_FROM = 8


def sparse(values: Array, rows: Array, columns: Array, shape: tuple[int, int]):
    """A sparse matrix (``shape``) from its entries."""
    from scipy.sparse import csr_array

    return csr_array((values, (rows, columns)), shape=shape)


@dataclass
class BlockState(Reduced):
    """The factorisation at one theta.

    ``inverse_L`` are the level blocks of the first factor; ``Y`` (entries, q1) its coupling with
    the other effects; ``roots`` Cholesky factors of the Schur complement's blocks; ``W1``
    (q1, p + 1, G1) and ``rest`` (K, p + 1) the reduced right-hand sides.
    """

    lambdas: list[Array]
    inverse_L: list[list[Array]]
    Y: Array
    roots: list[Array]
    W1: Array
    rest: Array
    root: Array
    value: float
    extra: dict = field(default_factory=dict)


class BlockCriterion:
    """-2 log-likelihood (ML) or REML criterion as a function of several factors' Lambdas."""

    def __init__(self, conditioned: Conditioned, reml: bool, weights: Array | None) -> None:
        self.conditioned = conditioned
        self.reml = reml
        self.degrees = conditioned.n - (conditioned.p if reml else 0)
        self.evaluations = 0
        self.constant = constant(conditioned, reml)
        factors = conditioned.factors
        # Elimination order; theta and results stay in the order of the conditioned design.
        self.order = sorted(
            range(len(factors)), key=lambda k: -factors[k].width * factors[k].n_levels
        )
        self.factors: list[Factor] = [factors[k] for k in self.order]
        self.sizes = [len(f.free) for f in factors]
        self.offsets = np.cumsum([0, *self.sizes])
        self._find_structure(weights)

    def _find_structure(self, weights: Array | None) -> None:
        n = self.conditioned.n
        first, others = self.factors[0], self.factors[1:]
        widths = [f.width * f.n_levels for f in others]
        self.starts = np.cumsum([0, *widths])
        self.n_rest = int(self.starts[-1])
        self.first_cross = [cross_products(f, first, weights, n) for f in others]
        self.rest_cross: list[tuple[int, int, CrossProducts]] = [
            (t, s, cross_products(others[t], others[s], weights, n))
            for t in range(len(others))
            for s in range(t)
        ]
        products = self.conditioned.products
        self.A1 = products[self.order[0]].A
        self.B = [products[k].B for k in self.order]
        self.A_rest = [products[k].A for k in self.order[1:]]
        entry_effects, entry_levels = self._entries()
        edges_from = [entry_effects]
        edges_to = [self.n_rest + entry_levels]
        for t, s, cross in self.rest_cross:
            edges_from.append(self.starts[t] + cross.rows * others[t].width)
            edges_to.append(self.starts[s] + cross.columns * others[s].width)
        for t, f in enumerate(others):
            base = self.starts[t] + np.arange(f.n_levels) * f.width
            for a in range(1, f.width):
                edges_from.append(base)
                edges_to.append(base + a)
        self.structure = find_pieces(
            self.n_rest, np.concatenate(edges_from), np.concatenate(edges_to)
        )
        order = np.lexsort((entry_effects, entry_levels))
        self.entry_order = order
        scalar = all(f.width == 1 for f in self.factors)
        values = np.concatenate([c.values[0, 0] for c in self.first_cross]) if scalar else None
        self.coupling = find_coupling(
            entry_effects, entry_levels, first.n_levels, self.structure, values
        )

    def _entries(self) -> tuple[Array, Array]:
        """(effect of the others, level of the first factor) of every coupling entry."""
        effects, levels = [], []
        for t, cross in enumerate(self.first_cross):
            width = self.factors[t + 1].width
            base = self.starts[t] + cross.rows * width
            for a in range(width):
                effects.append(base + a)
                levels.append(cross.columns)
        return np.concatenate(effects), np.concatenate(levels)

    # -- theta

    @property
    def size(self) -> int:
        return int(self.offsets[-1])

    def start(self, spread: float = 1.0) -> Array:
        return np.array(
            [spread if r == c else 0.0 for f in self.conditioned.factors for r, c in f.free]
        )

    def lambdas(self, theta: Array) -> list[Array]:
        result = []
        for k, factor in enumerate(self.conditioned.factors):
            Lambda = np.zeros((factor.width, factor.width))
            for (r, c), value in zip(
                factor.free, theta[self.offsets[k] : self.offsets[k + 1]], strict=True
            ):
                Lambda[r, c] = value
            result.append(Lambda)
        return result

    def theta_of(self, lambdas: list[Array]) -> Array:
        return np.array(
            [
                Lambda[r, c]
                for factor, Lambda in zip(self.conditioned.factors, lambdas, strict=True)
                for r, c in factor.free
            ]
        )

    # -- value

    def evaluate(self, theta: Array) -> BlockState:
        self.evaluations += 1
        lambdas = self.lambdas(theta)
        own = [lambdas[k] for k in self.order]
        first = own[0]
        q, width, G = self.B[0].shape
        LA = (first.T @ self.A1.reshape(q, q * G)).reshape(q, q, G)
        L = cholesky_levels(first, LA)
        inverse_L = invert_lower(L)
        W1 = self._lower_first(inverse_L, self._scaled(first, self.B[0]))
        Y = self._coupling(own, inverse_L)
        flat = self._schur(own, Y, inverse_L)
        roots = [batched.cholesky(block) for block in self.structure.blocks(flat)]
        rest = self._rest_right(own) - self._Y_times(Y, W1)
        reduced = self.conditioned.gram - np.matmul(W1, W1.transpose(0, 2, 1)).sum(axis=0)
        half = np.concatenate(
            [
                batched.solve_lower(root, rest[m]).reshape(-1, width)
                for root, m in zip(roots, self.structure.members, strict=True)
            ]
        )
        reduced = reduced - half.T @ half
        root = np.linalg.cholesky(reduced)
        log_det = 2.0 * float(sum(np.log(L[a][a]).sum() for a in range(q)))
        log_det += sum(batched.log_det(r) for r in roots)
        value = log_det + self.degrees * log(root[-1, -1] ** 2)
        if self.reml:
            value += 2.0 * float(np.log(np.diag(root)[:-1]).sum())
        return BlockState(lambdas, inverse_L, Y, roots, W1, rest, root, value)

    @staticmethod
    def _scaled(Lambda: Array, B: Array) -> Array:
        q, width, G = B.shape
        return (Lambda.T @ B.reshape(q, width * G)).reshape(q, width, G)

    @staticmethod
    def _lower_first(inverse_L: list[list[Array]], right: Array) -> Array:
        result = np.empty_like(right)
        for a in range(len(right)):
            result[a] = sum(inverse_L[a][b] * right[b] for b in range(a + 1))
        return result

    @staticmethod
    def _upper_first(inverse_L: list[list[Array]], right: Array) -> Array:
        q = len(right)
        result = np.empty_like(right)
        for a in range(q):
            result[a] = sum(inverse_L[b][a] * right[b] for b in range(a, q))
        return result

    def _coupling(self, own: list[Array], inverse_L: list[list[Array]]) -> Array:
        """(entries, q1): Lambda_R'A_R1 Lambda_1 L_1^-T, sorted by level of the first factor."""
        q = self.factors[0].width
        parts = []
        for t, cross in enumerate(self.first_cross):
            half = np.einsum("ra,rsm->asm", own[t + 1], cross.values)
            scaled = np.einsum("asm,sb->abm", half, own[0])
            lower = [[inverse_L[a][b][cross.columns] for b in range(a + 1)] for a in range(q)]
            parts += [
                np.stack([sum(lower[a][b] * row[b] for b in range(a + 1)) for a in range(q)], 1)
                for row in scaled
            ]
        return np.concatenate(parts)[self.entry_order]

    def _rest_sds(self, own: list[Array]) -> Array:
        """(K,): Lambda of each effect of the others, where all have one per level."""
        widths = [f.n_levels for f in self.factors[1:]]
        return np.repeat([float(Lambda[0, 0]) for Lambda in own[1:]], widths)

    def _schur(self, own: list[Array], Y: Array, inverse_L: list[list[Array]]) -> Array:
        """Flat dense blocks of I + Lambda_R'A_RR Lambda_R - Y Y'."""
        pieces, coupling = self.structure, self.coupling
        if coupling.scalar is not None:
            weights = (own[0][0, 0] * inverse_L[0][0]) ** 2
            flat = coupling.scalar.products(self._rest_sds(own), -weights)
        elif coupling.left is None:
            flat = np.ascontiguousarray(-batched.gram(self._dense(Y))).reshape(-1)
        else:
            flat = self._pair_sums(Y, Y)
        for t, f in enumerate(self.factors[1:]):
            diagonal = np.einsum("ra,rsg,sb->abg", own[t + 1], self.A_rest[t], own[t + 1])
            base = self.starts[t] + np.arange(f.n_levels) * f.width
            for a in range(f.width):
                for b in range(f.width):
                    flat[pieces.position(base + a, base + b)] += diagonal[a, b]
        for t, s, cross in self.rest_cross:
            values = np.einsum("ra,rsm,sb->abm", own[t + 1], cross.values, own[s + 1])
            rows = self.starts[t] + cross.rows * self.factors[t + 1].width
            columns = self.starts[s] + cross.columns * self.factors[s + 1].width
            for a in range(values.shape[0]):
                for b in range(values.shape[1]):
                    flat[pieces.position(rows + a, columns + b)] += values[a, b]
                    flat[pieces.position(columns + b, rows + a)] += values[a, b]
        everyone = np.arange(self.n_rest)
        flat[pieces.position(everyone, everyone)] += 1.0
        return flat

    def _pair_sums(self, Y: Array, other: Array) -> Array:
        """Minus Y other' at the flat positions (both sums over the levels of the first factor)."""
        coupling = self.coupling
        left, right = coupling.left, coupling.right
        products = np.einsum("ia,ia->i", Y[left], other[right])
        flat = np.bincount(coupling.position, -products, self.structure.length)
        off = left != right
        flat += np.bincount(coupling.mirror[off], -products[off], self.structure.length)
        return flat

    def _dense(self, Y: Array) -> Array:
        """(K, q1 G1) in the order of the single block's members."""
        q, G = self.factors[0].width, self.factors[0].n_levels
        dense = np.zeros((self.n_rest, q, G))
        dense[self.structure.place[self.coupling.effect], :, self.coupling.level] = Y
        return dense.reshape(self.n_rest, q * G)

    def _rest_right(self, own: list[Array]) -> Array:
        """(K, p + 1): Lambda_R'B_R."""
        parts = []
        for t, f in enumerate(self.factors[1:]):
            scaled = self._scaled(own[t + 1], self.B[t + 1])
            parts.append(scaled.transpose(2, 0, 1).reshape(f.n_levels * f.width, -1))
        return np.concatenate(parts)

    def _Y_times(self, Y: Array, right: Array) -> Array:
        """(K, m): Y applied to (q1, m, G1)."""
        coupling = self.coupling
        m = right.shape[1]
        if m >= SPARSE_FROM:
            shape = (self.n_rest, self.factors[0].n_levels)
            parts = zip(Y.T, right, strict=True)
            return sum(sparse(y, coupling.effect, coupling.level, shape) @ r.T for y, r in parts)
        result = np.empty((self.n_rest, m))
        for j in range(m):
            values = np.einsum("ia,ai->i", Y, right[:, j, coupling.level])
            result[:, j] = np.bincount(coupling.effect, values, self.n_rest)
        return result

    def _Y_transposed_times(self, Y: Array, right: Array) -> Array:
        """(q1, m, G1): Y' applied to (K, m)."""
        coupling = self.coupling
        q, G = self.factors[0].width, self.factors[0].n_levels
        m = right.shape[1]
        result = np.empty((q, m, G))
        if m >= SPARSE_FROM:
            for a in range(q):
                matrix = sparse(Y[:, a], coupling.level, coupling.effect, (G, self.n_rest))
                result[a] = (matrix @ right).T
            return result
        for j in range(m):
            column = right[coupling.effect, j]
            for a in range(q):
                result[a, j] = np.bincount(coupling.level, Y[:, a] * column, G)
        return result
