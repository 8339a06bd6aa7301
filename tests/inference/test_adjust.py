"""Adjusted p-values and intervals, and the studentised range behind Tukey's method."""

import numpy as np
import pytest

from lmm_core import ModelError
from lmm_core.inference.adjust import (
    Family,
    family_of,
    holm,
    studentized_range_quantile,
    studentized_range_sf,
)
from lmm_core.inference.distributions import t_p_value, t_quantile
from tests.inference.effects import effects


def of(name, column):
    return np.array([np.inf if row[column] is None else row[column] for row in effects()[name]])


@pytest.mark.parametrize("k", [2, 3, 6, 20])
def test_tail_against_r(k):
    own = of("ranges", "k") == k
    found = studentized_range_sf(of("ranges", "q")[own], k, of("ranges", "df")[own])
    assert found == pytest.approx(of("ranges", "p")[own], abs=2e-6)


@pytest.mark.parametrize("k", [2, 3, 6, 20])
@pytest.mark.parametrize("alpha", [0.1, 0.05, 0.01])
def test_quantile_against_r(k, alpha):
    own = (of("quantiles", "k") == k) & (of("quantiles", "alpha") == alpha)
    found = studentized_range_quantile(alpha, k, of("quantiles", "df")[own])
    # R iterates to 4 digits.
    assert found == pytest.approx(of("quantiles", "q")[own], rel=1e-3)


@pytest.mark.parametrize("df", [1.0, 2.5, 9.0, 80.0, 4000.0, np.inf])
def test_two_means_are_the_t_test(df):
    t = np.array([0.01, 0.7, 2.0, 5.0, 12.0])
    found = studentized_range_sf(np.sqrt(2) * t, 2, np.full(5, df))
    assert found == pytest.approx(t_p_value(t, np.full(5, df)), rel=1e-7)


@pytest.mark.parametrize(
    ("q", "k", "df", "tail"),
    [
        # From scipy.stats.studentized_range; R's ptukey is off by 13 %, 6 % and 24 % here.
        (30.0, 3, 10.0, 3.312444e-09),
        (30.0, 10, 3.0, 1.776988e-03),
        (30.0, 50, 10.0, 3.300320e-07),
    ],
)
def test_far_tails(q, k, df, tail):
    assert studentized_range_sf(np.array([q]), k, np.array([df])) == pytest.approx(tail, rel=1e-6)


def test_quantile_inverts_the_tail_and_many_are_interpolated():
    df = np.append(np.linspace(1.5, 90, 300), np.inf)
    quantile = studentized_range_quantile(0.05, 7, df)
    assert studentized_range_sf(quantile, 7, df) == pytest.approx(np.full(301, 0.05), rel=1e-7)


def test_unknown_values_stay_unknown():
    assert np.isnan(studentized_range_sf(np.array([np.nan, 2.0]), 3, np.array([5.0, np.nan]))).all()
    assert np.isnan(studentized_range_quantile(0.05, 3, np.array([np.nan]))).all()
    assert holm(np.array([0.01, np.nan, 0.04])) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        ([0.01, 0.02, 0.03], [0.03, 0.04, 0.04]),
        ([0.04, 0.01, 0.5], [0.08, 0.03, 0.5]),
        ([0.9, 0.8], [1.0, 1.0]),
        ([], []),
    ],
)
def test_holm(p, expected):
    assert holm(np.array(p)) == pytest.approx(expected)


def test_a_comparison_that_cannot_be_estimated_belongs_to_its_family():
    assert holm(np.array([0.01, np.nan, 0.04]), 3) == pytest.approx(
        [0.03, np.nan, 0.08], nan_ok=True
    )
    family = family_of("holm", 3, None)
    p = family.p_values(np.array([3.0, np.nan, 2.0]), np.full(3, 20.0))
    plain = family_of("none", 3, None).p_values(np.array([3.0, 2.0]), np.full(2, 20.0))
    assert p[[0, 2]] == pytest.approx(plain * [3, 2])
    assert "3 comparisons" in family.note


@pytest.mark.parametrize(
    ("wanted", "n_tests", "n_means", "used", "words"),
    [
        ("tukey", 3, 3, "tukey", "Tukey's method for all 3 comparisons of 3 means"),
        ("tukey", 1, 2, "none", "nothing to adjust"),
        ("tukey", 4, None, "sidak", "Tukey's method is for all pairs"),
        ("holm", 3, 3, "holm", "these are Bonferroni's"),
        ("bonferroni", 6, 4, "bonferroni", "Bonferroni's method for 6 comparisons"),
        ("none", 6, 4, "none", "Not adjusted for the number of comparisons (6)"),
    ],
)
def test_which_method_is_used(wanted, n_tests, n_means, used, words):
    family = family_of(wanted, n_tests, n_means)
    assert family.method == used
    assert words in family.note


def test_order_of_the_methods():
    """Tukey is the sharpest for all pairs, Bonferroni the bluntest; none is below them all."""
    df = np.array([20.0])
    width = {
        m: Family(m, 6, 4, "").multipliers(0.95, df)[0] for m in ("none", "tukey", "bonferroni")
    }
    assert width["none"] == pytest.approx(t_quantile(0.95, df)[0])
    assert width["none"] < width["tukey"] < width["bonferroni"]
    assert Family("holm", 6, 4, "").multipliers(0.95, df) == width["bonferroni"]
    sidak = Family("sidak", 6, None, "").multipliers(0.95, df)
    assert width["tukey"] < sidak < width["bonferroni"]


def test_intervals_and_p_values_agree():
    """An interval excludes 0 exactly when the adjusted p is below 1 - level."""
    t = np.linspace(0.5, 4.5, 81)
    df = np.full(81, 9.0)
    for method in ("tukey", "bonferroni", "sidak"):
        family = Family(method, 10, 5, "")
        assert ((family.p_values(t, df) < 0.05) == (t > family.multipliers(0.95, df))).all()


def test_unknown_method_is_refused():
    with pytest.raises(ModelError, match="scheffe"):
        family_of("scheffe", 3, 3)
