"""Nothing of weight is passed over: a text with one thing changed never comes to the same wish."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lmm_core.model.sentence import Wish, describe
from lmm_core.model.sentence.lexicon import phrases
from lmm_core.model.sentence.reader import Reader
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.sentence.tokens import tokenise_text
from lmm_core.model.sentence.vocabulary import Vocabulary
from lmm_core.model.spec import ModelSpec
from tests.model.described import Case, frame
from tests.model.sentence_table import TABLE
from tests.model.sentence_table_everyday import EVERYDAY
from tests.model.sentence_table_voices import VOICES
from tests.model.unseen_blind import UNSEEN_BLIND

TOLD = tuple(
    case
    for case in (*TABLE, *EVERYDAY, *VOICES, *UNSEEN_BLIND)
    if case.formula is not None and "~" not in case.text
)
ASKED = ("RS", "RIS", "INTER", "CI", "LOG", "CENTER", "SCALE", "QUAD", "ADJUST")
"""Symbols before which a "without" must change something; outputs belong to them."""
FOREIGN = (
    "one-sided", "with splines", "Bayesian", "Poisson", "after 2010", "for males only",
    "separately by quality", "if needed", "with imputation", "bootstrapped", "lagged",
)  # fmt: skip
"""What can't be done: it must be listed wherever it stands."""


NOT_ONE_MODEL = (
    (
        "two_scores",
        "outcome reading score; outcome math score; predictor week; random intercept id",
    ),
    ("two_scores", "outcomes: reading score and math score; predictor week; random intercept id"),
    ("two_scores", "outcomes: reading score, math score; predictor week; random intercept id"),
    ("two_scores", "reading score and math score are the outcomes, week predicts them; id random"),
    ("two_scores", "model reading score and math score by week, children random"),
    ("words", "condition predicts RT; subjects and items as nested random effects"),
    ("exam", "test score by gender; classes and schools are nested random effects"),
    ("wide", "reshape wide to wide, then pain by week and arm with a random intercept per id"),
    ("pain", "first reshape to wide format, then pain by month, patients random"),
    ("wide", "reshape into wide format; pain by arm and week; id random"),
    ("wide", "reshape from wide to wide; pain by arm and week; id random"),
    ("pain", "pain score by month and treatment, patients as fixed effect"),
    ("mathachieve", "MathAch on SES and MEANSES. Fixed effect of school."),
    ("pain", "pain by treatment; fixed effects: month, patient; random: patient"),
    ("pain", "outcome pain, outcome month, random intercept for each patient"),
    ("gapminder", "predictor growth, predictors years and region, random intercept of country"),
    ("sleepstudy", "reaction by days, random intercept or random slope of days for each subject"),
    ("clinic", "Does the effect of Clinic and dose on BP change with age? Patients are random."),
    ("gapminder", "growth by years with country fixed effects"),
    ("two_scores", "reading score by week, so children fixed and week also as predictor"),
)
"""What asks for something that no single model of ours is: listed or asked."""
ADDED = {
    "; show the ICC": "icc",
    ". Also a missing-data report": "missing_data",
    ", and p-values": "p_values",
    " and the caterpillar plot": "caterpillar",
}
JOINED = (" and ", " and the ", ", ", " as well as ")
SHOW = "pain by treatment and month, random intercept per patient; show the "


def symbols(case: Case) -> tuple[Symbol, ...]:
    vocabulary = Vocabulary(frame(case.frame))
    return tuple(Reader(case.text, tokenise_text(case.text), vocabulary).read())


def wish(case: Case, text: str) -> Wish:
    current = ModelSpec.from_formula(case.current) if case.current else None
    return describe(text, frame(case.frame), current)


def content(made: Wish) -> tuple[object, ...]:
    """All that a person gets to see of a wish, but for the places of words."""
    asked = tuple(sorted(question.phrase for question in made.questions))
    return (made.spec, made.outputs, made.preparation, made.models, made.not_understood, asked)


def a_model_for(name: str) -> ModelSpec | None:
    """A model of a data set that is on screen while another one is told."""
    plain = [case for case in TABLE if case.frame == name and not case.current]
    return next((spec for case in plain if (spec := wish(case, case.text).spec)), None)


def exchanged(case: Case) -> Iterator[tuple[str, str]]:
    """The text with a column that it names once replaced by another one of the same kind."""
    kinds = Vocabulary(frame(case.frame)).kinds
    read = symbols(case)
    named = [column for symbol in read for column in symbol.columns]
    for symbol in read:
        once = len(symbol.columns) == 1 and named.count(symbol.columns[0]) == 1
        if symbol.code not in ("@n", "@c", "@g") or not once:
            continue
        for column, kind in kinds.items():
            if "@" + kind == symbol.code and column not in named and column.isidentifier():
                yield column, case.text[: symbol.start] + column + case.text[symbol.end :]
                break


@pytest.mark.parametrize("part", range(6))
def test_another_column_makes_another_wish(part: int):
    for case in TOLD[part::30]:
        if case.current:
            continue  # "the slope of SES should not vary any more", where nothing else does
        before = content(wish(case, case.text))
        for column, text in exchanged(case):
            assert content(wish(case, text)) != before, (column, text)


@pytest.mark.parametrize("part", range(6))
def test_a_refusal_makes_another_wish(part: int):
    for case in TOLD[part::24]:
        before = content(wish(case, case.text))
        for symbol in symbols(case):
            wanted = symbol.code.startswith("O.") and symbol.code != "O.compare_models"
            said = case.text[symbol.start : symbol.end].lower()
            if said in ("residuals", "fitted values"):
                continue  # part of another output's name
            if wanted or symbol.code in ASKED:
                text = f"{case.text[: symbol.start]}without {case.text[symbol.start :]}"
                assert content(wish(case, text)) != before, text


@pytest.mark.parametrize("phrase", FOREIGN)
def test_what_cannot_be_done_is_told_wherever_it_stands(phrase: str):
    for case in TOLD[FOREIGN.index(phrase) :: 61]:
        before = content(wish(case, case.text))
        for place in (" ", len(case.text)):
            at = case.text.find(", ") if place == " " else len(case.text.rstrip(". "))
            if at > 0:
                text = f"{case.text[:at]} {phrase}{case.text[at:]}"
                assert content(wish(case, text)) != before, text


def shown(asked: str) -> tuple[str, ...]:
    made = describe(SHOW + asked, frame("pain"))
    return () if made.not_understood or made.questions else made.outputs


def names_of_outputs() -> dict[tuple[str, ...], list[str]]:
    """By what they show: the phrases that, alone, ask for one or two outputs."""
    found: dict[tuple[str, ...], list[str]] = {}
    for words, code in phrases().items():
        outputs = shown(" ".join(words)) if code.startswith("O.") else ()
        if outputs and (len(outputs) > 1 or code == "O." + outputs[0]):
            found.setdefault(outputs, []).append(" ".join(words))
    return found


def breaths() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Two outputs after one another, and what must be shown: each with each, and all in which the
    first phrase and the beginning of the second are the name of a third output.
    """
    names = names_of_outputs()
    for i, (first, said_first) in enumerate(names.items()):
        for j, (second, said_second) in enumerate(names.items()):
            a, b = (said[(7 * i + 3 * j) % len(said)] for said in (said_first, said_second))
            yield a + JOINED[(i + j) % len(JOINED)] + b, first + second
    whose = {name: outputs for outputs, said in names.items() for name in said}
    for words in phrases():
        a, joined, begins = " ".join(words).partition(" and ")
        for b in whose if joined and a in whose else ():
            if b.startswith(begins + " "):
                yield f"{a} and {b}", whose[a] + whose[b]


def test_two_outputs_in_one_breath_both_come():
    asked = dict(breaths())
    assert len(asked) > 400
    for text, outputs in asked.items():
        got = shown(text)
        assert not got or got == tuple(dict.fromkeys(outputs)), text


@pytest.mark.parametrize("part", range(4))
def test_one_more_output_leaves_the_model_as_it_was(part: int):
    changes = [case for case in TOLD if case.current]
    for k, case in enumerate((*changes, *TOLD[::15])[part::4]):
        before = wish(case, case.text)
        added = list(ADDED)[k % len(ADDED)]
        after = wish(case, case.text.rstrip(" .;\n") + added)
        told = after.questions or after.not_understood != before.not_understood
        assert told or after.spec == before.spec, (case.text, added)
        assert told or ADDED[added] in after.outputs, (case.text, added)


@pytest.mark.parametrize("on_screen", [False, True])
@pytest.mark.parametrize(("name", "text"), NOT_ONE_MODEL)
def test_what_no_model_can_be_is_told(name: str, text: str, on_screen: bool):
    made = describe(text, frame(name), a_model_for(name) if on_screen else None)
    assert made.not_understood or made.questions


@pytest.mark.parametrize("part", range(4))
def test_what_tells_a_whole_model_is_read_the_same_whatever_is_on_screen(part: int):
    for case in TOLD[part::60]:
        if case.current is None:
            alone = wish(case, case.text)
            there = describe(case.text, frame(case.frame), a_model_for(case.frame))
            assert alone.questions or content(there) == content(alone), case.text


@pytest.mark.parametrize("end", ["", "; without trial", "; show the ICC", ", Kenward-Roger"])
@pytest.mark.parametrize(
    "text", ["let the slope of condition vary by item", "random slope of condition by item"]
)
def test_a_slope_for_one_group_leaves_the_other_group(text: str, end: str):
    current = ModelSpec.from_formula("RT ~ condition + trial + (1 | subject) + (1 | item)")
    made = describe(text + end, frame("words"), current)
    slope = ModelSpec.from_formula("RT ~ condition + (1 | subject) + (1 + condition | item)")
    assert made.spec is not None
    assert made.spec.random == slope.random


@pytest.mark.parametrize("text", ["take out the random intercept for", "no random effects of"])
def test_what_is_refused_for_two_groups_is_refused_for_both(text: str):
    current = ModelSpec.from_formula("RT ~ condition + (1 | subject) + (1 | item)")
    made = [describe(f"{text} {of}", frame("words"), current) for of in ("subject", "item")]
    assert [m.spec and len(m.spec.random) for m in made] == [1, 1]
    both = describe(f"{text} subject and item", frame("words"), current)
    assert both.spec is None
    assert both.questions
