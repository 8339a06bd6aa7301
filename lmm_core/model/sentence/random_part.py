"""From statements about random effects to the random terms of a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lmm_core.model.factors import factor_of, quote, term_text
from lmm_core.model.rendering import render_random
from lmm_core.model.sentence.asking import MAX_CANDIDATES, ask, terms_of
from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.vocabulary import NUMBER
from lmm_core.model.sentence.wish import Note, Question
from lmm_core.model.spec import ModelSpec, RandomTerm, Term


def random_terms(
    draft: Draft,
    base: ModelSpec | None,
    current: ModelSpec | None,
    fixed: tuple[Term, ...],
    kept: bool,
) -> tuple[RandomTerm, ...] | None:
    old = tuple(_kept(draft, base.random)) if base is not None else ()
    if base is not None and base.random and not old and not draft.pieces:
        ask(draft, "group")
        return None
    pieces = [p for p in draft.pieces if p.intercept or p.slopes or p.wants_slope]
    chains = list(dict.fromkeys(c for p in pieces for c in p.groups or ()))
    if not chains and old:
        chains = [tuple(reversed(old[0].group))]
    if not chains and current is not None and current.random:
        chains = list(dict.fromkeys(tuple(reversed(t.group)) for t in current.random[:1]))
        draft.notes.append(Note("/".join(chains[0]), "groups the rows, as in the model on screen"))
    if not chains:
        chains = list(draft.no_intercept_of)
    if not chains:
        owners = [s for s in draft.owners if s.code == "@g"]
        chains = [s.columns for s in owners[:1]]
    if not chains:
        ask(draft, "group")
        return None
    if not pieces:
        if old:
            return _changed(draft, old)
        pieces = [Piece(True, [], None)]
    plain = all(p.groups is None and not p.slopes and not p.wants_slope for p in pieces)
    if old and plain and draft.no_slopes:
        return _changed(draft, old)  # "no random slopes, just intercepts"
    parts: dict[tuple[str, ...], _Part] = {}
    if kept or draft.adds:
        for term in old:
            part = parts.setdefault(term.group, _Part())
            part.terms += [term_text(t) for t in term.terms if term_text(t) not in part.terms]
            part.intercept = term.intercept
            part.correlated &= term.correlated
    for piece in sorted(pieces, key=lambda p: p.place if p.place[1] else (10**9, 0)):
        _put(draft, piece, chains, parts, fixed)
    groups = [term.group for term in old]
    slopes = all((p.slopes or p.wants_slope) and not p.only for p in pieces)
    if base is current and slopes and set(parts) < set(groups):
        # "let the slope vary by item": the subjects stay as they are on screen.
        there = {term.group: term for term in old}
        made = (parts[g].term(g, draft) if g in parts else there[g] for g in groups)
        return _changed(draft, tuple(t for t in made if t is not None))
    made = tuple(part.term(group, draft) for group, part in parts.items())
    return _changed(draft, tuple(t for t in made if t is not None))


def _kept(draft: Draft, terms: tuple[RandomTerm, ...]) -> Iterator[RandomTerm]:
    """The random terms that a change of the model leaves."""
    for term in terms:
        chain = tuple(reversed(term.group))
        if chain in draft.dropped_groups:
            continue
        if chain in draft.no_intercept_of:
            if not term.terms:
                continue
            term = replace(term, intercept=False, correlated=term.correlated or term.n_parts < 3)
        yield term


class _Part:
    """The random effects of one group while they are gathered."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.intercept = True
        self.correlated = True

    def term(self, group: tuple[str, ...], draft: Draft) -> RandomTerm | None:
        terms = terms_of("y", self.terms) if self.terms else ()
        intercept = self.intercept or not terms
        correlated = self.correlated and not draft.uncorrelated
        return RandomTerm(group, terms, intercept, correlated or len(terms) + intercept < 2)


def _put(
    draft: Draft,
    piece: Piece,
    chains: list[tuple[str, ...]],
    parts: dict[tuple[str, ...], _Part],
    fixed: tuple[Term, ...],
) -> None:
    slopes = list(piece.slopes)
    if piece.wants_slope:
        slope = _slope(draft, fixed)
        if slope is None:
            _ask_slope(draft)
        else:
            slopes = [slope]
    targets = piece.groups or _groups_nearby(draft, piece, chains)
    said = []
    nested = [c for c in chains if len(c) > 1]
    for chain in targets:
        depths = range(len(chain), 0, -1)
        longer = next((c for c in nested if len(chain) == 1 and chain[0] in c[1:]), None)
        if longer is not None:  # "per patient", where patients are nested in clinics
            chain, depths = longer, (longer.index(chain[0]) + 1,)
        for depth in depths:
            group = tuple(reversed(chain[:depth]))
            part = parts.setdefault(group, _Part())
            part.terms += [s for s in slopes if s not in part.terms]
            if slopes and (not piece.intercept or draft.no_intercept):
                part.intercept = False
            part.correlated &= piece.correlated
            shown = part.term(group, draft)
            if shown is not None:
                said.append(_shown(shown))
    start, end = piece.place
    if end > start and piece.sentence >= 0:
        draft.notes.append(Note(draft.source[start:end], " and ".join(said), start, end))


def _groups_nearby(
    draft: Draft, piece: Piece, chains: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """A statement without a group: of those named, the one in the same sentence, else all."""
    same = [
        c
        for p in draft.pieces
        if p is not piece and p.groups and p.sentence == piece.sentence
        for c in p.groups
    ]
    return list(dict.fromkeys(same))[:1] or chains[:1]


def _shown(term: RandomTerm) -> str:
    return render_random(term)


def _changed(draft: Draft, terms: tuple[RandomTerm, ...]) -> tuple[RandomTerm, ...]:
    """Refusals ("without a random slope", "uncorrelated") applied to terms."""
    out = []
    for term in terms:
        if term.terms and tuple(reversed(term.group)) in draft.no_intercept_of:
            term = replace(term, intercept=False)
        if draft.no_slopes or tuple(reversed(term.group)) in draft.no_slopes_of:
            term = replace(term, terms=(), intercept=True, correlated=True)
        if draft.no_intercept and term.terms:
            term = replace(term, intercept=False)
        if draft.correlated and not draft.uncorrelated and not draft.pieces:
            term = replace(term, correlated=True)
        if draft.uncorrelated and term.n_parts > 1:
            term = replace(term, correlated=False)
        if term.n_parts < 2 and not term.correlated:
            term = replace(term, correlated=True)
        out.append(term)
    return tuple(dict.fromkeys(out))


def _slope(draft: Draft, fixed: tuple[Term, ...]) -> str | None:
    """The slope that isn't named: the time, or the only number among the predictors."""
    named = [s for p in draft.pieces for s in p.slopes]
    if len(set(named)) == 1:
        return named[0]
    numbers = list(
        dict.fromkeys(
            f
            for t in fixed
            for f in t
            if draft.vocabulary.kind(factor_of(f).column) == NUMBER and not factor_of(f).calls
        )
    )
    times = [f for f in numbers if factor_of(f).column in draft.vocabulary.times]
    if len(times) == 1:
        return times[0]
    if len(numbers) == 1:
        return numbers[0]
    if not numbers and len(fixed) == 1 and len(fixed[0]) == 1:
        return fixed[0][0]
    if not numbers and len(draft.vocabulary.times) == 1:
        return quote(draft.vocabulary.times[0])
    return None


def _ask_slope(draft: Draft) -> None:
    numbers = [
        c
        for c, kind in draft.vocabulary.kinds.items()
        if kind == NUMBER and (draft.outcome is None or c not in draft.outcome.columns)
    ]
    draft.questions.append(
        Question(
            "random slope of",
            "Which predictor's slope varies between the groups?",
            tuple(numbers[:MAX_CANDIDATES]),
        )
    )
