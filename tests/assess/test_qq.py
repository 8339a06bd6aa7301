import numpy as np
import pytest

from lmm_core.assess.qq import expected_quantiles, normal_qq


@pytest.mark.parametrize("n", [2, 5, 18, 101, 600])
def test_band_is_that_of_beta_order_statistics(n):
    from scipy import stats

    low, middle, high = expected_quantiles(n)
    rank = np.arange(1, n + 1)
    beta = stats.beta(rank, n + 1 - rank)
    for found, share in ((low, 0.025), (middle, 0.5), (high, 0.975)):
        assert found == pytest.approx(stats.norm.ppf(beta.ppf(share)), abs=1e-8)


def test_interpolation_for_many_values_is_exact_enough():
    from scipy import stats

    n = 20_001
    low, _, _ = expected_quantiles(n)
    at = np.array([0, 50, 250, 3000, 9000, 10_000, 15_000, 19_990, 20_000])
    exact = stats.norm.ppf(stats.beta(at + 1, n - at).ppf(0.025))
    assert low[at] == pytest.approx(exact, abs=5e-4)


@pytest.mark.parametrize("n", [10, 40, 300])
def test_band_covers_95_percent_of_the_points(n):
    rng = np.random.default_rng(3)
    outside = [normal_qq(rng.normal(5, 2, n)).outside for _ in range(600)]
    share = np.mean(outside, axis=0)
    assert share.mean() == pytest.approx(0.05, abs=0.02)
    assert share.max() < 0.1


def test_values_are_sorted_and_keep_their_unit():
    values = np.array([3.0, 1.0, 2.0, 10.0])
    qq = normal_qq(values)
    assert qq.sample.tolist() == [1.0, 2.0, 3.0, 10.0]
    assert values[qq.order].tolist() == qq.sample.tolist()
    assert (qq.mean, qq.sd) == (pytest.approx(4.0), pytest.approx(values.std(ddof=1)))
    assert (qq.low < qq.high).all()
