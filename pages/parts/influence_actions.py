"""What can be done with chosen groups: the model without them as a rung, or as a step."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lmm_core.data.step import Step
from lmm_core.fitted import FittedModel
from lmm_core.formatting import whole
from lmm_core.inference.ladder import Rung, Without
from pages.parts import ladder, preparation


def show(fit: FittedModel, group: str, marked: list[str], row: DeltaGenerator) -> None:
    """Two buttons in ``row``; for a grouping of one column."""
    _as_rung(fit, group, marked, row)
    row.button(
        "Leave out from now on",
        key="influence_filter",
        help="Adds a preparation step; take it back on the data page.",
        on_click=_leave_out,
        args=(fit, group, marked),
    )


def _as_rung(fit: FittedModel, group: str, marked: list[str], row: DeltaGenerator) -> None:
    """The model without them beside the other models, or the way there."""
    column = fit.groups[group].columns[0]
    rung = Rung(_without_name(group, marked), fit.spec, Without(column, tuple(marked)))
    entries = ladder.entries(fit)
    if any((e.rung.spec, e.rung.without) == (rung.spec, rung.without) for e in entries):
        row.page_link("pages/checks/compare.py", label="See in Compare")
        return
    row.button(
        "Add to the comparison",
        key="influence_rung",
        help="Puts this model without them beside the other models on the page Compare.",
        on_click=_add_rung,
        args=(entries, rung),
    )


def _without_name(group: str, marked: list[str]) -> str:
    named = ", ".join(marked[:3])
    more = f" and {whole(len(marked) - 3)} more" if len(marked) > 3 else ""
    return f"Without {group} {named}{more}"[:60]


def _add_rung(entries: tuple[ladder.Entry, ...], rung: Rung) -> None:
    ladder.add(entries, (rung,))
    # Only coefficients can be compared with fewer rows.
    st.session_state[ladder.VIEW] = ladder.ONE_COEFFICIENT


def _leave_out(fit: FittedModel, group: str, levels: list[str]) -> None:
    grouping = fit.groups[group]
    codes = [grouping.levels.index(level) for level in levels]
    rows = [int((grouping.codes == code).argmax()) for code in codes]
    values = [_plain(fit.frame[grouping.columns[0]].iloc[row]) for row in rows]
    step = Step("filter", {"column": grouping.columns[0], "comparison": "not in", "value": values})
    st.session_state[f"influence_marked:{group}"] = []
    preparation.add(step)


def _plain(value: object) -> object:
    """A number as a number, anything else as text."""
    item = value.item() if hasattr(value, "item") else value
    return item if isinstance(item, int | float) and not isinstance(item, bool) else str(item)
