"""The text of a model in lme4's notation."""

from __future__ import annotations

from itertools import combinations

from lmm_core.model.factors import quote, term_text
from lmm_core.model.formula import parse_formula
from lmm_core.model.spec import ModelSpec, RandomTerm, Term


def render_formula(spec: ModelSpec) -> str:
    """The lme4 text of a spec. Full crossings come back as ``a * b`` where that is the same."""
    outcome = spec.outcome
    parts = [render_random(term) for term in spec.random]
    plain = _assemble(outcome, spec, [term_text(t) for t in spec.fixed], parts)
    starred = _starred(spec.fixed)
    if starred is None:
        return plain
    short = _assemble(outcome, spec, starred, parts)
    again = parse_formula(short)
    same = (again.fixed, again.intercept) == (spec.fixed, spec.intercept)
    return short if same else plain


def _assemble(outcome: str, spec: ModelSpec, fixed: list[str], random: list[str]) -> str:
    head = [] if spec.intercept and fixed else ["1" if spec.intercept else "0"]
    return f"{outcome} ~ {' + '.join([*head, *fixed, *random])}"


def _starred(terms: tuple[Term, ...]) -> list[str] | None:
    """Texts with complete crossings written with ``*``; None when there are none."""
    present = {frozenset(t) for t in terms}
    covered: set[frozenset[str]] = set()
    stars: list[tuple[int, str]] = []
    for term in sorted((t for t in terms if len(t) > 1), key=len, reverse=True):
        subsets = [frozenset(c) for k in range(1, len(term) + 1) for c in combinations(term, k)]
        if frozenset(term) in covered or not all(s in present for s in subsets):
            continue
        covered.update(subsets)
        stars.append((terms.index((term[0],)), " * ".join(term)))
    if not stars:
        return None
    singles = [(i, term_text(t)) for i, t in enumerate(terms) if frozenset(t) not in covered]
    return [text for _, text in sorted([*stars, *singles], key=lambda item: item[0])]


def render_random(term: RandomTerm) -> str:
    inner = [term_text(t) for t in term.terms]
    if term.intercept:
        inner.insert(0, "1")
    elif inner:
        inner.insert(0, "0")
    bar = "|" if term.correlated else "||"
    return f"({' + '.join(inner)} {bar} {':'.join(quote(g) for g in term.group)})"
