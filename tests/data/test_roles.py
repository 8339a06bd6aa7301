"""Roles proposed for the samples and for invented column sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core.data import load_sample, propose_roles, sample_names


def _long(groups: int, times: list[int], **columns: object) -> pd.DataFrame:
    """Return a frame of groups x times with columns made from ("each", values) or ("row", seed)."""
    n = groups * len(times)
    made: dict[str, object] = {}
    for name, what in columns.items():
        kind, value = what
        if kind == "id":
            made[name] = np.repeat([f"{value}{i}" for i in range(groups)], len(times))
        elif kind == "number id":
            made[name] = np.repeat(np.arange(value, value + groups), len(times))
        elif kind == "time":
            made[name] = np.tile(times, groups)
        elif kind == "each":
            made[name] = np.repeat(np.resize(value, groups), len(times))
        elif kind == "row":
            made[name] = np.random.default_rng(value).normal(50, 10, n).round(2)
        elif kind == "cycle":
            made[name] = np.resize(value, n)
    return pd.DataFrame(made)


def _pupils() -> pd.DataFrame:
    frame = _long(60, [1, 2, 3], pupil=("id", "p"), grade=("time", 0), reading=("row", 1))
    frame.insert(0, "school", np.repeat([f"s{i}" for i in range(6)], 30))
    return frame


def _wide() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    scores = {f"score_{m}": rng.normal(size=30).round(2) for m in (0, 1, 3)}
    return pd.DataFrame({"patient": np.arange(30), "arm": ["a", "b"] * 15, **scores})


# id: (frame, outcome, group, time, fixed, question)
CASES: dict[str, tuple[pd.DataFrame, object, object, object, tuple, object]] = {
    "trial": (
        _long(
            20, [0, 4, 8], patient_id=("number id", 1), arm=("each", ["active", "placebo"]),
            week=("time", 0), baseline_score=("each", np.linspace(3, 9, 20)), score=("row", 3),
        ),
        "score", "patient_id", "week", ("week", "arm"), None,
    ),
    "pupils in schools": (_pupils(), "reading", "pupil", "grade", ("grade",), None),
    "reaction time": (
        _long(12, [1, 2, 3, 4], subj=("id", "s"), trial=("time", 0), reaction_time=("row", 4)),
        "reaction_time", "subj", "trial", ("trial",), None,
    ),
    "conditions within people": (
        _long(
            15, [1, 2, 3], participant=("id", "v"), condition=("cycle", ["a", "b", "c"]),
            rt=("row", 5),
        ),
        "rt", "participant", None, ("condition",), None,
    ),
    "nameless": (
        _long(10, [0, 1, 2, 3], a=("id", "u"), b=("time", 0), c=("row", 6)),
        "c", "a", "b", ("b",), None,
    ),
    "years since the start": (
        _long(
            14, [0, 5, 10], country=("id", "c"), years=("time", 0), gdp=("row", 7),
            continent=("each", ["X", "Y", "Z"]),
        ).assign(year=lambda d: d["years"] + 1990),
        "gdp", "country", "years", ("years", "continent"), None,
    ),
    "a covariate instead of time": (
        _long(25, [1, 2, 3, 4], litter=("id", "l"), weight=("row", 8), food=("row", 9)),
        "weight", "litter", None, ("food",), None,
    ),
    "wide": (_wide(), "score_0", None, None, ("arm",), "group"),
    "no group": (
        pd.DataFrame({"x": np.random.default_rng(1).normal(size=40), "sex": ["f", "m"] * 20}),
        "x", None, None, ("sex",), "group",
    ),
    "no outcome": (
        _long(10, [0, 1, 2], child=("id", "k"), month=("time", 0), arm=("each", ["a", "b"])),
        None, "child", "month", (), "outcome",
    ),
    "outcome that doesn't vary": (
        _long(10, [0, 1, 2], child=("id", "k"), month=("time", 0), y=("each", np.arange(10) / 3)),
        None, "child", "month", (), "outcome",
    ),
    "german": (
        _long(
            16, [0, 3, 6], Patientennummer=("number id", 1000), Monat=("time", 0),
            Schmerz=("row", 10), Behandlung=("each", ["A", "B"]),
        ),
        "Schmerz", "Patientennummer", "Monat", ("Monat", "Behandlung"), None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_roles_of_invented_columns(case: str) -> None:
    frame, outcome, group, time, fixed, question = CASES[case]
    roles = propose_roles(frame)
    found = (roles.outcome, roles.group, roles.time, roles.fixed, roles.question)
    assert found == (outcome, group, time, fixed, question)
    if question is not None:
        assert roles.reasons[question]


SAMPLES = {
    "pain": ("pain_score", "patient_id", "month", ("month", "treatment")),
    "sleepstudy": ("Reaction", "Subject", "Days", ("Days",)),
    "orthodont": ("distance", "Subject", "age", ("age", "Sex")),
    "mathachieve": ("MathAch", "School", None, ("Sex",)),
    "gapminder": ("growth", "country", "years", ("years", "region")),
}


@pytest.mark.parametrize("name", sample_names())
def test_roles_of_samples(name: str) -> None:
    roles = propose_roles(load_sample(name).frame)
    assert (roles.outcome, roles.group, roles.time, roles.fixed) == SAMPLES[name]
    assert roles.question is None


def test_wide_table_hints_at_reshaping() -> None:
    assert "reshape" in propose_roles(_wide()).reasons["group"]


def test_order_of_rows_and_columns_does_not_matter() -> None:
    frame = load_sample("pain").frame
    mixed = frame.sample(frac=1, random_state=3)[frame.columns[::-1]]
    one, two = propose_roles(frame), propose_roles(mixed)
    assert (one.outcome, one.group, one.time, set(one.fixed)) == (
        two.outcome,
        two.group,
        two.time,
        set(two.fixed),
    )
