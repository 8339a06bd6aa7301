"""Numbers as people read them."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmm_core import formatting as f

NUMBERS = {
    0: "0", 1: "1.00", 12.345: "12.3", -12.345: "−12.3", 1234.5: "1,234",
    0.0123: "0.0123", 0.999999: "1.000", 4.8e-30: "4.80 × 10⁻³⁰", 2.5e10: "2.50 × 10¹⁰",
    nan: "–", inf: "∞", -inf: "−∞", None: "–",
}  # fmt: skip
P = {0.0: "< .001", 0.00099: "< .001", 0.031: ".031", 0.05: ".050", 0.9995: "> .999", nan: "–"}
SHARES = {0.0: "0 %", 0.001: "< 1 %", 0.63: "63 %", 0.999: "> 99 %", 1.0: "100 %", nan: "–"}
CORRELATIONS = {0.0: ".00", 0.066: ".07", -0.5: "−.50", 1.0: "1.00", -0.001: ".00", nan: "–"}


@pytest.mark.parametrize(("value", "text"), NUMBERS.items())
def test_number(value, text):
    assert f.number(value) == text


@pytest.mark.parametrize(("value", "text"), P.items())
def test_p_value(value, text):
    assert f.p_value(value) == text


@pytest.mark.parametrize(("value", "text"), SHARES.items())
def test_percent(value, text):
    assert f.percent(value) == text


@pytest.mark.parametrize(("value", "text"), CORRELATIONS.items())
def test_correlation(value, text):
    assert f.correlation(value) == text


def test_phrases():
    assert f.p_phrase(0.031) == "p = .031"
    assert f.p_phrase(0.0001) == "p < .001"
    assert f.degrees(17.0) == "17.0"
    assert f.degrees(inf) == "∞"
    assert f.degrees(5421.4) == "5,421"
    assert f.interval(7.36, 13.58, "ms") == "7.36 to 13.6 ms"
    assert f.level_text(0.95) == "95 %"
    assert f.level_text(0.999) == "99.9 %"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-3, max_value=1e8))
def test_three_digits_are_kept(value):
    text = f.number(value).replace(",", "")
    assert float(text) == pytest.approx(value, rel=5.1e-3)
    assert f.number(-value) == "−" + f.number(value)
