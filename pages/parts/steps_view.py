"""The list of preparation steps: what each did, with undo and change."""

from __future__ import annotations

import streamlit as st

from lmm_core.data.step import Step
from lmm_core.data.steps import describe
from lmm_core.report.markup import md_sentence
from pages.parts import preparation
from pages.parts.forms import FORMS
from pages.parts.forms.fields import EDITED, empty, fill

COLUMNS_PAGE = "pages/prepare/columns.py"


def show() -> None:
    """Each step with its effect; those that don't apply any more say why."""
    steps, failed = preparation.steps(), preparation.failed()
    if not steps:
        return
    st.header("Preparation", anchor=False)
    notes = iter(_effects())
    for position, step in enumerate(steps):
        error = failed.get(position)
        with st.container(horizontal=True, vertical_alignment="center"):
            if error is None:
                text = md_sentence(f"{position + 1}. {next(notes)}")
            else:
                why = md_sentence(f"{error.message} {error.next_step}")
                said = md_sentence(f"{position + 1}. {describe(step)}")
                text = f"{said} :orange[**Not applied.**] {why}"
            # The escape keeps "1. " from becoming a list of its own.
            with st.container(width="stretch"):
                st.markdown(text.replace(". ", "\\. ", 1))
            if _editable(step) and st.button("Change", key=f"change:{position}", type="tertiary"):
                preparation.later(_edit, position, step, page=COLUMNS_PAGE)
            st.button(
                "Undo",
                key=f"undo:{position}",
                type="tertiary",
                on_click=preparation.undo,
                args=(position, step),
            )
    if len(steps) > 1:
        st.button("Undo all steps", key="undo_all", type="tertiary", on_click=preparation.undo_all)


def _editable(step: Step) -> bool:
    """Whether there is a form for the step (a form has one grouping column)."""
    return step.kind in FORMS and not isinstance(step.params.get("group"), list)


def _effects() -> list[str]:
    """One sentence per step that was carried out."""
    from pages.parts import state

    table = state.table()
    return list(table.notes[len(table.notes) - len(table.steps) :])


def _edit(position: int, step: Step) -> None:
    """Open the form of a step with its settings."""
    empty()
    st.session_state[EDITED] = (position, step)
    fill(step)
