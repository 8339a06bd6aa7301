"""The caterpillar page: one random effect at a time, search, and the table."""

from __future__ import annotations

import streamlit as st

from lmm_core.figures.caterpillar import caterpillar
from lmm_core.fitted import FittedModel
from lmm_core.report.columns import Units
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.variance_words import caterpillar_sentence
from pages.parts import charts, model_tables
from pages.parts.trajectory_views import choose_group

MAX_ROWS = 12


@st.fragment
def show(fit: FittedModel, units: Units) -> None:
    group = choose_group(fit, "caterpillar_group")
    terms = list(dict.fromkeys(fit.conditional_modes(group)["term"]))
    term = _choose("Random effect", terms, f"caterpillar_term:{'|'.join(terms)}")
    st.write(md_sentence(caterpillar_sentence(fit, group, term)))
    marked = st.multiselect(
        f"Find {md(group)}",
        list(fit.groups[group].levels),
        key=f"find:{group}",
        placeholder="Search for a group",
        persist_state="session",
    )
    known = tuple(level for level in marked if level in fit.groups[group].levels)
    charts.show(
        caterpillar(fit, group=group, term=term, highlight=known, units=units), "caterpillar"
    )
    table = fit.conditional_modes(group)
    table = table[table["term"] == term].drop(columns="term")
    table = table.sort_values("estimate", ascending=False)
    if known:
        table = table[table["level"].isin(known)]
    elif len(table) > MAX_ROWS:
        st.caption(f"The {MAX_ROWS} largest of {len(table):,}; the download holds all.")
    model_tables.modes(fit, table, MAX_ROWS)


def _choose(title: str, options: list[str], key: str) -> str:
    if len(options) == 1:
        return options[0]
    return st.segmented_control(
        title,
        options,
        default=options[0],
        required=True,
        key=key,
        format_func=lambda name: name.replace("(Intercept)", "level"),
        persist_state="session",
    )
