from __future__ import annotations

import math

import pandas as pd
import pytest

from lmm_core.data import reshape_long, reshape_wide
from lmm_core.data.wide import wide_step
from lmm_core.errors import DataError

NA = math.nan
LONG = pd.DataFrame(
    {
        "id": [2, 2, 1, None],
        "t": ["post", "pre", "pre", "pre"],
        "y": [1, 2, 3, 4],
        "s": pd.Series(["a", "b", None, "d"], dtype="str"),
    }
)


def test_wide() -> None:
    made = reshape_wide(LONG, "id", "t", "y")
    assert list(made.columns) == ["id", "y_pre", "y_post"]
    assert made["id"].tolist() == [2, 1]
    assert made["y_pre"].tolist() == [2, 3]
    assert made["y_post"].isna().tolist() == [False, True]
    assert "left out 1 row without" in wide_step(LONG, "id", "t", "y").note


def test_several_values_and_ids() -> None:
    frame = LONG.assign(site=["x", "x", "y", "y"])
    made = reshape_wide(frame, ["site", "id"], "t", ["y", "s"])
    assert set(made.columns) == {"site", "id", "y_pre", "y_post", "s_pre", "s_post"}
    assert made["s_post"].tolist()[0] == "a"


def test_measures_named_in_a_column() -> None:
    """A data bank's sheet: one row per country and series, one column per year."""
    bank = pd.DataFrame(
        {
            "Country": ["A", "A", "B", "B"],
            "Series": ["GDP", "Life", "GDP", "Life"],
            "2001 [YR2001]": [1.0, 70, 2, 80],
            "2002 [YR2002]": [1.5, 71, NA, 81],
        }
    )
    long = reshape_long(
        bank, ["Country", "Series"], ["2001 [YR2001]", "2002 [YR2002]"], time_name="year"
    )
    made = reshape_wide(long, ["Country", "year"], "Series", "value", prefix=False)
    assert list(made.columns) == ["Country", "year", "GDP", "Life"]
    assert made["Life"].tolist() == [70, 71, 80, 81]
    assert made["year"].tolist() == [2001, 2002, 2001, 2002]


def test_repeated_cells_are_refused_not_averaged() -> None:
    frame = pd.DataFrame({"id": [1, 1, 1], "t": [0, 0, 1], "y": [1, 2, 3]})
    with pytest.raises(DataError, match=r'1 row repeats "id" and "t".*id 1 at 0') as caught:
        reshape_wide(frame, "id", "t", "y")
    assert caught.value.code == "duplicates"


@pytest.mark.parametrize(
    ("id", "time", "value", "code"),
    [
        ("id", "id", "y", "name_taken"),
        ([], "t", "y", "name_taken"),
        ("id", "t", "nope", "unknown_column"),
        ("none", "t", "y", "no_rows_left"),
    ],
)
def test_errors(id: object, time: str, value: str, code: str) -> None:
    with pytest.raises(DataError) as caught:
        reshape_wide(LONG.assign(none=NA), id, time, value)
    assert caught.value.code == code


def test_names_that_meet_are_refused() -> None:
    frame = pd.DataFrame({"id": [1, 1], "t": ["id", "b"], "y": [1, 2]})
    with pytest.raises(DataError, match='two columns "id"'):
        reshape_wide(frame, "id", "t", "y", prefix=False)
