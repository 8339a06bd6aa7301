"""Random effects: intercepts, slopes, groups, nested and crossed, correlated or not."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.random_refused import correlation, excepted, refused
from lmm_core.model.sentence.random_varying import own_levels, varying, varying_effects
from lmm_core.model.sentence.random_walk import Tail, add_piece, group_before, walk
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

_KINDS = {
    "RI": (True, False), "RS": (True, True), "RIS": (True, True),
    "SLOPEONLY": (False, True), "INTONLY": (True, False),
}  # fmt: skip


def random_effects(draft: Draft) -> None:
    """Take all statements about random effects out of the stream."""
    for found in draft.stream.each("RE|RI|RS|RIS|GROUPED :|is|of|with|for|as? FR"):
        draft.stream.use(found.start, found.stop - 1)  # "random effects: (1 | school)"
    correlation(draft)
    refused(draft)
    _leading(draft)
    own_levels(draft)
    varying(draft)
    excepted(draft)
    _headed(draft)
    varying_effects(draft)
    _grouping(draft)
    for found in draft.stream.each("NESTED in|within|of|BY|at? each? <g!>"):
        group = draft.stream.symbols[found.stop - 1]
        if draft.is_group(group):  # "the scores come from several schools"
            add_piece(draft, found, True, False, Tail(found.stop, [], [group.columns]), False)
    for found in draft.stream.each("<g!> is VARY"):
        group = draft.stream.symbols[found.groups["g"][0]]
        if draft.is_group(group):  # "the schools are different"
            add_piece(draft, found, True, False, Tail(found.stop, [], [group.columns]), False)


def _leading(draft: Draft) -> None:
    """ "RE: intercept and slope of week" and the like become one keyword."""
    for text, codes in (
        ("RE :|is|of|for|by? <g!> ( INT and|,|with SLOPE of|for|in|over? <l>? )", "RIS"),
        ("RE :|is|of|for|by? <g!> ( INT ONLY? )", "RI"),
        ("RE :|is|of|for|by? <g!> : INTONLY|RI", "RI"),
        ("RE :|is|of|for|by? <g!> : RIS", "RIS"),
        ("RE :|is|of|for|by? <g!> ( SLOPE of|for|in|over? <l>? )", "RS"),
        ("RIS|RS <g!> ( <l> )", "RIS"),
        ("RE :|is|of|for|by? <g!> ( INT and|,|with <l> SLOPE )", "RIS"),
        ("RE :|,|with? INT and|,|with <l> SLOPE", "RIS"),
        ("RE with <l> SLOPE", "RIS"),
        ("RI and|,|with <l> SLOPE", "RIS"),
        ("<g!> ( INT )", "RI"),
        ("<g!> ( INTONLY|RI ONLY? )", "RI"),
        ("RE :|is INT and|,? <l>", "RIS"),
        ("RE ( INT and|,|with SLOPE of|for|in|over? <l>? )", "RIS"),
        ("RE ( SLOPE of|for|in|over? <l>? )", "RS"),
        ("RE ( INT ONLY? )", "RI"),
        ("RIS|RS ( <l> ) per|by|for|across|within each? <g!>", "RIS"),
    ):
        for found in draft.stream.each(text):
            start, end = draft.span(found.start, found.stop)
            new = [Symbol(codes, start, end)]
            if "g" in found.groups:
                group = draft.stream.symbols[found.groups["g"][0]]
                if not draft.is_group(group):
                    continue
                new += [Symbol("each", end, end), group]
            slopes = draft.stream.items(found, "l")
            new += [Symbol("of", end, end), slopes[0]] if slopes else []
            draft.stream.replace(found.start, found.stop, new)
    for text, code in (
        ("RE BOTH? :|is|with|in|for|on|,? INT and|with|,? RE|in? SLOPE", "RIS"),
        ("RE :|is|with|in|for|on|,? SLOPE and|with|,? RE? INT", "RIS"),
        ("RE :|is|with|,? SLOPE", "RS"),
        ("RE :|is|with? INT", "RI"),
        ("RI and|,|with? per|for|by? SLOPE of|for|over", "RIS"),
        ("RE :|is|with? RI", "RI"),
        ("RE :|is|with? RS", "RS"),
        ("RE :|is|with? RIS", "RIS"),
        ("RE :|is? <g!> INT and SLOPE", "RIS"),
        ("RE :|is? <g!> SLOPE", "RS"),
        ("RE :|is? <g!> INT", "RI"),
    ):
        for found in draft.stream.each(text):
            start, end = draft.span(found.start, found.stop)
            extra = []
            if "g" in found.groups:
                extra = [Symbol("each", start, start), draft.stream.symbols[found.groups["g"][0]]]
            if _code(draft, found.stop - 1) in ("of", "for", "over"):
                extra = [draft.stream.symbols[found.stop - 1]]
            draft.stream.replace(found.start, found.stop, [Symbol(code, start, end), *extra])


def _headed(draft: Draft) -> None:
    """A keyword and what follows it; the group may also stand before ("by-subject slopes")."""
    for found in draft.stream.each("RI|RS|RIS|SLOPEONLY|INTONLY"):
        code = _code(draft, found.start)
        intercept, slopes = _KINDS[code]
        start = found.start
        tail = walk(draft, found.stop, slopes)
        if _code(draft, start - 1) == "@g" and _code(draft, start - 2) in ("by", "per", "each"):
            own = walk(draft, found.stop, slopes, grouped=True)
            if own.slopes and tail.groups:
                tail = own  # "by-subject slopes of x, by-item intercepts"
        said = draft.said(found.start, found.stop)
        if said.endswith("model") and _code(draft, found.stop) in (":", "for", "of"):
            tail = Tail(found.stop)  # "random-slopes model: reaction over days …"
        if code == "RS" and not tail.slopes and _code(draft, start - 1) == "with":
            own = draft.stream.symbols[start - 2] if start > 1 else None
            listed = _code(draft, start - 3) in ("PRED", ",", "and", ":")
            if (
                own is not None and own.code == "@n" and listed
            ):  # "SES with a random slope per school"
                tail.slopes = [own.text]
        before = group_before(draft, start, bool(tail.groups))
        if before is not None:
            start, groups = before
            tail.groups = [*groups, *tail.groups]
        if _code(draft, start - 1) in ("with", "has", "and", "as", ",") and start == found.start:
            start -= 1
        only = code in ("SLOPEONLY", "INTONLY")
        stop = tail.stop
        if _code(draft, stop) == "ONLY":
            only, stop = True, stop + 1
        if _code(draft, start - 1) == "ONLY":
            only, start = True, start - 1
        if code == "RS" and only and draft.no_intercept:
            intercept = False
        add_piece(draft, Found(start, stop, {}), intercept, slopes, tail, only)
    for found in draft.stream.each("RE"):
        _random_effect(draft, found)


def _repeated(draft: Draft) -> None:
    """ "repeated measures of pain over months in patients"."""
    for text in (
        "GROUPED of|on? <y> over|at|across|by <x> in|within|per|for|on|by each|per? <g!>",
        "GROUPED of|on? <y> in|within|per|for|on|by each|per? <g!>",
    ):
        for found in draft.stream.each(text):
            item, group = draft.stream.items(found, "y")[0], draft.stream.symbols[found.stop - 1]
            if item.code != "@n" or not draft.is_group(group) or draft.outcome is not None:
                continue
            draft.set_outcome(item)
            draft.add_fixed([x for x in draft.stream.items(found, "x") if x.code != "@g"])
            tail = Tail(found.stop, [], [group.columns])
            add_piece(draft, found, True, False, tail, False)


def _crossed(draft: Draft) -> None:
    """ "subjects and items are crossed"."""
    for text in ("<g!> and|, <h!> is? CROSSED", "<g!> CROSSED with|by|and <h!>"):
        for found in draft.stream.each(text):
            groups = [s for s in draft.symbols(found.start, found.stop) if s.code[0] == "@"]
            if all(map(draft.is_group, groups)):
                tail = Tail(found.stop, [], [g.columns for g in groups])
                add_piece(draft, found, True, False, tail, False)


def _random_effect(draft: Draft, found: Found) -> None:
    """ "subject as random effect", "random effects: subject and item", "random subject"."""
    start, stop = found.start, found.stop
    back = start - 1
    while _code(draft, back) in (
        "as",
        "is",
        ":",
        "with",
        "at",
        "to",
        "has",
        "(",
        "CROSSED",
        "BOTH",
        "NESTED",
    ):
        back -= 1
    groups: list[tuple[str, ...]] = []
    k = back
    if back < start - 1 or _code(draft, back) in ("@g", "@h"):
        named = ("@g", "@h", "@c") if _code(draft, back + 1) in ("as", "is") else ("@g", "@h")
        while _code(draft, k) in named or (
            _code(draft, k) in ("and", ",") and _code(draft, k - 1) in ("@g", "@h")
        ):
            if _code(draft, k)[0] == "@":
                if groups and _code(draft, k + 1)[0] == "@":
                    break  # "the kids are in schools, so school is random"
                groups.insert(0, draft.stream.symbols[k].columns)
            k -= 1
    if groups:
        start = k + 1
        if _code(draft, start - 1) in ("with", "and", ",", "by"):
            start -= 1
        tail = Tail(stop, [], groups)
        if _code(draft, stop) in ("of", "for", "over") and _code(draft, stop + 1) == "@n":
            more = walk(draft, stop, True)
            tail = Tail(more.stop, more.slopes, groups + more.groups)
    else:
        tail = walk(draft, stop, True)
    if not tail.groups and not tail.slopes:
        return
    add_piece(draft, Found(start, tail.stop, {}), True, bool(tail.slopes), tail, False)


def _grouping(draft: Draft) -> None:
    _crossed(draft)
    _repeated(draft)
    for found in draft.stream.each("INT # is|: <g!>"):
        group = draft.stream.symbols[found.stop - 1]
        if draft.is_group(group) and draft.stream.symbols[found.start + 1].value >= 2:
            add_piece(draft, found, True, False, Tail(found.stop, [], [group.columns]), False)
    for found in draft.stream.each(
        "SHARE <y> is|does? [ between EFFECT ]? between|BY|at|by|in|of|to each|per? <g!>"
    ):
        item, group = draft.stream.items(found, "y")[0], draft.stream.symbols[found.stop - 1]
        if draft.is_group(group):
            draft.set_outcome(item)
            draft.want("icc", draft.stream.symbols[found.start].start)
            add_piece(draft, found, True, False, Tail(found.stop, [], [group.columns]), False)
    for text in (
        "GROUPED by|in|on|per|is|:|within|for|of|across|with|over|at|as? :|each|per? <g!> "
        "[ and|, each|per|by|within? <h!> ]*",
        "TREAT? <g!> as|is|(? GROUPED )?",
    ):
        for found in draft.stream.each(text):
            symbols = draft.symbols(found.start, found.stop)
            groups = [s.columns for s in symbols if draft.is_group(s)]
            first = draft.stream.symbols[found.groups["g"][0]]
            said = draft.stream.code(found.groups["g"][0] - 1)
            word = draft.said(found.start, found.start + 1)
            if first.code == "@n" and word.startswith(("repeat", "longit", "measured")):
                continue  # "seen repeatedly: pressure by visit" names the outcome
            if not groups and first.code in ("@c", "@n") and said in ("by", ":", "is", "each"):
                groups = [first.columns]
            if not groups or (not draft.is_group(first) and "of" in [s.code for s in symbols]):
                continue
            stop = found.stop
            while (
                stop > found.start
                and _code(draft, stop - 1)[0] == "@"
                and (
                    not draft.is_group(draft.stream.symbols[stop - 1])
                    and len(groups) > 0
                    and draft.stream.symbols[stop - 1].columns not in groups
                )
            ):
                stop -= 2
            add_piece(
                draft, Found(found.start, stop, {}), True, False, Tail(stop, [], groups), False
            )


def _code(draft: Draft, k: int) -> str:
    return draft.stream.code(k)
