"""The list of steps: every kind carried out, described, replayed; what can't be done is said."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data import (
    Step,
    Table,
    apply_steps,
    complete,
    defaults_of,
    describe,
    read_step,
    read_table,
    replay,
    step_kinds,
    steps_from_json,
    steps_to_json,
)
from lmm_core.errors import DataError

CSV = b"""\
id;arm;seen;weight (kg);score;note;pain_0;pain_1
1;1;03.01.2020;70,5;-99;4;1;2
1;1;05.02.2020;71,5;3;5;1;3
1;1;01.03.2020;;4;x;2;2
2;2;04.01.2020;60;5;6;4;5
2;2;20.02.2020;62;6;7;5;5
2;2;30.03.2020;63;7;8;6;7
3;3;01.01.2020;80;2;9;6;7
3;3;01.02.2020;82;2;9;7;8
3;3;01.03.2020;84;2;10;8;9
3;3;02.03.2020;84;2;11;9;9
3;3;03.03.2020;84;2;12;9;9
"""
SECOND = read_table(b"patient,age (years),arm\n1,40,a\n2,50,b\n4,60,c\n", name="people.csv")

# id: (kind, parameters, new or changed column or None, its first values, part of the note)
CASES: dict[str, tuple[str, dict[str, Any], str | None, list | None, str]] = {
    "to number": ("to_number", {"column": "note"}, "note", [4, 5, None, 6], "1 cell"),
    "category": (
        "set_kind",
        {"column": "arm", "kind": "category", "levels": ["2"]},
        "arm",
        ["1", "1"],
        '"2", "1" and "3"',
    ),
    "dates": (
        "set_kind",
        {"column": "seen", "kind": "date"},
        "seen",
        [pd.Timestamp(2020, 1, 3)],
        "read as dates",
    ),
    "missing code": (
        "na_value",
        {"columns": ["score", "arm"], "values": [-99]},
        "score",
        [None, 3, 4],
        "1 cell",
    ),
    "square": (
        "transform",
        {"column": "score", "function": "square"},
        "score_squared",
        [9801, 9],
        "square",
    ),
    "centre": ("center", {"column": "pain_0", "at": "min"}, "pain_0_centred", [0, 0, 1], "(1)"),
    "standardise": ("standardise", {"column": "pain_0"}, "pain_0_standardised", None, "SD"),
    "ratio": (
        "combine",
        {"left": "pain_1", "operator": "/", "right": "pain_0"},
        "pain_1_per_pain_0",
        [2, 3, 1, 1.25],
        "pain_1",
    ),
    "growth": (
        "change",
        {"column": "pain_0", "group": "id", "time": "seen"},
        "pain_0_growth",
        [None, 0, 100, None, 25],
        "3 first rows",
    ),
    "baseline": (
        "baseline",
        {"column": "pain_0", "group": "id", "time": "seen"},
        "pain_0_baseline",
        [1, 1, 1, 4, 4],
        "first",
    ),
    "split": (
        "split",
        {"column": "weight (kg)", "group": "id"},
        "weight (kg)_within",
        [-0.5, 0.5, None],
        "mean",
    ),
    "elapsed": (
        "elapsed",
        {"column": "seen", "unit": "days", "origin": "subject", "group": "id"},
        "days",
        [0, 33, 58, 0, 47],
        "first date",
    ),
    "bins": (
        "bins",
        {"column": "pain_0", "method": "points", "points": [2, 5]},
        "pain_0_class",
        ["<2", "<2", "2 to <5"],
        "3 classes",
    ),
    "recode": (
        "recode",
        {"column": "arm", "mapping": {"1": "low", "2": "low", "3": None}},
        "arm",
        ["low", "low"],
        "11 rows",
    ),
    "merge": (
        "merge_levels",
        {"column": "arm", "levels": ["1", "2"], "name": "low"},
        "arm",
        ["low"],
        "6 rows",
    ),
    "filter": (
        "filter",
        {"column": "score", "comparison": ">=", "value": 3},
        "score",
        [3, 4, 5, 6, 7],
        "left out 6 rows",
    ),
    "duplicates": (
        "drop_duplicates",
        {"columns": ["id"], "keep": "last"},
        "id",
        [1, 2, 3],
        "8 rows",
    ),
    "rename": ("rename", {"names": {"weight (kg)": "weight"}}, "weight", [70.5, 71.5], "Renamed"),
    "drop": ("drop", {"columns": ["note", "score"]}, None, None, "Left out"),
    "unite": ("unite", {"columns": ["id", "arm"]}, "id_arm", ["1/1", "1/1"], "3 different"),
    "long": (
        "reshape_long",
        {"values": {"pain": ["pain_0", "pain_1"]}, "id": ["id"], "time_name": "month"},
        "pain",
        [1, 2, 1, 3, 2, 2],
        "11 rows × 2",
    ),
    "wide": (
        "reshape_wide",
        {"id": "id", "time": "seen", "value": "score"},
        "score_01.01.2020",
        [None, None, 2],
        "11 rows became 3 rows",
    ),
    "join": (
        "join",
        {
            "name": "people.csv",
            "fingerprint": SECOND.fingerprint,
            "left_on": ["id"],
            "right_on": ["patient"],
        },
        "age (years)",
        [40, 40, 40, 50],
        "6 of 11 rows",
    ),
}  # fmt: skip
OTHERS = {SECOND.fingerprint: SECOND}


@lru_cache(maxsize=1)
def table() -> Table:
    return read_table(CSV, name="scores.csv")


def _plain(values: Iterable[Any]) -> list[Any]:
    return [
        None if pd.isna(v) else round(float(v), 9) if isinstance(v, int | float) else v
        for v in values
    ]


def _same(one: Table, other: Table) -> None:
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.fingerprint == other.fingerprint
    assert (one.notes, one.units, one.labels) == (other.notes, other.units, other.labels)
    assert (one.steps, one.questions) == (other.steps, other.questions)


@pytest.mark.parametrize("case", CASES)
def test_kind(case: str) -> None:
    kind, params, column, values, part = CASES[case]
    start = table()
    before = start.frame.copy()
    step = Step(kind, params)
    made = apply_steps(start, [step], OTHERS)
    if column is not None:
        assert column in made.frame.columns
    if column is not None and values is not None:
        assert _plain(made.frame[column].iloc[: len(values)]) == _plain(values)
    assert part in made.notes[-1]
    assert made.notes[-1].endswith(".")
    assert "\n" not in made.notes[-1]
    assert made.notes[:-1] == start.notes
    assert describe(step).endswith(".")
    assert made.steps == (complete(step),)
    assert made.fingerprint != start.fingerprint
    assert list(made.frame.index) == list(range(len(made.frame)))
    pd.testing.assert_frame_equal(start.frame, before)
    # From JSON, and with all defaults written out, the same table comes out.
    for again in (steps_from_json(steps_to_json([step])), made.steps):
        _same(apply_steps(start, again, OTHERS), made)


def test_all_kinds_are_in_the_table_of_cases() -> None:
    assert {kind for kind, *_ in CASES.values()} == set(step_kinds()) - {"read"}


def test_replay_from_the_file() -> None:
    start = read_table(CSV, decimal=",", header_row=1)
    steps = [read_step(start), *(Step(*CASES[c][:2]) for c in ("missing code", "split", "filter"))]
    made = apply_steps(start, steps)
    _same(replay(CSV, steps_from_json(steps_to_json(steps))), made)
    _same(replay(CSV, [read_step(start), *made.steps]), made)
    assert read_step(start).params["decimal"] == ","
    assert (
        describe(read_step(start)) == "Read the file with decimal mark ',', column names in row 1."
    )


_POOL = [Step(kind, params) for kind, params, *_ in CASES.values()]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(_POOL), max_size=6), st.data())
def test_replayed_steps_give_the_same_table(steps: list[Step], data: st.DataObject) -> None:
    """All at once, one by one, in two parts, and from JSON: the same table, or the same error."""

    def attempt(*parts: list[Step]) -> Table | tuple:
        current = table()
        try:
            for part in parts:
                current = apply_steps(current, part, OTHERS)
        except DataError as error:
            return error.message, error.code
        return current

    once = attempt(steps)
    cut = data.draw(st.integers(0, len(steps)))
    others = [
        attempt(*[[s] for s in steps]),
        attempt(steps[:cut], steps[cut:]),
        attempt(list(steps_from_json(steps_to_json(steps)))),
    ]
    for other in others:
        if isinstance(once, Table) and isinstance(other, Table):
            _same(once, other)
        else:
            assert once == other


def test_units_follow_the_columns() -> None:
    steps = [
        Step("transform", {"column": "weight (kg)", "function": "log"}),
        Step("center", {"column": "weight (kg)"}),
        Step("change", {"column": "weight (kg)", "group": "id", "time": "seen"}),
        Step("rename", {"names": {"weight (kg)": "weight"}}),
        Step("elapsed", {"column": "seen", "unit": "weeks", "origin": "first"}),
    ]
    assert apply_steps(table(), steps).units == {
        "weight": "kg",
        "weight (kg)_centred": "kg",
        "weight (kg)_growth": "%",
        "weeks": "weeks",
    }
    joined = apply_steps(table(), [Step(*CASES["join"][:2])], OTHERS)
    assert joined.units == {"weight (kg)": "kg", "age (years)": "years"}


def test_questions_are_asked_anew() -> None:
    keys = [(q.key, q.columns) for q in table().questions]
    assert ("to_number", ("note",)) in keys
    made = apply_steps(table(), [q.step for q in table().questions if q.key == "to_number"])
    assert "to_number" not in [q.key for q in made.questions]


def test_defaults() -> None:
    assert defaults_of("bins")["method"] == "quantile"
    assert defaults_of("center")["column"] is inspect.Parameter.empty


# id: (step as JSON, code, a part of the message)
ERRORS = {
    "unknown kind": ('{"kind": "eval", "params": {}}', "step_kind", "eval"),
    "missing setting": ('{"kind": "center", "params": {}}', "step_params", "'column'"),
    "unknown setting": (
        '{"kind": "center", "params": {"column": "score", "code": 1}}', "step_params", "'code'",
    ),
    "wrong type": ('{"kind": "center", "params": {"column": 3}}', "step_params", "3"),
    "text for a list": ('{"kind": "drop", "params": {"columns": "id"}}', "step_params", "'id'"),
    "truth for a number": (
        '{"kind": "bins", "params": {"column": "id", "n": true}}', "step_params", "True",
    ),
    "no such column": (
        '{"kind": "center", "params": {"column": "scor"}}', "unknown_column", "score",
    ),
    "text column": ('{"kind": "center", "params": {"column": "note"}}', "not_a_number", "note"),
    "no such function": (
        '{"kind": "transform", "params": {"column": "id", "function": "__import__"}}',
        "step_params",
        "__import__",
    ),
    "read in the middle": ('{"kind": "read", "params": {"decimal": "."}}', "read_step", "read"),
    "table not there": (
        '{"kind": "join", "params": {"name": "b", "fingerprint": "0", "left_on": ["id"],'
        ' "right_on": ["id"]}}',
        "second_table",
        '"b"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_sentences(case: str) -> None:
    text, code, part = ERRORS[case]
    one = json.loads(text)
    first = Step("rename", {"names": {"arm": "group"}})
    with pytest.raises(DataError) as caught:
        apply_steps(table(), [first, Step(one["kind"], one["params"])])
    assert caught.value.code == code
    assert part in str(caught.value)
    assert caught.value.details["step"] == 1
    assert caught.value.next_step


def test_no_steps_leave_the_table_alone() -> None:
    start = table()
    assert apply_steps(start, []) is start
    assert apply_steps(start, [read_step(start)]) is start


def test_the_index_of_a_big_table_stays_simple() -> None:
    frame = pd.DataFrame({"id": np.repeat(np.arange(100), 10), "y": np.arange(1000.0)})
    made = apply_steps(
        Table(frame, "t", (), "0"),
        [Step("filter", {"column": "y", "comparison": ">", "value": 500})],
    )
    assert list(made.frame.index) == list(range(499))
