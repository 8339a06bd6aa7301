"""Phrases around a column: log, centring, squares, categories."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

_CALLS = {
    "LOG": "log", "LOGVERB": "log", "LOGSCALE": "log", "LOG10": "log10", "LOG2": "log2",
    "SQRT": "sqrt", "SQRTVERB": "sqrt", "CENTER": "center", "CENTERED": "center",
    "SCALE": "scale", "SCALED": "scale", "CATEGORICAL": "factor",
}  # fmt: skip
_WORDS = {
    "log": "natural logarithm", "log10": "base-10 logarithm", "log2": "base-2 logarithm",
    "sqrt": "square root", "center": "centred at its mean",
    "scale": "standardised: mean 0, SD 1", "factor": "as categories",
}  # fmt: skip
_VERBS = "CENTER|SCALE|LOGVERB|SQRTVERB"
_BEFORE = "LOG|LOGVERB|LOG10|LOG2|SQRT|SQRTVERB|CENTER|CENTERED|SCALE|SCALED|CATEGORICAL"
_AFTER = "CENTERED|SCALED|LOGSCALE|CATEGORICAL|LOG"
_IS = (":", "is", "of")
_LINKS = (";", ",", "_", "then", "(", "and")


def same_twice(draft: Draft) -> None:
    """ "reaction time (RT)", "arm (active or placebo)", "treatment: arm"."""
    for text in ("<x> ( <x2> )", "<x> :|is? <x2>", "<x> to <x2>", "<x> , <x2> ,|;|and"):
        for found in draft.stream.each(text):
            item, other = (draft.stream.items(found, name)[0] for name in ("x", "x2"))
            if item.columns != other.columns:
                continue
            if draft.stream.code(found.start + 1) == ",":
                found = Found(found.start, found.stop - 1, {})  # "group, A versus B, and week"
                if draft.stream.code(found.stop + 1) in ("SQUARED", "QUAD"):
                    continue
            new = [item]  # "reaction time (RT)"
            said = [draft.source[i.start : i.end] for i in (item, other)]
            if draft.stream.code(found.start + 1) == ":" and said[0] != said[1]:
                # "treatment: arm", "subjects = Subject": what the column is for.
                label = "GROUPED" if draft.is_group(item) else "PRED"
                new = [Symbol(label, item.start, item.end), Symbol(":", item.end, item.end), other]
            draft.stream.replace(found.start, found.stop, new)


def transformations(draft: Draft) -> None:
    """Functions of columns, written before or behind their names."""
    same_twice(draft)
    for found in draft.stream.each(f"with|REPLACE? {_BEFORE} <x> NEG <x2>"):
        item, other = (draft.stream.items(found, name)[0] for name in ("x", "x2"))
        if item.columns == other.columns:  # "the standardised dose instead of the dose"
            code = next(
                c for c in draft.stream.line.split()[found.start : found.stop] if c in _CALLS
            )
            _mark(draft, found, [item], _CALLS[code], alone=True)
    for found in draft.stream.each("LOG10|LOG2 COMPUTE <x> ;|,"):
        whole = Found(found.start, found.stop - 1, found.groups)  # "log10-transform reaction;"
        code = draft.stream.code(found.start)
        _mark(draft, whole, draft.stream.items(found, "x"), _CALLS[code], alone=True)
    for found in draft.stream.each(f"REPLACE <x> for|by|with|BY {_AFTER}"):
        code = draft.stream.code(found.stop - 1)
        _mark(draft, found, draft.stream.items(found, "x"), _CALLS[code], alone=True)
    _one_call(draft, f"<x> , is COMPUTE? to|as? {_AFTER} ,")
    _one_call(draft, f"<x> (|, as? {_AFTER} )|;|,|at")
    for found in draft.stream.each(f"<x+> is {_AFTER}"):
        items = draft.stream.items(found, "x")
        verb = draft.stream.symbols[found.stop - 2]
        many = draft.word(verb).startswith(("have", "are", "were"))
        leads = draft.stream.code(found.start - 1) == ";" and not any(map(draft.is_group, items))
        if many and leads and len(items) > 1:  # "after age and dose have been standardised"
            _mark(draft, found, items, _CALLS[draft.stream.code(found.stop - 1)], alone=True)
    _one_call(draft, f"<x> is|as to|as? {_AFTER}", whole=True)
    _one_call(draft, "TREAT <x> CATEGORICAL", whole=True)
    for found in draft.stream.each(f"{_BEFORE} of|on|to|for? (? <x+> at|on? )?"):
        code = draft.stream.code(found.start)
        items = draft.stream.items(found, "x")
        if draft.stream.code(found.start - 1) == "NEG":
            names = ", ".join(i.text for i in items[:1])
            draft.note(found.start - 1, found.start + 1, f"{names} stays as it is")
            at = next(k for k in range(found.start, found.stop) if draft.stream.code(k)[0] == "@")
            draft.served |= set(items[0].columns)
            draft.stream.use(found.start - 1, at + 1)
            continue
        if any(map(draft.is_group, items)):
            kept = next(k for k, i in enumerate(items) if draft.is_group(i))
            if kept == 0:
                continue
            items = items[:kept]  # "centre age, child random"
            last = draft.stream.symbols.index(items[-1])
            found = Found(found.start, last + 1, found.groups)
        if code == "CENTER" and draft.stream.code(found.stop) == "#":
            continue
        if draft.stream.code(found.stop - 1) in ("at", "on") and code != "CENTER":
            found = Found(found.start, found.stop - 1, found.groups)
        if code not in _VERBS.split("|") and len(items) > 1:
            items = items[:1]  # "log income and age": the first one only
            at = next(k for k in range(found.start, found.stop) if draft.stream.code(k)[0] == "@")
            found = Found(found.start, at + 1, found.groups)
        _mark(draft, found, items, _CALLS[code], _alone(draft, found, code))
    _one_call(draft, f"<x> {_AFTER}")
    for found in draft.stream.each("LOG|LOG10|LOG2|SQRT|LOGVERB|SQRTVERB OUT"):
        if draft.stream.code(found.stop)[0] != "@" and draft.stream.code(found.stop) not in _IS:
            draft.outcome_call = _CALLS[draft.stream.code(found.start)]
            draft.take(found, f"outcome: {_WORDS[draft.outcome_call]}")
    _squares(draft)


def _one_call(draft: Draft, text: str, whole: bool = False) -> None:
    for found in draft.stream.each(text):
        codes = [draft.stream.code(k) for k in range(found.start, found.stop)]
        code = next(c for c in codes if c in _CALLS)
        if codes[-1] in (";", ","):
            found = Found(found.start, found.stop - 1, found.groups)
            aside = code == "LOG" and "is" not in codes and not _done(draft, found)
            if aside or draft.stream.code(found.start - 1) in ("and", ","):
                continue
        items = draft.stream.items(found, "x")
        if not whole and _opens(draft, found, items):
            _mark(
                draft, Found(found.start - 1, found.stop, found.groups), items, _CALLS[code], True
            )
        else:
            _mark(draft, found, items, _CALLS[code], whole)


def _opens(draft: Draft, found: Found, items: list[Symbol]) -> bool:
    """ "Take visit as categorical; pressure by arm and visit": a sentence that only prepares."""
    led = draft.stream.code(found.start - 1) == "with"
    led &= draft.stream.code(found.start - 2) == ";" and draft.stream.code(found.stop) == ";"
    later = {c for s in draft.stream.symbols[found.stop :] for c in s.columns}
    return led and all(set(item.columns) <= later for item in items)


def _done(draft: Draft, found: Found) -> bool:
    """ "distance, log-transformed" says what was done; "distance, log …" may begin another."""
    first, last = draft.span(found.start, found.stop)
    return draft.source[first:last].lower().endswith("ed")


def _alone(draft: Draft, found: Found, code: str) -> bool:
    """An instruction by itself ("centre age;"), not part of a list of predictors."""
    if draft.stream.code(found.start - 1) == "with" and draft.stream.code(found.stop) == ";":
        earlier = {draft.stream.code(k)[0] for k in range(found.start)}
        return "@" not in earlier  # "now use standardised SES"
    if code not in _VERBS.split("|") or draft.stream.code(found.start + 1) == "(":
        return False  # "center(age)" among predictors
    before, after = draft.stream.code(found.start - 1), draft.stream.code(found.stop)
    if before == ":" and draft.stream.code(found.start - 2) in ("does", "U", "_", ";", "STEP"):
        before = ";"  # "please do the following: centre age."
    follows = draft.stream.code(found.stop + 1)
    ends = after in (";", ",") or (after in ("and", "then", "_") and follows[0] != "@")
    return (found.start == 0 or before in _LINKS) and ends


def _mark(draft: Draft, found: Found, items: list[Symbol], call: str, alone: bool) -> None:
    for item in items:
        if call == "factor" and item.code == "@c":
            continue  # it has levels already
        for column in item.columns:
            draft.add_call(column, call, draft.stream.symbols[found.start].start)
    names = ", ".join(c for item in items for c in item.columns)
    draft.note(found.start, found.stop, f"{names}: {_WORDS[call]}")
    if alone:
        draft.stream.use(found.start, found.stop)
        if len(items) == 1 and call in ("log", "log10", "log2", "sqrt"):
            draft.owners.append(replace(items[0], code="transformed"))
        return
    start = found.start
    if items and call == "factor":
        items = [replace(i, code="@c") if i.code == "@n" else i for i in items]
    joined: list[Symbol] = []
    for item in items:
        joined += [*([Symbol("and", item.start, item.start)] if joined else []), item]
    draft.stream.replace(start, found.stop, joined)


def _squares(draft: Draft) -> None:
    for text in ("<x> and|, <x2> SQUARED", "<x> and|, SQUARED <x2>", "<x> SQUARED"):
        for found in draft.stream.each(text):
            item = draft.stream.items(found, "x")[0]
            if "x2" in found.groups and draft.stream.items(found, "x2")[0].columns != item.columns:
                continue
            both = "x2" in found.groups
            square = f"{item.text} + I({item.text}^2)" if both else f"I({item.text}^2)"
            _item(draft, found, square, item.columns)
    for code, powers in (("LINEARQUAD", (2,)), ("QUAD", (2,)), ("CUBIC", (2, 3))):
        for found in draft.stream.each(f"{code} EFFECT|SLOPE? in|of|for|over|on? <x>"):
            item = draft.stream.items(found, "x")[0]
            text = " + ".join([item.text, *(f"I({item.text}^{p})" for p in powers)])
            _item(draft, found, text, item.columns, lead="EFFECT")
        for found in draft.stream.each(f"<x> (? {code} EFFECT|SLOPE? )?"):
            item = draft.stream.items(found, "x")[0]
            text = " + ".join([item.text, *(f"I({item.text}^{p})" for p in powers)])
            _item(draft, found, text, item.columns)


def _item(draft: Draft, found: Found, text: str, columns: tuple[str, ...], lead: str = "") -> None:
    start, end = draft.span(found.start, found.stop)
    draft.note(found.start, found.stop, text)
    new = [Symbol("@i", start, end, text, columns)]
    if lead:
        new = [Symbol(lead, start, start), Symbol("of", start, start), *new]
    draft.stream.replace(found.start, found.stop, new)
