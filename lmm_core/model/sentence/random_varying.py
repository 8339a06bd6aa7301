"""Intercepts and slopes that vary: "each child has its own level", "slopes differ by school"."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.random_walk import Tail, add_piece, walk
from lmm_core.model.sentence.stream import Found

_OF = "of|for|over|in|on"

_PER = "BY|per|by|for|of|across|within|between|in|over|on|from|with"


def own_levels(draft: Draft) -> None:
    """ "each child has its own starting level and its own change per week"."""
    starts = "with|for|and|,|allow|where? each|per? <g!> to? has|with|gets? "
    own = "has|with|to|at? each? [ OWN|RE|VARY ] "
    rate = "SLOPE|CHANGE|EFFECT"
    along = "[ over|with|across|by <l> ]?"
    changes = f"CHANGE {along} at|with|by VARY|OWN SLOPE {along.replace('<l>', '<l2>')}"
    which = "per|for|by|each|within each? <g!>"
    for text, kinds in (
        (f"{starts} ,? at|with VARY|OWN <y> and|, {changes}", (True, True)),
        (f"{which} : INT and|,|with <l> SLOPE ,? RE?", (True, True)),
        (f"{which} : INT and|,|with SLOPE [ of|for|over|in <l+> ]? ,? RE?", (True, True)),
        (f"{which} : INT ,? RE?", (True, False)),
        (f"{which} ,? INT and|, SLOPE [ of|for|over|in <l+> ]? VARY", (True, True)),
        (f"{which} ,? INT|INTONLY VARY", (True, False)),
        (f"{starts} to? has? BOTH? INT and|, <l> {rate} OWN", (True, True)),
        (f"{starts} {own} INT and|, {changes}", (True, True)),
        (f"{starts} {own} INT and|,|with OWN? <l> {rate}", (True, True)),
        (
            f"{starts} {own} INT [ of|in <y> ]? and|,|with|BOTH? has? OWN|RE|VARY? OWN? {rate} "
            f"[ {_OF}|per|across|with <l+> ]?",
            (True, True),
        ),
        (
            f"{starts} {own} {rate} [ {_OF}|per <l+> ]? and|,|with? has|OWN|RE? OWN? INT",
            (True, True),
        ),
        (f"{starts} {own} {rate} [ {_OF}|per|across|with <l+> ]?", (True, True)),
        (f"{starts} {own} <l> {rate}", (True, True)),
        (f"{starts} has {rate} OWN", (True, True)),
        (f"{starts} to? has? <l> {rate} OWN", (True, True)),
        (
            f"{starts} to? has? BOTH? INT and SLOPE OWN? [ {_OF}|per|across|with <l+> ]? "
            "OWN? VARY?",
            (True, True),
        ),
        (f"{starts} to? has? INT OWN", (True, False)),
        (f"{starts} {own} <y> INT|_? ", (True, False)),
        (f"{starts} CHANGE|AFFECT at|with|by|in OWN SLOPE", (True, True)),
        (f"{starts} {own} INT", (True, False)),
        (
            f"OWN INT and|,|with? OWN? {rate} [ {_OF}|per <l+> ]? for|per|by each|per? <g!>",
            (True, True),
        ),
        (f"OWN {rate} [ {_OF}|over <l+> ]? for|per|by each|per? <g!>", (True, True)),
        ("OWN INT for|per|by each|per? <g!>", (True, False)),
        ("with? INT OWN for|per|by each|per? <g!>", (True, False)),
    ):
        for found in draft.stream.each(text):
            group = draft.stream.symbols[found.groups["g"][0]]
            headed = text.startswith(which) and draft.stream.code(found.start - 1) == "RE"
            if not draft.is_group(group) or headed:
                continue
            slopes = [i.text for name in ("l", "l2") for i in draft.stream.items(found, name)]
            level = draft.stream.items(found, "y")
            if level and (level[0].code != "@n" or found.stop - found.start < 5):
                continue
            draft.served |= {c for s in level for c in s.columns}
            if level and (text.endswith(changes) or (draft.outcome is None and "INT [ of" in text)):
                draft.set_outcome(level[0])  # "starts at a different pain level and changes …"
            add_piece(draft, found, *kinds, Tail(found.stop, slopes, [group.columns]), False)


def varying(draft: Draft) -> None:
    """ "intercepts vary by school", "patients differ in level and slope"."""
    for found in draft.stream.each(
        "<l+> BOTH? with|has SLOPE is? VARY by|per|across|between|over|in each? <g!>"
    ):
        group, items = draft.stream.symbols[found.stop - 1], draft.stream.items(found, "l")
        if draft.is_group(group) and not any(map(draft.is_group, items)):
            rest = Found(found.groups["l"][1], found.stop, {})
            tail = Tail(found.stop, [i.text for i in items], [group.columns])
            add_piece(draft, rest, True, True, tail, False)
    can = "to|is|allow? VARY|RE"
    for text, kinds in (
        (
            f"allow? <g!> {can} BOTH? [ in|by|on|with BOTH? each? INT and|,|in? in? SLOPE|CHANGE "
            f"[ {_OF} <l+> ]? ]",
            (True, True),
        ),
        (f"allow? <g!> {can} in|by|on|with BOTH? SLOPE [ {_OF} <l+> ]? and in? INT", (True, True)),
        (
            f"allow? <g!> {can} in|by|on|with SLOPE|CHANGE [ {_OF} <l+> ]? and|but|,? NEG in? INT",
            (False, True),
        ),
        (f"allow? <g!> {can} in|by|on|with INT and|but|,? NEG in? SLOPE|CHANGE", (True, False)),
        (f"allow? <g!> {can} in|by|on|with SLOPE|CHANGE [ {_OF} <l+> ]?", (True, True)),
        (f"allow? <g!> {can} in|by|on|with INT|INTONLY", (True, False)),
        (f"allow? INT and|, SLOPE [ {_OF} <l+> ]? {can}", (True, True)),
        (f"allow? SLOPE [ {_OF} <l+> ]? and|, INT {can}", (True, True)),
        (f"allow? INT and|, <l> SLOPE {can}", (True, True)),
        (f"allow? INT and|, <l> {can}", (True, True)),
        (f"allow? SLOPE {_OF} <l+> {can}", (True, True)),
        (f"allow? <l> SLOPE {can}", (True, True)),
        (f"allow? SLOPE {can}", (True, True)),
        (
            f"SLOPEONLY {_OF} <l+> VARY|RE across|between|BY|by|per|for|in? each? <g!>",
            (False, True),
        ),
        ("EFFECT is? VARY across|between|BY|by|per|for|in each? <g!>", (True, True)),
        (f"allow? INT {can}", (True, False)),
    ):
        for found in draft.stream.each(text):
            slopes = [i.text for i in draft.stream.items(found, "l")]
            groups = []
            stop = found.stop
            if "g" in found.groups:
                group = draft.stream.symbols[found.groups["g"][0]]
                if not draft.is_group(group):
                    continue
                groups = [group.columns]
            else:
                rest = walk(draft, found.stop, False)
                walked = draft.symbols(found.stop, rest.stop)
                if any(s.code in ("@c", "@n") for s in walked):
                    continue  # "slopes differ between the sexes" is an interaction
                groups, stop = rest.groups, max(found.stop, rest.stop)
            tail = Tail(stop, slopes, groups)
            add_piece(draft, Found(found.start, stop, {}), *kinds, tail, False)
    for found in draft.stream.each("by|per? <g!> INT and|, by|per? <h!> <l> SLOPE"):
        groups = [draft.stream.symbols[found.groups[n][0]] for n in ("g", "h")]
        if all(map(draft.is_group, groups)) and groups[0].columns == groups[1].columns:
            tail = Tail(found.stop, [draft.stream.items(found, "l")[0].text], [groups[0].columns])
            add_piece(draft, found, True, True, tail, False)
    for text, kinds in (
        ("<g!> BOTH? OWN? INT and|, OWN? SLOPE [ of|for|over|in|on <l+> ]?", (True, True)),
        ("<g!> OWN? SLOPE and|, OWN? INT", (True, True)),
        ("<g!> OWN SLOPE [ of|for|over|in|on <l+> ]?", (True, True)),
        ("<g!> SLOPE of|for|over|in|on <l+>", (True, True)),
        ("INT and|, SLOPE for|per|by|of each|per? <g!>", (True, True)),
        ("INT for|per|by|of each|per? <g!> RE?", (True, False)),
        ("<g!> OWN? INT", (True, False)),
    ):
        for found in draft.stream.each(text):
            group = draft.stream.symbols[found.groups["g"][0]]
            if draft.is_group(group):
                slopes = [i.text for i in draft.stream.items(found, "l")]
                add_piece(draft, found, *kinds, Tail(found.stop, slopes, [group.columns]), False)
    for text in (
        f"SLOPE {_OF}|: <l+> by|per|across|within|for each|per? <g!>",
        "SLOPE by|per|across|within each|per? <g!> ,|;|_",
        "<l> SLOPE by|per|across|within|for each? <g!>",
    ):
        for found in draft.stream.each(text):
            group = draft.stream.symbols[found.groups["g"][0]]
            if draft.is_group(group):
                slopes = [i.text for i in draft.stream.items(found, "l")]
                said = draft.said(found.start, found.start + 1)
                if not slopes and not said.startswith(("slope", "trend")):
                    continue  # "one line per patient"
                found = Found(found.start, found.groups["g"][1], found.groups)
                add_piece(
                    draft, found, True, True, Tail(found.stop, slopes, [group.columns]), False
                )


def varying_effects(draft: Draft) -> None:
    """The effect of a predictor that differs between groups is a random slope."""
    for text in (
        f"allow? EFFECT of|for|between <x> [ on|in <y> ]? to|is? VARY {_PER} each|per? <g!> "
        f"[ to|and|, {_PER}? each? <h!> ]?",
        f"allow? CHANGE|SLOPE of|in <y> over|with|per|by|across <x> to|is? VARY {_PER} "
        "each|per? <g!>",
        f"<x> has VARY|OWN EFFECT [ on <y> ]? {_PER} each|per? <g!> [ and {_PER}? each? <h!> ]?",
        "allow? <g!> to|is? VARY in|by|on|with EFFECT of|for <x> [ on <y> ]?",
        f"allow? EFFECT of|for <x> [ on <y> ]? to|is? LOWER {_PER} each|per? <g!>",
        f"allow? <x> EFFECT [ on <y> ]? to|is? VARY {_PER} each|per? <g!>",
        f"allow? <x> to|is? VARY {_PER} each|per? <g!>",
        "EFFECT of|for <x> is? RE by|per|across|within|for|between each|per? <g!>",
    ):
        for found in draft.stream.each(text):
            group = draft.stream.symbols[found.groups["g"][0]]
            item = draft.stream.items(found, "x")[0]
            if not draft.is_group(group) or draft.is_group(item):
                continue
            if "y" in found.groups:
                draft.set_outcome(draft.stream.items(found, "y")[0])
            elif item.code == "@n" and draft.outcome is None and not _says_effect(draft, found):
                continue  # "pain differs between patients" isn't a slope
            group = draft.stream.symbols[found.groups["g"][0]]
            if "h" in found.groups and not draft.is_group(draft.stream.symbols[found.stop - 1]):
                found = Found(found.start, found.groups["g"][1], found.groups)
            symbols = draft.symbols(found.start, found.stop)
            groups = [s.columns for s in symbols if draft.is_group(s)]
            tail = Tail(found.stop, [item.text], list(dict.fromkeys(groups)))
            add_piece(draft, found, True, True, tail, False)


def _says_effect(draft: Draft, found: Found) -> bool:
    return "EFFECT" in {_code(draft, k) for k in range(found.start, found.stop)}


def _code(draft: Draft, k: int) -> str:
    return draft.stream.code(k)
