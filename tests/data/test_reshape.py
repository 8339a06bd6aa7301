from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data import find_families, preview_long, reshape_long, reshape_wide
from lmm_core.errors import DataError

NA = math.nan
WIDE = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "arm": pd.Series(["a", "b", "a"], dtype="str"),
        "pain_0": [5, 6, 7],
        "pain_1": [4.5, NA, 6],
        "pain_3": [3, 4, 5],
        "mood_0": pd.Series(["low", "high", "low"], dtype="str"),
        "mood_3": pd.Series(["high", None, "low"], dtype="str"),
    }
)
PAIN = ["pain_0", "pain_1", "pain_3"]


def test_one_measure() -> None:
    made = reshape_long(WIDE, id=["id"], values=PAIN, time_name="month", value_name="pain")
    expected = pd.DataFrame(
        {
            "id": np.repeat([1, 2, 3], 3),
            "month": np.tile([0, 1, 3], 3),
            "pain": [5, 4.5, 3, 6, NA, 4, 7, 6, 5],
        }
    )
    pd.testing.assert_frame_equal(made, expected)
    assert list(reshape_long(WIDE, ["id"], PAIN).columns) == ["id", "time", "value"]


def test_agrees_with_melt() -> None:
    made = reshape_long(WIDE, ["id", "arm"], PAIN)
    melted = WIDE.melt(["id", "arm"], PAIN).sort_values(["id", "variable"], kind="stable")
    assert made["value"].tolist()[:4] == melted["value"].tolist()[:4]
    np.testing.assert_array_equal(made["value"], melted["value"])


@pytest.mark.parametrize("as_families", [True, False])
def test_several_measures_and_a_time_that_one_lacks(as_families: bool) -> None:
    families = find_families(WIDE.columns)
    values = families if as_families else {f.name: list(f.columns) for f in families}
    made = reshape_long(WIDE, values=values, time_name="month")
    assert list(made.columns) == ["id", "arm", "month", "pain", "mood"]
    assert made["mood"].isna().tolist() == [
        False,
        True,
        False,
        False,
        True,
        True,
        False,
        True,
        False,
    ]
    assert made["arm"].tolist() == list("aaabbbaaa")
    kept = reshape_long(WIDE, values=values, time_name="month", drop_empty=True)
    assert len(kept) == 8


# id: (columns, times that come out, kind of dtype)
TIMES = {
    "years": (["1990", "1991"], [1990, 1991], "i"),
    "decimals": (["a_0.5", "a_1"], [0.5, 1.0], "f"),
    "dates": (
        ["2020-01-01", "2020-03-01"],
        list(pd.to_datetime(["2020-01-01", "2020-03-01"])),
        "M",
    ),
    "words": (["s.post", "s.pre"], ["pre", "post"], "O"),
    "no times": (["left", "right"], ["left", "right"], "O"),
}


@pytest.mark.parametrize("case", TIMES)
def test_times_come_from_the_names(case: str) -> None:
    columns, times, kind = TIMES[case]
    frame = pd.DataFrame({"id": [1], **{c: [k] for k, c in enumerate(columns)}})
    made = reshape_long(frame, ["id"], columns)
    assert made["time"].tolist() == times
    assert made["time"].dtype.kind == kind


def test_times_can_be_given() -> None:
    made = reshape_long(WIDE, ["id"], PAIN, times=[0, 30, 90.5])
    assert made["time"].tolist()[:3] == [0, 30, 90.5]
    with pytest.raises(DataError, match="3 columns need as many different times, not 2"):
        reshape_long(WIDE, ["id"], PAIN, times=[0, 1])


def test_types_are_brought_together() -> None:
    frame = pd.DataFrame(
        {
            "id": [1, 2],
            "a_1": [1, 2],
            "a_2": pd.Series(["x", None], dtype="str"),
            "a_3": [NA, NA],
        }
    )
    made = reshape_long(frame, ["id"], ["a_1", "a_2", "a_3"])["value"]
    assert [None if pd.isna(v) else v for v in made] == ["1", "x", None, "2", None, None]
    same = pd.Categorical(["l", "h"], ["l", "h"], ordered=True)
    kept = reshape_long(pd.DataFrame({"a_1": same, "a_2": same}), [], ["a_1", "a_2"])["value"]
    assert kept.cat.ordered
    assert list(kept.cat.categories) == ["l", "h"]


def test_preview_counts_add_up() -> None:
    families = {"pain": PAIN, "mood": ["mood_0", "mood_3"]}
    for drop_empty in (False, True):
        shown = preview_long(WIDE, None, families, "month", drop_empty=drop_empty, rows=2)
        made = reshape_long(WIDE, None, families, "month", drop_empty=drop_empty)
        assert (shown.n_before, shown.n_times, shown.n_after) == (3, 3, len(made))
        assert shown.n_before * shown.n_times - shown.n_after == (
            shown.n_empty if drop_empty else 0
        )
        assert shown.n_empty == 1
        assert len(shown.before) == 2
        assert shown.n_repeated == 0
    assert '3 rows × 3 values of "month" = 9 rows, less 1 row without a value = 8' in shown.sentence
    twice = preview_long(WIDE, ["arm"], PAIN)
    assert twice.n_repeated == 1
    assert "1 row of the wide table repeats the kept columns" in twice.sentence


def test_rows_without_an_identifier_are_numbered() -> None:
    plain = WIDE.drop(columns="id")
    shown = preview_long(plain, None, PAIN, "month", "pain", number_name="row")
    made = reshape_long(plain, None, PAIN, "month", "pain", number_name="row")
    assert shown.n_repeated == 0
    assert next(iter(made.columns)) == "row"
    assert made["row"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    known = reshape_long(WIDE, None, PAIN, "month", "pain")
    pd.testing.assert_frame_equal(made.drop(columns="row"), known.drop(columns="id"))


# id: (keyword arguments, code, part of the message)
ERRORS = {
    "no values": ({"values": []}, "no_values", "No columns"),
    "unknown": ({"values": ["pain_9"]}, "unknown_column", "pain_9"),
    "used twice": ({"id": ["id", "pain_0"], "values": PAIN}, "name_taken", '"pain_0"'),
    "time is taken": ({"id": ["id"], "values": PAIN, "time_name": "id"}, "name_taken", '"id"'),
    "value is taken": ({"values": PAIN, "value_name": "arm"}, "name_taken", '"arm"'),
    "no name": ({"values": PAIN, "time_name": " "}, "name_taken", "needs a name"),
    "number is taken": ({"values": PAIN, "number_name": "arm"}, "name_taken", '"arm"'),
    "numbers and words": (
        {"values": {"pain": PAIN, "mood": ["arm", "mood_0"]}, "id": ["id"]},
        "times",
        "don't go together",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case: str) -> None:
    options, code, part = ERRORS[case]
    with pytest.raises(DataError) as caught:
        reshape_long(WIDE, **options)
    assert caught.value.code == code
    assert part in caught.value.message


def test_the_cells_of_a_huge_table_are_counted_first() -> None:
    frame = pd.DataFrame(np.zeros((100_000, 60)), columns=[f"y_{k}" for k in range(60)])
    frame = pd.concat([frame] + [frame["y_0"].rename(f"z{k}x") for k in range(40)], axis=1)
    with pytest.raises(DataError, match="would have 6,000,000 rows"):
        reshape_long(frame, values=[f"y_{k}" for k in range(60)])


_CELLS = st.one_of(st.none(), st.integers(-9, 9), st.floats(-9, 9).map(lambda x: round(x, 2)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_long_and_wide_again(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(1, 6)), data.draw(st.integers(2, 5))
    columns = [f"y_{t}" for t in range(k)]
    cells = data.draw(st.lists(st.lists(_CELLS, min_size=k, max_size=k), min_size=n, max_size=n))
    wide = pd.DataFrame(np.array(cells, dtype=float), columns=columns)
    wide.insert(0, "id", [f"s{i}" for i in range(n)])
    long = reshape_long(wide, ["id"], columns, value_name="y")
    assert len(long) == n * k
    assert long["y"].notna().sum() == wide[columns].notna().sum().sum()
    back = reshape_wide(long, "id", "time", "y")
    pd.testing.assert_frame_equal(back, wide, check_dtype=False)
    shuffled = long.sample(frac=1, random_state=1)
    again = reshape_wide(shuffled, "id", "time", "y").sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(
        again, wide.sort_values("id", ignore_index=True), check_dtype=False
    )
