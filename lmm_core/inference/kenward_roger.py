"""Kenward–Roger: adjusted covariance of the fixed effects, and F with adjusted df.

Kenward & Roger (1997, Biometrics 53) as in Halekoh & Højsgaard (2014, JSS 59(9)). V is linear in
its parameters; since a linear change of parameters changes nothing, V itself takes the place of the
identity, so that no sum over rows is needed: with V = direction 0 and V_j = Z E_j Z',
P_0 = -X'V^-1 X, P_j = -U'E_j U, Q_0j = U'E_j U, Q_jk = U'E_j (Z'V^-1 Z) E_k U.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmm_core.errors import ModelError
from lmm_core.estimation.fit import Estimates

Array = np.ndarray


@dataclass(frozen=True)
class KenwardRoger:
    """``vcov`` (p, p): adjusted covariance. ``plain`` (p, p): unadjusted; ``weights`` (k, k): the
    covariance of the variance parameters; ``P`` (k, p, p): derivatives of X'V^-1 X.
    """

    vcov: Array
    plain: Array
    weights: Array
    P: Array

    def df(self, contrasts: Array) -> Array:
        """(m,) denominator df of single contrasts (m, p); infinite where nothing is estimated."""
        contrasts = np.atleast_2d(contrasts)
        return np.array([self.scaled(row[None])[0] if row.any() else np.inf for row in contrasts])

    def scaled(self, L: Array) -> tuple[float, float]:
        """Denominator df and scale of the F statistic of the rows of ``L`` (q, p), full rank."""
        q = len(L)
        middle = L.T @ np.linalg.solve(L @ self.plain @ L.T, L)
        TP = np.einsum("ij,kjl,lm->kim", middle @ self.plain, self.P, self.plain)
        traces = np.einsum("kii->k", TP)
        A1 = float(traces @ self.weights @ traces)
        A2 = float(np.einsum("kl,kij,lji->", self.weights, TP, TP))
        if A2 <= 0:
            return np.inf, 1.0
        if q == 1:
            # The general formula reduces to this; it would divide 0 by 0 at 2 df.
            return 2 / A2, 1.0
        B = (A1 + 6 * A2) / (2 * q)
        g = ((q + 1) * A1 - (q + 4) * A2) / ((q + 2) * A2)
        bottom = 3 * q + 2 * (1 - g)
        V0, V1, V2 = 1 + g / bottom * B, 1 - (q - g) / bottom * B, 1 - (q + 2 - g) / bottom * B
        rho = _ratio(1 - A2 / q, V1) ** 2 * V0 / (q * V2)
        df = 4 + (q + 2) / (q * rho - 1)
        scale = 1.0 if abs(df - 2) < 1e-2 else df * (1 - A2 / q) / (df - 2)
        return float(df), float(scale)

    def f_test(self, L: Array, beta: Array) -> tuple[float, float, float]:
        """Scaled F statistic, denominator df and the scale, of L beta = 0."""
        df, scale = self.scaled(L)
        estimate = L @ beta
        wald = estimate @ np.linalg.solve(L @ self.vcov @ L.T, estimate) / len(L)
        return float(scale * wald), df, scale


def kenward_roger(estimates: Estimates) -> KenwardRoger:
    """The Kenward–Roger quantities of a REML fit.

    Raises
    ------
    ModelError
        ``kr_needs_reml`` for an ML fit: the method is defined for REML. ``kr_structure`` with a
        residual structure, for whose parameters the method makes no allowance;
        ``kr_not_positive`` where the adjusted covariance isn't one.
    """
    if estimates.residual is not None:
        raise ModelError(
            "Kenward–Roger degrees of freedom aren't available with a residual structure.",
            "Choose Satterthwaite degrees of freedom, which allow for it.",
            code="kr_structure",
        )
    if not estimates.reml:
        raise ModelError(
            "Kenward–Roger degrees of freedom need a REML fit.",
            "Choose REML, or Satterthwaite degrees of freedom.",
            code="kr_needs_reml",
        )
    state, p = estimates.state, len(estimates.beta)
    parts = estimates.criterion.kenward_roger_parts(state)
    H = state.H
    S, Q, trace_1, trace_2 = parts.S, parts.Q, parts.trace_1, parts.trace_2
    k = len(S) + 1
    P = np.concatenate([-np.linalg.inv(H)[None], -S])
    full_Q = np.empty((k, k, p, p))
    full_Q[0, 0] = -P[0]
    full_Q[0, 1:] = full_Q[1:, 0] = S
    full_Q[1:, 1:] = Q
    traces = np.empty((k, k))
    traces[0, 0] = estimates.conditioned.n
    traces[0, 1:] = traces[1:, 0] = trace_1
    traces[1:, 1:] = trace_2
    HP = H @ P
    information = 0.5 * (
        traces - 2 * np.einsum("ij,klji->kl", H, full_Q) + np.einsum("kij,lji->kl", HP, HP)
    )
    roots, axes = np.linalg.eigh(information)
    usable = roots > 1e-10 * roots.max()
    weights = (axes[:, usable] / roots[usable]) @ axes[:, usable].T
    inner = np.einsum("kl,klij->ij", weights, full_Q)
    inner -= np.einsum("kl,kij,jm,lmn->in", weights, P, H, P)
    adjusted = H + 2 * H @ inner @ H
    if not np.linalg.eigvalsh(adjusted)[0] > 0:
        raise ModelError(
            "The Kenward–Roger adjustment breaks down here: it would make a variance negative.",
            "Choose Satterthwaite degrees of freedom; with so few rows or groups take their "
            "p-values with care.",
            code="kr_not_positive",
        )
    # Back to the user's columns and the outcome's units.
    transform, sigma2 = estimates.conditioned.transform, estimates.sigma**2
    back = np.linalg.inv(transform)
    P_user = back.T @ P @ back / sigma2
    return KenwardRoger(
        sigma2 * transform @ adjusted @ transform.T, estimates.vcov, weights, P_user
    )


def _ratio(top: float, bottom: float) -> float:
    """As pbkrtest: 0 divided by 0 is 1 here, its limit."""
    return 1.0 if abs(top) < 1e-10 and abs(bottom) < 1e-10 else top / bottom
