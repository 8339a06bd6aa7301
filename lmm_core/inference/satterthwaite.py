"""Satterthwaite degrees of freedom of linear combinations of the fixed effects.

df = 2 (c'Vc)^2 / (g'A g) with V the covariance of the fixed effects, g the gradient of c'Vc in
(theta, log sigma^2) and A the asymptotic covariance of those parameters (Kuznetsova, Brockhoff &
Christensen 2017, JSS 82(13)). All derivatives are exact, from the cross-products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.estimation.fit import Estimates

if TYPE_CHECKING:
    from lmm_core.estimation.residual_structures.uncertainty import Uncertainty

Array = np.ndarray

# lmerTest's rule: directions of (nearly) no information are left out of A.
EIGENVALUE_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Satterthwaite:
    """``vcov`` (p, p); ``gradient`` (k + 1, p, p): its derivatives in (theta, log sigma^2);
    ``covariance`` (k + 1, k + 1): asymptotic covariance of those parameters. The parameters of a
    residual structure follow, with their derivatives along the profile.
    """

    vcov: Array
    gradient: Array
    covariance: Array

    def df(self, contrasts: Array) -> Array:
        """(m,) degrees of freedom of the rows of ``contrasts`` (m, p); infinite where nothing is
        estimated (a row of zeros, e.g. the average at x = 0 without an intercept).
        """
        contrasts = np.atleast_2d(contrasts)
        variance = np.einsum("mi,ij,mj->m", contrasts, self.vcov, contrasts)
        slope = np.einsum("mi,kij,mj->mk", contrasts, self.gradient, contrasts)
        with np.errstate(divide="ignore", invalid="ignore"):
            # Relative to the variance: the squares of small and large units leave the range.
            relative = slope / variance[:, None]
            spread = np.einsum("mk,kl,ml->m", relative, self.covariance, relative)
            return np.where(variance == 0, np.inf, 2.0 / spread)


def satterthwaite(estimates: Estimates) -> Satterthwaite:
    """What Satterthwaite df of any contrast of these estimates need."""
    information, dH = estimates.criterion.information(estimates.state)
    transform = estimates.conditioned.transform
    gradient = np.empty((len(dH) + 1, *estimates.vcov.shape))
    gradient[:-1] = estimates.sigma**2 * (transform @ dH @ transform.T)
    gradient[-1] = estimates.vcov
    roots, axes = np.linalg.eigh(information)
    usable = roots > EIGENVALUE_TOLERANCE * max(1.0, float(roots.max()))
    covariance = 2.0 * (axes[:, usable] / roots[usable]) @ axes[:, usable].T
    if estimates.residual is None:
        return Satterthwaite(estimates.vcov, gradient, covariance)
    return _with_structure(estimates, gradient, covariance)


def _with_structure(estimates: Estimates, gradient: Array, covariance: Array) -> Satterthwaite:
    """The structure's parameters are estimated, too: their share of the covariance's error."""
    from lmm_core.estimation.residual_structures.uncertainty import uncertainty

    return joined(Satterthwaite(estimates.vcov, gradient, covariance), uncertainty(estimates))


def joined(given: Satterthwaite, found: Uncertainty | None) -> Satterthwaite:
    """``given`` holds at a residual structure's parameters; ``found`` is their own uncertainty."""
    if found is None:
        return given
    k, extra = len(given.covariance), len(found.covariance)
    joint = np.zeros((k + extra, k + extra))
    joint[:k, :k], joint[k:, k:] = given.covariance, found.covariance
    return Satterthwaite(given.vcov, np.concatenate([given.gradient, found.gradient]), joint)
