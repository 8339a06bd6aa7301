"""From a keyword of random effects over prepositions to its slopes and groups."""

from __future__ import annotations

from dataclasses import dataclass, field

from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

_STRONG = frozenset(("per", "each", "by", "across", "within", "between", "GROUPED"))

_WEAK = frozenset(("of", "for", "in", "over", "on", "with", "at", "as", "is", ":", "(", "has"))

_PASSED = frozenset((",", "and", ")", "VARY", "-", "to", "SLOPE", "INT", "CROSSED", "BOTH"))


@dataclass
class Tail:
    """What stands behind a keyword: slopes, groups, and where it ends."""

    stop: int
    slopes: list[str] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)


def group_before(
    draft: Draft, start: int, has_groups: bool
) -> tuple[int, list[tuple[str, ...]]] | None:
    k = start - 1
    while _code(draft, k) in ("has", "with", "INT", "VARY", "is", "-", "as", "CROSSED", "OWN", ":"):
        k -= 1
    if has_groups or _code(draft, k) not in ("@g", "@h"):
        return None
    lead = _code(draft, k - 1)
    pair = lead == "and" and _code(draft, k - 2) in ("@g", "@h")
    both = pair and _code(draft, k - 3) in ("BOTH", ";")
    if k == start - 1 and lead in ("of", "in", "and") and not both:
        return None
    groups = [draft.stream.symbols[k].columns]
    while True:
        j = k - 1
        while _code(draft, j) in ("by", "per", "each", "for", "across", "within"):
            j -= 1
        if _code(draft, j) not in ("and", ",") or _code(draft, j - 1) not in ("@g", "@h"):
            break
        if j < k - 1 and _code(draft, j - 2) not in ("by", "per", "each", "for", "across"):
            break  # "pain of patients and per school random intercepts"
        k = j - 1
        groups.insert(0, draft.stream.symbols[k].columns)
    while _code(draft, k - 1) in (
        "by",
        "per",
        "each",
        "for",
        "across",
        "with",
        "and",
        ",",
        "where",
        "BOTH",
    ):
        k -= 1
    return k, groups


def walk(draft: Draft, at: int, slopes: bool, grouped: bool = False) -> Tail:
    """Walk over prepositions and columns; stop where something else begins.

    With ``slopes`` a column that doesn't label groups is a slope; else all that is named is a
    group. ``grouped``: the group stands before, the next one belongs to something else.
    """
    tail, strong, fresh = Tail(at), False, True
    crossed = _code(draft, at - 2) == "CROSSED" and not slopes
    last = ""
    loose: list[tuple[Symbol, bool]] = []
    k = at
    while True:
        code = _code(draft, k)
        if code in _STRONG:
            strong, fresh = True, True
        elif code == "on" and tail.groups:
            break
        elif code in _WEAK:
            strong, fresh = code == "in" and _code(draft, k + 1) == "each", True
        elif code in _PASSED or (code == "ADD" and _code(draft, k - 1) == "is"):
            pass
        elif code[0] == "@":
            symbol = draft.stream.symbols[k]
            kind = "group" if draft.is_group(symbol) or crossed else "other"
            if (not fresh and last and kind != last) or (grouped and kind == "group"):
                break
            if kind == "other" and _code(draft, k + 1) in ("is", "as"):
                role = {_code(draft, k + 2), _code(draft, k + 3)}
                if role & {"OUT", "PRED"}:
                    break  # "slope of days, reaction being the outcome"
            firm = strong or _code(draft, k - 1) in (":", "is", "each")
            firm = firm or (symbol.code == "@c" and fresh)
            if kind == "other" and not slopes and (tail.groups or not firm):
                break
            if kind == "other" and tail.groups and not (fresh and slopes):
                break
            if kind == "group" and tail.groups and _code(draft, k + 1) in ("has", "is"):
                break  # "slopes vary between subjects, items have …"
            if kind == "group":
                if symbol.columns not in tail.groups:
                    tail.groups.append(symbol.columns)
            else:
                loose.append((symbol, strong))
            last, fresh, tail.stop = kind, False, k + 1
        else:
            break
        k += 1
    for symbol, marked in loose:
        if not tail.groups and (not slopes or (marked and len(loose) > 1)):
            tail.groups.append(symbol.columns)
        elif slopes:
            tail.slopes.append(symbol.text)
    if _code(draft, tail.stop) == ")":
        tail.stop += 1
    return tail


def add_piece(
    draft: Draft, found: Found, intercept: bool, wants: bool, tail: Tail, only: bool
) -> None:
    place = draft.span(found.start, found.stop)
    piece = Piece(
        intercept,
        list(tail.slopes),
        list(tail.groups) or None,
        wants and not tail.slopes,
        only,
        place,
        draft.sentence_of(found.start),
    )
    starts = {s.start for s in draft.symbols(found.start, found.stop)}
    piece.correlated = not starts & draft.uncorrelated_at
    draft.pieces.append(piece)
    draft.stream.use(found.start, found.stop)


def _code(draft: Draft, k: int) -> str:
    return draft.stream.code(k)
