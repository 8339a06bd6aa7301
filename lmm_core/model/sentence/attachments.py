"""Columns that no rule has used: what they are follows from their kind and place."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol


def attachments(draft: Draft) -> None:
    """Columns that are left: what they are follows from their kind and the word before them."""
    sentences = {draft.sentence_of(k) for k in _used_outcome(draft)}
    if draft.outcome is not None and draft.outcome.code == "transformed":
        codes = draft.stream.symbols
        sentences |= {draft.sentence_of(k) for k, s in enumerate(codes) if s.code in _MODELS}
    sentences |= _plain_sentences(draft)
    for found in draft.stream.each("PREDICT|MODEL on|BY|by|from|with|over <l>"):
        sentences.add(draft.sentence_of(found.start))  # "regress it on visit and arm"
    for k, symbol in enumerate(list(draft.stream.symbols)):
        if symbol.code[0] != "@" or len(symbol.code) != 2:
            continue
        before = draft.stream.code(k - 1)
        if symbol.code == "@h" or (symbol.code == "@g" and _groups(draft, k, before)):
            _as_group(draft, k, symbol)
        elif symbol.code == "@g" and any(
            symbol.columns == c for p in draft.pieces for c in p.groups or ()
        ):
            draft.stream.use(k, k + 1)
        elif symbol.code == "@g":
            if before == "of" or draft.stream.code(k + 1) in ("_",):
                draft.owners.append(symbol)
                draft.take(Found(k - (before == "of"), k + 1, {}))
        elif (
            symbol.code == "@i"
            or (before == "over" and draft.outcome is not None)
            or draft.adds
            or draft.of_series
            or (draft.sentence_of(k) in sentences and draft.outcome is not None)
        ):
            if "NEG" in (before, draft.stream.code(k - 2)) or (
                before == "per" and draft.stream.code(k - 2) in ("U", "%")
            ):
                continue
            draft.add_fixed([symbol])
            lead = before in ("by", "with", "over", "BY", "across", "vs", "and", "on", "in", "for")
            tail = draft.stream.code(k + 1) in ("SLOPE", "EFFECT")  # "time trend"
            draft.take(Found(k - lead, k + 1 + tail, {}), f"predictor: {symbol.text}")


_MODELS = ("MODEL", "PREDICT")
_PLAIN = frozenset(
    (
        "@n",
        "@c",
        "@i",
        "_",
        "and",
        ",",
        "with",
        "(",
        ")",
        "-",
        "by",
        "on",
        "at",
        ":",
        "ONLY",
        "over",
    )
)


def _plain_sentences(draft: Draft) -> set[int]:
    """Sentences that hold columns and nothing that isn't understood."""
    codes: dict[int, set[str]] = {}
    number = 0
    for symbol in draft.stream.symbols:
        if symbol.code == ";":
            number += 1
        else:
            codes.setdefault(number, set()).add(symbol.code)
    return {n for n, found in codes.items() if found <= _PLAIN}


def _groups(draft: Draft, k: int, before: str) -> bool:
    if before in ("per", "each", "by", "in", "within", "across", "between", "GROUPED", "from"):
        return True
    if before in ("for", "over", "and", ",", "with", "among", "on"):
        return True
    if before == "(" and draft.stream.code(k + 1) == ")":
        return True
    return before == "of" and draft.stream.code(k - 2) in ("each",)


def _as_group(draft: Draft, k: int, symbol: Symbol) -> None:
    outer = symbol.columns[:1]
    if symbol.how and any(outer in (piece.groups or ()) for piece in draft.pieces):
        draft.served |= set(symbol.columns)
        draft.stream.use(k, k + 1)  # "the pupils are in schools, so school is random"
        return
    start = k
    while draft.stream.code(start - 1) in (
        "per",
        "each",
        "by",
        "in",
        "within",
        "across",
        "between",
        "for",
        "and",
        ",",
        "with",
        "of",
        "from",
        "on",
        "over",
    ):
        start -= 1
    piece = Piece(True, [], [symbol.columns], False, False, draft.span(start, k + 1))
    piece.sentence = draft.sentence_of(k)
    draft.pieces.append(piece)
    draft.stream.use(start, k + 1)


def _used_outcome(draft: Draft) -> list[int]:
    """The symbol positions that stand where the outcome was named."""
    if draft.outcome is None:
        return []
    at = draft.outcome.start
    symbols = enumerate(draft.stream.symbols)
    # Symbols may touch: a line's end and the word that begins the next line.
    return [k for k, s in symbols if s.start <= at < max(s.end, s.start + 1)][:1]
