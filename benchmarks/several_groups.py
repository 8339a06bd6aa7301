"""Simulated data with several grouping columns, for the calibration of the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

Array = np.ndarray
Rng = np.random.Generator

SEED = 20_261_126
SIZES = (0.05, 0.3, 0.5, 0.7)


@dataclass(frozen=True)
class Case:
    """A layout: ``make`` gives a table whose residuals have the correlation ``phi`` over time."""

    title: str
    formula: str
    make: Callable[[Rng, float], pd.DataFrame]

    def sets(self, phi: float, sets: int, seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
        number = [case.title for case in CASES].index(self.title)
        for k in range(sets):
            rng = np.random.default_rng([SEED + seed, number, int(1000 * phi), k])
            yield self.formula, self.make(rng, phi).sample(frac=1, random_state=k)


def lasting(rng: Rng, phi: float, units: int, times: int) -> Array:
    """(units * times,): deviations of SD 1 that last, unit by unit."""
    e = rng.normal(size=(units, times))
    for t in range(1, times):
        e[:, t] = phi * e[:, t - 1] + np.sqrt(1 - phi**2) * e[:, t]
    return e.ravel()


def _nested(rng: Rng, phi: float) -> pd.DataFrame:
    pupil, t = np.repeat(np.arange(72), 6), np.tile(np.arange(6.0), 72)
    school = pupil // 6
    x = rng.normal(size=432) + rng.normal(size=72)[pupil]
    y = 0.2 * t + 0.3 * x + rng.normal(size=12)[school] + rng.normal(size=72)[pupil]
    y += lasting(rng, phi, 72, 6)
    return _table(y, t, x, school=school, pupil=pupil)


def _crossed(rng: Rng, phi: float) -> pd.DataFrame:
    """Everybody sees all items, each in an order of their own."""
    person, t = np.repeat(np.arange(20), 24), np.tile(np.arange(24.0), 20)
    item = np.concatenate([rng.permutation(24) for _ in range(20)])
    x = rng.normal(size=480)
    y = 0.02 * t + 0.3 * x + rng.normal(size=20)[person] + rng.normal(size=24)[item]
    y += lasting(rng, phi, 20, 24)
    return _table(y, t, x, person=person, item=item)


def _repeated(rng: Rng, phi: float) -> pd.DataFrame:
    """Every combination of person and item at six times."""
    both, t = np.repeat(np.arange(180), 6), np.tile(np.arange(6.0), 180)
    person, item = both // 12, both % 12
    x = rng.normal(size=1080)
    y = 0.1 * t + 0.3 * x + rng.normal(size=15)[person] + rng.normal(size=12)[item]
    y += lasting(rng, phi, 180, 6)
    return _table(y, t, x, person=person, item=item)


def _replicates(rng: Rng, phi: float) -> pd.DataFrame:
    """Three samples per person and day, measured in ten labs; the deviation is the day's own."""
    person, t = np.repeat(np.arange(30), 24), np.tile(np.repeat(np.arange(8.0), 3), 30)
    lab, x = rng.integers(10, size=720), rng.normal(size=720)
    day = np.repeat(lasting(rng, phi, 30, 8), 3) if phi else 0.0
    y = 0.1 * t + 0.3 * x + rng.normal(size=30)[person] + rng.normal(size=10)[lab]
    y += day + 0.4 * rng.normal(size=720)
    return _table(y, t, x, person=person, lab=lab)


def _table(y: Array, t: Array, x: Array, **groups: Array) -> pd.DataFrame:
    return pd.DataFrame({"y": y, "t": t, "x": x, **{k: v.astype(str) for k, v in groups.items()}})


CASES = (
    Case("12 × 6 × 6 nested", "y ~ t + x + (1 | school) + (1 | pupil)", _nested),
    Case("20 × 24 crossed", "y ~ t + x + (1 | person) + (1 | item)", _crossed),
    Case("15 × 12 crossed, 6 times each", "y ~ t + x + (1 | person) + (1 | item)", _repeated),
    Case("30 × 8 with 3 replicates, 10 labs", "y ~ t + x + (1 | person) + (1 | lab)", _replicates),
)
