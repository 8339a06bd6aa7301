from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lmm_core.data.transform import FUNCTIONS, center, combine, standardise, transform
from lmm_core.errors import DataError

NA = math.nan
X = np.array([1.0, 4.0, NA, 9.0])


def _frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns or {"x": X, "y": [2.0, 0.0, 1.0, 3.0], "s": ["a"] * 4})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_transform_agrees_with_numpy(function: str) -> None:
    made = transform(_frame(), "x", function)
    (name,) = set(made.frame.columns) - {"x", "y", "s"}
    wanted = {"square": X**2, "reciprocal": 1 / X}.get(function)
    if wanted is None:
        wanted = getattr(np, function)(X)
    np.testing.assert_allclose(made.frame[name].to_numpy(float), wanted, rtol=1e-14)
    assert made.frame["x"].equals(_frame()["x"])


# id: (values, function, part of the message)
RANGES = {
    "log of 0": ([0, 1, 2], "log", "has 1 value at or below 0 (the smallest is 0)"),
    "log of negatives": ([-2, -1, 2], "log10", "2 values"),
    "log1p": ([-1, 1], "log1p", "at or below -1"),
    "square root": ([-4, 1], "sqrt", "below 0"),
    "reciprocal": ([0, 1], "reciprocal", "equal to 0"),
    "overflow": ([1000, 1], "exp", "too large"),
}


@pytest.mark.parametrize("case", RANGES)
def test_values_without_a_result_are_refused(case: str) -> None:
    values, function, part = RANGES[case]
    with pytest.raises(DataError) as caught:
        transform(_frame(x=values), "x", function)
    assert part in caught.value.message
    assert caught.value.code == "out_of_range"


# id: (at, expected first value, part of the note)
CENTRES = {
    "mean": ("mean", 1 - 14 / 3, "minus its mean (4.667)"),
    "median": ("median", -3.0, "minus its median (4)"),
    "smallest": ("min", 0.0, "minus its smallest value (1)"),
    "number": (2.5, -1.5, "minus 2.5"),
}


@pytest.mark.parametrize("case", CENTRES)
def test_center(case: str) -> None:
    at, first, part = CENTRES[case]
    made = center(_frame(), "x", at)
    assert made.frame["x_centred"][0] == pytest.approx(first)
    assert part in made.note


def test_standardise() -> None:
    made = standardise(_frame(), "x").frame["x_standardised"]
    assert made.mean() == pytest.approx(0, abs=1e-15)
    assert made.std() == pytest.approx(1)
    with pytest.raises(DataError, match="same value everywhere"):
        standardise(_frame(x=[2, 2]), "x")


# id: (operator, right, expected, name)
COMBINE = {
    "sum": ("+", "y", [3, 4, NA, 12], "x_plus_y"),
    "difference": ("-", "y", [-1, 4, NA, 6], "x_minus_y"),
    "product": ("*", 2.5, [2.5, 10, NA, 22.5], "x_times_2.5"),
    "ratio": ("/", "y", [0.5, NA, NA, 3], "x_per_y"),
}


@pytest.mark.parametrize("case", COMBINE)
def test_combine(case: str) -> None:
    operator, right, expected, name = COMBINE[case]
    made = combine(_frame(), "x", operator, right)
    np.testing.assert_array_equal(made.frame[name].to_numpy(float), expected)
    assert ("1 row without a result" in made.note) is (case == "ratio")


def test_names() -> None:
    frame = _frame()
    once = center(frame, "x").frame
    assert list(center(once, "x").frame.columns)[-1] == "x_centred_2"
    assert list(center(frame, "x", into="x").frame.columns) == ["x", "y", "s"]
    assert list(center(frame, "x", into="c").frame.columns)[-1] == "c"
    with pytest.raises(DataError, match='already is a column "y"'):
        center(frame, "x", into="y")
    with pytest.raises(DataError, match="isn't a column of numbers"):
        center(frame, "s")
    with pytest.raises(DataError, match="is empty"):
        center(_frame(x=[NA, NA]), "x")
