"""What random effects are not: correlated, or there at all."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.stream import Found

_UNCORRELATED = "level and slopes uncorrelated (||)"
_KINDS = ("RI", "RS", "RIS", "SLOPEONLY", "INTONLY")


def correlation(draft: Draft) -> None:
    """Whether levels and slopes may be correlated."""
    for found in draft.stream.each("RE|RIS is? NOCORR"):
        if (
            draft.stream.code(found.stop) == ";"
            or "is" in draft.stream.line.split()[found.start : found.stop]
        ):
            draft.uncorrelated = True
            keep = (
                draft.stream.code(found.start) == "RIS"
                or draft.stream.code(found.start - 1) == "with"
            )
            draft.take(Found(found.start + keep, found.stop, {}), _UNCORRELATED)
    for found in draft.stream.each("with|and|, NOCORR RE"):
        if draft.stream.code(found.stop) in (";", ",", "and", "_"):
            draft.uncorrelated = True
            draft.take(found, _UNCORRELATED)
    for found in draft.stream.each("has? INT and SLOPE is? allow? to? CORR ;|,|_"):
        draft.correlated = True
        last = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "SLOPE")
        draft.note(found.start, found.stop - 1, "level and slopes may be correlated")
        draft.stream.use(last + 1, found.stop - 1)
        told = any(piece.slopes or piece.wants_slope for piece in draft.pieces)
        if told or draft.stream.code(found.start - 1) in ("allow", ";"):
            draft.stream.use(found.start, last + 1)
    for found in draft.stream.each("PRED RI|RS|RIS"):
        symbol = draft.stream.symbols[found.start]
        if draft.word(symbol) == "independent":
            draft.stream.replace(found.start, found.start + 1, [replace(symbol, code="NOCORR")])
    if "CORR" in draft.stream.line.split():
        for found in draft.stream.each("NOCORR RIS|RS"):  # another group's are correlated
            draft.uncorrelated_at.add(draft.stream.symbols[found.stop - 1].start)
            draft.stream.replace(found.start, found.start + 1, [])
    for found in draft.stream.each("INT|SLOPE is? PRED of|from|BY INT|SLOPE"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "PRED")
        symbol = draft.stream.symbols[at]
        if draft.word(symbol) == "independent":
            draft.stream.replace(at, at + 1, [replace(symbol, code="NOCORR")])
    for found in draft.stream.each("RE :|is|of|with? NOCORR INT and SLOPE"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "NOCORR")
        draft.uncorrelated = True
        draft.note(at, at + 1, _UNCORRELATED)
        draft.stream.replace(at, at + 1, [])
    for found in draft.stream.each("has NOCORR and? RI|RS|RIS"):
        draft.uncorrelated = True
        draft.note(found.start + 1, found.stop, _UNCORRELATED)
        draft.stream.replace(found.start + 1, found.start + 2, [])
    for text in (
        "[ INT|SLOPE|RI|RS and|with? ]* INT|SLOPE is? NOCORR [ with|to|of|BY INT|SLOPE|RI|RS ]?",
        "and|with|but|(? NOCORR and? RI|RS|RIS",
        "NEG ADD|allow|any? CORR [ between|of [ RI|RS|RIS|INT|SLOPE|them and|with? ]* ]?",
        "CORR [ between|of [ RI|RS|RIS|INT|SLOPE|them and|with? ]* ]? is|:? NEG|NONE",
        "CORR [ between|of [ RI|RS|RIS|INT|SLOPE and|with? ]* ]? is|at|to|:? ZERO",
        "NOCORR between|with? [ INT|SLOPE|RI|RS and|with? ]*",
    ):
        for found in draft.stream.each(text):
            draft.uncorrelated = True
            keep = [k for k in range(found.start, found.stop) if draft.stream.code(k) in _KINDS]
            levels = [k for k in range(found.start, found.stop) if draft.stream.code(k) == "NOCORR"]
            if draft.stream.code(found.start - 1) in ("@g", "@h", "OWN") and levels:
                # "by-subject intercepts and slopes without correlation": they stay
                found = Found(levels[0], found.stop, {})
            if keep and "CORR" not in {
                draft.stream.code(k) for k in range(found.start, found.stop)
            }:
                found = Found(found.start, keep[0], {})
            draft.take(found, _UNCORRELATED)
    for found in draft.stream.each("CORR INT|RI and|with SLOPE|RS"):
        draft.correlated = True
        draft.take(found, "level and slopes may be correlated")
    draft.correlated |= draft.stream.first("CORR and? RI|RS|RIS") is not None
    for found in draft.stream.each("CORR and? RI|RS|RIS"):
        draft.stream.use(found.start, found.start + 1)
    for found in draft.stream.each(
        "CORR [ between|of [ RI|RS|RIS|INT|SLOPE and|with? ]* ]? is? allow|ADD"
    ):
        draft.take(found, "level and slopes may be correlated")
    for found in draft.stream.each(
        "allow|ADD|with? CORR is? [ between|of [ RI|RS|RIS|INT|SLOPE|them and|with? ]+ ]?"
    ):
        draft.take(found, "level and slopes may be correlated")


def refused(draft: Draft) -> None:
    """Random intercepts and slopes that the text doesn't want."""
    for found in draft.stream.each("and|but|,? NEG ADD|has? RI|INTONLY [ of|for|per <g!> ]?"):
        draft.no_intercept = True
        draft.take(found, "no random intercept")
    for text in (
        "SLOPE|RS [ of|for|in|over <x> ]? NEG is? RE|RS",
        "and|,|but? NEG OWN SLOPE",
        "and|,|but NEG SLOPE OWN",
    ):
        for found in draft.stream.each(text):
            draft.no_slopes = True
            draft.served |= {c for s in draft.stream.items(found, "x") for c in s.columns}
            draft.take(found, "no random slope")
    for found in draft.stream.each("SLOPE [ of|for|in|over <x> ]? NEG VARY [ across|by|BY <g!> ]?"):
        draft.no_slopes = True
        draft.served |= {c for n in "xg" for s in draft.stream.items(found, n) for c in s.columns}
        draft.take(found, "no random slope")
    for found in draft.stream.each(
        "NEG SLOPE|RS [ of|for|in|over <x> ]? for|per|by|of|across each? <g!>"
    ):
        group = draft.stream.symbols[found.stop - 1]
        if draft.is_group(group):
            draft.adds = True
            draft.no_slopes_of.append(group.columns)
            draft.served |= {c for s in draft.stream.items(found, "x") for c in s.columns}
            draft.served |= set(group.columns)
            draft.take(found, f"no random slope for {group.text}")
    for found in draft.stream.each("RS|RI :|is? NONE"):
        draft.no_slopes |= draft.stream.code(found.start) == "RS"
        draft.no_intercept |= draft.stream.code(found.start) == "RI"
        draft.take(found, "none")
    for found in draft.stream.each("and|but|,? NEG ADD|has? RS [ of|for|in|over <x> ]?"):
        draft.no_slopes = True
        draft.take(found, "no random slope")


def excepted(draft: Draft) -> None:
    """ "for patients, not for clinics": the second group is named only to be left out."""
    for found in draft.stream.each("and|,? <g!> is? NEG RE"):
        group = draft.stream.symbols[found.groups["g"][0]]
        if draft.is_group(group):
            draft.dropped += group.columns
            draft.take(found, "left out")
    for found in draft.stream.each(
        "but|and|,? NEG|NONE by|for|per|at|across|within|between each? <g!>"
    ):
        if draft.is_group(draft.stream.symbols[found.stop - 1]):
            draft.dropped += draft.stream.symbols[found.stop - 1].columns
            draft.take(found, "left out")
    for found in draft.stream.each("and|,? <g!> NEG ;|,"):
        group = draft.stream.symbols[found.groups["g"][0]]
        if draft.is_group(group):  # "subjects random, items not"
            draft.dropped += group.columns
            draft.take(Found(found.start, found.stop - 1, {}), "left out")
    inner = {c for p in draft.pieces for chain in p.groups or () for c in chain}
    inner |= {c for s in draft.stream.symbols if s.code == "@h" for c in s.columns}
    for found in draft.stream.each("NEG for|per|at|across|within|between each? @c"):
        if set(draft.stream.symbols[found.stop - 1].columns) <= inner:
            draft.take(found, "left out")  # "random for countries but not for regions"
