"""Groups within groups: "pupils in classes in schools"."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

_MEANT = {"RE", "GROUPED"}
_STATED = {"NESTED", "GROUPED", "/"}
"""Signs of nesting that is meant; a mere "in" may only tell where the rows come from."""


def nesting(draft: Draft) -> None:
    """ "pupils in classes in schools" is one chain of groups."""
    changed = True
    while changed:
        changed = False
        for text in (
            "<a!> NESTED|GROUPED? in|within|of <b!>",
            "<a!> is? NESTED <b!>",
            "<a!> is in|within|inside <b!>",
            "<a!> NESTED|GROUPED is? in|within|by|on? <b!>",
            "<a!> is|has|( NESTED|GROUPED in|within|by|on? <b!>",
            "<b!> / <a!>",
            "P is? NESTED|GROUPED? in|within <b!>",
            "P is? NESTED <b!>",
        ):
            for found in draft.stream.each(text):
                codes = [draft.stream.code(k) for k in range(found.start, found.stop)]
                if "of" in codes and "NESTED" not in codes:
                    continue
                changed |= _nest(draft, found)
    merge_chains(draft)
    for found in draft.stream.each("@h ,|; and|with? BOTH is? RE|RI"):
        draft.stream.replace(found.start + 1, found.stop - 1, [])  # "and both are random"


def merge_chains(draft: Draft) -> None:
    """ "pupils in classes, classes in schools" is one chain."""
    chains = [s for s in draft.stream.symbols if s.code == "@h"]
    for inner in chains:
        outer = next(
            (o for o in chains if o.columns[-1] == inner.columns[0] and o is not inner), None
        )
        if outer is None:
            continue
        joined = outer.columns + inner.columns[1:]
        symbols = draft.stream.symbols
        at, other = symbols.index(inner), symbols.index(outer)
        new = replace(inner, columns=joined, text="/".join(joined))
        draft.stream.replace(at, at + 1, [new])
        draft.stream.use(other, other + 1)
        return merge_chains(draft)


def _nest(draft: Draft, found: Found) -> bool:
    outer = draft.stream.symbols[found.groups["b"][0]]
    codes = {draft.stream.code(k) for k in range(found.start, found.stop)}
    behind = {draft.stream.code(found.stop + k) for k in (0, 1)}
    between = [draft.stream.code(k) for k in (found.start - 1, found.stop)]
    apart = all(code in (";", ",") for code in between)  # "…, countries within regions"
    led = {draft.stream.code(found.start - k) for k in (1, 2)} & _MEANT
    stated = "NESTED" in codes or ("within" in codes and bool(apart or led or behind & _MEANT))
    if not draft.is_group(outer) and not (stated and outer.code == "@c"):
        return False
    inner = None
    if "a" in found.groups:
        inner = draft.stream.symbols[found.groups["a"][0]]
        if not draft.is_group(inner) or set(inner.columns) & set(outer.columns):
            return False
    chain = outer.columns
    words = ""
    if inner is None:
        words = "each row is one of them"
    else:
        rows = [c for c in inner.columns if draft.vocabulary.rows_of_own(c)]
        chain += tuple(c for c in inner.columns if c not in rows)
        words = " in ".join(reversed(chain)) if len(chain) > 1 else f"grouped by {chain[0]}"
        if rows:
            words += f"; {rows[0]} has a value of its own in each row"
    start, end = draft.span(found.start, found.stop)
    draft.note(found.start, found.stop, words)
    draft.stream.replace(
        found.start,
        found.stop,
        [Symbol("@h", start, end, "/".join(chain), chain, how=int(not codes & _STATED))],
    )
    return True
