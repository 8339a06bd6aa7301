"""The profiled ML or REML criterion of a model with one grouping factor, from cross-products.

Criterion: Bates, Mächler, Bolker & Walker (2015, JSS 67(1), sec. 3). Derivatives: with
V = I + Z G Z', P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1 and a perturbation D of G,
d log|V| + d log|X'V^-1 X| = tr(Z'PZ D) and d y'Py = -(Z'Py)' D (Z'Py); the second derivatives
follow by dP = -P Z D Z' P. Everything is a function of the per-level cross-products.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, pi

import numpy as np

from lmm_core.errors import EstimationError
from lmm_core.estimation.crossproducts import Conditioned, Factor, FactorProducts
from lmm_core.estimation.scoring import ScoringParts
from lmm_core.estimation.shrinkage import PairLevels, shrinkage
from lmm_core.estimation.state import Reduced

Array = np.ndarray


@dataclass
class State(Reduced):
    """The factorisation at one Lambda, levels on the last axis.

    With S = Lambda'A Lambda + I per level: ``K`` (q, q, G) = Lambda S^-1 Lambda' and ``KB``
    (q, p + 1, G); ``root`` (p + 1, p + 1) is the lower Cholesky factor of the reduced
    cross-products [X y]'V^-1 [X y]; ``value`` the criterion without constants.
    """

    Lambda: Array
    K: Array
    KB: Array
    root: Array
    value: float
    #: |S| per level (G,), where there are two effects.
    det_S: Array | None = None


@dataclass
class Pieces:
    """What all derivatives are made of, for one factor, levels on the last axis.

    ``Q`` (q, q, G): Z'V^-1 Z per level before the projection; ``U`` (q, p, G): Z'V^-1 X;
    ``u`` (q, G): Z'Py; ``cross`` (q, p + 1, q, p + 1): sums over levels of [U u][U u]'.
    """

    Q: Array
    U: Array
    u: Array
    cross: Array


class SingleFactorCriterion:
    """-2 log-likelihood (ML) or REML criterion as a function of one factor's Lambda."""

    has_scoring = True

    def __init__(self, conditioned: Conditioned, reml: bool) -> None:
        self.conditioned = conditioned
        self.reml = reml
        self.factor: Factor = conditioned.factors[0]
        self.products: FactorProducts = conditioned.products[0]
        self.degrees = conditioned.n - (conditioned.p if reml else 0)
        self.rows = np.array([r for r, _ in self.factor.free], dtype=np.intp)
        self.columns = np.array([c for _, c in self.factor.free], dtype=np.intp)
        self.row_pairs = np.ix_(self.rows, self.rows)
        self.same_column = 2.0 * (self.columns[:, None] == self.columns[None])
        self.evaluations = 0
        self.constant = constant(conditioned, reml)

    @property
    def size(self) -> int:
        return len(self.rows)

    @cached_property
    def units(self) -> Array:
        """(k, q, q): the symmetric unit matrix of each free entry of G."""
        return symmetric_units(self.factor)

    def start(self, spread: float = 1.0) -> Array:
        """(k,): theta with ``spread`` on the diagonal of Lambda."""
        return np.where(self.rows == self.columns, spread, 0.0)

    def Lambda(self, theta: Array) -> Array:
        q = self.factor.width
        result = np.zeros((q, q))
        result[self.rows, self.columns] = theta
        return result

    def evaluate(self, theta: Array) -> State:
        """The criterion at ``theta`` (k,)."""
        self.evaluations += 1
        A, B = self.products.A, self.products.B
        Lambda = self.Lambda(theta)
        det_S = None
        if len(A) == 2:
            K, det_S = self._pair.shrinkage(Lambda)
            log_det = float(np.log(det_S).sum())
        else:
            K, log_det = shrinkage(Lambda, A)
        KB = np.einsum("abg,bjg->ajg", K, B)
        reduced = self.conditioned.gram - np.matmul(B, KB.transpose(0, 2, 1)).sum(axis=0)
        root = np.linalg.cholesky(reduced)
        logs = np.log(root.diagonal())
        value = log_det + 2.0 * self.degrees * float(logs[-1])
        if self.reml:
            value += 2.0 * float(sum(logs[:-1].tolist()))
        return State(Lambda, K, KB, root, value, det_S)

    @cached_property
    def _pair(self) -> PairLevels:
        return PairLevels(self.products.A)

    def pieces(self, state: State) -> Pieces:
        """The per-level quantities of the derivatives at a state."""
        A, B = self.products.A, self.products.B
        q, width, G = B.shape
        U = B - np.einsum("abg,bjg->ajg", A, state.KB)
        if state.det_S is not None:
            Q = self._pair.Q(state.Lambda, state.det_S)
        else:
            KA = np.einsum("abg,bcg->acg", state.K, A)
            Q = A - np.einsum("abg,bcg->acg", A, KA)
        # The last column becomes Z'Py = Z'V^-1 (y - X beta).
        U[:, -1] -= np.matmul(state.beta, U[:, :-1])
        flat = U.reshape(q * width, G)
        cross = (flat @ flat.T).reshape(q, width, q, width)
        return Pieces(Q, U[:, :-1], U[:, -1], cross)

    def gradient_G(self, state: State, pieces: Pieces) -> Array:
        """(q, q): derivative of the criterion in the entries of G, symmetric."""
        fixed = pieces.cross[:, :-1, :, :-1]
        scores = pieces.cross[:, -1, :, -1]
        result = pieces.Q.sum(axis=2) - (self.degrees / state.squares) * scores
        if self.reml:
            result = result - np.einsum("ajbk,jk->ab", fixed, state.H)
        return result

    def gradient(self, state: State, gradient_G: Array) -> Array:
        """(k,): derivative in theta."""
        return 2.0 * (gradient_G @ state.Lambda)[self.rows, self.columns]

    def curvature(self, state: State, pieces: Pieces) -> Curvature:
        """Second derivatives in G, as (q, q, q, q) tensors."""
        q = self.factor.width
        fixed = pieces.cross[:, :-1, :, :-1]
        G = pieces.Q.shape[2]
        Q = pieces.Q.reshape(q * q, G)
        outer_u = (pieces.u[:, None] * pieces.u[None]).reshape(q * q, G)
        QQ = _swap(Q @ Q.T, q)
        Quu = _swap(Q @ outer_u.T, q)
        log_det = -QQ
        if self.reml:
            V = np.matmul(state.inverse_root, pieces.U)
            outer_U = np.einsum("ajg,bjg->abg", V, V).reshape(q * q, G)
            QY = _swap(Q @ outer_U.T, q)
            S = np.einsum("ajbk,kl->abjl", fixed, state.H)
            log_det = log_det + QY + QY.transpose(2, 3, 0, 1)
            log_det -= np.einsum("abjl,cdlj->abcd", S, S)
        v = pieces.cross[:, :-1, :, -1].transpose(0, 2, 1)
        squares = Quu + Quu.transpose(2, 3, 0, 1)
        half = (_sym(v) @ state.inverse_root.T).reshape(q * q, -1)
        squares = squares - 2.0 * (half @ half.T).reshape(q, q, q, q)
        return Curvature(log_det, squares, pieces.cross[:, -1, :, -1])

    def hessian(self, state: State, gradient_G: Array, curvature: Curvature) -> Array:
        """(k, k): second derivative of the criterion in theta."""
        r2 = state.squares
        slope = curvature.slope
        tensor = curvature.log_det + self.degrees * (
            curvature.squares / r2 - np.einsum("ab,cd->abcd", slope, slope) / r2**2
        )
        return self.to_theta(state, tensor, gradient_G)

    def to_theta(self, state: State, tensor: Array, gradient_G: Array) -> Array:
        """Second derivatives in theta from those in G and the gradient in G."""
        J = self.jacobian(state)
        q = self.factor.width
        result = J @ tensor.reshape(q * q, q * q) @ J.T
        return result + self.same_column * gradient_G[self.row_pairs]

    def lambdas(self, theta: Array) -> list[Array]:
        """Per factor (q, q): Lambda of ``theta``."""
        return [self.Lambda(theta)]

    def theta_of(self, lambdas: list[Array]) -> Array:
        return lambdas[0][self.rows, self.columns]

    def gradient_at(self, state: State) -> Array:
        """(k,): derivative of the criterion in theta."""
        return self.gradient(state, self.gradient_G(state, self.pieces(state)))

    def derivatives(self, state: State) -> tuple[Array, Array]:
        """Gradient (k,) and Hessian (k, k) in theta."""
        pieces = self.pieces(state)
        slope = self.gradient_G(state, pieces)
        hessian = self.hessian(state, slope, self.curvature(state, pieces))
        return self.gradient(state, slope), hessian

    def unprofiled(self, state: State, log_sigma2: float) -> tuple[float, Array]:
        """Deviance without constants at a given residual variance (conditioned scale), and its
        gradient (k + 1,) in (theta, log sigma^2).
        """
        pieces = self.pieces(state)
        sigma2 = exp(log_sigma2)
        slope = pieces.cross[:, -1, :, -1]
        fixed_sigma = (
            self.gradient_G(state, pieces) + (self.degrees / state.squares - 1.0 / sigma2) * slope
        )
        gradient = np.append(
            self.gradient(state, fixed_sigma), self.degrees - state.squares / sigma2
        )
        log_det = state.value - self.degrees * log(state.squares)
        return log_det + self.degrees * log_sigma2 + state.squares / sigma2, gradient

    def with_products(self, B: list[Array], gram: Array) -> SingleFactorCriterion:
        """The same random effects with other columns [X y]: B per factor, and their gram."""
        other = copy(self)
        other.products = FactorProducts(self.products.A, B[0])
        other.conditioned = self.conditioned.with_gram(gram)
        other.degrees = self.conditioned.n - (len(gram) - 1 if self.reml else 0)
        other.evaluations = 0
        return other

    def all_B(self) -> list[Array]:
        """Z'[X y] per factor, in the order of the conditioned design."""
        return [self.products.B]

    def slopes_G(self, state: State) -> list[Array]:
        """Per factor (q, q): derivative of the criterion in G."""
        return [self.gradient_G(state, self.pieces(state))]

    def information(self, state: State) -> tuple[Array, Array]:
        """Second derivatives (k + 1, k + 1) of the unprofiled criterion in (theta, log sigma^2),
        and the derivatives (k, p, p) of H in theta.
        """
        pieces = self.pieces(state)
        curvature = self.curvature(state, pieces)
        sigma2 = state.squares / self.degrees
        k = self.size
        result = np.empty((k + 1, k + 1))
        tensor = curvature.log_det + curvature.squares / sigma2
        result[:k, :k] = self.to_theta(state, tensor, self.gradient_G(state, pieces))
        J = self.jacobian(state)
        result[:k, k] = result[k, :k] = J @ curvature.slope.ravel() / sigma2
        result[k, k] = self.degrees
        p = self.conditioned.p
        fixed = pieces.cross[:, :-1, :, :-1].transpose(0, 2, 1, 3).reshape(-1, p * p)
        inner = (J @ fixed).reshape(k, p, p)
        return result, state.H @ inner @ state.H

    def scoring_parts(self, state: State) -> ScoringParts:
        """What a step of Fisher scoring in G needs."""
        pieces = self.pieces(state)
        curvature = self.curvature(state, pieces)
        q = self.factor.width
        E = self.units.reshape(self.size, q * q)
        forms = E @ curvature.slope.ravel()
        traces = E @ self.gradient_G(state, pieces).ravel()
        products = -E @ curvature.log_det.reshape(q * q, q * q) @ E.T
        entries = (state.Lambda @ state.Lambda.T)[self.rows, self.columns]
        return ScoringParts(
            entries, traces + (self.degrees / state.squares) * forms, products, forms
        )

    def kenward_roger_parts(self, state: State) -> KenwardRogerParts:
        """Sums over levels for each free entry of G."""
        pieces = self.pieces(state)
        E = self.units
        k, p, q = len(E), self.conditioned.p, self.factor.width
        fixed = pieces.cross[:, :-1, :, :-1]
        S = np.einsum("kab,aibj->kij", E, fixed)
        Q_flat = pieces.Q.reshape(q * q, -1)
        QQ = _swap(Q_flat @ Q_flat.T, q)
        trace_2 = np.einsum("kab,lcd,abcd->kl", E, E, QQ)
        trace_1 = np.einsum("kab,ab->k", E, pieces.Q.sum(axis=2))
        EU = [np.einsum("ab,bjg->ajg", e, pieces.U) for e in E]
        Q = np.empty((k, k, p, p))
        for j in range(k):
            QEU = np.einsum("abg,bjg->ajg", pieces.Q, EU[j]).transpose(1, 0, 2).reshape(p, -1)
            for i in range(k):
                Q[i, j] = EU[i].transpose(1, 0, 2).reshape(p, -1) @ QEU.T
        return KenwardRogerParts(S, Q, trace_1, trace_2)

    def modes(self, state: State) -> list[Array]:
        """Per factor (q, G): conditional modes on the conditioned scale."""
        return [state.KB[:, -1] - np.matmul(state.beta, state.KB[:, :-1])]

    def mode_variances(self, state: State) -> list[Array]:
        """Per factor (q, q, G): conditional covariance of the modes in units of sigma^2."""
        return [state.K]

    def jacobian(self, state: State) -> Array:
        """(k, q * q): derivative of G = Lambda Lambda' in theta."""
        q, k = self.factor.width, np.arange(self.size)
        J = np.zeros((self.size, q, q))
        columns = state.Lambda.T[self.columns]
        J[k, self.rows] += columns
        J[k, :, self.rows] += columns
        return J.reshape(self.size, q * q)


@dataclass
class Curvature:
    """Second derivatives in G: of log|V| (+ log|X'V^-1 X|), and of y'Py.

    ``slope`` (q, q) is minus the first derivative of y'Py.
    """

    log_det: Array
    squares: Array
    slope: Array


@dataclass
class KenwardRogerParts:
    """Per free entry of G: ``S`` (k, p, p) = U'EU, ``Q`` (k, k, p, p) = U'E_i Z'V^-1 Z E_j U,
    ``trace_1`` (k,) = tr(V^-1 ZEZ') and ``trace_2`` (k, k) = tr(V^-1 ZE_iZ' V^-1 ZE_jZ').
    """

    S: Array
    Q: Array
    trace_1: Array
    trace_2: Array


def symmetric_units(factor: Factor) -> Array:
    """(k, q, q): the symmetric unit matrix of each free entry of the factor's G."""
    E = np.zeros((len(factor.free), factor.width, factor.width))
    for k, (a, b) in enumerate(factor.free):
        E[k, a, b] = E[k, b, a] = 1.0
    return E


def constant(conditioned: Conditioned, reml: bool) -> float:
    """What is added to a criterion value to give -2 log-likelihood on the user's scale.

    Raises
    ------
    EstimationError
        When there are no more rows than coefficients.
    """
    n, p = conditioned.n, conditioned.p
    degrees = n - (p if reml else 0)
    if n <= p:
        raise EstimationError(
            f"There are {n:,} rows for {p:,} coefficients; nothing is left for the residuals.",
            "Leave out some predictors or interactions.",
            code="too_many_coefficients",
        )
    total = degrees * (1.0 + log(2.0 * pi * conditioned.scale**2 / degrees))
    if reml:
        total -= 2.0 * conditioned.basis.log_det
    return total - conditioned.log_weights


def _swap(products: Array, q: int) -> Array:
    """From sum_g Q[a,b] M[c,d] to tr(E_ab Q E_cd M) = Q[b,c] M[d,a] summed, at [a,b,c,d]."""
    return products.reshape(q, q, q, q).transpose(3, 0, 1, 2)


def _sym(v: Array) -> Array:
    return 0.5 * (v + v.transpose(1, 0, 2))
