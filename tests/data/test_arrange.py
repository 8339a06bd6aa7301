from __future__ import annotations

import math

import pandas as pd
import pytest

from lmm_core.data.arrange import drop, rename, unite
from lmm_core.errors import DataError

FRAME = pd.DataFrame({"a": [1, 2], "b": [3.0, math.nan], "c": ["x", "y"]})


def test_rename_also_swaps() -> None:
    made = rename(FRAME, {"a": "b", "b": "a"})
    assert list(made.frame.columns) == ["b", "a", "c"]
    assert made.inherits == {"b": ("a",), "a": ("b",)}
    assert rename(FRAME, {"a": "  new \n name "}).frame.columns[0] == "new name"


@pytest.mark.parametrize("names", [{"a": "b"}, {"a": "z", "b": "z"}, {"a": " "}])
def test_names_stay_different(names: dict[str, str]) -> None:
    with pytest.raises(DataError) as caught:
        rename(FRAME, names)
    assert caught.value.code == "name_taken"


def test_drop() -> None:
    assert list(drop(FRAME, ["a", "a"]).frame.columns) == ["b", "c"]
    with pytest.raises(DataError, match="No column would be left"):
        drop(FRAME, ["a", "b", "c"])


def test_unite() -> None:
    made = unite(FRAME, ["c", "b", "a"])
    assert made.frame["c_b_a"][0] == "x/3/1"
    assert made.frame["c_b_a"].isna().tolist() == [False, True]
    with pytest.raises(DataError, match="Two columns"):
        unite(FRAME, ["a"])
