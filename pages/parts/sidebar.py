"""The sidebar: data, model by clicks, options, formula, state. Both ways in step."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import streamlit as st

from lmm_core.errors import FormulaError
from lmm_core.formatting import whole
from lmm_core.model.encoding import encode_levels
from lmm_core.model.factors import Factor, factor_of
from lmm_core.model.nesting import Relation
from lmm_core.model.spec import ModelSpec, RandomTerm, Term
from lmm_core.report.markup import md, md_sentence
from pages.parts import choices, state
from pages.parts.notices import fix_buttons

DF_LABELS = {
    "satterthwaite": "Satterthwaite",
    "kenward-roger": "Kenward–Roger",
    "normal": "Normal (z)",
}
LEVELS = (0.9, 0.95, 0.99)
OPTIMIZER_LABELS = {
    "auto": "Automatic",
    "newton": "Newton",
    "l-bfgs-b": "L-BFGS-B",
    "nelder-mead": "Nelder–Mead",
    "powell": "Powell",
}


def show() -> None:
    _data()
    _model()
    with st.expander("Options"):
        _options()
    _formula()
    _state_line()


def _data() -> None:
    table = state.table()
    st.markdown(f"**{md(table.name)}**  \n:small[{whole(len(table.frame))} rows]")
    st.page_link("pages/prepare/data.py", label="Change data", icon=":material/swap_horiz:")


def _model() -> None:
    st.selectbox(
        "Outcome",
        choices.outcomes(),
        key=state.OUTCOME,
        format_func=choices.label,
        placeholder="Choose a column",
        on_change=_from_widgets,
        help="The measured quantity that the model explains: one number per row.",
    )
    st.multiselect(
        "Fixed effects",
        choices.predictors(),
        key=state.FIXED,
        format_func=choices.label,
        placeholder="None: only the average",
        on_change=_from_widgets,
        help="Predictors whose average effect you want to know.",
    )
    offered = choices.interactions()
    if offered:
        st.multiselect(
            "Interactions",
            offered,
            key=state.INTERACTIONS,
            format_func=choices.label,
            placeholder="None",
            on_change=_from_widgets,
            help="Does the effect of one predictor depend on another?",
        )
    st.selectbox(
        "Grouping column",
        choices.groups(),
        key=state.GROUP,
        placeholder="Choose a column",
        on_change=_from_widgets,
        help="Says which rows belong together: the patient, the school, the country.",
    )
    _slopes()
    _more_groups()


def _slopes() -> None:
    group = st.session_state.get(state.GROUP)
    slopes, constant = choices.slopes(group, state.SLOPES)
    if slopes:
        st.multiselect(
            "Random slopes",
            slopes,
            key=state.SLOPES,
            format_func=choices.label,
            placeholder="None: groups differ in level only",
            on_change=_from_widgets,
            help="Effects that may differ from group to group.",
        )
    if constant:
        names = ", ".join(md(name) for name in constant)
        st.caption(f"No slope for {names}: the same in all rows of a {md(group)}.")
    if st.session_state.get(state.SLOPES):
        st.toggle(
            "Level and slopes correlated",
            key=state.CORRELATED,
            on_change=_from_widgets,
            help="Whether groups with a higher level may have systematically other slopes.",
        )


def _more_groups() -> None:
    """Further grouping columns: how they lie to the others, and their own slopes."""
    offered = choices.more_groups()
    main = st.session_state.get(state.GROUP)
    if not offered or main is None:
        return
    st.multiselect(
        "More grouping columns",
        offered,
        key=state.MORE_GROUPS,
        placeholder="None",
        max_selections=3,
        on_change=_from_widgets,
        help="Nested (classes in schools) or crossed (pupils with several teachers).",
    )
    chosen = st.session_state.get(state.MORE_GROUPS, [])
    frame = state.table().frame
    asked: set[str] = set()
    for k, group in enumerate(chosen):
        for other in (main, *chosen[:k]):
            if group in frame.columns and other in frame.columns:
                _relation(state.relation_of(other, group), asked)
        slopes, _ = choices.slopes(group, state.MORE_SLOPES + group)
        if slopes:
            st.multiselect(
                f"Random slopes of {md(group)}",
                slopes,
                key=state.MORE_SLOPES + group,
                format_func=choices.label,
                placeholder="None",
                on_change=_from_widgets,
            )


def _relation(found: Relation, asked: set[str]) -> None:
    """How two columns lie; for reused IDs a toggle, once per column (``asked``)."""
    st.caption(md_sentence(found.sentence))
    reused = found.reused or st.session_state.get(state.WITHIN + found.inner)
    if found.kind == "crossed" and reused and found.inner not in asked:
        asked.add(found.inner)
        st.toggle(
            f"Count {md(found.inner)} separately in each {md(found.outer)}",
            key=state.WITHIN + found.inner,
            on_change=_from_widgets,
        )


def _options() -> None:
    model = state.spec()
    st.radio(
        "Estimation",
        [True, False],
        key=state.REML,
        format_func=lambda reml: "REML" if reml else "ML",
        horizontal=True,
        on_change=_from_widgets,
        help="REML gives unbiased variances; ML is for comparing different fixed effects.",
    )
    st.selectbox(
        "Degrees of freedom",
        list(DF_LABELS),
        key=state.DF_METHOD,
        format_func=DF_LABELS.get,
        on_change=_from_widgets,
    )
    st.radio(
        "Confidence level",
        sorted({*LEVELS, st.session_state.get(state.CI_LEVEL) or 0.95}),
        key=state.CI_LEVEL,
        format_func=lambda level: f"{100 * level:g} %",
        horizontal=True,
        on_change=_from_widgets,
    )
    if model is not None:
        _coding(model)
    if st.session_state.get(state.SLOPES):
        st.toggle("Random intercept", key=state.INTERCEPT, on_change=_from_widgets)
    st.selectbox(
        "Prior weights",
        choices.weights(),
        key=state.WEIGHTS,
        format_func=lambda name: name or "None",
        on_change=_from_widgets,
        help="A column that says how much each row counts, e.g. the number of measurements.",
    )
    st.selectbox(
        "Optimiser",
        list(OPTIMIZER_LABELS),
        key=state.OPTIMIZER,
        format_func=OPTIMIZER_LABELS.get,
        on_change=_from_widgets,
        help="Automatic tries others by itself when the result can't be certified.",
    )


def _coding(model: ModelSpec) -> None:
    """Reference levels, centring and scaling."""
    for column in choices.categorical_fixed(model):
        frame = state.table().frame
        if column not in frame.columns:
            continue
        levels = list(encode_levels(frame[column])[1])
        key = state.REFERENCE + column
        if levels and st.session_state.get(key) not in levels:
            st.session_state[key] = dict(model.reference).get(column, levels[0])
        if 2 <= len(levels) <= 100:
            st.selectbox(
                f"Reference level of {md(column)}", levels, key=key, on_change=_from_widgets
            )
    numeric = choices.numeric_fixed(model)
    if numeric:
        st.multiselect(
            "Centre at the mean", numeric, key=state.CENTRED, on_change=_recode, placeholder="None"
        )
        st.multiselect(
            "Standardise", numeric, key=state.SCALED, on_change=_recode, placeholder="None"
        )


def _formula() -> None:
    st.text_area(
        "Formula",
        key=state.FORMULA,
        height="content",
        on_change=state.take_formula,
        help="lme4 notation, in step with the choices above. Press Ctrl+Enter to apply.",
    )


def _state_line() -> None:
    error = state.problem()
    if error is not None:
        if isinstance(error, FormulaError) and error.details.get("text"):
            st.code(error.marked, language=None)
        st.error(f"{md(error.message)} {md(error.next_step)}")
        fix_buttons(error, "sidebar")
        return
    fit = state.fit()
    if fit is None:
        return
    seconds = st.session_state.get(state.SECONDS, 0.0)
    took = f"{max(1, round(1000 * seconds))} ms" if seconds < 1 else f"{seconds:.1f} s"
    verdict = "converged" if fit.convergence.converged else "not converged"
    st.caption(f"fitted in {took} · {verdict}")


# -- callbacks


def _from_widgets() -> None:
    """A new spec from the widgets; what no longer fits the choices is left out."""
    get = st.session_state
    if any(key not in get for key in (state.OUTCOME, state.FIXED, state.GROUP, state.REML)):
        # The other widgets are gone (an interrupted run): one value alone says nothing.
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
    state.set_spec(model)


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


def _recode() -> None:
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
