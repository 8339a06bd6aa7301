from __future__ import annotations

import math

import pandas as pd
import pytest

from lmm_core.data.recode import merge_levels, recode
from lmm_core.errors import DataError

NA = math.nan


def _values(column: pd.Series) -> list:
    return [None if pd.isna(v) else v for v in column]


# id: (values, mapping, result)
CASES = {
    "text": (["m", "f", None], {"m": "male", "f": "female"}, ["male", "female", None]),
    "numbers to text": ([1, 2, NA], {"1": "no", "2": "yes"}, ["no", "yes", None]),
    "some": (["a", "b", "c"], {"b": "a"}, ["a", "a", "c"]),
    "to missing": (["a", "b", "c"], {"c": None}, ["a", "b", None]),
    "text to numbers": (["low", "high", None], {"low": 1, "high": 2.5}, [1, 2.5, None]),
    "numbers to numbers": ([1, 2, 3], {"1": 10, "2": 20, "3": 30}, [10, 20, 30]),
    "swap": (["a", "b"], {"a": "b", "b": "a"}, ["b", "a"]),
}


@pytest.mark.parametrize("case", CASES)
def test_recode(case: str) -> None:
    values, mapping, result = CASES[case]
    made = recode(pd.DataFrame({"c": values}), "c", mapping).frame["c"]
    assert _values(made) == result
    assert pd.api.types.is_numeric_dtype(made) is ("to numbers" in case)


def test_order_of_levels_is_kept() -> None:
    values = pd.Categorical(["low", "mid", "high"], ["low", "mid", "high"], ordered=True)
    made = recode(pd.DataFrame({"c": values}), "c", {"low": "small"}, into="d").frame
    assert list(made["d"].cat.categories) == ["small", "mid", "high"]
    assert made["d"].cat.ordered
    assert list(made["c"]) == ["low", "mid", "high"]


def test_merge_levels() -> None:
    made = merge_levels(pd.DataFrame({"c": ["a", "b", "c", "a"]}), "c", ["a", "b"], "ab")
    assert made.frame["c"].tolist() == ["ab", "ab", "c", "ab"]
    assert made.note == 'Levels "a" and "b" of "c" were merged into "ab" (3 rows).'


@pytest.mark.parametrize("mapping", [{"z": "a"}, {}])
def test_unknown_levels(mapping: dict) -> None:
    with pytest.raises(DataError) as caught:
        recode(pd.DataFrame({"c": ["a"]}), "c", mapping)
    assert caught.value.code == "unknown_level"


def test_a_merged_level_needs_a_name() -> None:
    with pytest.raises(DataError, match="needs a name"):
        merge_levels(pd.DataFrame({"c": ["a", "b"]}), "c", ["a"], " ")
