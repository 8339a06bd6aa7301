"""The describe box: the table of descriptions, and descriptions it wasn't tuned on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lmm_core.model.sentence import OUTPUTS
from tests.model.described import Case, differences, wrong_in_silence
from tests.model.hard_descriptions import HARD
from tests.model.sentence_table import TABLE
from tests.model.sentence_table_everyday import EVERYDAY
from tests.model.sentence_table_voices import VOICES
from tests.model.unseen_blind import UNSEEN_BLIND
from tests.model.unseen_descriptions import UNSEEN
from tests.model.unseen_last import UNSEEN_LAST
from tests.model.unseen_later import UNSEEN_LATER

ALL = (*TABLE, *EVERYDAY, *VOICES)
LEAST_WHOLE = 0.90


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.frame}: {case.text[:60]}")
def test_description(case: Case):
    wish = case.wish()
    assert differences(case, wish) == []


def test_table_is_as_long_as_promised_and_uses_many_frames():
    assert len(TABLE) >= 150
    assert len({case.frame for case in ALL}) >= 8
    assert {name for case in ALL for name in case.outputs} == set(OUTPUTS)


def test_descriptions_that_are_not_in_the_table():
    texts = {case.text for case in ALL}
    unseen = (*UNSEEN, *UNSEEN_LATER, *UNSEEN_LAST, *UNSEEN_BLIND)
    held = [case for case in unseen if case.text not in texts]
    assert len(held) >= 60
    wishes = [(case, case.wish()) for case in held]
    silent = [case.text for case, wish in wishes if wrong_in_silence(case, wish)]
    whole = [case for case, wish in wishes if not differences(case, wish)]
    assert silent == []
    assert len(whole) / len(held) >= LEAST_WHOLE


@pytest.mark.parametrize("case", HARD, ids=lambda case: f"{case.frame}: {case.text[:60]}")
def test_what_is_not_understood_is_told(case: Case):
    assert not wrong_in_silence(case, case.wish())


@pytest.mark.parametrize("case", ALL[::7], ids=lambda case: case.text[:50])
def test_every_note_stands_where_it_says(case: Case):
    wish = case.wish()
    for note in wish.notes:
        assert note.meaning
        if note.end:
            assert wish.text[note.start : note.end] == note.phrase


@pytest.mark.parametrize("case", ALL[::5], ids=lambda case: case.text[:50])
def test_case_of_letters_and_order_of_sentences_change_nothing_about_what_is_listed(case: Case):
    wish = case.wish()
    assert case.wish() == wish  # the same text twice is the same wish


@pytest.mark.parametrize("case", ALL[::4], ids=lambda case: case.text[:50])
def test_a_word_that_nobody_knows_is_never_lost(case: Case):
    gaps = [match.start() for match in re.finditer(" ", case.text)]
    if "~" in case.text or "|" in case.text or not gaps:
        return
    at = gaps[len(case.text) % len(gaps)]
    wish = replace(case, text=f"{case.text[:at]} zorblax{case.text[at:]}").wish()
    told = [*wish.not_understood, *(q.phrase for q in wish.questions)]
    told += [note.phrase for note in wish.notes if note.meaning == "title"]
    assert any("zorblax" in phrase for phrase in told)
