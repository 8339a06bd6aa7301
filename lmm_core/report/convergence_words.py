"""The convergence record in words."""

from __future__ import annotations

from lmm_core.estimation.residual_structures.estimate import run_away
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number, whole


def convergence_sentences(fit: FittedModel) -> list[str]:
    """What was checked at the end point, in plain words."""
    record = fit.convergence
    what = "REML criterion" if fit.spec.reml else "−2 log-likelihood"
    lines = [
        f"{record.optimizer} reached a {what} of {fit.criterion:,.3f} after "
        f"{whole(record.evaluations)} evaluations."
    ]
    if record.converged:
        lines.append(
            f"The end point is certified: a further step would gain {_tiny(record.expected_gain)}, "
            "and the surface bends upwards in every free direction."
        )
    else:
        lines.append(
            f"The end point isn't certified: a further step promises {number(record.expected_gain)}"
            f", leaving the boundary {number(record.boundary_gain)}. Don't use these numbers."
        )
    residual = fit.estimates.residual
    if residual is not None and run_away(residual.whitener, residual.free):
        lines.append(
            "The residual structure sits at the end of its range (a spread of 0 in some rows, or a "
            "correlation of 1): choose another one, or constant residuals."
        )
    if record.singular:
        what = "; ".join(s.text for s in record.singular)
        lines.append(
            f"The optimum lies at the boundary: {what}. Leaving it was tried and gains nothing."
        )
    return lines


def _tiny(gain: float) -> str:
    return "nothing" if gain < 1e-9 else f"less than {number(max(gain, 1e-8), 1)}"
