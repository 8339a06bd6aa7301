"""What a wrong formula is answered with: the place, what was expected, the nearest names."""

from __future__ import annotations

import pytest

from lmm_core.errors import FormulaError
from lmm_core.model.formula import parse_formula

COLUMNS = ("y", "x", "z", "patient_id", "BloodPressure")


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("", "", "The formula is empty"),
        ("y x", "x", "“~” was expected"),
        ("y ~ x +", "", "A column name was expected instead of the end"),
        ("y ~ x z", "z", "“z” wasn't expected here"),
        ("y ~ (1 | patient_id", "", "“)” was expected"),
        ("y ~ x + (1 | )", ")", "A column name was expected instead of “)”"),
        ("y ~ 2*x", "2", "“2” can't be a term"),
        ("y ~ lg(x)", "lg", "The function “lg” isn't known"),
        ("y ~ poly(x)", ")", "“,” was expected"),
        ("y ~ I(x^)", ")", "A whole number was expected"),
        ("y ~ x & z", "&", "“&” can't stand in a formula"),
        ("y ~ `x", "`", "A back-tick isn't closed"),
        ("y ~ patient + (1 | z)", "patient", "There is no column “patient”"),
        ("y ~ blood pressure", "blood pressure", "There is no column “blood pressure”"),
    ],
)
def test_the_wrong_place_is_marked(text: str, marked: str, message: str):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text, COLUMNS)
    error = caught.value
    assert error.message.startswith(message)
    assert error.next_step
    line, below = error.marked.split("\n")
    start, stop = below.index("^"), below.rindex("^") + 1
    assert line[start:stop] == marked


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("patient", "patient_id"), ("blood_pressure", "BloodPressure"), ("bp", "BloodPressure"),
     ("pateint_id", "patient_id"), ("X", "x")],
)  # fmt: skip
def test_nearest_names_are_offered(name: str, nearest: str):
    with pytest.raises(FormulaError) as caught:
        parse_formula(f"y ~ {name}", COLUMNS)
    assert caught.value.details["suggestions"][0] == nearest


def test_the_mark_stays_below_in_a_later_line_a_long_line_and_beside_wide_letters():
    for text in ("y ~ x +\n  q", "y ~ " + "x + " * 80 + "q", "y ~ x +\tq"):
        with pytest.raises(FormulaError) as caught:
            parse_formula(text, COLUMNS)
        line, below = caught.value.marked.split("\n")
        assert line[below.index("^")] == "q"
        assert len(line) < 130
    with pytest.raises(FormulaError) as caught:
        parse_formula("体重 ~ q", ("体重", "x"))
    _, below = caught.value.marked.split("\n")
    assert below.index("^") == 7  # two columns for each of the first two letters


def test_an_error_at_the_end_of_a_text_that_was_cut():
    error = FormulaError("m", "n", text="short", position=400)
    assert error.marked == "short\n     ^"
