"""A list that is changed in the middle: what applies is carried out, the rest is told."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from lmm_core.data import Step, apply_steps, carry_out, read_table

FRAME = pd.DataFrame({"id": ["a", "a", "b", "b"], "t": [0, 1, 0, 1], "y": [1.0, 2.5, 3.5, 4.0]})
LOG = Step("transform", {"column": "y", "function": "log", "into": "ly"})
CENTRED = Step("center", {"column": "ly", "into": "cly"})
SQUARE = Step("transform", {"column": "t", "function": "square", "into": "t2"})


@pytest.fixture(scope="module")
def table():
    return read_table(FRAME.to_csv(index=False).encode(), name="x.csv")


# id: (steps, positions that fail, columns that are there)
CASES = {
    "nothing": ([], [], ["id", "t", "y"]),
    "all": ([LOG, CENTRED, SQUARE], [], ["id", "t", "y", "ly", "cly", "t2"]),
    "its column is gone": ([CENTRED, SQUARE], [0], ["id", "t", "y", "t2"]),
    "two in a row": ([CENTRED, replace(CENTRED), SQUARE], [0, 1], ["id", "t", "y", "t2"]),
    "a name is taken": ([LOG, LOG], [1], ["id", "t", "y", "ly"]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_applies_is_carried_out(case: str, table) -> None:
    steps, failed, columns = CASES[case]
    history = carry_out(table, steps)
    assert list(history.failed) == failed
    assert list(history.table.frame.columns) == columns
    assert all(error.message for error in history.failed.values())
    kept = [step for k, step in enumerate(steps) if k not in failed]
    same = apply_steps(table, kept)
    assert same.fingerprint == history.table.fingerprint
    pd.testing.assert_frame_equal(same.frame, history.table.frame)


def test_undo_brings_the_table_back(table) -> None:
    before = carry_out(table, [LOG]).table
    after = carry_out(table, [LOG, SQUARE]).table
    again = carry_out(table, list(after.steps[:1])).table
    assert again.fingerprint == before.fingerprint != after.fingerprint
    pd.testing.assert_frame_equal(again.frame, before.frame)
