"""What a click in the sidebar changes: a new model from the widgets' values."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import streamlit as st

from lmm_core.model.encoding import encode_levels
from lmm_core.model.factors import Factor, factor_of
from lmm_core.model.spec import ModelSpec, RandomTerm, Term
from pages.parts import choices, cut_off, residual_choices, state


@cut_off.carried_out
def from_widgets() -> None:
    """A new spec from the widgets; what no longer fits the choices is left out."""
    get = st.session_state
    needed = (state.OUTCOME, state.FIXED, state.GROUP, state.REML, state.OPTIMIZER)
    if any(key not in get for key in needed):
        # Other widgets are gone (closed options, an interrupted run): the model knows their values.
        state.restore()
    outcome, group = get.get(state.OUTCOME), get.get(state.GROUP)
    if outcome is None or group is None:
        get[state.QUESTION] = "outcome" if outcome is None else "group"
        return
    old = state.spec() or ModelSpec(outcome, random=(RandomTerm((group,)),))
    outcome_column = factor_of(outcome).column
    fixed = [
        text
        for text in get.get(state.FIXED, [])
        if factor_of(text).column not in (outcome_column, group)
    ]
    crossed = _hierarchical(old, fixed, get.get(state.INTERACTIONS, []))
    random = _random_terms(old, group, outcome_column)
    model = replace(
        old,
        outcome=outcome,
        fixed=(*((text,) for text in fixed), *crossed),
        random=random,
        weights=get.get(state.WEIGHTS),
        reml=old.reml if get.get(state.REML) is None else bool(get[state.REML]),
        df_method=get.get(state.DF_METHOD, "satterthwaite"),
        ci_level=get.get(state.CI_LEVEL) or old.ci_level,
        optimizer=get.get(state.OPTIMIZER, "auto"),
        reference=_references(fixed),
    )
    state.set_spec(replace(model, residual=residual_choices.read(old, model)))


def _hierarchical(old: ModelSpec, fixed: list[str], chosen: list[str]) -> tuple[Term, ...]:
    """Interactions whose factors are all chosen; a higher order brings its lower orders along,
    and taking a lower order out takes the higher ones with it. What a typed formula holds stays as
    it was written, also without its main effects.
    """
    gone = {t[0] for t in old.fixed if len(t) == 1} - set(fixed)
    terms = [t for t in map(choices.term_of, chosen) if t in old.fixed or set(t) <= set(fixed)]
    terms = [t for t in terms if not gone & set(t)]
    present = {frozenset(t) for t in terms}
    removed = [frozenset(t) for t in old.fixed if len(t) > 1 and frozenset(t) not in present]
    terms = [t for t in terms if not any(gone < frozenset(t) for gone in removed)]
    complete: dict[frozenset[str], Term] = {frozenset(t): t for t in terms if t in old.fixed}
    for term in terms:
        if term in old.fixed:
            continue
        for order in range(2, len(term) + 1):
            for part in combinations(sorted(term, key=fixed.index), order):
                complete.setdefault(frozenset(part), part)
    return tuple(sorted(complete.values(), key=len))


def _random_terms(old: ModelSpec, main: str, outcome: str) -> tuple[RandomTerm, ...]:
    """One term per chosen grouping column, and what a typed formula adds on those columns."""
    get = st.session_state
    groups = [main, *(g for g in get.get(state.MORE_GROUPS, []) if g not in (main, outcome))]
    shown = {t.group[0]: i for i, t in reversed(list(enumerate(old.random)))}
    terms = []
    for k, group in enumerate(groups):
        slopes = _own_slopes(group, state.SLOPES if k == 0 else state.MORE_SLOPES + group, outcome)
        if k == 0:
            intercept, correlated = get.get(state.INTERCEPT, True), get.get(state.CORRELATED, True)
        else:
            before = old.random[shown[group]] if group in shown else RandomTerm((group,))
            intercept, correlated = before.intercept, before.correlated
        intercept = bool(intercept) or not slopes
        correlated = bool(correlated) or len(slopes) + intercept < 2
        terms.append(RandomTerm(_within(old, group, groups), slopes, intercept, correlated))
    more = [t for i, t in enumerate(old.random) if t.group[0] in groups and shown[t.group[0]] != i]
    return tuple(dict.fromkeys((*terms, *more)))


def _own_slopes(group: str, key: str, outcome: str) -> tuple[Term, ...]:
    """The chosen slopes of a grouping column; those that can't vary are dropped."""
    varies = state.within(group) if group in state.table().frame.columns else {}
    slopes = []
    for term in map(choices.term_of, st.session_state.get(key, [])):
        names = [factor_of(text).column for text in term]
        if outcome not in names and any(varies.get(name, True) for name in names):
            slopes.append(term)
    return tuple(slopes)


def _within(old: ModelSpec, group: str, groups: list[str]) -> tuple[str, ...]:
    """The column itself, or with the column within which its IDs are counted anew."""
    if not st.session_state.get(state.WITHIN + group):
        return (group,)
    single = {t.group[0] for t in old.random}
    for term in old.random:
        # A combination that stands in the model stays while the columns it leans on do.
        leans_on = [name for name in term.group[1:] if name in single]
        if term.group[0] == group and term.group[1:] and set(leans_on) <= set(groups):
            return term.group
    frame = state.table().frame
    others = [g for g in groups if g != group and g in frame.columns and group in frame.columns]
    for other in others:
        if state.relation_of(other, group).kind == "crossed":
            return (group, other)
    return (group,)


def _references(fixed: list[str]) -> tuple[tuple[str, str], ...]:
    """Reference levels that differ from the first level."""
    frame = state.table().frame
    found = []
    for column in dict.fromkeys(factor_of(text).column for text in fixed):
        level = st.session_state.get(state.REFERENCE + column)
        if level is not None and column in frame.columns:
            levels = encode_levels(frame[column])[1]
            if level in levels and level != levels[0]:
                found.append((column, level))
    return tuple(found)


@cut_off.carried_out
def recode() -> None:
    """Centre or standardise numeric predictors everywhere in the model."""
    model = state.spec()
    if model is None:
        return
    centred = set(st.session_state[state.CENTRED])
    scaled = set(st.session_state[state.SCALED])
    before = {
        factor_of(text).column
        for term in model.fixed
        for text in term
        if factor_of(text).calls == (("scale", None),)
    }
    # A column is either centred or standardised; the latest click wins.
    both = centred & scaled
    scaled -= both & before
    centred -= both - before

    def recoded(text: str) -> str:
        factor = factor_of(text)
        if factor.calls not in ((), (("center", None),), (("scale", None),)):
            return text
        call = "scale" if factor.column in scaled else "center" if factor.column in centred else ""
        return Factor(factor.column, ((call, None),) if call else ()).text

    fixed = tuple(tuple(recoded(text) for text in term) for term in model.fixed)
    random = tuple(
        replace(r, terms=tuple(tuple(recoded(text) for text in term) for term in r.terms))
        for r in model.random
    )
    state.set_spec(replace(model, fixed=fixed, random=random))
