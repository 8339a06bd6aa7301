"""Names that a text gives its models: "m1: y ~ x + (1 | g)", "model A: …", "compare A and B"."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft

_NAMES = ("U", "#", "@n", "@c", "@g", "PRED")


def labels(draft: Draft) -> None:
    """Take the names of formulas out of the stream, where they are given and where they return."""
    given: set[str] = set()
    for found in draft.stream.each("MODEL? U|#|@n|@c|@g|PRED : F"):
        at = found.stop - 3
        said = _said(draft, at)
        if draft.stream.code(at) not in ("U", "#") and len(said) > 2:
            continue  # "outcome: y ~ x"; a short name may stand for a column elsewhere
        given.add(said)
        draft.stream.use(found.start, found.stop - 1)
    for found in draft.stream.each("MODEL # :? F"):
        given.add(_said(draft, found.start + 1))
        draft.stream.use(found.start, found.stop - 1)
    if not given:
        return
    for k, symbol in enumerate(list(draft.stream.symbols)):
        if symbol.code in _NAMES and _said(draft, k) in given:
            draft.stream.use(k, k + 1)


def _said(draft: Draft, k: int) -> str:
    symbol = draft.stream.symbols[k]
    return draft.word(symbol)
