"""Several models: "fit three: intercept only; slope only; both", "with and without sex"."""

from __future__ import annotations

import re

from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

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
    for found in draft.stream.each("ADD <x+> [ ; | , | and | then ]+ O.compare_models"):
        items = draft.stream.items(found, "x")
        said = draft.source[slice(*draft.span(found.stop - 1, found.stop))].lower()
        if {"two", "both"} & set(said.split()):
            draft.optional = [c for i in items for c in i.columns]
            draft.fixed += [(i.start, i.text) for i in items]
            draft.variants = ["LESS", "FULL"]
            _wants_comparison(draft, found)
            rest = Found(found.start, found.groups["x"][1], found.groups)
            draft.take(rest, "two models: without and with it")
    if {"COMPARE", "O.compare_models"} & set(draft.stream.line.split()):
        for found in draft.stream.each("with <x+> and|then|vs|or NEG ;|,|and|_"):
            items = draft.stream.items(found, "x")
            if any(map(draft.is_group, items)):
                continue
            draft.optional = [c for i in items for c in i.columns]
            draft.fixed += [(i.start, i.text) for i in items]
            draft.variants = ["FULL", "LESS"]
            _wants_comparison(draft, found)
            draft.take(Found(found.start, found.stop - 1, {}), "two models: with and without it")
    for found in draft.stream.each("MODEL with|has RS|RIS [ of|for|in|over <x> ]? LOWER # NEG"):
        items = draft.stream.items(found, "x")
        piece = Piece(True, [i.text for i in items], None, not items, sentence=-1)
        draft.pieces.append(piece)
        draft.variants = ["FULL", "RI"]
        _wants_comparison(draft, found)
        draft.take(found, "two models: with and without random slopes")
    for found in draft.stream.each(
        "COMPARE with|to|against|vs|and MODEL|SAME? NEG RI|RE|RIS for|of|per|by each? <g!>"
    ):
        group = draft.stream.symbols[found.stop - 1]
        if draft.is_group(group):
            draft.optional_group, draft.variants = group.columns, ["FULL", "LESS"]
            _wants_comparison(draft, found)
            draft.take(found, "two models: with and without these random effects")
    for found in draft.stream.each("WITHWITHOUT RI|RE|RIS for|of|per|by each? <g!>"):
        group = draft.stream.symbols[found.stop - 1]
        if draft.is_group(group):
            draft.optional_group, draft.variants = group.columns, ["FULL", "LESS"]
            _wants_comparison(draft, found)
            draft.take(found, "two models: with and without these random effects")
    for found in draft.stream.each("COMPARE #|BOTH|SAME"):
        if draft.stream.code(found.stop)[0] in ";,_" or draft.stream.code(found.stop) in _AFTER:
            start, end = draft.span(found.start, found.stop)
            new = Symbol("O.compare_models", start, end)
            draft.stream.replace(found.start, found.stop, [new])
    _with_and_without(draft)
    _two_covariances(draft)
    text = (
        f"{_VARIANT} MODEL|ONLY? [ [ of|in|over|on <x> ]? [ per|for|by|in each? <z> ]? "
        f"[ {_BETWEEN} ]+ {_VARIANT} MODEL|ONLY? ]+"
    )
    for found in draft.stream.each(text):
        _listed(draft, found)
    for found in draft.stream.each("ADDITIVE MODEL? and|vs|with|to INTER MODEL?"):
        draft.optional, draft.variants = ["INTER"], ["LESS", "FULL"]
        draft.crossing = draft.span(found.start, found.stop)
        _wants_comparison(draft, found)
        draft.take(found, "two models: without and with the interaction")
    for found in draft.stream.each("NULL MODEL? COMPARE|vs SAME|MODEL?"):
        draft.variants = ["NULL", "FULL"]
        _wants_comparison(draft, found)
        draft.take(found, "compared with the model without predictors")
    _apart(draft)
    for found in draft.stream.each(f"{_COMPARED} with|to|against|vs|BY? NULL MODEL?"):
        draft.variants = ["NULL", "FULL"]
        _wants_comparison(draft, found)
        keep = found.start + (draft.stream.code(found.start)[:2] == "O.")
        draft.take(Found(keep, found.stop, {}), "compared with the model without predictors")
    for found in draft.stream.each(
        "COMPARE with|to|against|and? SAME|MODEL MODEL? with|ADD|and|has RS|RIS "
        "[ of|for|in|over <x> ]?"
    ):
        piece = Piece(True, [i.text for i in draft.stream.items(found, "x")], None, True)
        piece.sentence = -1
        draft.pieces.append(piece)
        draft.variants = ["RI", "FULL"]
        _wants_comparison(draft, found)
        draft.take(found, "compared with the model with random slopes too")
    for found in draft.stream.each(
        "COMPARE|O.compare_models with|to|against|vs|BY RI|INTONLY MODEL?"
    ):
        if draft.variants or not {"RS", "RIS"} & {s.code for s in draft.stream.symbols}:
            continue
        draft.variants = ["FULL", "RI"]
        _wants_comparison(draft, found)
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
        items = draft.stream.items(found, "x")
        piece = Piece(True, [i.text for i in items], None, not items)
        piece.sentence = -1
        draft.pieces.append(piece)
        draft.variants = ["RI", "FULL"]
        _wants_comparison(draft, found)
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
        draft.variants = [draft.stream.code(k) for k in places]
        if {"SLOPEONLY", "RS", "RIS", "BOTH"} & set(draft.variants):
            named = [s.text for s in slopes]
            place = draft.span(last, last + 1)
            piece = Piece(True, named, None, not named, place=place, sentence=-1)
            draft.pieces.append(piece)
        _wants_comparison(draft, found)
        draft.note(last, last + 1, "2 models")
        if slopes:
            draft.stream.use(last + 1, last + 3)
        for k in (found.start, first, last):
            draft.stream.use(k, k + 1)


def _two_covariances(draft: Draft) -> None:
    """ "compare correlated with uncorrelated random intercepts and slopes"."""
    what = "[ RIS|RS|RI|INT|SLOPE and|,? ]* MODEL?"
    for first, last in (("CORR", "NOCORR"), ("NOCORR", "CORR")):
        for found in draft.stream.each(
            f"{_COMPARED} of|between|:? {first} {what} with|to|vs|and|against|BY {last} {what}"
        ):
            draft.variants = ["FULL", "UNCORRELATED"]
            if first == "NOCORR":
                draft.variants.reverse()
            if {"RIS", "RS", "SLOPE"} & set(draft.stream.line.split()[found.start : found.stop]):
                place = draft.span(found.start, found.stop)
                draft.pieces.append(Piece(True, [], None, True, place=place, sentence=-1))
            _wants_comparison(draft, found)
            keep = found.start + (draft.stream.code(found.start)[:2] == "O.")
            draft.take(Found(keep, found.stop, {}), "two models: with and without correlation")


def _no_predictors(draft: Draft) -> None:
    for found in draft.stream.each("NULL MODEL?"):
        draft.no_predictors = True
        draft.take(found, "no predictors: only the average and the groups")


def _listed(draft: Draft, found: Found) -> None:
    symbols = draft.symbols(found.start, found.stop)
    kinds = [s.code for s in symbols if s.code in _VARIANT.split("|")]
    if draft.stream.code(found.start - 1) == "NEG":
        return
    if re.search(r"^(RI|RS|RIS) .*[;,] (and )?COMPARE (with|to|against|vs) NULL ", _line(symbols)):
        return  # "random intercept; compare with the null model"
    led, start = _led(draft, found.start)
    head = [draft.stream.code(k) for k in range(found.start)]
    led |= bool({"COMPARE", "O.compare_models"} & set(draft.stream.line.split()))
    led |= any(head[k] == "#" and head[k + 1] == "MODEL" for k in range(len(head) - 1))
    after = draft.stream.code(found.stop + 2)
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
    slopes = {"SLOPEONLY", "RS", "RIS", "BOTH"} & set(kinds)
    as_null = "INTONLY" in kinds and not slopes
    draft.variants = ["NULL" if k == "INTONLY" and as_null else k for k in kinds]
    items = [s for s in symbols if s.code[0] == "@" and not draft.is_group(s)]
    groups = list(dict.fromkeys(s.columns for s in symbols if draft.is_group(s)))
    piece = Piece(True, [i.text for i in items], groups or None, not items)
    piece.place = draft.span(found.start, found.stop)
    piece.sentence = -1
    if slopes or groups:
        draft.pieces.append(piece)
    _wants_comparison(draft, found)
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


def _with_and_without(draft: Draft) -> None:
    link = "with|to|vs|and|BY|COMPARE MODEL|SAME? "
    for first, last, order in (("NEG", "with|has|ADD", False), ("with|has|ADD", "NEG", True)):
        for found in draft.stream.each(f"MODEL|COMPARE {first} INTER {link} {last} INTER?"):
            draft.optional, draft.variants = (
                ["INTER"],
                ["FULL", "LESS"] if order else ["LESS", "FULL"],
            )
            draft.crossing = draft.span(found.start, found.stop)
            start = found.start - (draft.stream.code(found.start - 1) == "COMPARE")
            both = Found(start, found.stop, {})
            _wants_comparison(draft, both)
            draft.take(both, "two models: with and without the interaction")
    for found in draft.stream.each("COMPARE with|to|against|and? MODEL with|ADD|has INTER"):
        draft.optional, draft.variants = ["INTER"], ["LESS", "FULL"]
        draft.crossing = draft.span(found.start, found.stop)
        _wants_comparison(draft, found)
        draft.take(found, "two models: without and with the interaction")
    for text in (
        "COMPARE|O.compare_models MODEL? ;? NEG INTER",
        "COMPARE|O.compare_models with|to|against|vs|and MODEL|SAME? NEG INTER",
        "PREDICT|MODEL with INTER and|vs NEG",
    ):
        for found in draft.stream.each(text):
            draft.optional, draft.variants = ["INTER"], ["FULL", "LESS"]
            draft.crossing = draft.crossing or draft.span(found.start, found.stop)
            _wants_comparison(draft, found)
            draft.take(found, "two models: with and without the interaction")
    for text in (
        "is? COMPARE with|to|vs|BY MODEL|SAME <x+> is ADD",
        "is? COMPARE with|to|vs|BY MODEL|SAME MODEL? with|and|has? ADD|with <x+> [ is? ADD ]?",
    ):
        for found in draft.stream.each(text):
            items = draft.stream.items(found, "x")
            draft.optional = [c for i in items for c in i.columns]
            draft.fixed += [(len(draft.source), i.text) for i in items]
            draft.variants = ["LESS", "FULL"]
            _wants_comparison(draft, found)
            draft.take(found, "two models: without and with it")
    if {"COMPARE", "O.compare_models"} & set(draft.stream.line.split()):
        for found in draft.stream.each(
            "then|and|,? SAME MODEL? with|and|has|ADD <x+> [ is? ADD ]?"
        ):
            items = draft.stream.items(found, "x")
            if any(map(draft.is_group, items)):
                continue
            draft.optional = [c for i in items for c in i.columns]
            draft.fixed += [(len(draft.source), i.text) for i in items]
            draft.variants = ["LESS", "FULL"]
            _wants_comparison(draft, found)
            draft.take(found, "two models: without and with it")
    product = "<x> by|x|and <x2> INTER"
    for text, kinds in (
        (f"with|has {product} {link} NEG INTER?", ["FULL", "LESS"]),
        (f"NEG {product} {link} with|has|ADD INTER?", ["LESS", "FULL"]),
        (f"NEG {product} {link} MODEL has", ["LESS", "FULL"]),
    ):
        for found in draft.stream.each(f"COMPARE MODEL? {text}"):
            items = [draft.stream.items(found, name)[0] for name in ("x", "x2")]
            draft.optional, draft.variants = ["INTER"], kinds
            draft.fixed.append((items[0].start, " * ".join(i.text for i in items)))
            _wants_comparison(draft, found)
            draft.take(found, "two models: with and without the interaction")
    for found in draft.stream.each(f"COMPARE MODEL? NEG <x+> {link} with|has|ADD <x2>"):
        items = draft.stream.items(found, "x")
        if any(i.code == "@i" or draft.is_group(i) for i in items):
            continue
        draft.optional, draft.variants = [c for i in items for c in i.columns], ["LESS", "FULL"]
        draft.fixed += [(len(draft.source), i.text) for i in items]
        _wants_comparison(draft, found)
        draft.take(found, "two models: without and with it")
    for found in draft.stream.each(
        "COMPARE MODEL? with|has <x> with|to|vs|and|BY|COMPARE MODEL|SAME NEG <x2>?"
    ):
        item = draft.stream.items(found, "x")[0]
        if item.code == "@i":
            draft.optional = ["INTER"]
        else:
            draft.optional = list(item.columns)
        draft.fixed.append((item.start, item.text))
        draft.variants = ["FULL", "LESS"]
        _wants_comparison(draft, found)
        draft.take(found, "two models: with and without it")
    for found in draft.stream.each(
        "with|to|vs|and MODEL|SAME MODEL? with|has|ADD|and INTER [ of|between <x> and|by|x <x2> ]?"
    ):
        places = [k for k in range(found.start) if draft.stream.code(k) == "COMPARE"]
        if places and draft.sentence_of(places[-1]) == draft.sentence_of(found.start):
            draft.optional, draft.variants = ["INTER"], ["LESS", "FULL"]
            pair = [i for name in ("x", "x2") for i in draft.stream.items(found, name)]
            if pair:
                draft.fixed.append((len(draft.source), " * ".join(i.text for i in pair)))
            else:
                draft.crossing = draft.span(found.start, found.stop)
            _wants_comparison(draft, Found(places[-1], found.stop, {}))
            draft.take(found, "two models: without and with the interaction")
            draft.stream.use(places[-1], places[-1] + 1)
    for found in draft.stream.each("COMPARE with|to|against|and? MODEL NEG SLOPE|RS"):
        draft.variants = ["FULL", "RI"]
        _wants_comparison(draft, found)
        draft.take(found, "two models: with and without random slopes")
    for found in draft.stream.each("COMPARE with|to|against|and? MODEL NEG <x+>"):
        items = draft.stream.items(found, "x")
        draft.optional = [c for i in items for c in i.columns]
        draft.fixed += [(len(draft.source), i.text) for i in items]
        draft.variants = ["FULL", "LESS"]
        _wants_comparison(draft, found)
        draft.take(found, "two models: with and without it")
    for text in (
        "WITHWITHOUT <x> by|x|and <x2> INTER",
        "WITHWITHOUT <x+>",
        "WITHWITHOUT INTER [ between|of <x+> ]?",
        "WITHWITHOUT RS|RIS|SLOPE [ of|for|in|over <x> ]?",
        "WITHWITHOUT NOCORR|CORR",
    ):
        for found in draft.stream.each(text):
            codes = [draft.stream.code(k) for k in range(found.start, found.stop)]
            items = draft.stream.items(found, "x")
            draft.variants = ["FULL", "LESS"]
            without = draft.source[slice(*draft.span(found.start, found.start + 1))].lower()
            without_first = without.find("without") <= without.find("with")
            if {"RS", "RIS", "SLOPE"} & set(codes):
                piece = Piece(True, [i.text for i in items], None, not items)
                piece.sentence = -1
                draft.pieces.append(piece)
                draft.variants = ["FULL", "RI"]
            elif "NOCORR" in codes or "CORR" in codes:
                draft.variants = ["FULL", "UNCORRELATED"]
            elif "INTER" in codes:
                draft.optional = ["INTER"]
                draft.crossing = draft.span(found.start, found.stop)
                items += draft.stream.items(found, "x2")
                if items:
                    text = " * ".join(i.text for i in items)
                    draft.fixed.append((items[0].start, text))
                    draft.crossing = None
            else:
                draft.optional = [c for i in items for c in i.columns]
                draft.fixed += [(len(draft.source), i.text) for i in items]
            if without_first:
                draft.variants.reverse()
            _wants_comparison(draft, found)
            start = found.start
            while draft.stream.code(start - 1) in (
                "MODEL",
                "COMPARE",
                "O.compare_models",
                "PREDICT",
            ):
                start -= 1
            draft.note(start, found.stop, "two models: with and without it")
            draft.stream.use(start, found.stop)


def _wants_comparison(draft: Draft, found: Found) -> None:
    draft.want("compare_models", draft.stream.symbols[found.start].start + 1)
