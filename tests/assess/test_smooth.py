import numpy as np
import pytest

from lmm_core.assess.smooth import bin_rows, smooth

RNG = np.random.default_rng(7)


@pytest.mark.parametrize(
    ("x", "n_bins"),
    [
        (np.tile([0.0, 1, 3, 6], 20), 4),
        (np.arange(60.0), 60),
        (RNG.normal(size=5000), 60),
        (np.repeat([1.0, 2.0], 500), 2),
    ],
    ids=["four values", "all different", "many rows", "two values"],
)
def test_bins_keep_rows_and_totals(x, n_bins):
    y = RNG.normal(size=len(x))
    bins = bin_rows(x, y)
    assert len(bins.x) == n_bins
    assert bins.counts.sum() == len(x)
    assert (np.diff(bins.x) > 0).all()
    assert (bins.mean * bins.counts).sum() == pytest.approx(y.sum())


def test_ties_are_never_torn_apart():
    x = np.r_[np.zeros(900), np.arange(1.0, 301.0)]
    bins = bin_rows(x, x)
    assert bins.counts[0] == 900
    assert len(bins.x) <= 60


@pytest.mark.parametrize("x", [np.tile([0.0, 1, 3, 6], 9), RNG.uniform(size=400)])
def test_a_straight_line_is_reproduced(x):
    curve = smooth(x, 2 - 3 * x)
    assert curve.fit == pytest.approx(2 - 3 * curve.x, abs=1e-9)
    assert curve.high - curve.low == pytest.approx(0, abs=0.02)


def test_a_curve_is_followed_and_the_band_covers_it():
    covered = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x = rng.uniform(-1, 1, 300)
        curve = smooth(x, 0.3 * x**2 + rng.normal(size=300))
        covered.append(((curve.low < 0.3 * curve.x**2) & (0.3 * curve.x**2 < curve.high)).mean())
    assert 0.9 < np.mean(covered) < 0.98


@pytest.mark.parametrize(
    "x", [np.ones(20), np.repeat([0.0, 1.0], 10), np.arange(4.0)], ids=["one", "two", "few rows"]
)
def test_no_curve_without_enough_values(x):
    assert smooth(x, np.arange(float(len(x)))) is None
