"""What no rule could tell follows from what is left: the only number, the only group."""

from __future__ import annotations

from lmm_core.model.factors import factor_of
from lmm_core.model.sentence.asking import terms_of
from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol


def only_outcome(draft: Draft, mentions: tuple[Symbol, ...]) -> None:
    """The outcome, when just one number that was mentioned has no other part in the model."""
    if draft.outcome is not None or draft.adds or draft.other_outcome is not None:
        return
    parts = {c for _, text in draft.fixed for c in _columns(text)}
    parts |= {c for p in draft.pieces for text in p.slopes for c in _columns(text)}
    parts |= {c for p in draft.pieces for chain in p.groups or () for c in chain}
    parts |= set(draft.dropped) | draft.served
    asked = {c for q in draft.questions for c in q.candidates}
    free = [
        s for s in mentions if s.code == "@n" and s.columns and not set(s.columns) & (parts | asked)
    ]
    names = {s.columns for s in free}
    if len(names) > 1:
        times = set(draft.vocabulary.times)
        names = {c for c in names if not set(c) & times}
    if len(names) != 1:
        return
    columns = names.pop()
    if not _has_company(draft, columns):
        return
    for k, symbol in enumerate(draft.stream.symbols):
        if symbol.code == "@n" and symbol.columns == columns:
            if draft.stream.code(k - 1) == "NEG":
                return
            draft.set_outcome(symbol)
            draft.take(Found(k, k + 1, {}), f"outcome: {symbol.text}, the only number left")
            return


def only_group(draft: Draft) -> None:
    """The group, when random effects were named without one, or nothing else groups the rows."""
    if any(piece.groups for piece in draft.pieces) or draft.owners or draft.outcome is None:
        return
    groups = [
        (k, s) for k, s in enumerate(draft.stream.symbols) if s.code in ("@g", "@h") and s.columns
    ]
    if len({s.columns for _, s in groups}) != 1:
        return
    k, symbol = groups[0]
    if draft.stream.code(k - 1) == "NEG":
        return
    piece = Piece(True, [], [symbol.columns], place=draft.span(k, k + 1))
    piece.sentence = draft.sentence_of(k)
    draft.pieces.append(piece)
    draft.stream.use(k, k + 1)


def _has_company(draft: Draft, columns: tuple[str, ...]) -> bool:
    """Whether the text says anything else of a model: a column alone isn't one."""
    others = {s.columns for s in draft.stream.symbols if s.columns and s.columns != columns}
    return bool(others or draft.fixed or draft.pieces or draft.no_predictors or draft.owners)


def _columns(text: str) -> set[str]:
    return {factor_of(f).column for term in terms_of("y", [text]) for f in term}
