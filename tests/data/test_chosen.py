"""What a user says about a column stays said, under its present name."""

from __future__ import annotations

import pandas as pd
import pytest

from lmm_core.data import Step, apply_steps, describe_table, read_table
from lmm_core.data.chosen import chosen_labels

FRAME = pd.DataFrame(
    {
        "who": [101, 101, 205, 205, 7, 7] * 2,
        "arm": ["a", "b"] * 6,
        "pupil": [1, 2, 3, 4, 5, 6] * 2,
        "y": [1.5 * k for k in range(12)],
    }
)


def _set(column: str, kind: str) -> Step:
    return Step("set_kind", {"column": column, "kind": kind})


# id: (steps, column, kind)
CASES = {
    "as read": ([], "who", "number"),
    "digits as labels": ([_set("who", "id")], "who", "id"),
    "letters as text": ([_set("arm", "text")], "arm", "text"),
    "the last word counts": ([_set("arm", "text"), _set("arm", "category")], "arm", "category"),
    "under its new name": (
        [_set("who", "text"), Step("rename", {"names": {"who": "patient"}})],
        "patient",
        "text",
    ),
    "an amount": ([_set("pupil", "number")], "pupil", "number"),
    "guessed to be labels": ([], "pupil", "id"),
    "numbers again": ([_set("who", "id"), Step("to_number", {"column": "who"})], "who", "number"),
}


@pytest.mark.parametrize("case", CASES)
def test_kind_as_said(case: str) -> None:
    steps, column, kind = CASES[case]
    read = read_table(FRAME.to_csv(index=False).encode(), name="x.csv")
    table = apply_steps(read, steps)
    found = {info.name: info for info in describe_table(table)}
    assert found[column].kind == kind


def test_digits_as_labels_raise_no_question() -> None:
    read = read_table(FRAME.to_csv(index=False).encode(), name="x.csv")
    table = apply_steps(read, [_set("who", "id")])
    assert [q.key for q in table.questions if "who" in q.columns] == []


def test_only_labels_are_remembered() -> None:
    assert chosen_labels([_set("a", "date"), _set("b", "id")]) == {"b": "id"}
