"""Column families: names in, measures and times out. Nothing is looked at but the names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data import find_families

# id: (columns, (name, times, time name, likely) per family)
CASES: dict[str, tuple[list[str], list[tuple]]] = {
    "numbers": (["id", "pain_0", "pain_1", "pain_3"], [("pain", (0, 1, 3), "time", True)]),
    "years": (
        ["country", *map(str, range(1990, 2021))],
        [("value", tuple(range(1990, 2021)), "year", True)],
    ),
    "words": (["id", "score.pre", "score.post"], [("score", ("pre", "post"), "time", True)]),
    "words out of order": (
        ["score_followup", "score_pre", "score_post"],
        [("score", ("pre", "post", "followup"), "time", True)],
    ),
    "words in front": (["pre_score", "post_score"], [("score", ("pre", "post"), "time", True)]),
    "waves in front": (
        ["id", "w1_height", "w2_height", "w1_weight", "w2_weight"],
        [("height", (1, 2), "wave", True), ("weight", (1, 2), "wave", True)],
    ),
    "data bank": (
        ["Country", "GDP 2001 [YR2001]", "GDP 2002 [YR2002]"],
        [("GDP", (2001, 2002), "year", True)],
    ),
    "data bank, years only": (
        ["Country", "2001 [YR2001]", "2002 [YR2002]"],
        [("value", (2001, 2002), "year", True)],
    ),
    "years after R": (["X1990", "X1991"], [("value", (1990, 1991), "year", True)]),
    "quarters": (["2001Q1", "2001Q2"], [("value", (2001, 2001.25), "year", True)]),
    "months": (["2001M01", "2001M07"], [("value", (2001, 2001.5), "year", True)]),
    "baseline and months": (
        ["pain_baseline", "pain_3m", "pain_6m"],
        [("pain", (0, 3, 6), "month", True)],
    ),
    "questionnaires with a number in the name": (
        ["PHQ9_t0", "PHQ9_t1", "GAD7_t0", "GAD7_t1"],
        [("PHQ9", (0, 1), "time", True), ("GAD7", (0, 1), "time", True)],
    ),
    "questions by waves": (
        ["q1_w1", "q1_w2", "q2_w1", "q2_w2"],
        [("q1", (1, 2), "wave", True), ("q2", (1, 2), "wave", True)],
    ),
    "questions alone": (["q1", "q2", "q3"], [("q", (1, 2, 3), "time", False)]),
    "two predictors": (["x1", "x2"], [("x", (1, 2), "time", False)]),
    "two measures of two times": (
        ["SBP1", "SBP2", "DBP1", "DBP2"],
        [("SBP", (1, 2), "time", True), ("DBP", (1, 2), "time", True)],
    ),
    "capitals": (["painPre", "painPost"], [("pain", ("Pre", "Post"), "time", True)]),
    "visit in front": (["Visit1Pain", "Visit2Pain"], [("Pain", (1, 2), "visit", True)]),
    "in brackets": (
        ["weight (week 0)", "weight (week 4)"],
        [("weight", (0, 4), "week", True)],
    ),
    "unit behind": (["weight_1 (kg)", "weight_2 (kg)"], [("weight_kg", (1, 2), "time", False)]),
    "only times": (["id", "T0", "T1", "T2"], [("value", (0, 1, 2), "time", True)]),
    "only numbers": (["sex", "1", "2", "3"], [("value", (1, 2, 3), "time", True)]),
    "a letter": (["id", "y1", "y2", "y3"], [("y", (1, 2, 3), "time", True)]),
    "points": (["distance.8", "distance.10"], [("distance", (8, 10), "time", False)]),
    "decimals": (["vas_0.5", "vas_1.5", "vas_3"], [("vas", (0.5, 1.5, 3), "time", True)]),
    "one measure lacks a time": (
        ["a_w1", "a_w2", "a_w3", "b_w1", "b_w3"],
        [("a", (1, 2, 3), "wave", True), ("b", (1, 3), "wave", True)],
    ),
    "days of the week": (
        ["mood_wed", "mood_mon"],
        [("mood", ("mon", "wed"), "time", True)],
    ),
    "dates": (
        ["id", "2020-01-05", "2020-02-05"],
        [("value", ("2020-01-05", "2020-02-05"), "date", True)],
    ),
    "dates, month first": (
        ["1/22/20", "1/23/20"],
        [("value", ("2020-01-22", "2020-01-23"), "date", True)],
    ),
    "ambiguous dates in order": (
        ["1/2/20", "1/3/20", "2/1/20"],
        [("value", ("2020-01-02", "2020-01-03", "2020-02-01"), "date", True)],
    ),
    "german": (
        ["Schmerz_Woche1", "Schmerz_Woche4"],
        [("Schmerz", (1, 4), "woche", True)],
    ),
    "start and end alone": (["start", "end"], [("value", ("start", "end"), "time", False)]),
    "no family": (["id", "height_cm", "weight_kg", "age", "sex"], []),
    "the same time twice": (["a_1", "a_01"], []),
    "nothing": ([], []),
}


@pytest.mark.parametrize("case", CASES)
def test_families(case: str) -> None:
    columns, expected = CASES[case]
    found = find_families(columns)
    assert [(f.name, f.times, f.time_name, f.likely) for f in found] == expected
    for family in found:
        assert set(family.columns) <= set(columns)
        assert len(family.columns) == len(family.times) == len(set(family.times))
        assert family.reason


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["pain", "mood", "bp", "Σ"]), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(0, 60), min_size=3, max_size=6, unique=True),
    st.sampled_from(["{m}_{t}", "{m}.{t}", "{m} {t}", "{m}_t{t}", "w{t}_{m}", "{m}_month{t}"]),
    st.randoms(use_true_random=False),
)
def test_made_up_families_are_found(measures, times, form, random) -> None:
    columns = ["id", *(form.format(m=m, t=t) for m in measures for t in times), "age"]
    random.shuffle(columns)
    found = {f.name: f for f in find_families(columns)}
    assert set(found) == set(measures)
    for name, family in found.items():
        assert family.times == tuple(sorted(times))
        assert family.columns == tuple(form.format(m=name, t=t) for t in family.times)
        assert family.likely
        # The same times come out when the family's own names are all that is known.
        (again,) = find_families(family.columns)
        assert (again.columns, again.times) == (family.columns, family.times)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=8, unique=True))
def test_any_names(columns: list[str]) -> None:
    used = [c for f in find_families(columns) for c in f.columns]
    assert len(used) == len(set(used))
    assert set(used) <= set(columns)
