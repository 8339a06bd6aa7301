"""The safe grammar: what each text means, the round trip, and what is refused where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.errors import FormulaError, LMMError
from lmm_core.model.formula import nearest_names
from lmm_core.model.spec import ModelSpec, RandomTerm

parse = ModelSpec.from_formula

MEANINGS = {
    "y ~ x + (1 | g)": ((("x",),), True),
    "y ~ (1 | g)": ((), True),
    "y ~ 0 + x + (1 | g)": ((("x",),), False),
    "y ~ x - 1 + (1 | g)": ((("x",),), False),
    "y ~ a * b + (1 | g)": ((("a",), ("b",), ("a", "b")), True),
    "y ~ a:b + c + (1 | g)": ((("c",), ("a", "b")), True),
    "y ~ (a + b + c)^2 + (1 | g)": (
        (("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c")),
        True,
    ),
    "y ~ a * b * c - a:b:c + (1 | g)": (
        (("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c")),
        True,
    ),
    "y ~ a / b + (1 | g)": ((("a",), ("a", "b")), True),
    "y ~ log(x) + I(x^2) + poly(z, 3) + (1 | g)": (
        (("log(x)",), ("I(x^2)",), ("poly(z, 3)",)),
        True,
    ),
    "y ~ `odd name` + `a``b` + (1 | g)": ((("`odd name`",), ("`a``b`",)), True),
    "y ~ x + x + (1 | g)": ((("x",),), True),
    "y ~ b:a + a + b + (1 | g)": ((("a",), ("b",), ("a", "b")), True),
    "y ~ c:b:a + b:a + (1 | g)": ((("b", "a"), ("b", "a", "c")), True),
}
RANDOM = {
    "(1 | g)": (RandomTerm(("g",)),),
    "(x | g)": (RandomTerm(("g",), (("x",),)),),
    "(1 + x | g)": (RandomTerm(("g",), (("x",),)),),
    "(0 + x | g)": (RandomTerm(("g",), (("x",),), intercept=False),),
    "(x - 1 | g)": (RandomTerm(("g",), (("x",),), intercept=False),),
    "(x || g)": (RandomTerm(("g",), (("x",),), correlated=False),),
    "(1 | a/b)": (RandomTerm(("b", "a")), RandomTerm(("a",))),
    "(1 | a:b)": (RandomTerm(("a", "b")),),
    "(1 | a) + (x | b)": (RandomTerm(("a",)), RandomTerm(("b",), (("x",),))),
    "(1 | g) + (1 | g)": (RandomTerm(("g",)),),
}
EQUAL = [
    ("y ~ x + (1 + x | g)", "y ~ 1 + x + (x | g)"),
    ("y ~ a * b + (1 | g)", "y ~ a + b + a:b + (1 | g)"),
    ("y ~ (a + b)^2 + (1 | g)", "y ~ a * b + (1 | g)"),
    ("y ~ x + (1 | a / b)", "y ~ x + (1 | b:a) + (1 | a)"),
    ("y~x+(1|g)", "  y  ~  x + ( 1 | g ) "),
]
REFUSED = {
    "": ("empty", 0),
    "y": ("~", 1),
    "y ~": ("column name was expected", 3),
    "y ~ x + (1 | g": (")", 14),
    "y ~ x + 2 + (1 | g)": ("can't be a term", 8),
    "y ~ lgo(x) + (1 | g)": ("isn't known", 4),
    "y ~ x^9 + (1 | g)": ("1 to 6", 6),
    "y ~ x @ z": ("@", 6),
    "y ~ `x + (1 | g)": ("back-tick", 4),
    "y ~ __import__(os) + (1 | g)": ("isn't known", 4),
    "y ~ eval(x) + (1 | g)": ("isn't known", 4),
    "poly(y, 2) ~ x + (1 | g)": ("can't be the outcome", 0),
    "y ~ x - (1 | g)": ("random term can't stand here", 8),
    "y ~ x + (1 | log(g))": ("can't be a grouping column", 13),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_fixed_effects(text: str):
    spec = parse(text)
    assert (spec.fixed, spec.intercept) == MEANINGS[text]


@pytest.mark.parametrize("text", RANDOM)
def test_random_terms(text: str):
    assert parse(f"y ~ x + {text}").random == RANDOM[text]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_models_have_equal_specs(one: str, other: str):
    assert parse(one) == parse(other)
    assert hash(parse(one)) == hash(parse(other))


@pytest.mark.parametrize("text", [*MEANINGS, *(f"y ~ x + {text}" for text in RANDOM)])
def test_round_trip(text: str):
    spec = parse(text)
    assert parse(spec.formula) == spec
    assert parse(spec.formula).formula == spec.formula


@pytest.mark.parametrize("text", REFUSED)
def test_refusals_mark_the_place_and_say_what_next(text: str):
    words, position = REFUSED[text]
    with pytest.raises(FormulaError) as caught:
        parse(text)
    error = caught.value
    assert words in str(error)
    assert error.details["position"] == position
    assert error.next_step
    line, mark = error.marked.split("\n")
    assert line == text
    assert mark.index("^") == position


def test_unknown_columns_are_answered_with_the_nearest_names():
    with pytest.raises(FormulaError, match="Reaction"):
        parse("reacton ~ Days + (1 | Subject)", ("Reaction", "Days", "Subject"))
    assert nearest_names("Patient", ["patient_id", "patient", "age"])[0] == "patient"
    assert nearest_names("zzz", ["a", "b"]) == ()


@pytest.mark.parametrize("opening", ["(", "log(", "`", "I(", "((a+b)*"])
def test_ten_kilobytes_of_nesting_are_a_plain_error(opening: str):
    with pytest.raises(FormulaError):
        parse("y ~ " + opening * (10_000 // len(opening)))


def test_an_expansion_without_end_is_refused():
    names = "+".join(f"x{k}" for k in range(40))
    with pytest.raises(FormulaError, match="more than"):
        parse(f"y ~ ({names})^4 + (1 | g)")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="yxg ~+-:*^|/()`01_.,logpI\\\"'\n", max_size=60))
def test_any_text_gives_a_spec_or_our_error(text: str):
    try:
        spec = parse(text)
    except LMMError:
        return
    assert parse(spec.formula) == spec


names = st.text(min_size=1, max_size=8).filter(lambda s: s.strip() and "\x00" not in s)


@settings(max_examples=150, deadline=None)
@given(st.lists(names, min_size=3, max_size=6, unique=True), st.booleans(), st.booleans())
def test_any_column_name_survives_the_round_trip(columns, intercept, correlated):
    from lmm_core.model.factors import quote

    y, group, *rest = columns
    fixed = tuple((quote(name),) for name in rest)
    spec = ModelSpec(
        quote(y),
        fixed,
        intercept=True,
        random=(RandomTerm((group,), fixed[:1], intercept or not fixed, correlated),),
    )
    again = parse(spec.formula, tuple(columns))
    assert again.columns() == spec.columns()
    assert again.fixed == spec.fixed
    assert [t.group for t in again.random] == [t.group for t in spec.random]
