"""The sidebar: data, model by clicks, options, formula, state. Both ways in step."""

from __future__ import annotations

import streamlit as st

from lmm_core.errors import FormulaError
from lmm_core.formatting import whole
from lmm_core.model.nesting import Relation
from lmm_core.report.markup import md, md_sentence
from pages.parts import choices, page, sidebar_options, state
from pages.parts.notices import fix_buttons
from pages.parts.sidebar_changes import from_widgets


def show() -> None:
    _data()
    _model()
    sidebar_options.show()
    _formula()
    page.sidebar_is_drawn()
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
        on_change=from_widgets,
        help="The measured quantity that the model explains: one number per row.",
    )
    st.multiselect(
        "Fixed effects",
        choices.predictors(),
        key=state.FIXED,
        format_func=choices.label,
        placeholder="None: only the average",
        on_change=from_widgets,
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
            on_change=from_widgets,
            help="Does the effect of one predictor depend on another?",
        )
    st.selectbox(
        "Grouping column",
        choices.groups(),
        key=state.GROUP,
        placeholder="Choose a column",
        on_change=from_widgets,
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
            on_change=from_widgets,
            help="Effects that may differ from group to group.",
        )
    if constant:
        names = ", ".join(md(name) for name in constant)
        st.caption(f"No slope for {names}: the same in all rows of one {md(group)}.")
    if st.session_state.get(state.SLOPES):
        st.toggle(
            "Level and slopes correlated",
            key=state.CORRELATED,
            on_change=from_widgets,
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
        on_change=from_widgets,
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
                on_change=from_widgets,
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
            on_change=from_widgets,
        )


def _formula() -> None:
    st.text_area(
        "Formula",
        key=state.FORMULA,
        height="content",
        on_change=state.take_formula,
        help="lme4 notation, in step with the choices above. Press Ctrl+Enter to apply.",
    )


@st.fragment(key=page.STATE_LINE)
def _state_line() -> None:
    page.all_when_behind()
    state.refit()
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
    residual = fit.spec.residual
    structure = f" · residuals: {md(residual.words)}" if residual is not None else ""
    st.caption(f"fitted in {took} · {verdict}{structure}")
