"""The influence page: one coefficient without each group or row, and without those chosen."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lmm_core.assess.influence import (
    Influence,
    leave_out_groups,
    leave_out_rows,
    leave_out_together,
    work,
)
from lmm_core.cache import remembered
from lmm_core.errors import LMMError
from lmm_core.figures.diagnostics import residuals_fitted
from lmm_core.figures.influence import drawn_levels, influence_figure
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, whole
from lmm_core.report.columns import Units, key_coefficient
from lmm_core.report.influence_words import (
    cooks_sentence,
    exactness_sentence,
    influence_headline,
    largest_sentence,
    turning_sentence,
    variance_sentence,
    without_sentence,
)
from lmm_core.report.markup import md, md_sentence
from pages.parts import charts, influence_actions, influence_tables, state

ROWS = "single rows"
CHART = "influence_chart"
# Above so many seconds the page asks before it starts.
ASK = 3.0


def headline(fit: FittedModel) -> str:
    """The finding on the chosen coefficient; what the page is about while there is none."""
    found = _found(fit)
    if found is None:
        return "What if one group weren't there?"
    return influence_headline(fit, found, _term(fit))


def show(fit: FittedModel, units: Units) -> None:
    _page(fit, units, state.table().fingerprint)


@st.fragment
def _page(fit: FittedModel, units: Units, fingerprint: str) -> None:
    if state.table().fingerprint != fingerprint:
        # Something was left out from now on: the fit is of other data.
        st.rerun()
    st.title(md(headline(fit)), anchor=False)
    _controls(fit)
    unit = _unit(fit)
    try:
        found = _found(fit) or _compute(fit, unit)
    except LMMError as error:
        st.write(f"{md(error.message)} {md(error.next_step)}")
        return
    if found is not None:
        _result(fit, found, units)


def _result(fit: FittedModel, found: Influence, units: Units) -> None:
    term = _term(fit)
    marked = _marked(found)
    key = f"{CHART}:{found.group or ROWS}:{term}"
    picture = influence_figure(fit, found, term, marked, units)

    def mark() -> None:
        drawn = drawn_levels(found, term)
        clicked = [drawn[int(str(at))] for at in charts.clicked(key)]
        _mark(found, list(dict.fromkeys([*marked, *clicked])))

    st.write(md_sentence(largest_sentence(found, term)))
    charts.show(picture, key, on_click=mark)
    level = level_text(fit.spec.ci_level)
    st.caption(
        f"Blue line and band: all data with {level} CI. Each bar ends at the estimate without."
    )
    _search(found)
    if marked:
        _chosen(fit, found, term, marked)
    influence_tables.coefficient(found, term, marked)
    sentences = (
        turning_sentence(fit, found, term),
        cooks_sentence(fit, found),
        variance_sentence(found),
    )
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in sentences if s))
    st.caption(md_sentence(exactness_sentence(fit, found)))
    influence_tables.variances(found)


# -- what is looked at


def _controls(fit: FittedModel) -> None:
    left, right = st.columns(2, vertical_alignment="bottom")
    units = _units(fit)
    left.segmented_control(
        "Leave out",
        units,
        default=units[0],
        required=True,
        key=_unit_key(fit),
        format_func=lambda unit: unit if unit == ROWS else f"each {md(unit)}",
        persist_state="session",
    )
    names = fit.design.names
    labels = dict(zip(names, fit.design.labels, strict=True))
    right.selectbox(
        "Coefficient",
        names,
        index=key_coefficient(fit).index,
        format_func=lambda name: "Intercept" if name == "(Intercept)" else labels[name],
        key=_term_key(fit),
        persist_state="session",
    )


def _units(fit: FittedModel) -> list[str]:
    return [*fit.groups, ROWS]


def _unit_key(fit: FittedModel) -> str:
    return f"influence_unit:{'|'.join(fit.groups)}"


def _term_key(fit: FittedModel) -> str:
    return f"influence_term:{'|'.join(fit.design.names)}"


def _unit(fit: FittedModel) -> str | None:
    """The grouping column of which groups are left out; None for rows."""
    units = _units(fit)
    chosen = st.session_state.get(_unit_key(fit)) or units[0]
    return None if chosen == ROWS else chosen


def _term(fit: FittedModel) -> str:
    first = fit.design.names[key_coefficient(fit).index]
    chosen = st.session_state.get(_term_key(fit))
    return chosen if chosen in fit.design.names else first


# -- the refits


def _key(fit: FittedModel, unit: str | None) -> tuple[object, ...]:
    return ("influence", state.table().fingerprint, fit.spec, unit)


def _found(fit: FittedModel) -> Influence | None:
    """What is known already or found in a moment; None when it takes long or can't be done."""
    unit = _unit(fit)
    done = st.session_state.get("influence_done", {}).get(_key(fit, unit))
    if done is not None:
        return done
    if work(fit, unit) > ASK:
        return None
    try:
        return remembered(_key(fit, unit), lambda: _run(fit, unit, None))
    except LMMError:
        return None


def _run(fit: FittedModel, unit: str | None, progress) -> Influence | None:
    return leave_out_rows(fit, progress) if unit is None else leave_out_groups(fit, unit, progress)


def _compute(fit: FittedModel, unit: str | None) -> Influence | None:
    """The refits at a button; a click elsewhere stops them."""
    seconds = work(fit, unit)
    if seconds <= ASK:
        # The reason why it can't be done reaches the screen from here.
        return _run(fit, unit, None)
    st.write(md_sentence(f"The refits take about {whole(max(5, 5 * round(seconds / 5)))} seconds."))
    if not st.button("Start", key="influence_start"):
        return None
    bar = st.progress(0.0, "Refitting …")

    def progress(done: int, total: int) -> bool:
        bar.progress(done / total, f"{whole(done)} of {whole(total)} refits")
        return True

    found = _run(fit, unit, progress)
    st.session_state["influence_done"] = {_key(fit, unit): found}
    st.rerun()


# -- chosen groups


def _marks_key(found: Influence) -> str:
    return f"influence_marked:{found.group or ROWS}"


def _marked(found: Influence) -> list[str]:
    return [m for m in st.session_state.get(_marks_key(found)) or [] if m in found.levels]


def _mark(found: Influence, levels: list[str]) -> None:
    st.session_state[_marks_key(found)] = levels
    _highlight(found)


def _highlight(found: Influence) -> None:
    """The chosen groups are highlighted on the other pages, too."""
    if found.group is not None:
        for prefix in ("highlight:", "find:"):
            st.session_state[f"{prefix}{found.group}"] = _marked(found)


def _search(found: Influence) -> None:
    ordered = [found.levels[i] for i in found.order()]
    st.multiselect(
        f"Choose {md(found.group)}" if found.group else "Choose rows",
        ordered,
        key=_marks_key(found),
        placeholder="Click in the figure, or search",
        on_change=_highlight,
        args=(found,),
        persist_state="session",
    )


def _chosen(fit: FittedModel, found: Influence, term: str, marked: list[str]) -> None:
    """The chosen ones in words, on other pages, and the model without them."""
    with st.container(border=True):
        if len(marked) == 1:
            st.write(md_sentence(without_sentence(found, term, marked[0])))
        else:
            st.write(md_sentence(f"Without these {whole(len(marked))} together:"))
        try:
            key = (*_key(fit, found.group), "together", tuple(marked))
            together = remembered(key, lambda: leave_out_together(fit, found.group, marked))
        except LMMError as error:
            st.write(f"{md(error.message)} {md(error.next_step)}")
            return
        influence_tables.side_by_side(together)
        _residuals(fit, found, marked)
        if found.group is None:
            return
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        for label, path in (("Trajectories", "trajectories"), ("Caterpillar", "caterpillar")):
            row.page_link(f"pages/results/{path}.py", label=f"See in {label}")
        if len(fit.groups[found.group].columns) == 1:
            influence_actions.show(fit, found.group, marked, row)


def _residuals(fit: FittedModel, found: Influence, marked: list[str]) -> None:
    """Where the rows of the chosen ones lie among all residuals, when opened."""
    box = st.expander("Among the residuals", on_change="rerun", key="influence_residuals")
    if not box.open:
        return
    with box:
        if found.group is None:
            rows = np.isin(fit.rows, np.array(marked, dtype=np.int64) - 1)
        else:
            grouping = fit.groups[found.group]
            codes = [grouping.levels.index(level) for level in marked]
            rows = np.isin(grouping.codes, codes)
        charts.show(residuals_fitted(fit, state.units(), rows), "influence_residuals_chart")
