from __future__ import annotations

import math

import pandas as pd
import pytest

from lmm_core.data import join_tables, propose_keys
from lmm_core.errors import DataError

NA = math.nan
LEFT = pd.DataFrame(
    {
        "Country Code": ["AUT", "AUT", "BEL", "XKX", None],
        "year": [2000, 2001, 2000, 2000, 2000],
        "y": [1.5, 2.5, 3.5, 4.5, 5.5],
    }
)
RIGHT = pd.DataFrame(
    {
        "Code": ["BEL", "AUT", "CHE"],
        "Region": ["West", "Centre", "Centre"],
        "y": [10, 20, 30],
    }
)


def test_join_keeps_all_rows_and_counts() -> None:
    joined = join_tables(LEFT, RIGHT, ["Country Code"], ["Code"])
    frame = joined.frame
    assert len(frame) == len(LEFT)
    assert [None if pd.isna(v) else v for v in frame["Region"]] == [
        "Centre", "Centre", "West", None, None,
    ]  # fmt: skip
    assert joined.added == {"Region": "Region", "y_second": "y"}
    assert joined.n_matched == 3
    assert (joined.unmatched_left, joined.unmatched_right) == (("XKX",), ("CHE",))
    assert joined.sentence == (
        'added 2 columns; 3 of 5 rows have a partner; 1 key without a partner: "XKX";'
        " not used of the second table: 1 key."
    )
    assert list(LEFT.columns) == ["Country Code", "year", "y"]


def test_numbers_and_text_are_compared_as_text() -> None:
    left = pd.DataFrame({"id": [1.0, 2.0, NA], "y": [1, 2, 3]})
    right = pd.DataFrame({"id": ["1", "2", "02"], "age": [30, 40, 50]})
    joined = join_tables(left, right, ["id"], ["id"])
    assert joined.frame["age"].tolist()[:2] == [30, 40]
    assert joined.unmatched_right == ("02",)


def test_several_keys() -> None:
    left = pd.DataFrame({"s": ["a", "a", "b"], "c": [1, 2, 1], "y": [1, 2, 3]})
    right = pd.DataFrame({"s": ["a", "b"], "c": [2, 1], "size": [20, 30]})
    joined = join_tables(left, right, ["s", "c"], ["s", "c"])
    assert joined.frame["size"].isna().tolist() == [True, False, False]
    assert joined.unmatched_left == ("a / 1",)


def test_loose() -> None:
    left = pd.DataFrame({"land": [" austria", "BELGIUM", "New  Zealand"]})
    right = pd.DataFrame({"name": ["Austria", "Belgium ", "new zealand"], "x": [1, 2, 3]})
    assert join_tables(left, right, ["land"], ["name"], "loose").frame["x"].tolist() == [1, 2, 3]
    with pytest.raises(DataError, match="No value of") as caught:
        join_tables(left, right, ["land"], ["name"])
    assert caught.value.code == "no_match"


@pytest.mark.parametrize("match", ["exact", "loose"])
def test_a_key_that_occurs_twice_is_refused(match: str) -> None:
    left = pd.DataFrame({"k": ["a", "b"]})
    right = pd.DataFrame({"k": ["a", "a", "b"] if match == "exact" else ["a", "A ", "b"]})
    with pytest.raises(DataError, match=r'1 key occurs more than once.*"a"') as caught:
        join_tables(left, right, ["k"], ["k"], match)
    assert caught.value.code == "duplicate_key"
    assert caught.value.details["keys"] == ["a"]


def test_keys_must_pair_up() -> None:
    with pytest.raises(DataError, match="needs one of the second"):
        join_tables(LEFT, RIGHT, ["year", "y"], ["y"])


def test_proposals() -> None:
    best, *_ = propose_keys(LEFT, RIGHT)
    assert (best.left, best.right, best.match) == ("Country Code", "Code", "exact")
    assert best.reason == '2 of 3 values of "Country Code" are in "Code".'


def test_same_name_is_preferred() -> None:
    left = pd.DataFrame({"visit": [1, 2, 1, 2], "patient_id": [1, 1, 2, 2]})
    right = pd.DataFrame({"PatientID": [1, 2], "nr": [1, 2], "age": [40, 50]})
    proposals = propose_keys(left, right)
    assert (proposals[0].left, proposals[0].right) == ("patient_id", "PatientID")
    assert propose_keys(left, pd.DataFrame({"x": [7.5, 8.5]})) == ()


def test_loose_is_proposed_when_it_finds_more() -> None:
    left = pd.DataFrame({"id": ["P1", "p2", "P3 "]})
    right = pd.DataFrame({"id": ["P1", "P2", "P3"]})
    (best,) = propose_keys(left, right)
    assert (best.match, best.n_common) == ("loose", 3)
