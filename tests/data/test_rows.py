from __future__ import annotations

import math

import pandas as pd
import pytest

from lmm_core.data.rows import drop_duplicates, filter_rows
from lmm_core.errors import DataError

FRAME = pd.DataFrame(
    {
        "n": [1.0, 2.0, math.nan, 4.0],
        "s": pd.Series(["a", "b", "a", None], dtype="str"),
        "d": pd.to_datetime(["2020-01-01", "2020-02-01", None, "2020-03-01"]),
        "o": pd.Categorical(["low", "high", "mid", None], ["low", "mid", "high"], ordered=True),
    }
)

# id: (column, comparison, value, rows kept)
CASES = {
    "equal": ("n", "==", 2, [1]),
    "equal, number as text": ("n", "==", "2", [1]),
    "not equal keeps missing": ("n", "!=", 2, [0, 2, 3]),
    "below": ("n", "<", 2, [0]),
    "at most": ("n", "<=", 2, [0, 1]),
    "above": ("n", ">", 1.5, [1, 3]),
    "at least": ("n", ">=", "2,0", [1, 3]),
    "one of": ("n", "in", [1, "4"], [0, 3]),
    "none of": ("s", "not in", ["b"], [0, 2, 3]),
    "text": ("s", "==", "a", [0, 2]),
    "text, not": ("s", "!=", "a", [1, 3]),
    "missing": ("s", "missing", None, [3]),
    "not missing": ("n", "not missing", None, [0, 1, 3]),
    "date": ("d", ">=", "2020-02-01", [1, 3]),
    "ordered": ("o", ">=", "mid", [1, 2]),
    "everything": ("n", "!=", 9, [0, 1, 2, 3]),
}


@pytest.mark.parametrize("case", CASES)
def test_filter(case: str) -> None:
    column, comparison, value, kept = CASES[case]
    made = filter_rows(FRAME, column, comparison, value)
    pd.testing.assert_frame_equal(
        made.frame, FRAME.iloc[kept].reset_index(drop=True), check_names=True
    )
    assert f"left out {len(FRAME) - len(kept)} row" in made.note


# id: (column, comparison, value, code)
ERRORS = {
    "nothing left": ("n", ">", 10, "no_rows_left"),
    "no value": ("n", ">", None, "condition"),
    "a list": ("n", ">", [1], "condition"),
    "text for a number": ("n", ">", "x", "condition"),
    "no date": ("d", ">", "soon", "condition"),
    "no order": ("s", ">", "a", "condition"),
    "not a level": ("o", ">", "huge", "condition"),
    "no such comparison": ("n", "~", 1, "step_params"),
    "no such column": ("m", "==", 1, "unknown_column"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_filter_errors(case: str) -> None:
    column, comparison, value, code = ERRORS[case]
    with pytest.raises(DataError) as caught:
        filter_rows(FRAME, column, comparison, value)
    assert caught.value.code == code


def test_rows_are_counted_in_the_new_table_afterwards() -> None:
    frame = FRAME.copy()
    frame.attrs["first_row"] = 7
    assert filter_rows(frame, "n", ">", 1).frame.attrs == {"first_row": 1}
    assert filter_rows(frame, "n", "!=", 9).frame.attrs == {"first_row": 7}


def test_drop_duplicates() -> None:
    frame = pd.DataFrame({"a": [1, 1, 1, 2], "b": [1, 1, 2, 1]})
    assert drop_duplicates(frame).frame["b"].tolist() == [1, 2, 1]
    assert drop_duplicates(frame, ["a"]).frame["b"].tolist() == [1, 1]
    assert drop_duplicates(frame, ["a"], "last").frame["b"].tolist() == [2, 1]
    with pytest.raises(DataError, match="row to keep"):
        drop_duplicates(frame, ["a"], "mean")
