"""Questions for what a description leaves open, and the terms of its texts."""

from __future__ import annotations

from lmm_core.model.factors import factor_of
from lmm_core.model.formula import parse_formula
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.vocabulary import GROUP, NUMBER
from lmm_core.model.sentence.wish import Question
from lmm_core.model.spec import Term

MAX_CANDIDATES = 8


def terms_of(outcome: str, texts: list[str]) -> tuple[Term, ...]:
    right = " + ".join(texts) if texts else "1"
    return parse_formula(f"{outcome} ~ {right}").fixed


def ask(draft: Draft, role: str) -> None:
    if draft.questions:
        return
    used = {c for text in draft.fixed for c in _columns_in(text[1])}
    if draft.outcome is not None:
        used |= set(draft.outcome.columns)
    if role == "outcome":
        used |= {c for p in draft.pieces for chain in p.groups or () for c in chain}
        used |= {c for p in draft.pieces for s in p.slopes for c in _columns_in(s)}
    wanted = NUMBER if role == "outcome" else GROUP
    kinds = draft.vocabulary.kinds
    found = [c for c, kind in kinds.items() if kind == wanted and c not in used]
    if role == "group" and not found:
        found = [c for c in kinds if c not in used and draft.vocabulary.unique[c] > 2]
    sentence = {
        "outcome": "Which column is the outcome?",
        "group": "Which column says which rows belong together?",
    }[role]
    draft.questions.append(Question(role, sentence, tuple(found[:MAX_CANDIDATES])))


def _columns_in(text: str) -> set[str]:
    return {factor_of(f).column for t in terms_of("y", [text]) for f in t}
