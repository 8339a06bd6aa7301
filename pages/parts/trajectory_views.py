"""The trajectories page's two views and their controls."""

from __future__ import annotations

from contextlib import nullcontext

import streamlit as st

from lmm_core.figures.multiples import n_pages, small_multiples
from lmm_core.figures.trajectories import default_by, trajectories, x_choices
from lmm_core.fitted import FittedModel
from lmm_core.model.encoding import Categorical
from lmm_core.report.columns import Units
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.trajectory_words import trajectory_sentence
from pages.parts import charts

LAYERS = {
    "observed": "Data",
    "groups": "Each group's line",
    "population": "Average",
    "band": "Band",
}
PER_PAGE = 12


@st.fragment
def show(fit: FittedModel, units: Units) -> None:
    view = st.segmented_control(
        "View",
        ["All groups", "One by one"],
        default="All groups",
        required=True,
        key="trajectory_view",
        persist_state="session",
        label_visibility="collapsed",
    )
    group = choose_group(fit, "trajectory_group")
    if view == "All groups":
        _together(fit, units, group)
    else:
        _one_by_one(fit, units, group)


def _together(fit: FittedModel, units: Units, group: str) -> None:
    controls = st.grid(3, min_column_width=200)
    with controls.cell() if x_choices(fit, group) else nullcontext():
        x = _axis(fit, group)
    with controls.cell() if _categorical(fit) else nullcontext():
        by = _colour(fit)
    with controls.cell():
        marked = st.multiselect(
            f"Highlight {md(group)}",
            list(fit.groups[group].levels),
            key=f"highlight:{group}",
            placeholder="Search for a group",
            persist_state="session",
        )
    layers = st.pills(
        "Show",
        list(LAYERS),
        selection_mode="multi",
        default=list(LAYERS),
        format_func=LAYERS.get,
        key="trajectory_layers",
        persist_state="session",
    )
    known = tuple(level for level in marked if level in fit.groups[group].levels)
    picture = trajectories(
        fit, x=x, by=by, highlight=known, show=tuple(layers or ()), units=units, group=group
    )
    charts.show(picture, "trajectories")
    st.write(md_sentence(trajectory_sentence(fit)))


def _one_by_one(fit: FittedModel, units: Units, group: str) -> None:
    x = _axis(fit, group)
    levels = list(fit.groups[group].levels)
    chosen = st.multiselect(
        f"Choose {md(group)}",
        levels,
        key=f"panels:{group}",
        placeholder="All, page by page",
        persist_state="session",
    )
    known = [level for level in chosen if level in levels]
    page, pages = 0, n_pages(fit, PER_PAGE, group)
    if not known and pages > 1:
        page = int(st.number_input(f"Page (of {pages})", 1, pages, 1, key=f"page:{group}")) - 1
    picture = small_multiples(
        fit, x=x, groups=known or None, page=page, per_page=PER_PAGE, units=units, group=group
    )
    charts.show(picture, "multiples")


def choose_group(fit: FittedModel, key: str) -> str:
    """The grouping column to show; asked only when there are several."""
    names = list(fit.groups)
    if len(names) == 1:
        return names[0]
    return st.segmented_control(
        "Grouping column",
        names,
        default=names[0],
        required=True,
        key=f"{key}:{'|'.join(names)}",
        persist_state="session",
    )


def _axis(fit: FittedModel, group: str) -> str | None:
    offered = list(x_choices(fit, group))
    if not offered:
        return None
    return st.selectbox("Horizontal axis", offered, key=f"axis:{'|'.join(offered)}")


def _categorical(fit: FittedModel) -> list[str]:
    """Columns that can colour the average."""
    encoders = fit.design.encoders.values()
    return list(dict.fromkeys(e.factor.column for e in encoders if isinstance(e, Categorical)))


def _colour(fit: FittedModel) -> str | None:
    offered = _categorical(fit)
    if not offered:
        return None
    default = default_by(fit)
    names = ["", *offered]
    return (
        st.selectbox(
            "Average by",
            names,
            index=names.index(default) if default else 0,
            format_func=lambda name: name or "everyone together",
            key=f"by:{'|'.join(offered)}",
        )
        or None
    )
