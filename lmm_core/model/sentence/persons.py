"""Words for persons without a column of their own: rows, or a group that must be asked for."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.vocabulary import GROUP
from lmm_core.model.sentence.wish import Question

_MARKS = ("per", "each", "by", "across", "within", "between", "for", "in")


def persons(draft: Draft) -> None:
    """Ask when a random effect belongs to someone whom no column tells apart."""
    lacking = [p for p in draft.pieces if p.groups is None and p.sentence >= 0]
    has_group = any(p.groups for p in draft.pieces)
    if not lacking or has_group or draft.questions:
        return
    for k, symbol in enumerate(draft.stream.symbols):
        headed = draft.stream.code(k - 1) == ":" and draft.stream.code(k - 2) == "_"
        if symbol.code in ("P", "U") and (headed or draft.stream.code(k - 1) in _MARKS):
            groups = [c for c, kind in draft.vocabulary.kinds.items() if kind == GROUP]
            said = draft.source[symbol.start : symbol.end]
            sentence = f"No column is named like “{said}”. Which one tells the groups apart?"
            draft.questions.append(
                Question(said, sentence, tuple(groups[:8]), symbol.start, symbol.end)
            )
            draft.stream.use(k, k + 1)
            return
