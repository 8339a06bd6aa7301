from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lmm_core.data import describe_columns, read_table, text_cells, to_number
from lmm_core.errors import DataError

NA = math.nan
_RNG = np.random.default_rng(4)

# id: (name, values, kind, a part of the reason)
CASES: dict[str, tuple[str, object, str, str]] = {
    "decimals": ("x", [1.5, 2.0, NA], "number", "decimals"),
    "few whole values": ("dose", [0, 10, 20] * 5, "number", "whole"),
    "zero and one": ("treated", [0, 1] * 5, "number", "two"),
    "grades": ("grade", [1, 3, 2, 5, 4, 2, 3, 1, 4, 5], "number", "whole"),
    "named id": ("Subject", [308, 308, 309, 310], "id", "name"),
    "named id with gaps": ("school_id", [1.0, NA, 2.0], "id", "name"),
    "id with decimals": ("id", [1.5, 2.5], "number", "decimals"),
    "patient nr": ("PatientNr", [1, 2, 3], "id", "name"),
    "an age isn't an id": ("patient_age", [40, 41, 50], "number", "whole"),
    "a count isn't an id": ("n_patients", [4, 8, 9], "number", "whole"),
    "blocks of codes": ("v", np.repeat(np.arange(1, 21), 4), "id", "label blocks"),
    "codes by visit": ("v", np.tile(np.arange(1, 41), 4), "id", "label blocks"),
    "row numbers": ("v", np.arange(1, 31), "id", "count the rows"),
    "a time isn't a code": ("week", np.repeat(np.arange(10), 6), "number", "whole"),
    "a cycle isn't a code": ("v", np.tile(np.arange(10), 18), "number", "whole"),
    "category": ("sex", ["f", "m", NA, "f", "m"], "category", "2 different"),
    "yes or no": ("flag", [True, False], "category", "yes or no"),
    "scale": ("pain", ["mild", "severe", "moderate"] * 2, "ordered", "natural order"),
    "numbered": ("visit", ["month 0", "month 12", "month 3"] * 2, "ordered", "natural order"),
    "dates": ("seen", ["2020-01-02", "2020-02-03"], "date", "dates"),
    "german dates": ("seen", ["02.01.2020", "31.12.2020", NA], "date", "dates"),
    "real dates": ("seen", pd.to_datetime(["2020-01-02"]), "date", "dates"),
    "no dates": ("seen", ["2020-13-45", "2020-02-03"] * 3, "category", "2 different"),
    "many labels": ("land", [f"land {i // 3}" for i in range(60)], "id", "labels of units"),
    "labels": ("who", [f"p{i}" for i in range(20)], "id", "different short label"),
    "free text": ("note", [f"felt well on day {i}" for i in range(20)], "text", "20 different"),
    "nearly numbers": ("y", ["1", "2", "3", "4", "5", "x"], "text", "1 of 6 are not"),
    "empty": ("y", [NA, NA], "empty", "no cell"),
    "ordered dtype": ("y", pd.Categorical(["a", "b"], ordered=True), "ordered", "set order"),
    "category dtype": ("y", pd.Categorical(["a", "b"]), "category", "2 levels"),
}


@pytest.mark.parametrize("case", CASES)
def test_kind_and_reason(case: str) -> None:
    name, values, kind, part = CASES[case]
    (info,) = describe_columns(pd.DataFrame({name: values}))
    assert (info.name, info.kind) == (name, kind)
    assert part in info.reason


def test_counts() -> None:
    frame = pd.DataFrame({"a": [1, 1, 1], "b": [1.0, NA, 2.0], "c": ["x", NA, NA]})
    found = [(i.n_missing, i.n_unique, i.constant) for i in describe_columns(frame)]
    assert found == [(0, 1, True), (1, 2, False), (2, 1, True)]


TEXT = b"id;y\n1;2,5\n2;lost\n3;3,5\n4;> 9\n5;4,0\n6;1\n7;2\n8;3\n9;1\n10;7\n11;NA\n"


def test_text_cells_and_to_number() -> None:
    frame = read_table(TEXT).frame
    cells = text_cells(frame, "y")
    assert [(c.row, c.index, c.value) for c in cells] == [(3, 1, "lost"), (5, 3, "> 9")]
    changed, lost = to_number(frame, "y")
    assert lost == 2
    assert changed["y"].tolist()[:3:2] == [2.5, 3.5]
    assert changed["y"].isna().sum() == 3
    assert frame["y"].iloc[1] == "lost"
    assert text_cells(changed, "y") == ()
    assert to_number(changed, "y")[1] == 0


@pytest.mark.parametrize("function", [text_cells, to_number])
def test_unknown_column(function) -> None:
    with pytest.raises(DataError, match='no column "z"') as caught:
        function(pd.DataFrame({"a": [1]}), "z")
    assert caught.value.code == "unknown_column"
