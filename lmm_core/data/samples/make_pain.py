"""Make the pain trial: 80 patients, four visits, some visits missed. Invented data, fixed seed.

Patient effects and residuals are drawn and then standardised, so that the REML fit of
``pain_score ~ treatment + month + (1 | patient_id)`` meets the values in ``TARGET``. From month 1
on a visit is missed with a probability that rises with the previous score that was observed:
missing at random. Run this module to write ``pain.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 31
PATIENTS = 80
MONTHS = (0, 1, 3, 6)
HIGH = 6
"""Number of patients whose scores are high throughout."""


@dataclass(frozen=True)
class Target:
    """What the REML fit of the finished data must give."""

    treated: float = -12.3
    month: float = -2.1
    patient_variance: float = 48.2
    residual_variance: float = 28.3  # 48.2 / (48.2 + 28.3) = 0.63


TARGET = Target()
INTERCEPT = 61.0


def make_pain(seed: int = SEED) -> pd.DataFrame:
    """Return 320 rows: patient_id, treatment, month, pain_score (NaN: the visit was missed)."""
    rng = np.random.default_rng(seed)
    treated = np.zeros(PATIENTS, dtype=bool)
    treated[rng.permutation(PATIENTS)[: PATIENTS // 2]] = True
    effects = _patient_effects(rng, treated)
    noise = rng.standard_normal((PATIENTS, len(MONTHS)))
    chance = rng.random((PATIENTS, len(MONTHS)))
    month = np.array(MONTHS, dtype=float)
    trend = INTERCEPT + TARGET.treated * treated[:, None] + TARGET.month * month

    # The missed visits are settled once, from the first version of the scores.
    first = trend + np.sqrt(TARGET.patient_variance) * effects[:, None]
    first = first + np.sqrt(TARGET.residual_variance) * noise
    seen = _seen(first, chance)
    scale_patient, scale_noise = TARGET.patient_variance**0.5, TARGET.residual_variance**0.5
    shift = np.zeros(3)
    x = np.stack(
        [np.ones_like(trend), np.broadcast_to(treated[:, None], trend.shape), 0 * trend + month], -1
    ).astype(float)
    wanted = np.array([INTERCEPT, TARGET.treated, TARGET.month])
    for _ in range(12):
        score = trend + scale_patient * effects[:, None] + scale_noise * noise - x @ shift
        beta, patient, residual = _reml(score, x, seen)
        shift = shift + beta - wanted
        scale_patient *= np.sqrt(TARGET.patient_variance / patient)
        scale_noise *= np.sqrt(TARGET.residual_variance / residual)
    score = trend + scale_patient * effects[:, None] + scale_noise * noise - x @ shift
    return pd.DataFrame(
        {
            "patient_id": np.repeat(np.arange(1, PATIENTS + 1), len(MONTHS)),
            "treatment": np.repeat(np.where(treated, "treated", "control"), len(MONTHS)),
            "month": np.tile(MONTHS, PATIENTS),
            "pain_score": np.where(seen, np.clip(score, 0, 100), np.nan).round(1).ravel(),
        }
    )


def _patient_effects(rng: np.random.Generator, treated: np.ndarray) -> np.ndarray:
    """Draw effects with mean 0 in each arm and variance 1; three patients per arm are high."""
    effects = np.empty(PATIENTS)
    for arm in (False, True):
        who = np.flatnonzero(treated == arm)
        who = rng.permutation(who)
        high, rest = who[: HIGH // 2], who[HIGH // 2 :]
        effects[high] = 2.35 + 0.12 * rng.standard_normal(len(high))
        drawn = rng.standard_normal(len(rest))
        drawn = np.clip((drawn - drawn.mean()) / drawn.std(), -2, 1.3)
        left = len(who) - (effects[high] ** 2).sum()
        mean = -effects[high].sum() / len(rest)
        drawn = (drawn - drawn.mean()) / drawn.std()
        effects[rest] = mean + drawn * np.sqrt(left / len(rest) - mean**2)
    return effects


def _seen(score: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return True where a visit took place; missing one depends on the last score seen."""
    seen = np.ones(score.shape, dtype=bool)
    last = score[:, 0].copy()
    for j in range(1, score.shape[1]):
        missed = 1 / (1 + np.exp(-(last - 66.0) / 5.0)) * 0.55 + 0.03
        seen[:, j] = chance[:, j] >= missed
        last = np.where(seen[:, j], score[:, j], last)
    return seen


def _reml(score: np.ndarray, x: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Fit the random-intercept model by REML; return coefficients and the two variances."""
    from scipy.optimize import minimize_scalar

    n_seen = seen.sum(axis=1)
    n, p = int(seen.sum()), x.shape[-1]
    y = np.where(seen, score, 0.0)
    x = np.where(seen[..., None], x, 0.0)
    sum_y, sum_x = y.sum(axis=1), x.sum(axis=1)
    xx, xy, yy = np.einsum("ijp,ijq->pq", x, x), np.einsum("ijp,ij->p", x, y), (y**2).sum()

    def solve(ratio: float) -> tuple[float, np.ndarray, float]:
        weight = ratio / (1 + ratio * n_seen)
        a = xx - (sum_x * weight[:, None]).T @ sum_x
        b = xy - sum_x.T @ (weight * sum_y)
        beta = np.linalg.solve(a, b)
        rss = float(yy - (weight * sum_y**2).sum() - beta @ b)
        logdet = np.log1p(ratio * n_seen).sum() + np.linalg.slogdet(a)[1]
        return float(logdet + (n - p) * np.log(rss)), beta, rss / (n - p)

    best = minimize_scalar(
        lambda t: solve(float(np.exp(t)))[0],
        bounds=(-6, 6),
        method="bounded",
        options={"xatol": 1e-9},
    )
    ratio = float(np.exp(best.x))
    _, beta, residual = solve(ratio)
    return beta, ratio * residual, residual


def write(path: Path) -> None:
    """Write the trial as CSV."""
    path.write_text(make_pain().to_csv(index=False, lineterminator="\n"), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).with_name("pain.csv"))
