"""Nothing of weight is passed over: a text with one thing changed never comes to the same wish."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lmm_core.model.sentence import Wish, describe
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
