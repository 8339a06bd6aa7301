from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lmm_core.data.previous import baseline, change, split
from lmm_core.errors import DataError

NA = math.nan
# Out of order on purpose: the rows of group a are at times 2, 0, 1.
FRAME = pd.DataFrame(
    {
        "g": ["a", "a", "a", "b", "b", None, "c"],
        "t": [2.0, 0, 1, 0, 5, 1, NA],
        "y": [6.0, 2, 3, 4, 0, 9, 9],
        "visit": ["v3", "v1", "v2", "v1", "v2", "v1", None],
    }
)

# id: (measure, expected)
MEASURES = {
    "difference": [3, NA, 1, NA, -4, NA, NA],
    "percent": [100, NA, 50, NA, -100, NA, NA],
    "log_ratio": [math.log(2), NA, math.log(1.5), NA, NA, NA, NA],
}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("time", ["t", "visit"])
def test_change_follows_time_and_not_the_rows(measure: str, time: str) -> None:
    made = change(FRAME, "y", "g", time, measure)
    name = "y_growth" if measure == "percent" else "y_change"
    np.testing.assert_allclose(made.frame[name].to_numpy(), MEASURES[measure], rtol=1e-12)
    assert "2 first rows" in made.note
    assert ("1 row without a ratio" in made.note) is (measure == "log_ratio")


def test_change_agrees_with_pandas_on_sorted_data() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"g": np.repeat(np.arange(30), 6), "t": np.tile(np.arange(6), 30), "y": rng.random(180)}
    )
    expected = 100 * frame.groupby("g")["y"].pct_change()
    shuffled = frame.sample(frac=1, random_state=2)
    made = change(shuffled.reset_index(drop=True), "y", "g", "t").frame["y_growth"]
    np.testing.assert_allclose(made.to_numpy(), expected.loc[shuffled.index].to_numpy())


def test_change_after_a_zero_is_missing() -> None:
    frame = pd.DataFrame({"g": [1, 1, 1], "t": [0, 1, 2], "y": [0, 5, 10]})
    made = change(frame, "y", "g", "t")
    assert made.frame["y_growth"].tolist()[2] == 100
    assert made.frame["y_growth"].isna().tolist() == [True, True, False]
    assert "1 row without a ratio" in made.note


@pytest.mark.parametrize("function", [change, baseline])
def test_two_rows_at_the_same_time_are_refused(function) -> None:
    frame = pd.DataFrame({"g": [1, 1, 2], "t": [3, 3, 3], "y": [1, 2, 3]})
    with pytest.raises(DataError, match=r'1 row repeats the "t".*for g 1 at 3') as caught:
        function(frame, "y", "g", "t")
    assert caught.value.code == "duplicate_time"


def test_time_without_an_order_is_refused() -> None:
    frame = pd.DataFrame({"g": [1, 1], "t": ["red", "blue"], "y": [1, 2]})
    with pytest.raises(DataError, match="no order that is known"):
        change(frame, "y", "g", "t")


def test_baseline() -> None:
    made = baseline(FRAME, "y", "g", "t")
    np.testing.assert_array_equal(made.frame["y_baseline"], [2, 2, 2, 4, 4, NA, NA])
    assert "1 group without such a value" in made.note


def test_nested_groups() -> None:
    frame = pd.DataFrame(
        {"s": ["a", "a", "b", "b"], "c": [1, 1, 1, 1], "t": [0, 1, 0, 1], "y": [1, 3, 10, 11]}
    )
    made = change(frame, "y", ["s", "c"], "t", "difference").frame["y_change"]
    np.testing.assert_array_equal(made, [NA, 2, NA, 1])


def test_split_adds_up_and_is_centred_within_groups() -> None:
    made = split(FRAME, "y", "g").frame
    kept = FRAME["g"].notna()
    total = made["y_within"] + made["y_between"]
    np.testing.assert_allclose(total[kept], FRAME["y"][kept])
    assert made.groupby("g")["y_within"].mean().abs().max() < 1e-12
    assert made["y_between"].isna().tolist() == FRAME["g"].isna().tolist()
