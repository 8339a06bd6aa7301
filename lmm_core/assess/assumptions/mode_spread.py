"""How much the conditional modes of the random effects vary when the model is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmm_core.assess.assumptions.material import Material
from lmm_core.estimation.criterion import SingleFactorCriterion

Array = np.ndarray


@dataclass(frozen=True)
class ModeSpread:
    """One grouping factor, user's scale.

    ``variances`` (G, q) of the modes over data sets; ``df`` (q,): groups less what the fixed
    effects take up of their differences (groups - 1 for an intercept per group and nothing else
    between groups); ``taken`` per column (G, r): orthonormal patterns over the groups that the
    fixed effects take up, such as the mean and the difference of two arms.
    """

    variances: Array
    df: Array
    taken: tuple[Array, ...]


def mode_spreads(material: Material) -> list[ModeSpread]:
    """Per grouping factor.

    A mode is GZ'Py, so its covariance is GZ'PZG: the random effects' own less what stays unknown
    when the data are known, less what the fixed effects take up.
    """
    estimates = material.estimates
    found = []
    parts = zip(
        estimates.covariances, estimates.mode_covariances, _taken_roots(material), strict=True
    )
    for covariance, conditional, root in parts:
        known = np.maximum(np.diagonal(covariance - conditional, axis1=1, axis2=2), 0.0)
        taken = (root**2).sum(axis=2)
        some = known > 0
        share = np.divide(taken, known, out=np.ones_like(known), where=some)
        df = (1.0 - np.clip(share, 0.0, 1.0)).sum(axis=0)
        patterns = []
        for k in range(known.shape[1]):
            sd = np.sqrt(np.where(some[:, k], known[:, k], np.inf))
            left, values, _ = np.linalg.svd(root[:, k] / sd[:, None], full_matrices=False)
            # Effects that are mostly estimated within groups have small values here.
            patterns.append(left[:, values**2 > 0.5])
        found.append(ModeSpread(np.maximum(known - taken, 0.0), df, tuple(patterns)))
    return found


def _taken_roots(material: Material) -> list[Array]:
    """Per grouping factor (G, q, p): R with RR' the variance that the coefficients take."""
    estimates = material.estimates
    criterion, state = estimates.criterion, estimates.state
    if isinstance(criterion, SingleFactorCriterion):
        slopes = [state.KB[:, :-1]]
    else:
        slopes = criterion.shrunken(state, [B[:, :-1] for B in criterion.all_B()])
    result = []
    for factor, slope in zip(estimates.conditioned.factors, slopes, strict=True):
        user = np.einsum("ab,bjg->gaj", factor.transform, slope)
        result.append(estimates.sigma * (user @ state.inverse_root.T))
    return result
