from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lmm_core.data import Step, Table, apply_steps, find_questions, load_sample, sample_names
from lmm_core.data.read import read_table

NA = math.nan
N = 24

# id: (name, values, key or None, likely)
CASES = {
    "-99": ("score", [*range(10), -99, -99], "na_value", True),
    "-9 below positive values": ("score", [1.5, 2, 3, -9], "na_value", True),
    "-9 among negative values": ("change", [-8.5, 3, -9, 2, -12], None, True),
    "-999 among negative values": ("change", [-8.5, 3, -999, 2, -12], "na_value", True),
    "999 above a scale": ("score", [1, 2, 3, 4, 5, 7, 8, 999], "na_value", True),
    "99 above an answer": ("answer", [1, 2, 3, 4, 5, 99] * 4, "na_value", True),
    "99 among ages": ("age", [20, 45, 70, 99, 81, 33], None, True),
    "a code that is common": ("score", [1, 2, -99, -99, -99, -99], None, True),
    "99 in an id": ("id", [1, 2, 3, 99, 99], None, True),
    "years": ("year", [95, 96, 97] * 4, None, True),
    "only a code": ("score", [-99] * 5, None, True),
    "words": ("sex", ["f", "m", "unknown", "f", "m", "m"], "na_value", True),
    "1, 2, 3": ("treatment", [1, 2, 3] * 8, "category", True),
    "1, 2, 3 of something": ("zzz", [1, 2, 3] * 8, "category", False),
    "0, 1": ("treatment", [0, 1] * 12, None, True),
    "counted": ("age", [1, 2, 3] * 8, None, True),
    "a rating": ("pain", [1, 2, 3, 4, 5] * 4, None, True),
    "weeks": ("week", [0, 1, 2, 3] * 6, None, True),
    "not in steps of one": ("dose", [1, 2, 4] * 8, None, True),
    "blocks of codes": ("v", np.repeat(np.arange(1, 21), 4), "id", True),
    "nearly numbers": ("y", ["1", "2", "3", "4", "5", "x"], "to_number", True),
    "either date": ("seen", ["03/04/2020", "05/06/2020", "01/02/2020"], "date_order", True),
    "month first in order": (
        "seen",
        ["01/02/2020", "02/01/2020", "03/01/2020"],
        "date_order",
        False,
    ),
    "clear date": ("seen", ["13/04/2020", "05/06/2020"], None, True),
    "total": ("land", ["a", "b", "c", "Total"], "total_row", True),
    "total twice": ("land", ["a", "Total", "c", "Total"], None, True),
}


@pytest.mark.parametrize("case", CASES)
def test_question(case: str) -> None:
    name, values, key, likely = CASES[case]
    frame = pd.DataFrame({name: values})
    found = find_questions(frame)
    assert [q.key for q in found] == ([] if key is None else [key])
    for question in found:
        assert question.sentence.endswith("?") or "?" in question.sentence
        assert question.columns == (name,)
        assert question.likely is likely
        # "Yes" can be carried out, and answers the question.
        made = apply_steps(Table(frame, "t", (), "0"), [question.step])
        assert question.key not in [q.key for q in made.questions]


def test_columns_with_the_same_code_are_asked_about_together() -> None:
    frame = pd.DataFrame({f"q{k}": [1, 2, 3, 4, 5, 2, -99, -88] for k in range(3)})
    found = [q for q in find_questions(frame) if q.key == "na_value"]
    assert [q.step.params["values"] for q in found] == [[-99], [-88]]
    assert found[0].columns == ("q0", "q1", "q2")
    assert found[0].sentence == (
        '"q0", "q1" and "q2" hold -99 in 3 cells, far from all other values. Does it mean missing?'
    )


def test_the_other_date_order_is_offered() -> None:
    (question,) = find_questions(pd.DataFrame({"seen": ["03/04/2020", "05/06/2020"]}))
    assert question.otherwise == Step(
        "set_kind", {"column": "seen", "kind": "date", "date_format": "%m/%d/%Y"}
    )


def test_a_comma_that_could_be_both_is_asked_about() -> None:
    table = read_table(b"a;b\n1;1,234\n2;3,500\n")
    (question,) = [q for q in table.questions if q.key == "decimal"]
    assert question.otherwise is not None
    assert read_table(b"a;b\n1;1,234\n2;3,500\n", **question.otherwise.params).frame[
        "b"
    ].tolist() == [
        1234,
        3500,
    ]


@pytest.mark.parametrize("name", sample_names())
def test_samples_raise_no_questions(name: str) -> None:
    assert load_sample(name).questions == ()
