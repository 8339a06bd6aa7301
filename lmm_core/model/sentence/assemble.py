"""From the gathered roles to a model."""

from __future__ import annotations

import re
from dataclasses import replace

from lmm_core.model.factors import Factor, factor_of, term_text
from lmm_core.model.residual import ResidualStructure
from lmm_core.model.sentence.asking import ask, terms_of
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.random_part import random_terms
from lmm_core.model.sentence.wish import Note
from lmm_core.model.spec import ModelSpec, Term

_ALSO = re.compile(
    r"\b(also|too|as well|additionally|in addition|another|further|extra|additional)\b",
    re.IGNORECASE,
)
_PARTS = ";.,\n"
_THREE = re.compile(r"\b(three|3)[ -]way", re.IGNORECASE)
_NOT_ON_OUTCOME = ("factor",)


def assemble(draft: Draft, given: ModelSpec | None, current: ModelSpec | None) -> ModelSpec | None:
    """The model; None (with a question) when its outcome or its group isn't named.

    ``given`` is a formula inside the text, ``current`` the model that the text may change.
    """
    base = given
    if base is None and draft.outcome is None:
        base = current
    says_more = bool(draft.fixed or draft.pieces or draft.crossing or draft.squares)
    outcome = base.outcome if base else draft.outcome.text if draft.outcome else None
    if draft.other_outcome is not None:
        outcome = draft.other_outcome.text
    if outcome is None:
        if says_more or draft.calls or draft.variants or draft.owners:
            ask(draft, "outcome")
        return None
    if base is None:
        _add_slopes(draft, outcome)
    also = base is current and _says_also(draft)
    inside = base is current and base is not None and _only_crosses(draft, base)
    kept = given is not None or draft.adds or also or inside
    fixed, intercept = _fixed(draft, outcome, base, kept)
    random = random_terms(draft, base, current, fixed, kept)
    if random is None:
        return None
    if given is None:  # what groups the rows isn't a predictor too
        grouping = {(name,) for term in random for name in term.group}
        fixed = tuple(t for t in fixed if t not in grouping)
    spec = ModelSpec(outcome, fixed, intercept, random)
    if draft.outcome_call:
        draft.add_call(factor_of(outcome).column, draft.outcome_call, 0)
    spec = _with_calls(draft, spec)
    if given is None:
        spec = _with_slopes_average(draft, spec)
    options = _old_options(current, same_outcome=base is not None) | draft.options
    references = dict(current.reference if current else ())
    used = set(spec.columns())
    references = {c: v for c, v in (references | draft.references).items() if c in used}
    structure = _residuals(draft, options.get("residual"))
    return replace(spec, **(options | {"residual": structure}), reference=tuple(references.items()))


def _says_also(draft: Draft) -> bool:
    """Whether something is asked for besides what is there, and not just one more output."""
    text = draft.source
    put_in = [k for k, _ in draft.fixed] + [p.place[0] for p in draft.pieces if p.place]
    for found in _ALSO.finditer(text):
        start = max(text.rfind(mark, 0, found.start()) for mark in _PARTS) + 1
        end = min(k if k >= 0 else len(text) for k in (text.find(m, found.end()) for m in _PARTS))
        shown = any(start <= k < end for k, _ in draft.outputs)
        if not shown or any(start <= k < end for k in put_in):
            return True
    return False


def _only_crosses(draft: Draft, model: ModelSpec) -> bool:
    """Whether the text names products of predictors alone that the model has already."""
    texts = [text for _, text in draft.fixed]
    named = {factor_of(f).column for t in terms_of("y", texts) for f in t} if texts else set()
    return bool(named) and all("*" in t for t in texts) and named <= set(model.columns())


def _residuals(draft: Draft, old: object) -> ResidualStructure | None:
    """The structure that the text asks for, or the one on screen."""
    kept = old if isinstance(old, ResidualStructure) else ResidualStructure()
    made = ResidualStructure(
        draft.residual_variance or kept.variance, draft.residual_correlation or kept.correlation
    )
    return made if made.variance or made.correlation else None


def _old_options(current: ModelSpec | None, same_outcome: bool) -> dict[str, object]:
    if current is None:
        return {}
    names = ["reml", "df_method", "ci_level", "optimizer"] + ["weights", "residual"] * same_outcome
    return {name: getattr(current, name) for name in names}


def _add_slopes(draft: Draft, outcome: str) -> None:
    """A slope that varies does so around an average, which is a fixed effect."""
    if draft.no_predictors:
        return
    named = set(terms_of(outcome, [text for _, text in draft.fixed]))
    for piece in draft.pieces:
        for slope in piece.slopes:
            if not set(terms_of(outcome, [slope])) <= named:
                draft.fixed.append((piece.place[0], slope))
                draft.notes.append(Note(slope, _AVERAGE))


_AVERAGE = "added to the fixed effects: the groups' slopes vary around an average"


def _fixed(
    draft: Draft, outcome: str, base: ModelSpec | None, kept: bool
) -> tuple[tuple[Term, ...], bool]:
    texts = [text for _, text in sorted(draft.fixed, key=lambda item: item[0])]
    texts = [text for text in texts if text != outcome]
    old = [term_text(t) for t in base.fixed] if base else []
    intercept = base.intercept if base else True
    if draft.no_predictors:
        return (), True
    if draft.squares:
        mains = [t for t in dict.fromkeys([*old, *texts]) if ":" not in t]
        texts, old = [f"({' + '.join(mains)})^2"] if mains else [], []
    if not texts or kept or draft.crossing is not None or draft.optional:
        texts = [*old, *texts]
    terms = terms_of(outcome, texts)
    if draft.crossing is not None:
        terms = _crossed(draft, outcome, terms)
    if draft.no_interaction:
        terms = tuple(t for t in terms if len(t) == 1)
    dropped = set(draft.dropped)
    terms = tuple(t for t in terms if not dropped & {factor_of(f).column for f in t})
    return terms, intercept


def _crossed(draft: Draft, outcome: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """ "and their interaction": of the two predictors; of more it isn't certain which."""
    mains = [t[0] for t in terms if len(t) == 1]
    partner = draft.crossing_with
    others = [m for m in mains if m != partner]
    if partner and others:
        pair = [others[-1], partner]
    elif len(mains) == 2 or (len(mains) == 3 and _three_way(draft)):
        pair = mains
    else:
        if any(len(t) > 1 for t in terms):
            return terms
        draft.lost.append(draft.crossing or (0, 0))
        return terms
    start, end = draft.crossing or (0, 0)
    meaning = f"{' × '.join(pair)}: interaction and main effects"
    draft.notes.append(Note(draft.source[start:end], meaning, start, end))
    return terms_of(outcome, [*(term_text(t) for t in terms), " * ".join(pair)])


def _three_way(draft: Draft) -> bool:
    start, end = draft.crossing or (0, 0)
    return _THREE.search(draft.source[start:end]) is not None


def _with_calls(draft: Draft, spec: ModelSpec) -> ModelSpec:
    """Log, centring and the like, wherever the column stands in the model."""
    if not draft.calls:
        return spec
    outcome = _called(draft, spec.outcome, skip=_NOT_ON_OUTCOME)
    if set(_NOT_ON_OUTCOME) & set(draft.calls.get(spec.outcome_column, ())):
        asked = [n for n in draft.notes if n.meaning.startswith(f"{spec.outcome_column}: ")]
        draft.lost += [(n.start, n.end) for n in asked]  # numbers that depend are no categories
    fixed = tuple(tuple(_called(draft, f) for f in t) for t in spec.fixed)
    random = tuple(
        replace(r, terms=tuple(tuple(_called(draft, f, ("factor",)) for f in t) for t in r.terms))
        for r in spec.random
    )
    return replace(spec, outcome=outcome, fixed=fixed, random=random)


def _called(draft: Draft, text: str, skip: tuple[str, ...] = ()) -> str:
    factor = factor_of(text)
    calls = [c for c in draft.calls.get(factor.column, ()) if c not in skip]
    present = {name for name, _ in factor.calls}
    new = tuple((c, None) for c in calls if c not in present)
    return Factor(factor.column, (*new, *factor.calls)).text if new else text


def _with_slopes_average(draft: Draft, spec: ModelSpec) -> ModelSpec:
    """A slope that varies does so around an average slope, which is a fixed effect."""
    missing = [
        t
        for r in spec.random
        for t in r.terms
        if frozenset(t) not in {frozenset(f) for f in spec.fixed}
    ]
    if not missing or draft.no_predictors:
        return spec
    names = list(dict.fromkeys(term_text(t) for t in missing))
    draft.notes.append(Note(", ".join(names), _AVERAGE))
    fixed = terms_of(spec.outcome, [*(term_text(t) for t in spec.fixed), *names])
    return replace(spec, fixed=fixed)
