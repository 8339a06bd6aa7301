"""The shape of a set of numbers: skewness and tails, and how to say it.

Whether chance could give as much is judged by the transformations to a normal z of D'Agostino
(1970, Biometrika 57) and Anscombe & Glynn (1983, Biometrika 70).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, log, sqrt

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.check import Scale, Verdict, fixed, worst

Array = np.ndarray

LEAST = 8


@dataclass(frozen=True)
class Shape:
    """Skewness and excess kurtosis of n values, with two-sided p-values of "normal"."""

    n: float
    skewness: float
    kurtosis: float
    skewness_p: float
    kurtosis_p: float


def shape(values: Array, n: float | None = None) -> Shape:
    """The shape of ``values``; ``n`` is their effective number where it is less than their count.

    Fewer than 8 values have no shape to speak of: everything 0, p = 1.
    """
    n = float(len(values)) if n is None else min(n, float(len(values)))
    centred = values - values.mean()
    m2 = float((centred**2).mean())
    if n < LEAST or not m2 > 0:
        return Shape(n, 0.0, 0.0, 1.0, 1.0)
    z = centred / sqrt(m2)
    skewness, kurtosis = float((z**3).mean()), float((z**4).mean()) - 3.0
    return Shape(n, skewness, kurtosis, _skewness_p(skewness, n), _kurtosis_p(kurtosis, n))


def _skewness_p(skewness: float, n: float) -> float:
    y = skewness * sqrt((n + 1) * (n + 3) / (6.0 * (n - 2)))
    beta = 3.0 * (n**2 + 27 * n - 70) * (n + 1) * (n + 3)
    beta /= (n - 2) * (n + 5) * (n + 7) * (n + 9)
    w2 = sqrt(2.0 * (beta - 1.0)) - 1.0
    y /= sqrt(2.0 / (w2 - 1.0))
    z = log(abs(y) + sqrt(y**2 + 1.0)) / sqrt(0.5 * log(w2))
    return float(2.0 * special.ndtr(-z))


def _kurtosis_p(kurtosis: float, n: float) -> float:
    expected = -6.0 / (n + 1)
    variance = 24.0 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (kurtosis - expected) / sqrt(variance)
    skew = 6.0 * (n**2 - 5 * n + 2) / ((n + 7) * (n + 9))
    skew *= sqrt(6.0 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6.0 + 8.0 / skew * (2.0 / skew + sqrt(1.0 + 4.0 / skew**2))
    below = 1.0 + x * sqrt(2.0 / (a - 4.0))
    ratio = (1.0 - 2.0 / a) / (below or 1e-12)
    z = (1.0 - 2.0 / (9.0 * a) - copysign(abs(ratio) ** (1 / 3), ratio)) / sqrt(2.0 / (9.0 * a))
    return float(2.0 * special.ndtr(-abs(z)))


def seems_large(found: Shape, skew: Scale, tails: Scale) -> bool:
    """Whether a departure would deserve a look if chance couldn't give as much."""
    return abs(found.skewness) >= skew.look or found.kurtosis >= tails.look


def opening(subject: str, found: Shape, skew: Verdict, tails: Verdict) -> str:
    """What the shape is like, in words, with its two numbers."""
    side = "right" if found.skewness > 0 else "left"
    skewness = f"skewness {fixed(found.skewness)}"
    kurtosis = f"excess kurtosis {fixed(found.kurtosis)}"
    much = {"look": "somewhat ", "act": "clearly "}
    if skew != "fine" and tails != "fine":
        return (
            f"{subject} are {much[skew]}skewed to the {side} ({skewness}) with heavier tails than "
            f"a bell curve ({kurtosis})"
        )
    if skew != "fine":
        return f"{subject} are {much[skew]}skewed to the {side} ({skewness}, {kurtosis})"
    if tails != "fine":
        return (
            f"{subject} have {much[tails]}heavier tails than a bell curve ({kurtosis}) but lean "
            f"to neither side much ({skewness})"
        )
    return f"{subject} show no marked departure from a bell curve ({skewness}, {kurtosis})"


def magnitude_of(found: Shape, skew: Verdict, tails: Verdict) -> tuple[float, str]:
    """Skewness, unless the tails are what the verdict rests on."""
    if worst([skew, tails]) != skew and tails != "fine":
        return found.kurtosis, f"excess kurtosis {fixed(found.kurtosis)}"
    return found.skewness, f"skewness {fixed(found.skewness)}"
