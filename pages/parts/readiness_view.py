"""What the file doesn't say, as questions; and the checklist before a fit."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.data.change import count
from lmm_core.data.columns import text_cells
from lmm_core.data.finding import Finding
from lmm_core.data.readiness import check_readiness
from lmm_core.data.step import Step
from lmm_core.data.table import Question
from lmm_core.errors import LMMError
from lmm_core.model.factors import factor_of
from lmm_core.model.renaming import with_group_for, with_parts_for
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md, md_sentence
from pages.parts import notices, preparation, reshape_view, state

AT_ONCE = 4
_CELLS = 5
_LOOK = ":orange[**Look.**]"
_ACTIONS = {
    "reshape_long": "Make one row per measurement",
    "drop_duplicates": "Leave out the copies",
    "elapsed": "Turn the dates into elapsed time",
    "unite": "Join both to one label",
    "split": "Split it and use both parts",
    "to_number": "Turn it into numbers",
}
_COUNTS = ("missing", "rare_levels")
"""Findings that list counts, not rows of the data."""
_OUT = ("constant", "aliased", "many_levels")


def questions() -> None:
    """Yes or no; the answer is a step, which can be undone."""
    open_ = preparation.questions()
    refused = preparation.n_refused()
    if not open_ and not refused:
        return
    if open_:
        title = "One question" if len(open_) == 1 else f"{len(open_)} questions"
        st.header(f"{title} about the data", anchor=False)
    for question in open_[:AT_ONCE]:
        _question(question)
    if len(open_) > AT_ONCE:
        with st.expander(f"{len(open_) - AT_ONCE} more"):
            for question in open_[AT_ONCE:]:
                _question(question)
    if refused:
        st.button(
            f"Ask again what was answered with no ({refused})",
            key="ask_again",
            type="tertiary",
            on_click=preparation.ask_again,
        )


def _question(question: Question) -> None:
    key = f"{question.key}:{':'.join(question.columns)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown(md_sentence(question.sentence))
            if question.key == "to_number":
                _stopping_cells(question.columns[0])
        st.button("Yes", key=f"yes:{key}", on_click=preparation.answer, args=(question, True))
        st.button("No", key=f"no:{key}", on_click=preparation.answer, args=(question, False))


def _stopping_cells(column: str) -> None:
    table = state.table()
    cells = remembered(
        ("cells", table.fingerprint, column), lambda: text_cells(table.frame, column)
    )
    listed = "; ".join(f"row {cell.row}: “{cell.value}”" for cell in cells[:_CELLS])
    more = f" and {len(cells) - _CELLS:,} more" if len(cells) > _CELLS else ""
    st.caption(md_sentence(f"Not numbers: {listed}{more}."))


def checklist() -> None:
    """What stops a model, what deserves a look; what is fine is one click away."""
    if reshape_view.hint():
        return
    findings = _findings()
    stops = [f for f in findings if f.level == "stop"]
    warns = [f for f in findings if f.level == "warn"]
    fine = [f for f in findings if f.level == "fine"]
    wide = reshape_view.likely()
    st.header(_title(len(stops), len(warns) + bool(wide)), anchor=False)
    if wide:
        st.markdown(f"{_LOOK} {md_sentence(reshape_view.wide_sentence(wide))}")
        reshape_view.link()
    for number, finding in enumerate([*stops, *warns]):
        _finding(finding, number)
    if not fine:
        return
    label = f"{count(len(fine), 'check')} without a remark"
    box = st.expander(label, key="checks_fine", on_change="rerun")
    if box.open:
        with box:
            for number, finding in enumerate(fine, start=len(findings)):
                st.markdown(f"{md_sentence(finding.sentence)} {md_sentence(finding.next_step)}")
                _button(finding, number)


def _title(stops: int, warns: int) -> str:
    if stops:
        things = "One thing stops" if stops == 1 else f"{stops} things stop"
        return f"{things} a model"
    if warns:
        things = "One thing" if warns == 1 else f"{warns} things"
        return f"A model can be fitted; {things[0].lower()}{things[1:]} to look at first"
    return "A model can be fitted"


def _finding(finding: Finding, number: int) -> None:
    word = ":red[**Stop.**]" if finding.level == "stop" else _LOOK
    st.markdown(f"{word} {md_sentence(finding.sentence)} {md_sentence(finding.next_step)}")
    rows = finding.listing
    if rows is not None and finding.key in _COUNTS and len(rows) < 2:
        rows = None  # the sentence says it all
    if finding.action is None and finding.key not in _OUT and rows is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        _button(finding, number)
        if rows is not None and len(rows):
            label = "Show all" if finding.key in _COUNTS else f"Show {count(len(rows), 'row')}"
            _listing(rows, label, number)


def _listing(rows: pd.DataFrame, label: str, number: int) -> None:
    menu = st.popover(label, type="tertiary", key=f"rows:{number}", on_change="rerun")
    if menu.open:
        with menu:
            st.dataframe(rows, hide_index=True, alt="The rows concerned")


def _button(finding: Finding, number: int) -> None:
    key = f"act:{number}:{finding.key}"
    if finding.action is not None:
        label = _ACTIONS.get(finding.action.kind, "Do it")
        st.button(label, key=key, on_click=_act, args=(finding.action,))
    elif finding.key in _OUT and finding.columns and state.spec() is not None:
        column = finding.columns[0]
        st.button(
            f"Take {md(column)} out of the model",
            key=key,
            on_click=notices.drop_column,
            args=(column,),
        )


def _act(step: Step) -> None:
    """Carry out what a finding proposes, and let the model use what comes of it."""
    try:
        after = preparation.preview(state.table(), step)
    except LMMError as error:
        state.fail(error)
        return
    new = [str(c) for c in after.frame.columns if c not in state.table().frame.columns]
    preparation.add(step, _using(state.spec(), step, new))


def _using(model: ModelSpec | None, step: Step, new: list[str]) -> ModelSpec | None:
    if model is None:
        return None
    if step.kind == "split":
        return with_parts_for(model, step.params["column"], new[0], new[1])
    if step.kind == "unite":
        return with_group_for(model, step.params["columns"][-1], new[0])
    return None


def _findings() -> tuple[Finding, ...]:
    table = state.table()
    names = {str(c) for c in table.frame.columns}
    outcome, group, fixed = _roles(names)
    time = _time(outcome, group, fixed)
    key = ("ready", table.fingerprint, outcome, group, fixed, time)
    return remembered(key, lambda: check_readiness(table.frame, outcome, group, fixed, time))


def _roles(names: set[str]) -> tuple[str | None, tuple[str, ...] | None, tuple[str, ...]]:
    """Outcome, grouping and fixed columns: of the model, or chosen so far."""
    model = state.spec()
    if model is not None and set(model.columns()) <= names:
        group = model.random[0].group if model.random else None
        fixed = dict.fromkeys(factor_of(f).column for term in model.fixed for f in term)
        return model.outcome_column, group, tuple(fixed)
    get = st.session_state.get
    outcome, group = get(state.OUTCOME), get(state.GROUP)
    outcome = factor_of(outcome).column if outcome else None
    fixed = dict.fromkeys(factor_of(text).column for text in get(state.FIXED) or [])
    return (
        outcome if outcome in names else None,
        (group,) if group in names else None,
        tuple(name for name in fixed if name in names),
    )


def _time(outcome: str | None, group: tuple[str, ...] | None, fixed: tuple[str, ...]) -> str | None:
    """The column of the time: as proposed, else dates."""
    used = {outcome, *(group or ())}
    proposed = state.roles_of(state.table()).time
    if proposed is not None and proposed not in used:
        return proposed
    kinds = {info.name: info.kind for info in state.columns()}
    dates = [name for name in (*fixed, *kinds) if kinds.get(name) == "date" and name not in used]
    return dates[0] if dates else None
