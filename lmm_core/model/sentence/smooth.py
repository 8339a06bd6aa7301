"""Long ways of saying a thing become short ones, before any rule looks for its pattern."""

from __future__ import annotations

import re
from dataclasses import replace

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.smooth_linked import smooth_linked
from lmm_core.model.sentence.smooth_random import smooth_random
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

_SHORTER = (
    ("has to is", "is"),
    ("has is is?", "is"),
    ("is has to is", "is"),
    ("is to is", "is"),
    ("to is", "is"),
    ("is is", "is"),
    ("is as", "as"),
    ("to as", "as"),
    ("as as", "as"),
    ("is allow to? is? VARY", "VARY"),
    ("is allow to? has", "has"),
    ("is to VARY", "VARY"),
    ("is allow", "has"),
    ("has CHANGE", "CHANGE"),
    ("is to AFFECT", "AFFECT"),
    ("is has", "has"),
    ("in as", "as"),
    ("at INT OWN", "at OWN INT"),
    ("has each INT OWN", "has OWN INT"),
    ("has INT OWN and SLOPE OWN", "has OWN INT and OWN SLOPE"),
    ("has SLOPE OWN and INT OWN", "has OWN SLOPE and OWN INT"),
    ("has SLOPE and INT OWN", "has OWN SLOPE and OWN INT"),
    ("is INT OWN", "has OWN INT"),
    ("BOTH VARY", "VARY"),
    ("BOTH RE", "RE"),
    ("BOTH is VARY", "VARY"),
    ("O.likelihood_ratio_test of|for MODEL|SAME BY|vs|with", "O.likelihood_ratio_test vs"),
    ("RE and has OWN", "RE with OWN"),
    ("SLOPE , INT , VARY", "SLOPE and INT VARY"),
    ("SLOPE , INT , is VARY", "SLOPE and INT VARY"),
    ("BY INT OWN", "has OWN INT"),
    ("has BOTH OWN", "has OWN"),
    ("is BOTH INT and SLOPE OWN", "has OWN INT and OWN SLOPE"),
    ("has BOTH INT and SLOPE OWN", "has OWN INT and OWN SLOPE"),
    ("NEG is CORR", "NOCORR"),
    ("EFFECT has", "EFFECT of"),
    ("AFFECT has", "EFFECT of"),
    ("NESTED RE :", "RE :"),
    ("is EFFECT RE", "is RE"),
    ("each has OWN INT", "has OWN INT"),
    ("BY OWN INT", "at OWN INT"),
    ("COMPUTE INT OWN", "has OWN INT"),
    ("NEG by INTER", "NEG INTER"),
    ("is to has INT and SLOPE", "has INT and SLOPE"),
    ("SLOPE of is", "SLOPE is"),
    ("SLOPE of VARY", "SLOPE VARY"),
    ("EFFECT of is", "EFFECT is"),
    ("EFFECT of VARY", "EFFECT VARY"),
    ("is # PRED", "is PRED"),
    ("SCALE BOTH", "SCALE"),
    ("LOWER then of|for|in|with", "LOWER vs"),
    ("NONE in MODEL but", "NULL with"),
)
"""Codes and what they become: "is to be" and "has been" are "is"."""

_ROWS = ("measurements", "measurement", "observations", "occasions", "rows", "records", "data")
_EXPLAINED = ("explained", "predicted", "modelled", "modeled")
_OF_LEVELS = ("group", "groups", "arm", "arms", "condition", "conditions")
_ROMAN = ("ii", "iii", "iv", "vi", "vii")


def smooth(draft: Draft) -> None:
    """Make the stream plainer without changing what it says."""
    for found in draft.stream.each("@n|@c is allow for ,|;|with|and"):
        counted = replace(draft.stream.symbols[found.start + 2], code="ADJUST")
        draft.stream.replace(found.start + 2, found.start + 4, [counted])  # "age being allowed for"
    for found in draft.stream.each(", @n|@c ADJUST ,|;"):
        column, counted = draft.stream.symbols[found.start + 1 : found.start + 3]
        if "adjusted" not in draft.word(counted):
            again = replace(counted, start=column.start, end=column.start)
            swapped = [again, column]  # "week controlled for"
            draft.stream.replace(found.start + 1, found.start + 3, swapped)
    for found in draft.stream.each("with @n|@c ADJUST ,|;|and"):
        column, counted = draft.stream.symbols[found.start + 1 : found.start + 3]
        again = replace(counted, start=column.start, end=column.start)
        draft.stream.replace(found.start, found.start + 3, [again, column])
    for text, code in _SHORTER:
        for found in draft.stream.each(text):
            start, end = draft.span(found.start, found.stop)
            plainer = [Symbol(one, start, end) for one in code.split()]
            draft.stream.replace(found.start, found.stop, plainer)
    for found in draft.stream.each(","):
        if draft.stream.code(found.start - 1) == ";":
            draft.stream.replace(found.start, found.stop, [])  # "Hello, …"
    smooth_linked(draft)
    for found in draft.stream.each("is U|PREDICT :"):
        word = draft.stream.symbols[found.start + 1]
        said = draft.word(word)
        if draft.stream.code(found.start - 1) == ";" and said in _EXPLAINED:
            new = Symbol("OUT", *draft.span(found.start, found.stop - 1))
            draft.stream.replace(found.start, found.stop - 1, [new])  # "to be explained: pain"
    for found in draft.stream.each("@n is U|PREDICT ;"):
        word = draft.stream.symbols[found.start + 2]
        if draft.word(word) in _EXPLAINED:
            new = replace(word, code="OUT")  # "the distance is to be explained"
            draft.stream.replace(found.start + 2, found.start + 3, [new])
    for found in draft.stream.each("U ( # )"):
        word = draft.stream.symbols[found.start]
        said = draft.word(word)
        before = draft.stream.symbols[found.start - 1] if found.start else word
        if draft.word(before) == "continuous":
            said, word = "car", before
        if said in ("ar", "car") and draft.stream.symbols[found.start + 2].value == 1:
            start = found.start - (word is before and found.start > 0)
            new = Symbol(said.upper(), *draft.span(start, found.stop))
            draft.stream.replace(start, found.stop, [new])
    _numbering(draft)
    _joined_prepositions(draft)
    for found in draft.stream.each("<x> of U U? is|to|AFFECT|CHANGE|BY|DEPEND"):
        # "the days of sleep deprivation": what the column is about stays unexplained.
        draft.lost.append(draft.span(found.start + 2, found.stop - 1))
        draft.stream.replace(found.start + 1, found.stop - 1, [])
    for found in draft.stream.each("VARY @g|P|@h"):
        word = draft.stream.symbols[found.start]
        across = draft.word(word).endswith(("across", "between"))
        before = draft.stream.code(found.start - 1)
        if not across and before not in ("is", "has", "to", "allow", "INT", "SLOPE"):
            draft.stream.replace(found.start, found.start + 1, [])  # "the different countries"
    for found in draft.stream.each("CATEGORICAL :"):
        word = draft.stream.symbols[found.start]
        if draft.word(word).startswith("factor"):
            draft.stream.replace(found.start, found.start + 1, [replace(word, code="PRED")])
    for found in draft.stream.each("BY # <x>"):
        if not draft.is_group(draft.stream.items(found, "x")[0]):
            across = replace(draft.stream.symbols[found.start], code="over")
            # "from one week to the next"
            draft.stream.replace(found.start, found.start + 2, [across])
    for found in draft.stream.each("each LOWER"):
        if draft.said(found.start, found.stop) in (
            "any longer",
            "any more",
        ):
            draft.stream.replace(found.start, found.stop, [])
    for found in draft.stream.each("has LOWER with|over|across|as|by"):
        grows = replace(draft.stream.symbols[found.start], code="CHANGE")
        draft.stream.replace(found.start, found.start + 2, [grows])
    for found in draft.stream.each("in|between|for|across|of|over # @c|@g"):
        word = draft.stream.symbols[found.start + 1]
        if draft.source[word.start : word.end].isalpha():  # "in the two arms"
            draft.stream.replace(found.start + 1, found.start + 2, [])
    for found in draft.stream.each("BY MODEL"):
        first, last = draft.span(found.start, found.stop)
        if draft.source[first:last].lower().startswith("from"):
            draft.stream.replace(found.start, found.start + 1, [])  # "a plot from a model of pain"
    for found in draft.stream.each("OUT|PRED #"):
        word = draft.stream.symbols[found.stop - 1]
        if draft.word(word) in ("one", "ones"):
            draft.stream.replace(found.stop - 1, found.stop, [])  # "the independent ones are"
    for found in draft.stream.each("@n|@c :|, does|how|is DEPEND|AFFECT|VARY|CHANGE"):
        said = draft.said(found.start + 1, found.stop).split()
        if "it" not in said:
            continue
        draft.stream.replace(found.start + 1, found.stop - 1, [])  # "score: does it depend on …?"
    for found in draft.stream.each("U @g within|in|under @g"):
        word = draft.stream.symbols[found.start]
        if draft.word(word) == "nest":  # "nest patients in clinics"
            inside = replace(draft.stream.symbols[found.start + 2], code="NESTED")
            draft.stream.replace(found.start + 2, found.start + 3, [inside])
            draft.stream.replace(found.start, found.start + 1, [])
    for found in draft.stream.each("! U"):
        word = draft.stream.symbols[found.start + 1]
        if draft.word(word) in _OF_LEVELS:
            draft.stream.replace(found.start + 1, found.stop, [])  # "in the treated group"
    for found in draft.stream.each("@g ( @g )"):
        word = draft.stream.symbols[found.start]
        if draft.word(word) in ("subject", "subjects"):
            # "subject(clinic)", as SPSS has it: the word says what the column is for
            label = replace(word, code="per", columns=())
            group = draft.stream.symbols[found.start + 2]
            draft.stream.replace(found.start, found.stop, [label, group])
    for found in draft.stream.each("U : <x>"):
        word = draft.stream.symbols[found.start]
        said = draft.word(word)
        code = "OUT" if said == "y" else "PRED" if re.fullmatch(r"x\d?", said) else ""
        if code:  # "y = pain; x1 = treatment"
            draft.stream.replace(found.start, found.start + 1, [replace(word, code=code)])
    for found in draft.stream.each("for @n , with|take <l+> as PRED"):
        if draft.stream.code(found.start - 1) == ";":
            outcome = replace(draft.stream.symbols[found.start], code="OUT")
            is_ = replace(outcome, code="is", start=outcome.end)
            draft.stream.replace(found.start, found.start + 1, [outcome, is_])  # "for pain, take …"
    for found in draft.stream.each("PRED is SHOW|BOTH"):
        word = draft.stream.symbols[found.start]
        if draft.word(word) == "fixed effects":
            shown = replace(word, code="O.fixed_effects")  # "the fixed effects are shown"
            draft.stream.replace(found.start, found.stop - 1, [shown])
    for found in draft.stream.each("@n is? O.missing_data"):
        draft.served |= set(draft.stream.symbols[found.start].columns)
        draft.stream.replace(found.start, found.stop - 1, [])  # "which pain values are missing"
    for found in draft.stream.each("allow <y> of|in|for P|@g DEPEND"):
        draft.stream.replace(
            found.start + 2, found.start + 4, []
        )  # "let the score of pupils depend"
    for found in draft.stream.each("allow <y> DEPEND"):
        draft.stream.replace(found.start, found.start + 1, [])
    for found in draft.stream.each("COMPARE U and U by|BY|;|,"):
        words = [draft.stream.symbols[found.start + k] for k in (1, 3)]
        if draft.of_series or all(
            re.fullmatch(r"[mM]\d", draft.source[w.start : w.end]) for w in words
        ):
            draft.stream.replace(found.start + 1, found.stop - 1, [])  # "compare M1 and M2"
    for found in draft.stream.each("DEPEND does @g is !"):
        draft.stream.replace(found.start + 1, found.stop - 1, [])  # "on whether a child is a girl"
    for found in draft.stream.each("U PREDICT of|for|on <x> ;|,|and"):
        word = draft.stream.symbols[found.start + 1]
        if draft.word(word).startswith("test"):
            draft.lost.append(draft.span(found.start, found.start + 2))
            draft.served |= set(draft.stream.items(found, "x")[0].columns)
            draft.stream.replace(found.start, found.stop - 1, [])  # "permutation test for days"
    for found in draft.stream.each("COMPARE with|to|vs U by|BY|;|,"):
        word = draft.stream.symbols[found.start + 2]
        if word.end - word.start == 1:
            draft.stream.replace(found.start + 1, found.stop - 1, [])  # "compare A with B"
    for found in draft.stream.each("in|on|of|with there @n|@c"):
        draft.stream.replace(found.start + 1, found.start + 2, [])  # "in there scores"
    for found in draft.stream.each("COMPARE , U and U by|BY|;"):
        words = [draft.stream.symbols[found.start + k] for k in (2, 4)]
        if all(word.end - word.start == 1 for word in words):
            draft.stream.replace(found.start + 1, found.stop - 1, [])  # "compare A, B and C"
    for found in draft.stream.each("COMPARE and U by|BY|;|,"):
        word = draft.stream.symbols[found.start + 2]
        if word.end - word.start == 1:
            draft.stream.replace(found.start + 1, found.stop - 1, [])  # "compare A and B"
    for found in draft.stream.each("NORMAL NEG U PREDICT"):
        word = draft.stream.symbols[found.start + 2]
        if draft.word(word) == "t":
            draft.stream.replace(found.start + 1, found.stop, [])  # "z-tests rather than t-tests"
    for found in draft.stream.each("@n ; DEPEND <x>"):
        leads = Symbol("BY", *draft.span(found.start + 2, found.start + 3))
        draft.stream.replace(found.start + 1, found.start + 3, [leads])  # "pain. It depends on …"
    for found in draft.stream.each("@n|@c|@i , U ,|and @n|@c|@i"):
        before = {draft.stream.code(k) for k in range(max(0, found.start - 8), found.start)}
        if before & {"PRED", "BY", "by", "on"}:
            draft.lost.append(draft.span(found.start + 2, found.start + 3))
            draft.stream.replace(found.start + 1, found.start + 3, [])  # "arm, cholesterol, visit"
    for found in draft.stream.each("@n of PREDICT as|is|,|;|by|and"):
        word = draft.said(found.start + 2, found.start + 3)
        named = draft.stream.symbols[found.start].columns
        if word == "study" and any("stud" in c.lower() for c in named):
            draft.stream.replace(found.start + 1, found.start + 3, [])  # "hours of study"
    for found in draft.stream.each("AFFECT VARY"):
        noun = replace(draft.stream.symbols[found.start], code="EFFECT")
        draft.stream.replace(found.start, found.start + 1, [noun])  # "this influence varies"
    for found in draft.stream.each("PRED of"):
        word = draft.stream.symbols[found.start]
        alone = draft.stream.code(found.stop) in (";", ",", "_", ")")
        if alone and draft.word(word) == "independent":
            new = replace(word, code="NOCORR")  # "…, independent of one another"
            draft.stream.replace(found.start, found.stop, [new])
    for found in draft.stream.each("VARY BY # @g|@h"):
        draft.stream.replace(found.start + 2, found.stop - 1, [])  # "from one school to the next"
    for found in draft.stream.each("SLOPE of|for <x> on|in <y> is? VARY"):
        if draft.stream.items(found, "y")[0].code == "@n":  # "the slope of dose on pressure varies"
            noun = replace(draft.stream.symbols[found.start], code="EFFECT")
            draft.stream.replace(found.start, found.start + 1, [noun])
    for found in draft.stream.each("QUAD|LINEARQUAD|CUBIC of|in? <y> over|across|with|by <x>"):
        curve = draft.stream.symbols[found.start]
        outcome, along = (draft.stream.items(found, name)[0] for name in ("y", "x"))
        if outcome.code == "@n" and set(along.columns) & set(draft.vocabulary.times):
            by = replace(curve, code="by")  # "quadratic trend of reaction over days"
            draft.stream.replace(found.start, found.stop, [outcome, by, curve, along])
    for found in draft.stream.each("CI with|at INT of #"):
        word = draft.stream.symbols[found.start + 2]
        if draft.word(word) == "level":  # "with a level of 0.9"
            draft.stream.replace(found.start + 2, found.start + 3, [replace(word, code="LEVEL")])
    for found in draft.stream.each("EFFECT of <x> with|to <y> VARY|DEPEND|is|SAME"):
        if draft.stream.items(found, "y")[0].code == "@n":  # "the relation of SES with the score"
            at = found.start + 3
            draft.stream.replace(at, at + 1, [replace(draft.stream.symbols[at], code="on")])
    for found in draft.stream.each("AFFECT of <x>"):
        noun = replace(draft.stream.symbols[found.start], code="EFFECT")
        draft.stream.replace(found.start, found.start + 1, [noun])
    for found in draft.stream.each("VARY|DEPEND BY @g|@h"):
        at = found.start + 1
        across = replace(draft.stream.symbols[at], code="across")
        draft.stream.replace(at, at + 1, [across])  # "varies from school to school"
    for found in draft.stream.each("@n|@c and|, U as|is PRED"):
        draft.lost.append(draft.span(found.start + 2, found.start + 3))
        draft.stream.replace(found.start + 1, found.start + 3, [])  # "dose and cholesterol as …"
    smooth_random(draft)


def _numbering(draft: Draft) -> None:
    """ "1)", "(2)", "Step 3:" and the like at the head of a part."""
    for text in ("STEP # :|-|)|,?", "STEP U :|-|)|,?", "STEP # ;", "( # )", "# )"):
        for found in draft.stream.each(text):
            before = draft.stream.code(found.start - 1)
            if text[0] == "S" or before in (";", ",", ":", "and"):
                draft.stream.replace(found.start, found.stop, [])
    for text in ("U ;", "( U )"):
        for found in draft.stream.each(text):
            start, end = draft.span(found.start, found.stop)
            letter = draft.source[start:end].strip("().").strip()
            if (len(letter) == 1 or letter.lower() in _ROMAN) and draft.stream.code(
                found.start - 1
            ) in (";", ",", ":"):
                draft.stream.replace(found.start, found.stop - (text[0] == "U"), [])
    for found in draft.stream.each("# ;"):
        counts = draft.stream.symbols[found.start].value <= 20
        if counts and draft.stream.code(found.start - 1) == ";":
            draft.stream.use(found.start, found.start + 1)


def _joined_prepositions(draft: Draft) -> None:
    """ "by week and by age" is "by week and age"."""
    for found in draft.stream.each("<a> and|, by|on|from|BY|of|with|over|to <b>"):
        items = [draft.stream.items(found, name)[0] for name in ("a", "b")]
        if any(map(draft.is_group, items)) or draft.stream.code(found.start - 1) == "INTER":
            continue
        after = Found(found.start + 2, found.start + 3, {})
        if draft.stream.code(found.stop) == "INTER":
            continue  # "week and treatment by age interaction"
        draft.stream.replace(after.start, after.stop, [])
