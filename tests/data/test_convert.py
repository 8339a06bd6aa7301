from __future__ import annotations

import math

import pandas as pd
import pytest

from lmm_core.data.convert import level_names, level_texts, na_value, number, set_kind
from lmm_core.errors import DataError

NA = math.nan


def test_number_reads_text_and_counts_what_is_lost() -> None:
    frame = pd.DataFrame({"y": pd.Series(["2,5", "lost", None, "1.234,5"], dtype="str")})
    made = number(frame, "y")
    assert made.frame["y"].tolist()[::3] == [2.5, 1234.5]
    assert made.frame["y"].isna().sum() == 2
    assert made.note == '"y" was turned into numbers; 1 cell that held other text became missing.'
    assert (
        number(pd.DataFrame({"y": pd.Series(["1,234"], dtype="str")}), "y", ".").frame["y"][0]
        == 1234
    )
    assert number(made.frame, "y").frame is made.frame


def test_number_of_a_category_of_numbers() -> None:
    frame = pd.DataFrame({"y": pd.Categorical(["3", "1", "3"])})
    assert number(frame, "y").frame["y"].tolist() == [3, 1, 3]


@pytest.mark.parametrize("values", [["a", "b"], pd.to_datetime(["2020-01-01", "2020-01-02"])])
def test_no_numbers(values: object) -> None:
    with pytest.raises(DataError) as caught:
        number(pd.DataFrame({"y": values}), "y")
    assert caught.value.code == "not_a_number"


# id: (values, kind, levels asked for, levels that come out, ordered)
KINDS = {
    "numbers": ([2.0, 1.0, NA, 10.0], "category", None, ["1", "2", "10"], False),
    "reference first": (["b", "a", "c"], "category", ["c"], ["c", "a", "b"], False),
    "natural order": (["high", "low", "medium"], "ordered", None, ["low", "medium", "high"], True),
    "case": (["b", "A", "a"], "category", None, ["A", "a", "b"], False),
    "a set order stays": (
        pd.Categorical(["x", "y"], ["y", "x"]),
        "ordered",
        None,
        ["y", "x"],
        True,
    ),
    "unused levels go": (pd.Categorical(["x"], ["y", "x"]), "category", None, ["x"], False),
}


@pytest.mark.parametrize("case", KINDS)
def test_set_kind_category(case: str) -> None:
    values, kind, asked, levels, ordered = KINDS[case]
    made = set_kind(pd.DataFrame({"c": values}), "c", kind, asked).frame["c"]
    assert list(made.cat.categories) == levels
    assert made.cat.ordered is ordered
    assert made.isna().tolist() == pd.isna(pd.Series(values)).tolist()


def test_set_kind_text_and_id() -> None:
    frame = pd.DataFrame({"c": [1.0, NA, 2.0], "d": pd.to_datetime(["2020-01-02"] * 3)})
    made = set_kind(frame, "c", "id").frame["c"]
    assert made.tolist()[::2] == ["1", "2"]
    assert made.isna()[1]
    assert set_kind(frame, "d", "text").frame["d"][0] == "2020-01-02"


def test_set_kind_date_takes_the_format_that_is_asked_for() -> None:
    frame = pd.DataFrame({"d": ["03/04/2020", "01/02/2020", None]})
    day_first = set_kind(frame, "d", "date").frame["d"]
    month_first = set_kind(frame, "d", "date", date_format="%m/%d/%Y").frame["d"]
    assert (day_first[0].month, month_first[0].month) == (4, 3)
    assert day_first.dtype.kind == "M"


def test_unknown_levels_and_kinds() -> None:
    frame = pd.DataFrame({"c": ["a", "b"]})
    with pytest.raises(DataError, match='no level "z"'):
        set_kind(frame, "c", "category", ["z"])
    with pytest.raises(DataError, match="kind of column"):
        set_kind(frame, "c", "float")


def test_na_value() -> None:
    frame = pd.DataFrame(
        {
            "x": [-99, 1, 2],
            "y": [1.5, -99.0, NA],
            "s": pd.Series(["Unknown ", "a", "-99"], dtype="str"),
            "c": pd.Categorical(["a", "unknown", "b"]),
        }
    )
    made = na_value(frame, ["x", "y", "s", "c"], [-99, "unknown"])
    assert made.frame.isna().sum().tolist() == [1, 2, 2, 1]
    assert list(made.frame["c"].cat.categories) == ["a", "b"]
    assert made.note == '5 cells with -99 or unknown in "x", "y", "s" and "c" became missing.'
    assert na_value(frame, ["x"], [7]).note.startswith("0 cells")


def test_level_texts_and_names() -> None:
    assert level_texts(pd.Series([1.0, 2.5, NA])).tolist()[:2] == ["1", "2.5"]
    assert level_names(pd.Series([10, 2, 1])) == ["1", "2", "10"]
    assert level_names(pd.Series(["month 12", "month 3", "month 0"] * 2))[-1] == "month 12"
