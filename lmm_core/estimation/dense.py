"""The criterion of several grouping factors with few random effects, by dense matrices.

The same formulas as for one factor, with all K random effects side by side: factor by factor,
column by column, level by level. Up to ``LARGEST`` effects this takes less time than keeping
track of who meets whom, and the second derivatives are exact.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from math import exp, log

import numpy as np

from lmm_core.estimation.criterion import KenwardRogerParts, constant
from lmm_core.estimation.crossproducts import Conditioned, conditioned_columns
from lmm_core.estimation.scoring import ScoringParts
from lmm_core.estimation.state import Reduced

Array = np.ndarray

LARGEST = 120


@dataclass
class DenseState(Reduced):
    """The factorisation at one theta: ``T`` (K, K + p + 1) = L^-1 Lambda'[Z'Z Z'X Z'y] with
    L L' = Lambda'Z'Z Lambda + I, and ``half`` (K, K) = L^-1 Lambda'.
    """

    lambdas: list[Array]
    half: Array
    T: Array
    root: Array
    value: float


@dataclass
class DensePieces:
    """``W`` (K, K) = Z'V^-1 Z, ``S`` (K, K) = Z'PZ, ``U`` (K, p) = Z'V^-1 X, ``u`` (K,) = Z'Py; for
    each of the k free entries of G, with D its symmetric unit matrix over all levels: ``DU``
    (k, K, p) = D U, ``Du`` (k, K) = D u and ``slopes`` (k,): the criterion's derivative.
    """

    W: Array
    S: Array
    U: Array
    u: Array
    DU: Array
    Du: Array
    slopes: Array


def fits_dense(conditioned: Conditioned) -> bool:
    """Whether the model has few enough random effects."""
    return sum(f.width * f.n_levels for f in conditioned.factors) <= LARGEST


class DenseCriterion:
    """-2 log-likelihood (ML) or REML criterion as a function of several factors' Lambdas."""

    has_scoring = True

    def __init__(self, conditioned: Conditioned, reml: bool, weights: Array | None) -> None:
        self.conditioned = conditioned
        self.reml = reml
        self.degrees = conditioned.n - (conditioned.p if reml else 0)
        self.evaluations = 0
        self.constant = constant(conditioned, reml)
        factors = conditioned.factors
        self.sizes = [f.width * f.n_levels for f in factors]
        self.starts = [sum(self.sizes[:k]) for k in range(len(factors) + 1)]
        self.free = [(k, r, c) for k, f in enumerate(factors) for r, c in f.free]
        self.columns = np.array([10_000 * k + c for k, _, c in self.free])
        self.is_diagonal = np.array([r == c for _, r, c in self.free])
        self.scalar = all(f.width == 1 for f in factors)
        K = self.starts[-1]
        self.right = np.empty((K, K + conditioned.p + 1))
        self.right[:, :K] = self._gram(weights)
        for span, products in zip(self.spans, conditioned.products, strict=True):
            self.right[span, K:] = products.B.transpose(0, 2, 1).reshape(-1, conditioned.p + 1)

    def _gram(self, weights: Array | None) -> Array:
        """(K, K): Z'Z of the conditioned columns."""
        everything = slice(0, self.conditioned.n)
        K = self.starts[-1]
        result = np.empty((K, K))
        factors = self.conditioned.factors
        columns = [conditioned_columns(f, everything) for f in factors]
        for i, f in enumerate(factors):
            z = columns[i] if weights is None else columns[i] * weights[:, None]
            for j, g in enumerate(factors[: i + 1]):
                pairs = f.codes * g.n_levels + g.codes
                for a in range(f.width):
                    for b in range(g.width):
                        sums = np.bincount(
                            pairs, z[:, a] * columns[j][:, b], f.n_levels * g.n_levels
                        ).reshape(f.n_levels, g.n_levels)
                        rows, others = self.levels(i, a), self.levels(j, b)
                        result[rows, others] = sums
                        result[others, rows] = sums.T
        return result

    @property
    def spans(self) -> list[slice]:
        """The random effects of each factor."""
        pairs = zip(self.starts[:-1], self.starts[1:], strict=True)
        return [slice(start, stop) for start, stop in pairs]

    def levels(self, k: int, column: int) -> slice:
        """The random effects of one column of factor ``k``."""
        n_levels = self.conditioned.factors[k].n_levels
        start = self.starts[k] + column * n_levels
        return slice(start, start + n_levels)

    # -- theta

    @property
    def size(self) -> int:
        return len(self.free)

    def start(self, spread: float = 1.0) -> Array:
        return np.where(self.is_diagonal, spread, 0.0)

    def lambdas(self, theta: Array) -> list[Array]:
        result = [np.zeros((f.width, f.width)) for f in self.conditioned.factors]
        for (k, r, c), value in zip(self.free, theta.tolist(), strict=True):
            result[k][r, c] = value
        return result

    def theta_of(self, lambdas: list[Array]) -> Array:
        return np.array([lambdas[k][r, c] for k, r, c in self.free])

    def _spread(self, lambdas: list[Array], transposed: bool = True) -> Array:
        """(K, K): Lambda (or its transpose) of all random effects."""
        K = self.starts[-1]
        result = np.zeros((K, K))
        for k, (Lambda, f) in enumerate(zip(lambdas, self.conditioned.factors, strict=True)):
            span = self.spans[k]
            wanted = Lambda.T if transposed else Lambda
            result[span, span] = np.kron(wanted, np.eye(f.n_levels))
        return result

    # -- value and derivatives

    def evaluate(self, theta: Array) -> DenseState:
        """The criterion at ``theta`` (k,)."""
        self.evaluations += 1
        lambdas = self.lambdas(theta)
        K = self.starts[-1]
        if self.scalar:
            scale = np.repeat([float(L[0, 0]) for L in lambdas], self.sizes)
            inner = scale[:, None] * self.right[:, :K] * scale
        else:
            transposed = self._spread(lambdas)
            inner = transposed @ self.right[:, :K] @ transposed.T
        inner[np.diag_indices(K)] += 1.0
        L = np.linalg.cholesky(inner)
        inverse = np.linalg.inv(L)
        half = inverse * scale if self.scalar else inverse @ transposed
        T = half @ self.right
        lower = T[:, K:]
        root = np.linalg.cholesky(self.conditioned.gram - lower.T @ lower)
        logs = np.log(root.diagonal())
        value = 2.0 * float(np.log(L.diagonal()).sum()) + 2.0 * self.degrees * float(logs[-1])
        if self.reml:
            value += 2.0 * float(logs[:-1].sum())
        return DenseState(lambdas, half, T, root, value)

    def pieces(self, state: DenseState) -> DensePieces:
        """What all derivatives are made of."""
        if "pieces" not in state.__dict__:
            state.__dict__["pieces"] = self._pieces(state)
        return state.__dict__["pieces"]

    def _pieces(self, state: DenseState) -> DensePieces:
        K = self.starts[-1]
        whole = self.right - state.T[:, :K].T @ state.T
        W, U = whole[:, :K], whole[:, K:-1]
        u = whole[:, -1] - U @ state.beta
        projected = U @ state.inverse_root.T
        S = W - projected @ projected.T
        Uu = np.column_stack([U, u])
        D = np.zeros((self.size, K, Uu.shape[1]))
        traces = np.empty(self.size)
        inner = S if self.reml else W
        for j, (k, r, c) in enumerate(self.free):
            first, second = self.levels(k, r), self.levels(k, c)
            D[j, first] = Uu[second]
            D[j, second] = Uu[first]
            traces[j] = (1.0 if r == c else 2.0) * inner[first, second].trace()
        Du = D[:, :, -1]
        slopes = traces - (self.degrees / state.squares) * (Du @ u)
        return DensePieces(W, S, U, u, D[:, :, :-1], Du, slopes)

    def _trace_products(self, inner: Array) -> Array:
        """(k, k): tr(R D_i R D_j) for a symmetric R (K, K)."""
        K = len(inner)
        moved = np.zeros((self.size, K, K))
        for j, (k, r, c) in enumerate(self.free):
            first, second = self.levels(k, r), self.levels(k, c)
            moved[j, first] = inner[second]
            moved[j, second] = inner[first]
        flat = moved.reshape(self.size, -1)
        return flat @ moved.transpose(0, 2, 1).reshape(self.size, -1).T

    def slopes_G(self, state: DenseState) -> list[Array]:
        """Per factor (q, q): derivative of the criterion in the entries of G."""
        result = [np.zeros((f.width, f.width)) for f in self.conditioned.factors]
        inner, u = self.pieces(state).S if self.reml else self.pieces(state).W, self.pieces(state).u
        for k, f in enumerate(self.conditioned.factors):
            for a in range(f.width):
                for b in range(f.width):
                    first, second = self.levels(k, a), self.levels(k, b)
                    form = float(u[first] @ u[second])
                    trace = inner[first, second].trace()
                    result[k][a, b] = trace - (self.degrees / state.squares) * form
        return result

    def gradient_at(self, state: DenseState) -> Array:
        """(k,): derivative of the criterion in theta."""
        return self.jacobian(state) @ self.pieces(state).slopes

    def jacobian(self, state: DenseState) -> Array:
        """(k, k): derivative of the free entries of G = Lambda Lambda' in theta."""
        if self.scalar:
            return np.diag([2.0 * float(L[0, 0]) for L in state.lambdas])
        J = np.zeros((self.size, self.size))
        for i, (k, row, column) in enumerate(self.free):
            for j, (m, r, c) in enumerate(self.free):
                if m == k:
                    Lambda = state.lambdas[k]
                    J[i, j] = (r == row) * Lambda[c, column] + (c == row) * Lambda[r, column]
        return J

    def derivatives(self, state: DenseState) -> tuple[Array, Array]:
        """Gradient (k,) and Hessian (k, k) in theta."""
        pieces = self.pieces(state)
        forms, r2 = pieces.Du @ pieces.u, state.squares
        log_det, squares = self._curvature(state, pieces)
        tensor = log_det + self.degrees * (squares / r2 - np.outer(forms, forms) / r2**2)
        return self.jacobian(state) @ pieces.slopes, self._to_theta(state, tensor)

    def _curvature(self, state: DenseState, pieces: DensePieces) -> tuple[Array, Array]:
        """Second derivatives (k, k) in the entries of G: of the log-determinants, and of y'Py."""
        log_det = -self._trace_products(pieces.S if self.reml else pieces.W)
        return log_det, 2.0 * pieces.Du @ pieces.S @ pieces.Du.T

    def _to_theta(self, state: DenseState, tensor: Array) -> Array:
        J = self.jacobian(state)
        result = J @ tensor @ J.T
        slopes = self.slopes_G(state)
        for i, (k, row, column) in enumerate(self.free):
            for j, (m, r, c) in enumerate(self.free):
                if m == k and c == column:
                    result[i, j] += 2.0 * slopes[k][row, r]
        return result

    def scoring_parts(self, state: DenseState) -> ScoringParts:
        """What a step of Fisher scoring in G needs."""
        pieces = self.pieces(state)
        forms = pieces.Du @ pieces.u
        traces = pieces.slopes + (self.degrees / state.squares) * forms
        products = self._trace_products(pieces.S if self.reml else pieces.W)
        G = [L @ L.T for L in state.lambdas]
        entries = np.array([G[k][r, c] for k, r, c in self.free])
        return ScoringParts(entries, traces, products, forms)

    def unprofiled(self, state: DenseState, log_sigma2: float) -> tuple[float, Array]:
        """As ``SingleFactorCriterion.unprofiled``."""
        pieces = self.pieces(state)
        sigma2 = exp(log_sigma2)
        change = self.degrees / state.squares - 1.0 / sigma2
        slopes = pieces.slopes + change * (pieces.Du @ pieces.u)
        gradient = np.append(self.jacobian(state) @ slopes, self.degrees - state.squares / sigma2)
        log_det = state.value - self.degrees * log(state.squares)
        return log_det + self.degrees * log_sigma2 + state.squares / sigma2, gradient

    def information(self, state: DenseState) -> tuple[Array, Array]:
        """As ``SingleFactorCriterion.information``."""
        pieces = self.pieces(state)
        sigma2, k = state.squares / self.degrees, self.size
        log_det, squares = self._curvature(state, pieces)
        J = self.jacobian(state)
        result = np.empty((k + 1, k + 1))
        result[:k, :k] = self._to_theta(state, log_det + squares / sigma2)
        result[:k, k] = result[k, :k] = J @ (pieces.Du @ pieces.u) / sigma2
        result[k, k] = self.degrees
        fixed = np.matmul(pieces.U.T, pieces.DU)
        p = self.conditioned.p
        inner = (J @ fixed.reshape(k, p * p)).reshape(k, p, p)
        return result, state.H @ inner @ state.H

    def kenward_roger_parts(self, state: DenseState) -> KenwardRogerParts:
        """As ``SingleFactorCriterion.kenward_roger_parts``, for the entries of all G."""
        pieces, k, p = self.pieces(state), self.size, self.conditioned.p
        wide = pieces.DU.transpose(1, 0, 2).reshape(-1, k * p)
        Q = (wide.T @ pieces.W @ wide).reshape(k, p, k, p).transpose(0, 2, 1, 3)
        traces = np.array(
            [
                (1.0 if r == c else 2.0) * pieces.W[self.levels(m, r), self.levels(m, c)].trace()
                for m, r, c in self.free
            ]
        )
        S = np.matmul(pieces.U.T, pieces.DU)
        return KenwardRogerParts(S, Q, traces, self._trace_products(pieces.W))

    # -- other columns, and the random effects

    def with_products(self, B: list[Array], gram: Array) -> DenseCriterion:
        """As ``SingleFactorCriterion.with_products``."""
        other = copy(self)
        K, width = self.starts[-1], len(gram)
        other.right = np.empty((K, K + width))
        other.right[:, :K] = self.right[:, :K]
        for span, part in zip(self.spans, B, strict=True):
            other.right[span, K:] = part.transpose(0, 2, 1).reshape(-1, width)
        other.conditioned = self.conditioned.with_gram(gram)
        other.degrees = self.conditioned.n - (width - 1 if self.reml else 0)
        other.evaluations = 0
        return other

    def all_B(self) -> list[Array]:
        """Z'[X y] per factor, in the order of the conditioned design."""
        return [
            self._by_factor(self.right[:, self.starts[-1] :], k) for k in range(len(self.sizes))
        ]

    def _by_factor(self, effects: Array, k: int) -> Array:
        """(q, m, G) of factor ``k`` from (K, m)."""
        factor = self.conditioned.factors[k]
        part = effects[self.spans[k]].reshape(factor.width, factor.n_levels, -1)
        return np.ascontiguousarray(part.transpose(0, 2, 1))

    def shrunken(self, state: DenseState, v: list[Array]) -> list[Array]:
        """Lambda M^-1 Lambda' v per factor, v of shapes (q, m, G)."""
        m = v[0].shape[1]
        flat = np.concatenate([part.transpose(0, 2, 1).reshape(-1, m) for part in v])
        solved = state.half.T @ (state.half @ flat)
        return [self._by_factor(solved, k) for k in range(len(v))]

    def modes(self, state: DenseState) -> list[Array]:
        """Per factor (q, G): conditional modes on the conditioned scale."""
        lower = state.T[:, self.starts[-1] :]
        effects = state.half.T @ (lower[:, -1] - lower[:, :-1] @ state.beta)
        return [self._by_factor(effects[:, None], k)[:, 0] for k in range(len(self.sizes))]

    def mode_variances(self, state: DenseState) -> list[Array]:
        """Per factor (q, q, G): conditional covariance of the modes in units of sigma^2."""
        whole = state.half.T @ state.half
        result = []
        for k, f in enumerate(self.conditioned.factors):
            q = range(f.width)
            parts = [[whole[self.levels(k, a), self.levels(k, b)].diagonal() for b in q] for a in q]
            result.append(np.array(parts))
        return result
