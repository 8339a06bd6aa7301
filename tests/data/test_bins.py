from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data.bins import bins
from lmm_core.errors import DataError

X = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, math.nan]

# id: (options, levels, counts)
CASES = {
    "points": ({"method": "points", "points": [5, 2]}, ["<2", "2 to <5", "≥5"], [2, 3, 5]),
    "width": ({"method": "width", "n": 3}, ["<3", "3 to <6", "≥6"], [3, 3, 4]),
    "quantiles": ({"method": "quantile", "n": 2}, ["<4.5", "≥4.5"], [5, 5]),
    "decimals": ({"method": "points", "points": [0.5]}, ["<0.5", "≥0.5"], [1, 9]),
}


@pytest.mark.parametrize("case", CASES)
def test_bins(case: str) -> None:
    options, levels, counts = CASES[case]
    made = bins(pd.DataFrame({"x": X}), "x", **options).frame["x_class"]
    assert list(made.cat.categories) == levels
    assert made.cat.ordered
    assert made.value_counts(sort=False).tolist() == counts
    assert made.isna().tolist() == [False] * 10 + [True]


def test_an_empty_class_is_said() -> None:
    made = bins(pd.DataFrame({"x": X}), "x", "points", points=[5, 50])
    assert list(made.frame["x_class"].cat.categories) == ["<5", "5 to <50"]
    assert 'No row is in "≥50".' in made.note


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=60),
    st.integers(2, 9),
    st.sampled_from(["width", "quantile"]),
)
def test_classes_keep_the_order_of_the_values(values: list[float], n: int, method: str) -> None:
    frame = pd.DataFrame({"x": [*values, -2e6, 2e6]})
    made = bins(frame, "x", method, n).frame["x_class"]
    codes = made.cat.codes.to_numpy()
    assert (codes >= 0).all()
    assert 2 <= len(made.cat.categories) <= n
    assert (np.diff(codes[np.argsort(frame["x"], kind="stable")]) >= 0).all()


# id: (values, options)
ERRORS = {
    "one class": (X, {"n": 1}),
    "no points": (X, {"method": "points"}),
    "constant": ([2, 2, 2], {}),
    "empty": ([math.nan], {}),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case: str) -> None:
    values, options = ERRORS[case]
    with pytest.raises(DataError) as caught:
        bins(pd.DataFrame({"x": values}), "x", **options)
    assert caught.value.code == "bins"
