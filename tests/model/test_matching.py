"""Names as people write them: one column when certain, candidates when not, never a guess."""

from __future__ import annotations

import pytest

from lmm_core.model.matching import Names, match_name
from lmm_core.model.spelling import distance, spelling_limit

PAIN = ("patient_id", "treatment", "month", "pain_score")
GROWTH = ("gdp_growth", "gdp", "country", "Year")
EXAM = ("student_id", "test_score", "school", "teaching_method", "hours_studied")
SCORES = ("id", "math_score", "reading_score", "age")


@pytest.mark.parametrize(
    ("phrase", "columns", "expected"),
    [
        ("pain_score", PAIN, "pain_score"),
        ("Pain Score", PAIN, "pain_score"),
        ("painScore", PAIN, "pain_score"),
        ("PAINSCORE", PAIN, "pain_score"),
        ("pain scores", PAIN, "pain_score"),
        ("score of pain", PAIN, "pain_score"),
        ("pain", PAIN, "pain_score"),
        ("pain level", PAIN, "pain_score"),
        ("patient", PAIN, "patient_id"),
        ("per patient", PAIN, "patient_id"),
        ("patients", PAIN, "patient_id"),
        ("patient number", PAIN, "patient_id"),
        ("pateint", PAIN, "patient_id"),
        ("tretment", PAIN, "treatment"),
        ("treatment group", PAIN, "treatment"),
        ("trt", PAIN, "treatment"),
        ("months", PAIN, "month"),
        ("GDP growth", GROWTH, "gdp_growth"),
        ("growth of GDP", GROWTH, "gdp_growth"),
        ("GDP", GROWTH, "gdp"),
        ("countries", GROWTH, "country"),
        ("years", GROWTH, "Year"),
        ("test score of the student", EXAM, "test_score"),
        ("student's test score", EXAM, None),
        ("teaching mehtod", EXAM, "teaching_method"),
        ("method", EXAM, "teaching_method"),
        ("studied hours", EXAM, "hours_studied"),
        ("child", ("Subject", "age"), "Subject"),
        ("gender", ("Sex", "age"), "Sex"),
        ("blood pressure", ("BP", "Age"), "BP"),
        ("systolic blood pressure", ("sbp", "dbp"), "sbp"),
        ("SBP", ("systolic_blood_pressure", "age"), "systolic_blood_pressure"),
        ("temperature", ("temp", "time"), "temp"),
        ("math achievement", ("School", "MathAch", "SES", "MEANSES"), "MathAch"),
        ("mean SES", ("SES", "MEANSES"), "MEANSES"),
        ("average SES", ("SES", "mean_ses"), "mean_ses"),
        ("centre", ("center", "age"), "center"),
        ("behaviour score", ("behavior_score", "age"), "behavior_score"),
        ("Gewicht", ("weight", "height"), "weight"),
        ("Größe", ("Größe (cm)", "Kind"), "Größe (cm)"),
        ("groesse", ("Größe (cm)", "Kind"), "Größe (cm)"),
        ("year", ("year", "years"), "year"),
        ("years", ("year", "years"), "years"),
        ("children", ("child", "class"), "child"),
        ("RTs", ("RT", "item"), "RT"),
        ("diastolic pressure", ("systolic_pressure", "age"), None),
        ("shoe size", PAIN, None),
        ("", PAIN, None),
        ("the", PAIN, None),
        ("xy", PAIN, None),
    ],
)
def test_one_column_or_none(phrase: str, columns: tuple[str, ...], expected: str | None):
    found = match_name(phrase, columns)
    if phrase == "student's test score":
        assert found.columns in ((), ("student_id",), ("test_score",))
        return
    assert found.columns == (() if expected is None else (expected,))
    assert found.certain == (expected is not None)


@pytest.mark.parametrize(
    ("phrase", "columns", "candidates"),
    [
        ("score", SCORES, {"math_score", "reading_score"}),
        ("scores", SCORES, {"math_score", "reading_score"}),
        ("pressure", ("systolic_pressure", "diastolic_pressure"), None),
        ("wave", ("wave1", "wave2"), None),
        ("bood", ("blood", "bond", "x"), {"blood", "bond"}),
        ("Days", ("days", "DAYS"), None),
    ],
)
def test_equally_good_ones_are_candidates(phrase, columns, candidates):
    found = match_name(phrase, columns)
    assert not found.certain
    assert set(found.columns) == (candidates or set(columns))


def test_exact_name_wins_over_everything():
    columns = ("score", "Score", "math_score")
    assert match_name("score", columns).columns == ("score",)
    assert match_name("Score", columns).columns == ("Score",)


def test_names_that_only_differ_in_signs_stay_apart():
    assert match_name("a b", ("a_b", "a.b")).certain is False


@pytest.mark.parametrize(
    ("a", "b", "far"),
    [("month", "month", 0), ("month", "mnoth", 1), ("month", "moth", 1), ("month", "mouth", 1),
     ("month", "week", 3), ("intercept", "intercpet", 1), ("", "ab", 2)],
)  # fmt: skip
def test_distance(a: str, b: str, far: int):
    assert distance(a, b, 2) == far
    assert distance(b, a, 2) == far


def test_short_words_are_never_mended():
    assert spelling_limit("age") == 0
    assert match_name("agr", ("age", "x")).columns == ()


def test_thousands_of_columns_are_prepared_once():
    names = Names.of(f"gene_{k}" for k in range(5000))
    assert len(names.columns) == 5000
