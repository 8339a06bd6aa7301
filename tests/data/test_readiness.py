"""The checklist: each case is a table, what is asked, and one finding that must be there."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lmm_core.data import (
    Step,
    Table,
    apply_steps,
    check_readiness,
    load_sample,
    propose_roles,
    sample_names,
)
from lmm_core.errors import DataError

NA = math.nan
_RNG = np.random.default_rng(3)
N_SUBJECTS, N_TIMES = 12, 4


def _base(**columns: object) -> pd.DataFrame:
    """12 subjects at 4 times; y and x vary everywhere, arm between subjects."""
    frame = pd.DataFrame(
        {
            "subject": np.repeat(np.arange(101, 101 + N_SUBJECTS), N_TIMES),
            "month": np.tile(np.arange(N_TIMES), N_SUBJECTS),
            "arm": np.repeat(["a", "b"] * (N_SUBJECTS // 2), N_TIMES),
            "x": _RNG.normal(size=48).round(3),
            "y": _RNG.normal(50, 10, 48).round(2),
        }
    )
    return frame.assign(**columns)


ROLES = {"outcome": "y", "group": "subject", "fixed": ["month", "arm"], "time": "month"}
_PUPILS = pd.DataFrame(
    {
        "school": np.repeat(["A", "B", "C"], 40),
        "pupil": np.tile(np.repeat(np.arange(1, 11), 4), 3),
        "t": np.tile(np.arange(4), 30),
        "y": _RNG.normal(size=120),
    }
)
_SIDES = _PUPILS.rename(columns={"school": "side"})
_WIDE = pd.DataFrame(
    {"id": range(1, 31), "y_0": _RNG.normal(size=30), "y_3": _RNG.normal(size=30)}
).assign(y_6=1.5)


def _repeat_row() -> pd.DataFrame:
    frame = _base()
    again = frame.iloc[[5]].assign(y=1.0)
    return pd.concat([frame, again], ignore_index=True)


# id: (frame, changed roles, level, key, part of the sentence, kind of the action)
CASES: dict[str, tuple] = {
    "no outcome": (_base(), {"outcome": None}, "stop", "outcome", "No outcome", None),
    "text outcome": (_base(y="n"), {}, "stop", "outcome", "isn't a column of numbers", None),
    "nearly numeric outcome": (
        _base(y=[*map(str, range(47)), "lost"]), {}, "stop", "outcome", 'in 1 cell ("lost")',
        "to_number",
    ),
    "constant outcome": (_base(y=3.0), {}, "stop", "outcome", "same value everywhere (3)", None),
    "empty outcome": (_base(y=NA), {}, "stop", "outcome", "is empty", None),
    "yes or no": (
        _base(y=[0, 1] * 24), {}, "warn", "outcome_type", "two values only (0 and 1)", None,
    ),
    "count": (
        _base(y=_RNG.poisson(1.2, 48)), {}, "warn", "outcome_type", "looks like a count", None,
    ),
    "named count": (
        _base(falls=_RNG.integers(0, 9, 48)), {"outcome": "falls"}, "warn", "outcome_type", "count",
        None,
    ),
    "rating": (
        _base(y=_RNG.integers(1, 6, 48)), {}, "warn", "outcome_type", "5 different values only",
        None,
    ),
    "floor": (
        _base(y=np.r_[np.zeros(16), _RNG.uniform(1, 90, 32)]), {}, "warn", "outcome_type",
        "33 % of the values", None,
    ),
    "a number": (_base(), {}, "fine", "outcome_type", "is a number", None),
    "outlier": (
        _base(y=[*_RNG.normal(50, 5, 47), 900]), {}, "warn", "outliers", '1 value of "y" lies',
        None,
    ),
    "outlier of a covariate": (
        _base(x=[*_RNG.normal(0, 1, 47), -300]), {"fixed": ["x"]}, "warn", "outliers",
        '1 value of "x"', None,
    ),
    "no group": (_base(), {"group": None}, "stop", "groups", "No grouping column", None),
    "one group": (_base(subject=1), {}, "stop", "groups", "1 group with", None),
    "a measurement as group": (_base(), {"group": "x"}, "stop", "groups", "decimals", None),
    "few groups": (_base(), {"group": "arm"}, "warn", "groups", "2 groups only", None),
    "some groups": (
        _base(subject=np.repeat(np.arange(8), 6)), {"time": None}, "warn", "groups", "8 groups",
        None,
    ),
    "enough groups": (_base(), {}, "fine", "groups", "12 groups", None),
    "rows per group": (_base(), {}, "fine", "rows_per_group", "4 rows each", None),
    "one row per group": (
        _base(subject=np.arange(48)), {}, "stop", "rows_per_group", "one row only", None,
    ),
    "wide": (
        _WIDE, {"outcome": "y_0", "group": "id", "fixed": [], "time": None}, "stop",
        "rows_per_group", "one row only", "reshape_long",
    ),
    "mostly single rows": (
        pd.DataFrame({"g": [1, 1, *range(2, 20)], "y": _RNG.normal(size=20)}),
        {"group": "g", "fixed": [], "time": None}, "warn", "rows_per_group", "18 of 19 groups",
        None,
    ),
    "same visit twice": (_repeat_row(), {}, "warn", "duplicates", "1 row has the same", None),
    "copied rows": (
        pd.concat([_base(), _base().tail(2)], ignore_index=True).assign(y=1.0, x=2), {}, "warn",
        "duplicate_rows", "2 rows repeat another", "drop_duplicates",
    ),
    "no visit twice": (_base(), {}, "fine", "duplicates", "No \"subject\" has two rows", None),
    "another column tells them apart": (
        _SIDES, {"group": "pupil", "fixed": ["t"], "time": "t"}, "warn", "duplicates",
        "80 rows have the same", None,
    ),
    "ids used again": (
        _PUPILS, {"group": "pupil", "fixed": ["t"], "time": "t"}, "warn", "reused_ids",
        "10 IDs, but 30 pairs", "unite",
    ),
    "dates": (
        _base(month=pd.to_datetime(["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"] * 12)),
        {"fixed": ["arm"]}, "warn", "time", "holds dates", "elapsed",
    ),
    "time without order": (
        _base(month=["red", "blue", "green", "pink"] * 12), {"fixed": ["arm"]}, "warn", "time",
        "no order", None,
    ),
    "missing": (
        _base(x=[NA] * 10 + [1.5] * 20 + [2.0] * 18), {"fixed": ["x"]}, "warn", "missing",
        '10 of 48 rows (20.8 %) are left out because a value is missing: "x" 10', None,
    ),
    "few missing": (
        _base(x=[NA, *np.arange(47.0)]), {"fixed": ["x"]}, "fine", "missing", "1 of 48 rows", None,
    ),
    "nothing missing": (_base(), {}, "fine", "missing", "No value is missing", None),
    "no complete row": (
        _base(x=NA), {"fixed": ["x"]}, "stop", "missing", "No row is complete", None,
    ),
    "constant": (_base(arm="a"), {}, "stop", "constant", '"arm" is "a" in every row', None),
    "constant where the outcome is": (
        _base(arm=["a"] * 40 + ["b"] * 8, y=[*_RNG.normal(size=40), *[NA] * 8]), {}, "stop",
        "constant", '"arm"', None,
    ),
    "rare level": (
        _base(arm=["a"] * 30 + ["b"] * 16 + ["c"] * 2), {}, "warn", "rare_levels", '"c"', None,
    ),
    "aliased numbers": (
        _base().assign(week=lambda f: 4 * f["month"] + 1), {"fixed": ["month", "week"]}, "warn",
        "aliased", '"week" repeats what "month"', None,
    ),
    "aliased categories": (
        _base().assign(site=lambda f: f["arm"].map({"a": "A1", "b": "B1"})),
        {"fixed": ["arm", "site"]}, "warn", "aliased", "it is determined", None,
    ),
    "nested categories": (
        _base().assign(site=lambda f: f["arm"] + (f["subject"] % 4).astype(str)),
        {"fixed": ["arm", "site"]}, "warn", "aliased", "1 of its levels", None,
    ),
    "a sum": (
        _base().assign(z=lambda f: f["x"] + f["month"]), {"fixed": ["month", "x", "z"]}, "warn",
        "aliased", '"z" repeats what "month" and "x"', None,
    ),
    "what varies": (
        _base(), {}, "fine", "variation",
        '"month" within the groups (a random slope is possible); "arm" only between', None,
    ),
    "a contextual effect": (
        _base().assign(x=lambda f: f["x"] + 0.3 * f["subject"]), {"fixed": ["x"]}, "fine",
        "variation", '"x" both within and between', "split",
    ),
    "changes in one subject": (
        _base(sex=["f", "m", *["f"] * 22, *["m"] * 24]), {"fixed": ["sex"]}, "warn",
        "varies_little", '"sex" changes within 8.3 % of the groups', None,
    ),
    "outcome explains itself": (_base(), {"fixed": ["y"]}, "stop", "roles", '"y"', None),
    "group as fixed effect": (_base(), {"fixed": ["subject"]}, "warn", "roles", '"subject"', None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_finding(case: str) -> None:
    frame, roles, level, key, part, action = CASES[case]
    before = frame.copy()
    found = check_readiness(frame, **(ROLES | roles))
    matching = [f for f in found if f.key == key and f.level == level]
    assert matching, [(f.level, f.key, f.sentence) for f in found]
    assert any(part in f.sentence for f in matching), [f.sentence for f in matching]
    if action is not None:
        step = next(f.action for f in matching if f.action is not None)
        assert step.kind == action
        apply_steps(Table(frame, "t", (), "0"), [step])
    pd.testing.assert_frame_equal(frame, before)
    order = [("stop", "warn", "fine").index(f.level) for f in found]
    assert order == sorted(order)
    for finding in found:
        assert finding.sentence.endswith(".")
        assert finding.level == "fine" or finding.next_step


@pytest.mark.parametrize("name", sample_names())
def test_samples_have_nothing_that_stops(name: str) -> None:
    frame = load_sample(name).frame
    roles = propose_roles(frame)
    found = check_readiness(frame, roles.outcome, roles.group, roles.fixed, roles.time)
    assert {f.level for f in found} <= {"warn", "fine"}
    assert not [f for f in found if f.key in ("reused_ids", "aliased", "duplicates", "constant") and
                f.level != "fine"]  # fmt: skip


def test_duplicates_are_listed() -> None:
    found = check_readiness(_repeat_row(), **ROLES)
    (finding,) = [f for f in found if f.key == "duplicates"]
    assert finding.listing is not None
    assert finding.listing["month"].tolist() == [1, 1]
    assert finding.listing.index.tolist() == [5, 48]
    assert "Nothing is averaged" in finding.next_step


def test_what_tells_rows_apart_is_named() -> None:
    found = check_readiness(_SIDES, "y", "pupil", ["t"], "t")
    (finding,) = [f for f in found if f.key == "duplicates"]
    assert 'They differ in "side"' in finding.next_step
    assert not [f for f in found if f.key == "reused_ids"]


def test_after_the_proposed_step_the_ids_are_different() -> None:
    found = check_readiness(_PUPILS, "y", "pupil", ["t"], "t")
    (step,) = [f.action for f in found if f.key == "reused_ids"]
    assert step == Step("unite", {"columns": ["school", "pupil"]})
    made = apply_steps(Table(_PUPILS, "t", (), "0"), [step])
    again = check_readiness(made.frame, "y", "school_pupil", ["t"], "t")
    assert {f.level for f in again if f.key in ("duplicates", "reused_ids")} == {"fine"}


def test_unknown_column() -> None:
    with pytest.raises(DataError, match='no column "z"'):
        check_readiness(_base(), "y", "subject", ["z"])


def test_a_big_table_is_checked_in_time() -> None:
    n = 200_000
    frame = pd.DataFrame(
        {
            "id": np.repeat(np.arange(n // 10), 10),
            "t": np.tile(np.arange(10), n // 10),
            "y": _RNG.normal(size=n),
            "x": _RNG.normal(size=n),
        }
    )
    found = check_readiness(frame, "y", "id", ["t", "x"], "t")
    assert {f.level for f in found} == {"fine"}
