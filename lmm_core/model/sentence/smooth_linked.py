"""Clauses that refer to another one say it themselves: "…, then explain it by", "… on the two"."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.data.words import OUTCOME_WORDS, has_word
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.symbol import Symbol

_CLAUSES = ("VARY", "LOWER", "!", "@g", "OWN", "P")
"""Codes behind which "age is held constant" begins a clause of its own."""


def _measures(symbol: Symbol) -> bool:
    """Whether a column's name is that of an outcome."""
    return any(has_word(column, OUTCOME_WORDS) for column in symbol.columns)


def smooth_linked(draft: Draft) -> None:
    """Make plain what a clause or a second sentence refers to."""
    for found in draft.stream.each("<x+> is ADJUST ;|,|_"):
        apart = draft.stream.code(found.start - 1) in _CLAUSES
        apart &= found.stop - found.start == 4  # "is pain lower, age and sex being held constant"
        if apart and not any(
            map(draft.is_group, draft.stream.items(found, "x"))
        ):  # "different when SES is held constant": a clause of its own
            place = draft.stream.symbols[found.start].start
            draft.stream.replace(found.start, found.start, [Symbol(",", place, place)])
    for found in draft.stream.each(
        "SCALE|CENTER|LOGVERB|SQRTVERB @n ,|; then|and? PREDICT by|BY|on"
    ):
        verb, outcome = draft.stream.symbols[found.stop - 2], draft.stream.symbols[found.start + 1]
        again = replace(outcome, start=verb.end, end=verb.end)
        draft.stream.replace(found.stop - 1, found.stop - 1, [again])  # "…, then explain it by"
    for found in draft.stream.each("SCALE|CENTER @n and|then|, COMPUTE|ADD in MODEL"):
        item = draft.stream.symbols[found.start + 1]
        draft.add_fixed([item])  # "centre age and put it into a model of pressure"
        verb = replace(draft.stream.symbols[found.start + 2], code=";")
        draft.stream.replace(found.start + 2, found.stop - 1, [verb])
    for text in ("OUT is|: @n ; is? BY <x+>", "@n is|as|: OUT ; is? BY <x+>"):
        for found in draft.stream.each(text):
            at = found.groups["x"][0] - 1
            role = replace(draft.stream.symbols[at], code="PRED")
            draft.stream.replace(at, at + 1, [role])  # "The outcome is pain. It is explained by"
    for found in draft.stream.each("CATEGORICAL PRED : <y> by|on|BY"):
        if draft.stream.items(found, "y")[0].code == "@n":  # "take month as …: pain by month"
            ended = replace(draft.stream.symbols[found.start + 2], code=";")
            draft.stream.replace(found.start + 1, found.start + 3, [ended])
    for found in draft.stream.each("RIS|RS , NOCORR|CORR ;|,"):
        told = draft.compares
        if told:  # "(2) random intercept and slope, uncorrelated; (3) …"
            kind, _, apart = draft.stream.symbols[found.start : found.start + 3]
            draft.stream.replace(found.start, found.start + 3, [apart, kind])
    for found in draft.stream.each("OUT NEG|U ;|,|and"):
        word = draft.stream.symbols[found.start + 1]
        if draft.word(word) == "instead":
            draft.stream.replace(found.start + 1, found.start + 2, [])  # "as outcome instead"
    for found in draft.stream.each("RS|SLOPE of|for @n|@c , @n|@c as PRED"):
        ended = replace(draft.stream.symbols[found.start + 3], code=";")
        draft.stream.replace(found.start + 3, found.start + 4, [ended])
    for found in draft.stream.each("RS|SLOPE of|for @n|@c , @n|@c ( REF ! ) as PRED"):
        ended = replace(draft.stream.symbols[found.start + 3], code=";")
        draft.stream.replace(found.start + 3, found.start + 4, [ended])
    for found in draft.stream.each("OUT|PREDICT ; <x+> PREDICT ;"):
        word = draft.stream.symbols[found.stop - 2]
        if draft.word(word).startswith(("explain", "predict")):
            as_ = replace(word, code="as", end=word.start)  # "…; month and treatment explain it"
            draft.stream.replace(found.stop - 2, found.stop - 1, [as_, replace(word, code="PRED")])
    for found in draft.stream.each("@n on @n ;|,|with"):
        first, second = draft.stream.symbols[found.start : found.start + 3 : 2]
        leads = draft.stream.code(found.start - 1) in (";", ":") or found.start == 0
        leads &= draft.stream.code(found.start - 2)[0] != "@"  # "arm:visit on pressure"
        if leads and _measures(second) and not _measures(first):
            effect = Symbol("EFFECT", first.start, first.start)  # "dose on blood pressure, …"
            of = Symbol("of", first.start, first.start)
            draft.stream.replace(found.start, found.start, [effect, of])
    for found in draft.stream.each("@n : does|how CHANGE|SLOPE over|with|across|by"):
        outcome, _, asks = draft.stream.symbols[found.start : found.start + 3]
        draft.stream.replace(found.start, found.start + 3, [asks, outcome])  # "score: does the …"
    for found in draft.stream.each("<l+> , NEG INTER , as PRED"):
        at = found.groups["l"][1]
        draft.no_interaction = True  # "condition and trial, without interaction, as predictors"
        draft.note(at + 1, at + 3, "no interaction")
        draft.stream.replace(at, at + 4, [])
    for found in draft.stream.each("with and|vs MODEL|SAME NEG"):
        both = Symbol("WITHWITHOUT", *draft.span(found.start, found.stop))
        draft.stream.replace(found.start, found.stop, [both])
    for found in draft.stream.each("with and|vs MODEL|SAME NOCORR"):
        both = Symbol("WITHWITHOUT", *draft.span(found.start, found.stop))
        draft.stream.replace(found.start, found.stop - 1, [both])  # "… without correlation"
    for found in draft.stream.each("PREDICT BY NULL"):
        verb = draft.stream.symbols[found.start]
        if draft.word(verb).startswith("test"):
            new = replace(verb, code="COMPARE")  # "test it against the null model"
            draft.stream.replace(found.start, found.start + 1, [new])
    for found in draft.stream.each("@n|@c|@i , @n is|: OUT"):
        ended = replace(draft.stream.symbols[found.start + 1], code=";")
        draft.stream.replace(found.start + 1, found.start + 2, [ended])  # "…, pain is the outcome"
    for found in draft.stream.each("<l+> does PREDICT ,|;|and"):
        said = draft.said(found.stop - 2, found.stop - 1)
        if said in ("predicting", "explaining"):  # "treatment and month do the predicting"
            role = replace(draft.stream.symbols[found.stop - 2], code="PRED")
            as_ = replace(draft.stream.symbols[found.stop - 3], code="as")
            draft.stream.replace(found.stop - 3, found.stop - 1, [as_, role])
    for found in draft.stream.each("RS|RIS is NEG ,|;|and|_"):
        out = replace(draft.stream.symbols[found.stop - 2], code="NEG")
        slope = replace(draft.stream.symbols[found.start], code="RS")
        draft.stream.replace(found.start, found.stop - 1, [out, slope])  # "… should be dropped"
    for found in draft.stream.each("ADDITIVE|INTER MODEL : F"):
        draft.stream.replace(found.start, found.stop - 1, [])  # "Additive model: y ~ x …"
    for found in draft.stream.each("TREAT @g|@h as|is"):
        draft.stream.replace(found.start, found.start + 1, [])  # "treat schools as random"
    kinds = "RI|RS|RIS|INTONLY [ of|for|in <a> ]? [ per|for|by each? <g> ]?"
    for found in draft.stream.each(
        f"<y> on|by|BY <x+> with {kinds} ,? and|vs|to|or|;|then <y2> on|by|BY <x2+> with RI|RS|RIS"
    ):
        first, again = (
            [s.columns for name in names for s in draft.stream.items(found, name)]
            for names in (("y", "x"), ("y2", "x2"))
        )
        if first == again:  # "pain on month with …, and pain on month with …"
            draft.stream.replace(found.groups["y2"][0], found.stop - 1, [])
    for found in draft.stream.each("PREDICT @n on|by|BY BOTH|# ;|with|,"):
        said = draft.said(found.stop - 2, found.stop - 1)
        made = list(draft.stream.each("SCALE|CENTER|LOGVERB|SQRTVERB <l+>"))
        if said in ("two", "both", "them") and made and made[0].stop <= found.start:
            again = draft.stream.symbols[made[0].start + 1 : made[0].stop]
            draft.stream.replace(found.stop - 2, found.stop - 1, again)  # "… on the two"
