"""Several models: "fit three: intercept only; slope only; both", "with and without sex"."""

from __future__ import annotations

import re

from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.sentence.with_without import (
    optional_parts,
    slopes_of_a_variant,
    two_covariances,
    wants_comparison,
    with_and_without,
)

_VARIANT = "INTONLY|SLOPEONLY|BOTH|NULL|FULL|RI|RS|RIS"
_COMPARED = "COMPARE|vs|O.compare_models|O.likelihood_ratio_test|O.information_criteria"
_AFTER = ("with", "by", "and", "BY", "MODEL", "on", ")", "in")
_BETWEEN = (
    "; | , | and | vs | with | to | or | - | then | from | ( | ) | # | is | "
    "COMPARE | MODEL | BY | ONLY | LOWER"
)


def variants(draft: Draft) -> None:
    """Take lists of models out of the stream."""
    if draft.of_series:
        for found in draft.stream.each("# MODEL"):
            draft.stream.use(found.start, found.stop)
        return _no_predictors(draft)
    optional_parts(draft)
    for found in draft.stream.each("COMPARE #|BOTH|SAME"):
        if draft.stream.code(found.stop)[0] in ";,_" or draft.stream.code(found.stop) in _AFTER:
            start, end = draft.span(found.start, found.stop)
            new = Symbol("O.compare_models", start, end)
            draft.stream.replace(found.start, found.stop, [new])
    with_and_without(draft)
    two_covariances(draft, _COMPARED)
    one = f"NOCORR|CORR? {_VARIANT} MODEL|ONLY?"
    text = f"{one} [ [ of|in|over|on <x> ]? [ per|for|by|in each? <z> ]? [ {_BETWEEN} ]+ {one} ]+"
    for found in draft.stream.each(text):
        _listed(draft, found)
    for found in draft.stream.each("ADDITIVE MODEL? and|vs|with|to INTER MODEL?"):
        draft.optional, draft.variants = ["INTER"], ["LESS", "FULL"]
        draft.crossing = draft.span(found.start, found.stop)
        wants_comparison(draft, found)
        draft.take(found, "two models: without and with the interaction")
    for found in draft.stream.each("NULL MODEL? COMPARE|vs|BY SAME|MODEL?"):
        if draft.stream.code(found.stop - 1) == "BY":
            continue
        draft.variants = ["NULL", "FULL"]
        wants_comparison(draft, found)
        draft.take(found, "compared with the model without predictors")
    for found in draft.stream.each("COMPARE F with|to|against|vs|and|BY NULL"):
        draft.variants = ["NULL", "FULL"]
        wants_comparison(draft, found)
        draft.note(found.stop - 1, found.stop, "compared with the model without predictors")
        draft.stream.use(found.start, found.start + 1)
        draft.stream.use(found.start + 2, found.stop)
    _apart(draft)
    for found in draft.stream.each(f"{_COMPARED} with|to|against|vs|BY? NULL MODEL?"):
        draft.variants = ["NULL", "FULL"]
        wants_comparison(draft, found)
        keep = found.start + (draft.stream.code(found.start)[:2] == "O.")
        draft.take(Found(keep, found.stop, {}), "compared with the model without predictors")
    for found in draft.stream.each(
        "COMPARE|vs with|to|against|and? SAME|MODEL MODEL? with|ADD|and|has RS|RIS "
        "[ of|for|in|over <x> ]?"
    ):
        draft.pieces.append(slopes_of_a_variant(draft.stream.items(found, "x")))
        draft.variants = ["RI", "FULL"]
        wants_comparison(draft, found)
        draft.take(found, "compared with the model with random slopes too")
    for found in draft.stream.each(
        "COMPARE|O.compare_models with|to|against|vs|BY RI|INTONLY MODEL?"
    ):
        if draft.variants or not {"RS", "RIS"} & {s.code for s in draft.stream.symbols}:
            continue
        draft.variants = ["FULL", "RI"]
        wants_comparison(draft, found)
        draft.take(found, "compared with the model with random intercepts only")
    for found in draft.stream.each(
        "then|and|BY? SAME|# MODEL? with|ADD|and|has RS|RIS [ of|for|in|over <x> ]?"
    ):
        earlier = {draft.stream.code(k) for k in range(found.start)}
        codes = {s.code for s in draft.stream.symbols}
        told = earlier & {"RI", "RE", "OUT", "F", "FR"}
        against = draft.stream.code(found.start) == "BY"
        if "#" in [draft.stream.code(k) for k in range(found.start, found.stop)] and not against:
            continue
        if not told or not (against or codes & {"O.compare_models", "COMPARE"}):
            continue
        draft.pieces.append(slopes_of_a_variant(draft.stream.items(found, "x")))
        draft.variants = ["RI", "FULL"]
        wants_comparison(draft, found)
        draft.take(found, "a second model with random slopes too")
    _no_predictors(draft)


def _apart(draft: Draft) -> None:
    """ "compare the random-intercept model of pain on week with the random-slope model"."""
    kinds = _VARIANT.split("|")
    for found in draft.stream.each("COMPARE"):
        stop = found.start
        while draft.stream.code(stop) != ";":
            stop += 1
        places = [k for k in range(found.stop, stop) if draft.stream.code(k) in kinds]
        if draft.variants or len(places) != 2:
            continue
        first, last = places
        if draft.stream.code(last - 1) not in ("with", "to", "vs", "BY", "and", "has", "MODEL"):
            continue
        of_column = draft.stream.code(last + 1) in ("of", "for", "in", "over")
        slopes = draft.symbols(last + 2, last + 3) if of_column else []
        slopes = [s for s in slopes if s.code in ("@n", "@c", "@i")]
        # The null model stands first wherever it is told.
        draft.variants = sorted((draft.stream.code(k) for k in places), key=lambda c: c != "NULL")
        if {"SLOPEONLY", "RS", "RIS", "BOTH"} & set(draft.variants):
            named = [s.text for s in slopes]
            place = draft.span(last, last + 1)
            piece = Piece(True, named, None, not named, place=place, sentence=-1)
            draft.pieces.append(piece)
        wants_comparison(draft, found)
        draft.note(last, last + 1, "2 models")
        if slopes:
            draft.stream.use(last + 1, last + 3)
        for k in (found.start, first, last):
            draft.stream.use(k, k + 1)


def _no_predictors(draft: Draft) -> None:
    for found in draft.stream.each("NULL MODEL?"):
        draft.no_predictors = True
        draft.take(found, "no predictors: only the average and the groups")


def _listed(draft: Draft, found: Found) -> None:
    symbols = draft.symbols(found.start, found.stop)
    kinds = [s.code for s in symbols if s.code in _VARIANT.split("|")]
    apart = [s.code == "NOCORR" for s in symbols[:-1]]
    if any(apart):
        following = [s.code for s in symbols[1:]]
        uncorrelated = [f in ("RIS", "BOTH") for a, f in zip(apart, following, strict=True) if a]
        if not all(uncorrelated):
            return  # "uncorrelated random slopes" alone tell no model
        kinds = [
            "UNCORRELATED" if k and symbols[k - 1].code == "NOCORR" else s.code
            for k, s in enumerate(symbols)
            if s.code in _VARIANT.split("|")
        ]
    if draft.stream.code(found.start - 1) == "NEG":
        return
    if re.search(
        r"^(RI|RS|RIS) .*[;,] (and )?COMPARE (with|to|against|vs|BY) NULL ", _line(symbols)
    ):
        return  # "random intercept; compare with the null model"
    led, start = _led(draft, found.start)
    head = [draft.stream.code(k) for k in range(found.start)]
    led |= draft.compares
    led |= any(head[k] == "#" and head[k + 1] == "MODEL" for k in range(len(head) - 1))
    after = draft.stream.code(found.stop + 2)
    if after in ("by", "BY") and draft.stream.code(found.stop + 3)[:2] == "O.":
        after = ";"  # "the random slope model of age by AIC"
    if (
        draft.stream.code(found.stop) in ("for", "of", "in", "over")
        and draft.stream.code(found.stop + 1) == "@n"
    ) and after in (";", ",", ":", "_", ")", "per", "each", "across", "within", "?", "LOWER", "is"):
        found = Found(found.start, found.stop + 2, found.groups)
        symbols = draft.symbols(found.start, found.stop)
    said = draft.source[symbols[-1].start : symbols[-1].end].lower()
    if kinds == ["NULL", "RIS"] and led and "random slope" in said:
        kinds = ["NULL", "RI", "RS"]  # "null model, random intercept and random slope"
    versus = any(s.code in ("vs", "COMPARE", "LOWER", "then") for s in symbols)
    versus |= "LOWER O.information_criteria" in draft.stream.line
    telling = {"INTONLY", "SLOPEONLY", "BOTH", "NULL"} & set(kinds)
    if not (led or versus or "SLOPEONLY" in telling or telling >= {"INTONLY", "BOTH"}):
        return
    if len(set(kinds)) < 2:
        return  # "random intercepts for subjects only with random intercepts for both"
    draft.lost += [(s.start, s.end) for s in symbols if s.code == "#" and s.value > 9]
    slopes = {"SLOPEONLY", "RS", "RIS", "BOTH", "UNCORRELATED"} & set(kinds)
    as_null = "INTONLY" in kinds and not slopes
    draft.variants = ["NULL" if k == "INTONLY" and as_null else k for k in kinds]
    items = [s for s in symbols if s.code[0] == "@" and not draft.is_group(s)]
    groups = list(dict.fromkeys(s.columns for s in symbols if draft.is_group(s)))
    piece = Piece(True, [i.text for i in items], groups or None, not items)
    piece.place = draft.span(found.start, found.stop)
    piece.sentence = -1
    if slopes or groups:
        draft.pieces.append(piece)
    wants_comparison(draft, found)
    draft.note(start, found.stop, f"{len(kinds)} models")
    draft.stream.use(start, found.stop)
    for counted in draft.stream.each("# MODEL"):
        draft.stream.use(counted.start, counted.stop)


def _line(symbols: list[Symbol]) -> str:
    return "".join(symbol.code + " " for symbol in symbols)


def _led(draft: Draft, start: int) -> tuple[bool, int]:
    """Whether "compare", or "fit three models:", stands before."""
    k, led = start, False
    while draft.stream.code(k - 1) in (
        "COMPARE",
        "#",
        "MODEL",
        ":",
        "PREDICT",
        "O.compare_models",
        "between",
        "of",
        "with",
        "SHOW",
        "(",
    ):
        k -= 1
        led |= draft.stream.code(k) in ("COMPARE", "#", "O.compare_models")
    return led, k
