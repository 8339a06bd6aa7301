"""The stress design: simulated sets on which other software stops short of the optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

KINDS = (
    "plain",
    "singular",
    "two_factors",
    "offset",
    "predictor_scale",
    "outcome_scale",
    "unbalanced_zero",
)
PER_KIND = 32


@dataclass(frozen=True)
class StressSet:
    """``frame`` as a user has it; ``conditioned`` is the same data, centred and scaled.

    ``slope_shift`` is what a log-likelihood on the conditioned data is too high by.
    """

    name: str
    formula: str
    frame: pd.DataFrame
    conditioned: pd.DataFrame
    reml: bool
    offset: float
    predictor_scale: float
    outcome_scale: float


def stress_set(kind: str, seed: int) -> StressSet:
    """One seeded set of a kind."""
    random = np.random.default_rng([KINDS.index(kind), seed])
    groups = int(random.integers(6, 31))
    sizes = (
        random.integers(1, 12, groups)
        if kind == "unbalanced_zero"
        else np.full(groups, random.integers(3, 9))
    )
    sizes[:2] = np.maximum(sizes[:2], 3)
    g = np.repeat(np.arange(groups), sizes)
    n = len(g)
    x = random.uniform(0, 10, n)
    sd_intercept = float(random.uniform(0.2, 3.0))
    sd_slope = float(random.uniform(0.05, 0.5))
    if kind == "singular":
        sd_slope, sd_intercept = 0.0, sd_intercept * float(random.integers(0, 2))
    if kind == "unbalanced_zero":
        sd_slope = sd_intercept = 0.0
    correlation = float(random.uniform(-0.95, 0.95))
    u = random.standard_normal((groups, 2))
    b0 = sd_intercept * u[:, 0]
    b1 = sd_slope * (correlation * u[:, 0] + np.sqrt(1 - correlation**2) * u[:, 1])
    y = 10 + 0.7 * x + b0[g] + b1[g] * x + random.standard_normal(n)
    formula = "y ~ x + (1 + x | g)"
    columns = {"x": x, "g": g}
    if kind == "two_factors":
        h = random.integers(0, int(random.integers(4, 13)), n)
        y = y + float(random.uniform(0, 2)) * random.standard_normal(h.max() + 1)[h]
        columns["h"] = h
        formula = "y ~ x + (1 + x | g) + (1 | h)" if seed % 2 else "y ~ x + (1 | g) + (1 | h)"
    elif kind in ("plain", "unbalanced_zero") and seed % 3 == 0:
        formula = "y ~ x + (1 + x || g)" if kind == "plain" else "y ~ x + (1 | g)"
    offset = float(random.choice([50, 500, 2000])) if kind == "offset" else 0.0
    scale = float(10.0 ** random.choice([-3, 3])) if kind == "predictor_scale" else 1.0
    outcome = float(10.0 ** random.choice([-6, 6])) if kind == "outcome_scale" else 1.0
    if "||" in formula:
        conditioned = pd.DataFrame({**columns, "y": y})
    else:
        conditioned = pd.DataFrame({**columns, "x": (x - x.mean()) / x.std(), "y": y})
    frame = pd.DataFrame({**columns, "x": (x + offset) * scale, "y": y * outcome})
    return StressSet(
        f"{kind}-{seed}", formula, frame, conditioned, bool(seed % 2), offset, scale, outcome
    )
