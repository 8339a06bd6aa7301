"""False alarms on right models and alarms on wrong ones, on seeded simulated data.

The same simulation with more sets chose the thresholds.
"""

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess.assumptions import check_assumptions

DESIGNS = ("18x10", "80x4", "160x45", "12x5", "100x8")
VISITS = np.array([0.0, 1.0, 3.0, 6.0])


def layout(design, rng):
    """Group codes, predictor, formula and whether groups have slopes of their own."""
    if design == "18x10":
        return np.repeat(np.arange(18), 10), np.tile(np.arange(10.0), 18), True
    if design == "80x4":
        kept = rng.random(320) > 0.15
        kept[::4] = kept[1::4] = True
        return np.repeat(np.arange(80), 4)[kept], np.tile(VISITS, 80)[kept], False
    sizes = {
        "160x45": rng.integers(14, 68, 160),
        "12x5": np.full(12, 5),
        "100x8": np.full(100, 8),
    }[design]
    g = np.repeat(np.arange(len(sizes)), sizes)
    x = rng.normal(size=len(g)) + rng.normal(size=len(sizes))[g]
    return g, x, design == "160x45"


def ramp(v, ratio):
    """Standard deviations that grow with v: ``ratio`` times from its bottom to its top quarter."""
    low, high = np.quantile(v, [0.25, 0.75])
    gap = v[v >= high].mean() - v[v <= low].mean()
    return ratio ** ((v - v.mean()) / gap)


def simulate(design, rng, violation=None, size=0.0):
    g, x, has_slopes = layout(design, rng)
    G, n = int(g.max()) + 1, len(g)
    e, u = rng.normal(size=n), rng.normal(size=G)
    if violation == "skewed groups":
        u = rng.exponential(size=G) - 1
    if violation == "skewed residuals":
        e = np.exp(size * e) - np.exp(size**2 / 2)
        e /= np.sqrt((np.exp(size**2) - 1) * np.exp(size**2))
    slopes = 0.4 / x.std() * rng.normal(size=G) if has_slopes else np.zeros(G)
    mean = (0.5 + slopes[g]) * x + u[g]
    centres = (np.bincount(g, x) / np.bincount(g))[g]
    if violation == "curve within":
        bend = (x - centres) ** 2
        bend -= (np.bincount(g, bend) / np.bincount(g))[g]
        mean = mean + size * bend / bend.std()
    if violation == "curve between":
        bend = (centres - centres.mean()) ** 2
        mean = mean + size * (bend - bend.mean()) / bend.std()
    if violation == "spread over fitted":
        e = e * ramp(mean, size)
    if violation == "spread over time":
        e = e * ramp(x, size)
    if violation == "spread of groups":
        e = e * (size ** (rng.normal(size=G) / 2.5631))[g]
    frame = pd.DataFrame({"y": mean + e, "x": x, "g": g})
    return frame, "y ~ x + (1 + x | g)" if has_slopes else "y ~ x + (1 | g)"


def verdicts(design, n_sets, violation=None, size=0.0):
    counts = defaultdict(Counter)
    for seed in range(n_sets):
        frame, formula = simulate(design, np.random.default_rng([11, seed]), violation, size)
        for check in check_assumptions(fit_model(formula, frame.astype({"g": str}))):
            counts[check.key][check.verdict] += 1
    return counts


def test_right_models_raise_few_alarms():
    n_sets = 50
    found = [verdicts(design, n_sets) for design in DESIGNS]
    total = n_sets * len(DESIGNS)
    for key in found[0]:
        acts = sum(counts[key]["act"] for counts in found)
        looks = sum(counts[key]["look"] for counts in found)
        assert acts <= 0.01 * total, key
        assert looks < 0.05 * total, key


@pytest.mark.parametrize(
    ("violation", "size", "design", "key", "least"),
    [
        ("curve within", 0.3, "18x10", "linearity_within", 0.85),
        ("curve within", 0.3, "80x4", "linearity_within", 0.95),
        ("curve within", 0.3, "160x45", "linearity_within", 1.0),
        ("curve within", 0.6, "12x5", "linearity_within", 0.85),
        ("curve between", 0.6, "100x8", "linearity_between", 0.95),
        ("skewed residuals", 0.7, "18x10", "normality_residuals", 0.95),
        ("skewed residuals", 0.7, "80x4", "normality_residuals", 0.95),
        ("skewed residuals", 1.0, "12x5", "normality_residuals", 0.85),
        ("skewed groups", 1.0, "100x8", "normality_random", 0.95),
        ("spread over fitted", 3.0, "18x10", "homoscedasticity_fitted", 0.95),
        ("spread over fitted", 3.0, "80x4", "homoscedasticity_fitted", 0.95),
        ("spread over time", 3.0, "18x10", "homoscedasticity_time", 0.95),
        ("spread over time", 3.0, "12x5", "homoscedasticity_time", 0.8),
        ("spread of groups", 4.0, "18x10", "homoscedasticity_group", 0.9),
        ("spread of groups", 4.0, "80x4", "homoscedasticity_group", 0.9),
    ],
)
def test_wrong_models_are_noticed(violation, size, design, key, least):
    n_sets = 12 if design == "160x45" else 30
    counts = verdicts(design, n_sets, violation, size)[key]
    assert counts["look"] + counts["act"] >= least * n_sets
