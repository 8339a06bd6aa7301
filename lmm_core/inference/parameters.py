"""The model's parameters as functions of theta and the residual variance, with gradients.

Names are those of lme4's ``confint``: ``sd_(Intercept)|Subject``, ``cor_Days.(Intercept)|Subject``,
``sigma``, and the fixed effects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lmm_core.estimation.fit import Estimates

Array = np.ndarray


@dataclass(frozen=True)
class Parameter:
    """A variance parameter. ``value`` maps (theta, log sigma^2) to its value and gradient, on the
    conditioned scale times ``scale``; ``kind`` is "sd", "cor" or "sigma".
    """

    name: str
    kind: str
    value: Callable[[Array], tuple[float, Array]]
    scale: float


def variance_parameters(estimates: Estimates) -> list[Parameter]:
    """SDs and correlations per term, then sigma, in lme4's order."""
    criterion = estimates.criterion
    scale = estimates.conditioned.scale
    found: list[Parameter] = []
    factors = list(enumerate(estimates.conditioned.factors))
    for k, factor in sorted(factors, key=lambda item: -item[1].n_levels):
        names = [name for block in factor.blocks for name in block.names]
        for start, stop in factor.coupled:
            for b in range(start, stop):
                sd = _sd(criterion, k, factor.transform[b])
                found.append(Parameter(f"sd_{names[b]}|{factor.name}", "sd", sd, scale))
                for a in range(b + 1, stop):
                    cor = _cor(criterion, k, factor.transform[a], factor.transform[b])
                    name = f"cor_{names[a]}.{names[b]}|{factor.name}"
                    found.append(Parameter(name, "cor", cor, 1.0))
    found.append(Parameter("sigma", "sigma", _sigma, scale))
    return found


def _sigma(x: Array) -> tuple[float, Array]:
    value = _sigma_of(x)
    gradient = np.zeros_like(x)
    gradient[-1] = 0.5 * value
    return value, gradient


def _sigma_of(x: Array) -> float:
    """A search may step beyond the range of numbers, where the criterion is infinite anyway."""
    return float(np.exp(0.5 * np.clip(x[-1], -120.0, 120.0)))


def _sd(criterion, factor: int, row: Array) -> Callable[[Array], tuple[float, Array]]:
    """sigma * |row Lambda| of one random effect of the user's."""

    def value(x: Array) -> tuple[float, Array]:
        Lambda = criterion.lambdas(x[:-1])[factor]
        u = row @ Lambda
        norm = float(np.sqrt(u @ u))
        sigma = _sigma_of(x)
        slope = np.outer(row, u) * (sigma / max(norm, 1e-12))
        gradient = np.append(_to_theta(criterion, factor, slope), 0.5 * sigma * norm)
        return sigma * norm, gradient

    return value


def _cor(criterion, factor: int, row_a: Array, row_b: Array):
    """Correlation of two random effects of the user's."""

    def value(x: Array) -> tuple[float, Array]:
        Lambda = criterion.lambdas(x[:-1])[factor]
        a, b = row_a @ Lambda, row_b @ Lambda
        length_a, length_b = np.sqrt(a @ a) + 1e-12, np.sqrt(b @ b) + 1e-12
        a, b = a / length_a, b / length_b
        r = float(a @ b)
        slope = np.outer(row_a, (b - r * a) / length_a) + np.outer(row_b, (a - r * b) / length_b)
        return r, np.append(_to_theta(criterion, factor, slope), 0.0)

    return value


def _to_theta(criterion, factor: int, slope: Array) -> Array:
    """Gradient in theta from that in one factor's Lambda."""
    slopes = [
        slope if k == factor else np.zeros((f.width, f.width))
        for k, f in enumerate(criterion.conditioned.factors)
    ]
    return criterion.theta_of(slopes)
