"""Prepare columns: one choice, its few settings, what comes of it, one button."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.data.convert import level_texts
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.model.renaming import with_column_for, with_fixed, with_parts_for
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md, md_sentence
from pages.parts import preparation, state, tables
from pages.parts.forms import FORMS
from pages.parts.forms.fields import EDITED, KIND, empty

ROWS = 6
_USE = "form_use"
_PREDICTORS = ("baseline", "bins", "split")
"""Steps whose result isn't an outcome, even when it is made of the outcome."""
_IN_PLACE = ("na_value", "to_number", "recode", "merge_levels", "set_kind")
_LOOKED_AT = 50_000
"""Rows in which changed values are looked for."""
_WHOLE_TABLE = ("filter", "drop_duplicates", "drop", "rename")


def show() -> None:
    """The form for a new step, or for one of the list that is being changed."""
    edited = _edited()
    table = state.table() if edited is None else preparation.before(edited)
    settings, result = st.columns([2, 3], gap="large")
    with settings:
        if edited is not None:
            st.markdown(f"**Step {edited + 1} is being changed.**")
        if st.session_state.get(KIND) not in FORMS:
            st.session_state[KIND] = next(iter(FORMS))
        kind = st.selectbox(
            "What do you want to do?",
            list(FORMS),
            key=KIND,
            format_func=lambda kind: FORMS[kind].label,
            persist_state="session",
        )
        step = FORMS[kind].draw(table)
    with result:
        _result(table, kind, step, edited)


def _edited() -> int | None:
    """The position of the step that is being changed, while it is still there."""
    kept = st.session_state.get(EDITED)
    if kept is None:
        return None
    position, step = kept
    if preparation.steps()[position : position + 1] != (step,):
        st.session_state[EDITED] = None
        return None
    return position


def _result(table: Table, kind: str, step: Step | None, edited: int | None) -> None:
    """What the step would do, and the button that does it."""
    after = None
    if step is None:
        st.caption("The result appears here as soon as the settings are complete.")
    else:
        try:
            after = preparation.preview(table, step)
        except LMMError as error:
            st.markdown(f":orange[**Not possible.**] {md(error.message)} {md(error.next_step)}")
    model = None
    if step is not None and after is not None:
        st.markdown(md_sentence(after.notes[-1]))
        _rows(table, after, step)
        model = _in_model(table, after, step) if edited is None else None
    with st.container(horizontal=True):
        word = FORMS[kind].button if edited is None else "Change the step"
        clicked = st.button(word, key="form_done", disabled=after is None)
        if edited is not None and st.button("Cancel", key="form_cancel"):
            preparation.later(empty)
    if clicked and step is not None and after is not None:
        preparation.later(_carry_out, step, edited, model)


def _carry_out(step: Step, edited: int | None, model: ModelSpec | None) -> None:
    if edited is None:
        preparation.add(step, model)
    else:
        preparation.change(edited, step)
    empty()


def _rows(before: Table, after: Table, step: Step) -> None:
    """The first rows, with the columns that the step uses and those that it writes."""
    new = _new_columns(before, after)
    if step.kind in _IN_PLACE and not new:
        tables.small(_changes(before, after, step), "Values before and after the step")
        return
    if step.kind in _WHOLE_TABLE:
        names = [str(c) for c in after.frame.columns][:6]
    else:
        used = [step.params.get(name) for name in ("group", "time", "column", "left", "right")]
        used += step.params.get("columns") or []
        names = [n for n in used if isinstance(n, str) and n in after.frame.columns]
        names = list(dict.fromkeys([*names[: 6 - len(new[:2])], *new]))[:7]
    tables.small(after.frame[names].head(ROWS), "The first rows of the result")


def _changes(before: Table, after: Table, step: Step) -> pd.DataFrame:
    """Different values of the column that the step changes, old beside new; lost ones first."""
    columns = step.params.get("columns") or [step.params["column"]]
    for name in columns:
        old, new = before.frame[name].iloc[:_LOOKED_AT], after.frame[name].iloc[:_LOOKED_AT]
        pairs = pd.DataFrame({f"{name}, before": level_texts(old), f"{name}, after": new})
        pairs = pairs[old.notna()].drop_duplicates()
        lost = pairs.iloc[:, 1].isna()
        if lost.any() or name == columns[-1]:
            break
    return pairs.loc[lost.sort_values(ascending=False, kind="stable").index].head(ROWS)


def _new_columns(before: Table, after: Table) -> list[str]:
    known = set(before.frame.columns)
    return [str(c) for c in after.frame.columns if c not in known]


def _in_model(before: Table, after: Table, step: Step) -> ModelSpec | None:
    """Whether the model uses what comes of the step: a switch, and the model when it is on."""
    model = state.spec()
    new = _new_columns(before, after)
    if model is None or not new or step.kind in ("rename", "unite"):
        return None
    source = step.params.get("column") or step.params.get("left")
    if source in {group for term in model.random for group in term.group}:
        return None
    if step.kind == "split":
        words = "Use both parts in the model"
        made = with_parts_for(model, source, *new)
    elif source == model.outcome_column and step.kind not in _PREDICTORS:
        words = f"Use it as the outcome instead of {md(source)}"
        made = with_column_for(model, source, new[0])
    elif source in model.columns() and source != model.outcome_column:
        words = f"Use it in the model instead of {md(source)}"
        made = with_column_for(model, source, new[0])
    else:
        words = "Add it to the fixed effects"
        made = with_fixed(model, new[0])
    key = f"{_USE}:{step.kind}"
    st.session_state.setdefault(key, step.kind in ("split", "elapsed"))
    return made if st.toggle(words, key=key) else None
