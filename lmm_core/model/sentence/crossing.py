"""Interactions: "treatment by time interaction", "a * b", "and their interaction"."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol


def interactions(draft: Draft) -> None:
    """Replace each phrase by one item; what names no columns is kept for the end."""
    _negated(draft)
    _in_lists(draft)
    for text in (
        "<a> x <b> x <c> INTER?",
        "<a> x <b> INTER?",
        "<a> by <b> by <c> INTER",
        "<a> by <b> INTER",
        "INTER between|of|among|for|with|:|in|is? <a> by|x|with <b>",
        "INTER between|of|among|for|with|:|in|is? <l+>",
        "<a> INTER with|by|on? <b>",
        "<a> and|- <b> INTER",
        "<a> <b> INTER",
        "<a> / <b> INTER",
    ):
        for found in draft.stream.each(text):
            _cross(draft, found)
    _products(draft)
    for found in draft.stream.each("<l+> ,? and|with INTER"):
        items = draft.stream.items(found, "l")
        alone = draft.stream.code(found.start - 1) not in (",", "and", "or")
        if alone and len(items) == 2 and all(i.code in ("@n", "@c") for i in items):
            _cross(draft, found)  # "group, week and their interaction, age as covariate"
    for found in draft.stream.each("FACTORIAL of|in|with|:? <l+>"):
        items = draft.stream.items(found, "l")
        text = " * ".join(i.text for i in items)
        _replace(draft, found, items, text, f"{_names(items, ' × ')}: all interactions")
    for found in draft.stream.each("ALLTWO between|of|among|for? <l+>"):
        items = draft.stream.items(found, "l")
        text = "(" + " + ".join(i.text for i in items) + ")^2"
        _replace(draft, found, items, text, f"all two-way interactions of {_names(items)}")
    for found in draft.stream.each("and|with|,? ALLTWO"):
        draft.squares = True
        draft.take(found, "all two-way interactions of the predictors")
    for text in ("and|with|,|( and|with|ADD? INTER [ as PRED ]?", "ADD? INTER ADD|has|is?"):
        for found in draft.stream.each(text):
            draft.crossing = draft.span(found.start, found.stop)
            draft.stream.replace(found.start, found.stop, [])


def _in_lists(draft: Draft) -> None:
    """Among predictors "month by treatment" is a product too."""
    for found in draft.stream.each("<a> by <b>"):
        k = found.start
        while k > 0 and draft.stream.code(k - 1) != ";" and draft.stream.code(k) != "PRED":
            k -= 1
        items = [draft.stream.items(found, n)[0] for n in ("a", "b")]
        follows = draft.stream.code(found.stop) in ("as", "is")
        follows = follows and draft.stream.code(found.stop + 1) == "PRED"
        whole = [c for s in draft.stream.symbols for c in s.columns if s.code[0] == "@"]
        twice = draft.stream.code(found.start - 1) in (",", "and") and all(
            whole.count(c) > 1 for i in items for c in i.columns
        )
        if (
            (draft.stream.code(k) == "PRED" or follows or twice)
            and not any(i.code == "@g" for i in items)
            and not {"RI", "RS", "RIS"} & {draft.stream.code(j) for j in range(k, found.start)}
        ):
            _cross(draft, found)


def _negated(draft: Draft) -> None:
    for text in ("INTER is|:|between|of? [ between|of <l+> ]? is|:? NONE|NEG", "NONE INTER"):
        for found in draft.stream.each(text):
            draft.no_interaction = True
            draft.take(found, "no interaction")
    for found in draft.stream.each("NEG INTER and|, RS|RI"):
        draft.no_interaction = True
        draft.no_slopes |= draft.stream.code(found.stop - 1) == "RS"
        draft.no_intercept |= draft.stream.code(found.stop - 1) == "RI"
        draft.take(found, "no interaction, no such random effect")
    for found in draft.stream.each("NEG RS and|, INTER"):
        draft.no_interaction = draft.no_slopes = True
        draft.take(found, "no interaction, no random slope")
    for found in draft.stream.each("NEG ADD|and|each? INTER [ between|of|for|with? <l+> ]?"):
        draft.no_interaction = True
        draft.take(found, "no interaction")


def _cross(draft: Draft, found: Found) -> None:
    items = [s for s in draft.symbols(found.start, found.stop) if s.code[0] == "@"]
    if any(i.code == "@g" for i in items) and draft.stream.code(found.stop - 1) != "INTER":
        return
    if len(items) == 1 and items[0].code == "@i":
        draft.stream.replace(found.start, found.stop, [items[0]])
        return
    if len(items) == 1:
        # "and its interaction with arm": the partner is the predictor before.
        draft.crossing = draft.span(found.start, found.stop)
        draft.crossing_with = items[0].text
        draft.stream.use(found.start, found.stop)
        return
    text = " * ".join(i.text if "+" not in i.text else f"({i.text})" for i in items)
    _replace(draft, found, items, text, f"{_names(items, ' × ')}: interaction and main effects")


def _products(draft: Draft) -> None:
    """ "age:Sex" without spaces is the product alone, as in a formula."""
    for found in draft.stream.each("<a> : <b>"):
        a, b = draft.stream.symbols[found.start], draft.stream.symbols[found.stop - 1]
        if draft.source[a.end : b.start] == ":" and draft.is_group(a) and draft.is_group(b):
            start, end = draft.span(found.start, found.stop)
            chain = (*b.columns, *a.columns)  # "class:school", as lme4 names a group
            new = Symbol("@h", start, end, "/".join(chain), chain)
            draft.stream.replace(found.start, found.stop, [new])
        elif draft.source[a.end : b.start] == ":":
            _replace(draft, found, [a, b], f"{a.text}:{b.text}", "interaction alone")


def _replace(draft: Draft, found: Found, items: list[Symbol], text: str, meaning: str) -> None:
    start, end = draft.span(found.start, found.stop)
    draft.note(found.start, found.stop, meaning)
    columns = tuple(c for i in items for c in i.columns)
    draft.stream.replace(found.start, found.stop, [Symbol("@i", start, end, text, columns)])


def _names(items: list[Symbol], joint: str = ", ") -> str:
    return joint.join(i.text for i in items)
