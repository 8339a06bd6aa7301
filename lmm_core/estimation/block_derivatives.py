"""Derivatives of the criterion of several grouping factors.

Gradient in Lambda_t: 2 [N_t - (sum U H U' + (n-p)/r^2 sum u u') Lambda_t] with N_t the sum of the
diagonal blocks of (Z'V^-1 Z) Lambda, found from Lambda_t' N_t = G_t I - sum (M^-1)_ll. Second
derivatives for the optimiser are the average information (Gilmour, Thompson & Cullis 1995,
Biometrics 51); those for inference are differences of the exact gradient.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from math import exp, log

import numpy as np

from lmm_core.estimation import batched
from lmm_core.estimation.block_kenward_roger import kenward_roger_parts
from lmm_core.estimation.blocks import SPARSE_FROM, BlockCriterion, BlockState, sparse
from lmm_core.estimation.criterion import KenwardRogerParts

Array = np.ndarray

# Central differences of an exact gradient lose about a third of the digits.
STEP = 1e-4
TINY, OFF = 1e-7, 1e-6


@dataclass
class BlockPieces:
    """``inverse`` blocks of the Schur complement; per factor (elimination order) ``U`` (q, p, G):
    Z'V^-1 X, ``u`` (q, G): Z'Py, and ``cross`` (q, p + 1, q, p + 1).
    """

    inverse: list[Array]
    U: list[Array]
    u: list[Array]
    cross: list[Array]


class BlockSolver(BlockCriterion):
    """A block criterion with derivatives, modes and information."""

    has_scoring = False

    def pieces(self, state: BlockState) -> BlockPieces:
        if "pieces" not in state.extra:
            state.extra["pieces"] = self._pieces(state)
        return state.extra["pieces"]

    def _pieces(self, state: BlockState) -> BlockPieces:
        inverse = [batched.inverse(root) for root in state.roots]
        first, rest = self._back(state, inverse, state.W1, state.rest)
        own = [state.lambdas[k] for k in self.order]
        spread = [own[0] @ first.reshape(len(first), -1)]
        q, width, G = first.shape
        b_first = spread[0].reshape(q, width, G)
        b_rest = self._rest_levels(own, rest)
        U_all = self._minus_A(b_first, b_rest)
        U, u, cross = [], [], []
        for block in U_all:
            block[:, -1] -= np.einsum("ajg,j->ag", block[:, :-1], state.beta)
            qt, wt, Gt = block.shape
            flat = block.reshape(qt * wt, Gt)
            cross.append((flat @ flat.T).reshape(qt, wt, qt, wt))
            U.append(block[:, :-1])
            u.append(block[:, -1])
        return BlockPieces(inverse, U, u, cross)

    def _back(
        self, state: BlockState, inverse: list[Array], W1: Array, rest: Array
    ) -> tuple[Array, Array]:
        """M^-1 of a right-hand side that was reduced already: (q1, m, G1) and (K, m)."""
        solved = np.empty_like(rest)
        for block, members in zip(inverse, self.structure.members, strict=True):
            solved[members] = np.matmul(block, rest[members])
        lower = W1 - self._Y_transposed_times(state.Y, solved)
        return self._upper_first(state.inverse_L, lower), solved

    def _rest_levels(self, own: list[Array], rest: Array) -> list[Array]:
        """Per other factor (q, m, G): Lambda_t times the rows of (K, m)."""
        result = []
        for t, f in enumerate(self.factors[1:]):
            part = rest[self.starts[t] : self.starts[t + 1]].reshape(f.n_levels, f.width, -1)
            result.append(np.einsum("ab,gbm->amg", own[t + 1], part))
        return result

    def _minus_A(
        self, b_first: Array, b_rest: list[Array], start: list[Array] | None = None
    ) -> list[Array]:
        """Per factor (q, m, G): B - Z'Z b, or -Z'Z b onto ``start``."""
        result = [B.copy() for B in self.B] if start is None else start
        spread = [b_first, *b_rest]
        own_A = [self.A1, *self.A_rest]
        for k, (A, b) in enumerate(zip(own_A, spread, strict=True)):
            result[k] -= np.einsum("abg,bmg->amg", A, b)
        for t, cross in enumerate(self.first_cross):
            self._cross(result, spread, t + 1, 0, cross)
        for t, s, cross in self.rest_cross:
            self._cross(result, spread, t + 1, s + 1, cross)
        return result

    @staticmethod
    def _cross(result: list[Array], spread: list[Array], t: int, s: int, cross) -> None:
        """Subtract A_ts b_s from result_t and A_st b_t from result_s."""
        for a in range(cross.values.shape[0]):
            for b in range(cross.values.shape[1]):
                value = cross.values[a, b]
                if spread[0].shape[1] >= SPARSE_FROM:
                    shape = (result[t].shape[2], result[s].shape[2])
                    matrix = sparse(value, cross.rows, cross.columns, shape)
                    result[t][a] -= (matrix @ spread[s][b].T).T
                    result[s][b] -= (matrix.T @ spread[t][a].T).T
                    continue
                for m in range(spread[0].shape[1]):
                    down = value * spread[s][b, m, cross.columns]
                    result[t][a, m] -= np.bincount(cross.rows, down, result[t].shape[2])
                    up = value * spread[t][a, m, cross.rows]
                    result[s][b, m] -= np.bincount(cross.columns, up, result[s].shape[2])

    # -- sums of diagonal blocks of M^-1

    def _inverse_sums(self, state: BlockState, inverse: list[Array]) -> list[Array]:
        """Per factor (elimination order) (q, q): sum over levels of (M^-1)_ll."""
        return [self._first_sum(state, inverse), *self._rest_sums(inverse)]

    def _rest_sums(self, inverse: list[Array]) -> list[Array]:
        flat = self._flat(inverse)
        sums = []
        for t, f in enumerate(self.factors[1:]):
            base = self.starts[t] + np.arange(f.n_levels) * f.width
            sums.append(
                np.array(
                    [
                        [
                            flat[self.structure.position(base + a, base + b)].sum()
                            for b in range(f.width)
                        ]
                        for a in range(f.width)
                    ]
                )
            )
        return sums

    def _flat(self, inverse: list[Array]) -> Array:
        return np.concatenate([block.reshape(-1) for block in inverse])

    def _lowered(self, state: BlockState) -> Array:
        """(entries, q1): Y L_1^-1."""
        level, q = self.coupling.level, self.factors[0].width
        inverse_L, Y = state.inverse_L, state.Y
        return np.stack(
            [sum(Y[:, b] * inverse_L[b][a][level] for b in range(a, q)) for a in range(q)],
            axis=1,
        )

    def _scalar_levels(self, state: BlockState, inverse: list[Array]) -> Array:
        """(G1,): what the coupling adds to the diagonal of M^-1, one effect per level."""
        own = [state.lambdas[k] for k in self.order]
        forms = self.coupling.scalar.forms(inverse, self._rest_sds(own))
        return (own[0][0, 0] * state.inverse_L[0][0] ** 2) ** 2 * forms

    def _first_sum(self, state: BlockState, inverse: list[Array]) -> Array:
        q, inverse_L = self.factors[0].width, state.inverse_L
        result = np.zeros((q, q))
        for a in range(q):
            for b in range(q):
                low = max(a, b)
                result[a, b] = sum(inverse_L[k][a] @ inverse_L[k][b] for k in range(low, q))
        coupling = self.coupling
        if coupling.scalar is not None:
            return result + self._scalar_levels(state, inverse).sum()
        lowered = self._lowered(state)
        if coupling.left is None:
            dense = self._dense(lowered).reshape(self.n_rest, q, -1)
            half = [inverse[0][0] @ dense[:, a] for a in range(q)]
            return result + np.array(
                [[(half[a] * dense[:, b]).sum() for b in range(q)] for a in range(q)]
            )
        weights = self._flat(inverse)[coupling.position]
        weights = np.where(coupling.left == coupling.right, 0.5 * weights, weights)
        left, right = lowered[coupling.left] * weights[:, None], lowered[coupling.right]
        half = left.T @ right
        return result + half + half.T

    # -- gradient and curvature

    def _fixed_parts(self, pieces: BlockPieces, state: BlockState) -> list[Array]:
        """Per factor (q, q): sum U H U' (REML) + (n - p)/r^2 sum u u'."""
        parts = []
        for cross in pieces.cross:
            part = (self.degrees / state.squares) * cross[:, -1, :, -1]
            if self.reml:
                part = part + np.einsum("ajbk,jk->ab", cross[:, :-1, :, :-1], state.H)
            parts.append(part)
        return parts

    def _slopes_in_Lambda(self, state: BlockState) -> tuple[list[Array], list[Array]]:
        """Per factor in the design's order: half the gradient in Lambda, and (approximately, where
        Lambda is singular) the derivative in G.
        """
        pieces = self.pieces(state)
        parts = self._fixed_parts(pieces, state)
        # Where Lambda is singular its N isn't determined by T. The criterion is even in a column
        # of zeros, so a small step off it changes the other derivatives by its square only.
        near = self._off_the_boundary(state)
        sums = self._inverse_sums(near, self.pieces(near).inverse)
        halves: list[Array] = [np.zeros(0)] * len(self.factors)
        slopes: list[Array] = [np.zeros(0)] * len(self.factors)
        for k, total, part, factor in zip(self.order, sums, parts, self.factors, strict=True):
            Lambda, moved = state.lambdas[k], near.lambdas[k]
            T = factor.n_levels * np.eye(factor.width) - total
            N = np.linalg.solve(moved.T, T)
            halves[k] = np.where(np.any(Lambda != 0, axis=0), N - part @ Lambda, 0.0)
            inner = np.linalg.solve(moved.T, N.T).T
            slopes[k] = 0.5 * (inner + inner.T) - part
        return halves, slopes

    def _off_the_boundary(self, state: BlockState) -> BlockState:
        if all((np.abs(np.diag(L)) >= TINY).all() for L in state.lambdas):
            return state
        if "near" not in state.extra:
            moved = []
            for Lambda in state.lambdas:
                diagonal = np.diag(Lambda)
                lift = np.where(np.abs(diagonal) < TINY, OFF, diagonal) - diagonal
                moved.append(Lambda + np.diag(lift))
            state.extra["near"] = self.evaluate(self.theta_of(moved))
        return state.extra["near"]

    def gradient_at(self, state: BlockState) -> Array:
        return 2.0 * self.theta_of(self._slopes_in_Lambda(state)[0])

    def derivatives(self, state: BlockState) -> tuple[Array, Array]:
        """Gradient and average-information Hessian in theta."""
        halves, slopes = self._slopes_in_Lambda(state)
        J = self._jacobian(state)
        information, score = self._average_information(state)
        r2 = state.squares
        tensor = self.degrees * (information / r2 - np.outer(score, score) / r2**2)
        hessian = J @ tensor @ J.T
        for k, factor in enumerate(self.conditioned.factors):
            span = slice(self.offsets[k], self.offsets[k + 1])
            rows = np.array([r for r, _ in factor.free])
            columns = np.array([c for _, c in factor.free])
            same = columns[:, None] == columns[None]
            hessian[span, span] += 2.0 * same * slopes[k][rows[:, None], rows[None]]
        return 2.0 * self.theta_of(halves), hessian

    def unprofiled(self, state: BlockState, log_sigma2: float) -> tuple[float, Array]:
        """As ``SingleFactorCriterion.unprofiled``."""
        pieces = self.pieces(state)
        sigma2 = exp(log_sigma2)
        halves, _ = self._slopes_in_Lambda(state)
        change = self.degrees / state.squares - 1.0 / sigma2
        for k, cross in zip(self.order, pieces.cross, strict=True):
            halves[k] = halves[k] + change * cross[:, -1, :, -1] @ state.lambdas[k]
        gradient = np.append(2.0 * self.theta_of(halves), self.degrees - state.squares / sigma2)
        log_det = state.value - self.degrees * log(state.squares)
        return log_det + self.degrees * log_sigma2 + state.squares / sigma2, gradient

    def with_products(self, B: list[Array], gram: Array) -> BlockSolver:
        """As ``SingleFactorCriterion.with_products``."""
        other = copy(self)
        other.B = [B[k] for k in self.order]
        other.conditioned = self.conditioned.with_gram(gram)
        other.degrees = self.conditioned.n - (len(gram) - 1 if self.reml else 0)
        other.evaluations = 0
        return other

    def all_B(self) -> list[Array]:
        return self._design_order(self.B)

    def slopes_G(self, state: BlockState) -> None:
        """Not exact on the boundary here; the certificate then looks at the criterion itself."""
        return None

    def _jacobian(self, state: BlockState) -> Array:
        """(k, sum q^2): derivative of all G in theta, design order."""
        widths = [f.width**2 for f in self.conditioned.factors]
        starts = np.cumsum([0, *widths])
        J = np.zeros((self.size, starts[-1]))
        for k, factor in enumerate(self.conditioned.factors):
            q, Lambda = factor.width, state.lambdas[k]
            for i, (row, column) in enumerate(factor.free):
                D = np.zeros((q, q))
                D[row] += Lambda[:, column]
                D[:, row] += Lambda[:, column]
                J[self.offsets[k] + i, starts[k] : starts[k + 1]] = D.ravel()
        return J

    def _average_information(self, state: BlockState) -> tuple[Array, Array]:
        """y'P V_j P V_k P y for all pairs of entries of G, and y'P V_j P y, design order."""
        pieces = self.pieces(state)
        place = {k: i for i, k in enumerate(self.order)}
        columns: list[tuple[int, int, int]] = []
        for k, factor in enumerate(self.conditioned.factors):
            columns += [(place[k], a, b) for a in range(factor.width) for b in range(factor.width)]
        m = len(columns)
        v = [np.zeros((f.width, m, f.n_levels)) for f in self.factors]
        for j, (i, a, b) in enumerate(columns):
            v[i][a, j] = 0.5 * pieces.u[i][b]
            v[i][b, j] += 0.5 * pieces.u[i][a]
        Kv = self._apply_P(state, v)
        information = np.zeros((m, m))
        score = np.zeros(m)
        for i in range(len(self.factors)):
            information += np.einsum("ajg,akg->jk", v[i], Kv[i])
            score += np.einsum("ajg,ag->j", v[i], pieces.u[i])
        return 0.5 * (information + information.T), score

    def _apply_P(self, state: BlockState, v: list[Array]) -> list[Array]:
        """Z'PZ v per factor (elimination order), v of shapes (q, m, G)."""
        pieces = self.pieces(state)
        result = self.apply_V_inverse(state, v)
        Uv = sum(np.einsum("ajg,amg->jm", U, x) for U, x in zip(pieces.U, v, strict=True))
        HUv = state.H @ Uv
        return [
            part - np.einsum("ajg,jm->amg", U, HUv)
            for part, U in zip(result, pieces.U, strict=True)
        ]

    def apply_V_inverse(self, state: BlockState, v: list[Array]) -> list[Array]:
        """Z'V^-1 Z v per factor (elimination order), v of shapes (q, m, G)."""
        Av = [-part for part in self._minus_A(v[0], v[1:], [np.zeros_like(x) for x in v])]
        own = [state.lambdas[k] for k in self.order]
        scaled = [
            (L.T @ x.reshape(len(x), -1)).reshape(x.shape) for L, x in zip(own, Av, strict=True)
        ]
        first, rest = self.solve(state, scaled)
        q = len(first)
        b_first = (own[0] @ first.reshape(q, -1)).reshape(first.shape)
        return self._minus_A(b_first, self._rest_levels(own, rest), Av)

    def solve(self, state: BlockState, right: list[Array]) -> tuple[Array, Array]:
        """M^-1 of right-hand sides per factor (elimination order), shapes (q, m, G)."""
        pieces_inverse = self.pieces(state).inverse
        W1 = self._lower_first(state.inverse_L, right[0])
        flat = [x.transpose(2, 0, 1).reshape(-1, x.shape[1]) for x in right[1:]]
        rest = np.concatenate(flat) - self._Y_times(state.Y, W1)
        return self._back(state, pieces_inverse, W1, rest)

    def shrunken(self, state: BlockState, v: list[Array]) -> list[Array]:
        """Lambda M^-1 Lambda' v per factor in the design's order, v of shapes (q, m, G)."""
        own = [state.lambdas[k] for k in self.order]
        ordered = [v[k] for k in self.order]
        scaled = [
            (L.T @ x.reshape(len(x), -1)).reshape(x.shape)
            for L, x in zip(own, ordered, strict=True)
        ]
        first, rest = self.solve(state, scaled)
        spread = (own[0] @ first.reshape(len(first), -1)).reshape(first.shape)
        return self._design_order([spread, *self._rest_levels(own, rest)])

    def exact_hessian(self, state: BlockState) -> Array:
        """(k, k) by central differences of the exact gradient."""
        theta = self.theta_of(state.lambdas)
        result = np.empty((self.size, self.size))
        for j in range(self.size):
            step = np.zeros(self.size)
            step[j] = STEP * max(1.0, abs(theta[j]))
            up = self.gradient_at(self.evaluate(theta + step))
            down = self.gradient_at(self.evaluate(theta - step))
            result[j] = (up - down) / (2.0 * step[j])
        return 0.5 * (result + result.T)

    def information(self, state: BlockState) -> tuple[Array, Array]:
        """As ``SingleFactorCriterion.information``."""
        k, p = self.size, self.conditioned.p
        pieces = self.pieces(state)
        sigma2 = state.squares / self.degrees
        J = self._jacobian(state)
        place = {j: i for i, j in enumerate(self.order)}
        slope, fixed = [], []
        for j in range(len(self.factors)):
            cross = pieces.cross[place[j]]
            slope.append(cross[:, -1, :, -1].ravel())
            fixed.append(cross[:, :-1, :, :-1].transpose(0, 2, 1, 3).reshape(-1, p * p))
        mixed = J @ np.concatenate(slope) / sigma2
        result = np.empty((k + 1, k + 1))
        result[:k, :k] = self.exact_hessian(state) + np.outer(mixed, mixed) / self.degrees
        result[:k, k] = result[k, :k] = mixed
        result[k, k] = self.degrees
        inner = (J @ np.concatenate(fixed)).reshape(k, p, p)
        return result, state.H @ inner @ state.H

    def kenward_roger_parts(self, state: BlockState) -> KenwardRogerParts:
        """As ``SingleFactorCriterion.kenward_roger_parts``, for the entries of all G."""
        return kenward_roger_parts(self, state)

    # -- random effects

    def modes(self, state: BlockState) -> list[Array]:
        """Per factor in the design's order (q, G)."""
        pieces = self.pieces(state)
        coefficients = np.append(-state.beta, 1.0)
        W1 = np.einsum("ajg,j->ag", state.W1, coefficients)[:, None]
        first, rest = self._back(state, pieces.inverse, W1, (state.rest @ coefficients)[:, None])
        own = [state.lambdas[k] for k in self.order]
        found = [own[0] @ first[:, 0], *(x[:, 0] for x in self._rest_levels(own, rest))]
        return self._design_order(found)

    def mode_variances(self, state: BlockState) -> list[Array]:
        """Per factor in the design's order (q, q, G): Lambda (M^-1)_ll Lambda'."""
        pieces = self.pieces(state)
        flat = self._flat(pieces.inverse)
        found = [self._first_inverse(state, pieces.inverse)]
        for t, f in enumerate(self.factors[1:]):
            base = self.starts[t] + np.arange(f.n_levels) * f.width
            q = range(f.width)
            found.append(
                np.array(
                    [[flat[self.structure.position(base + a, base + b)] for b in q] for a in q]
                )
            )
        own = [state.lambdas[k] for k in self.order]
        spread = [np.einsum("ab,bcg,dc->adg", L, x, L) for L, x in zip(own, found, strict=True)]
        return self._design_order(spread)

    def _first_inverse(self, state: BlockState, inverse: list[Array]) -> Array:
        """(q1, q1, G1): diagonal blocks of M^-1 of the first factor."""
        q, G, inverse_L = self.factors[0].width, self.factors[0].n_levels, state.inverse_L
        result = np.zeros((q, q, G))
        lowered, coupling = self._lowered(state), self.coupling
        for a in range(q):
            for b in range(q):
                result[a, b] = sum(inverse_L[k][a] * inverse_L[k][b] for k in range(max(a, b), q))
        if coupling.scalar is not None:
            return result + self._scalar_levels(state, inverse)
        if coupling.left is None:
            dense = self._dense(lowered).reshape(self.n_rest, q, G)
            half = np.stack([inverse[0][0] @ dense[:, a] for a in range(q)], axis=1)
            return result + np.einsum("kag,kbg->abg", half, dense)
        weights = self._flat(inverse)[coupling.position]
        weights = np.where(coupling.left == coupling.right, 0.5 * weights, weights)
        level = coupling.level[coupling.left]
        for a in range(q):
            for b in range(q):
                product = weights * lowered[coupling.left, a] * lowered[coupling.right, b]
                sums = np.bincount(level, product, G)
                result[a, b] += sums
                result[b, a] += sums
        return result

    def _design_order(self, found: list[Array]) -> list[Array]:
        result: list[Array] = [np.zeros(0)] * len(found)
        for k, values in zip(self.order, found, strict=True):
            result[k] = values
        return result
