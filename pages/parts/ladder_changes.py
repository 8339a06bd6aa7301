"""What can be done with the ladder: add, rename, remove, and use a model again."""

from __future__ import annotations

import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.inference.ladder import standard_ladder
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md
from pages.parts import ladder
from pages.parts.ladder import Entry


def show(fit: FittedModel, found: tuple[Entry, ...]) -> None:
    """Add, rename, remove, and take a model back as the current one."""
    slope = None
    offered = ladder.slope_candidates(fit)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mine = ladder.Rung(ladder.MINE, fit.spec)
        whole = [entry for entry in found if entry.rung.without is None]
        present = any(entry.rung.spec == fit.spec for entry in whole)
        st.button(
            "Add the current model",
            key="ladder_add",
            on_click=ladder.add,
            args=(found, (mine,)),
            disabled=present,
            help="It is among them." if present else None,
        )
        if len(offered) > 1 and not ladder.has_slope(fit.spec):
            slope = st.selectbox(
                "Random slope of",
                offered,
                format_func=lambda text: text.replace("`", ""),
                key=f"ladder_slope:{'|'.join(offered)}",
                width=200,
                persist_state="session",
            )
        null = standard_ladder(fit.spec)[:1]
        everything = (entry.rung for entry in ladder.usual(fit, slope))
        usual = tuple(rung for rung in everything if rung.spec != null[0].spec)
        specs = {entry.rung.spec for entry in whole}
        for text, key, new in (
            ("Add the usual models", "ladder_usual", usual),
            ("Add the null model", "ladder_null", null),
        ):
            if not all(rung.spec in specs for rung in new):
                st.button(text, key=key, on_click=ladder.add, args=(found, new))
        if not ladder.is_usual():
            st.button("Start over", key="ladder_reset", on_click=ladder.start_over)
    box = st.expander("Rename, remove or use a model", on_change="rerun", key="ladder_edit")
    if box.open:
        with box:
            for entry in found:
                _edit(found, entry, current=fit.spec)


def _edit(found: tuple[Entry, ...], entry: Entry, current: ModelSpec) -> None:
    left, use, remove = st.columns([4, 1.4, 1.2], vertical_alignment="bottom")
    key = f"ladder_name:{entry.id}:{entry.rung.name}"
    left.text_input(
        md(entry.rung.spec.title),
        value=entry.rung.name,
        key=key,
        on_change=ladder.rename,
        args=(found, entry.id, key),
    )
    used = use.button(
        "Use it",
        key=f"ladder_use:{entry.id}",
        on_click=ladder.use,
        args=(entry.rung.spec,),
        disabled=entry.rung.spec == current or entry.rung.without is not None,
        width="stretch",
    )
    remove.button(
        "Remove",
        key=f"ladder_remove:{entry.id}",
        on_click=ladder.remove,
        args=(found, entry.id),
        disabled=len(found) == 1,
        width="stretch",
    )
    if used:
        st.rerun()
