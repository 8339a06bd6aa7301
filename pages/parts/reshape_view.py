"""Wide to long by clicks: the families that were found, names, counts, before and after."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.data.change import listed
from lmm_core.data.families import Family, find_families
from lmm_core.data.numbers import number_of
from lmm_core.data.reshape import LongPreview, preview_long
from lmm_core.data.step import Step
from lmm_core.errors import LMMError
from lmm_core.report.markup import md, md_sentence
from pages.parts import preparation, state, tables

PAGE = "pages/prepare/reshape.py"
_BY_HAND = 4
_MOST = 12
"""Families that are offered; others can be chosen by hand."""
_SHOWN = 6
_ROWS = 6
_LABELS = ("id", "category", "ordered", "text")


def families() -> tuple[Family, ...]:
    """Column families of the current table."""
    table = state.table()
    return remembered(("families", table.fingerprint), lambda: find_families(table.frame.columns))


def likely() -> list[Family]:
    return [family for family in families() if family.likely]


def hint() -> bool:
    """Where no model can be fitted because the table is wide: says so, and leads to this page."""
    found = likely() or list(families())
    if not found or state.spec() is not None:
        return False
    st.header("This table seems to be wide", anchor=False)
    st.markdown(md_sentence(wide_sentence(found)))
    link()
    return True


def wide_sentence(found: list[Family]) -> str:
    """Which columns belong together, and why that matters."""
    columns = [column for family in found for column in family.columns]
    return (
        f"{listed(columns, _SHOWN)} seem to hold the same measure at several times; a mixed model"
        " needs one row per measurement."
    )


def link() -> None:
    st.page_link(PAGE, label="Make one row per measurement", icon=":material/arrow_forward:")


def show() -> None:
    """The settings, what comes of them, and the button."""
    frame = state.table().frame
    measures = _measures(families())
    if not measures:
        st.caption("Choose columns that hold the same measure at several times.")
        return
    used = [column for columns, _ in measures.values() for column in columns]
    settings = _settings(frame, measures, used)
    try:
        shown = _preview(settings)
    except LMMError as error:
        st.markdown(f":orange[**Not possible.**] {md(error.message)} {md(error.next_step)}")
        return
    _before_and_after(shown, used)
    label = f"Make one row per {md(settings['time_name'])}"
    if st.button(label, key="long_done"):
        preparation.later(preparation.add, Step("reshape_long", settings))


def _preview(settings: dict[str, Any]) -> LongPreview:
    table = state.table()
    key = ("long", table.fingerprint, Step("reshape_long", settings).text)
    return remembered(key, lambda: preview_long(table.frame, rows=_ROWS, **settings))


def _key(name: str) -> str:
    """Widgets of another table are other widgets."""
    return f"long:{state.table().fingerprint[:8]}:{name}"


def _measures(found: tuple[Family, ...]) -> dict[str, tuple[list[str], list[Any] | None]]:
    """The chosen measures: name -> columns and their times (None: taken from the names)."""
    chosen: dict[str, tuple[list[str], list[Any] | None]] = {}
    shown = sorted(found, key=lambda family: not family.likely)[:_MOST]
    for k, family in enumerate(shown):
        tick, name = st.columns([3, 2], vertical_alignment="bottom")
        times = ", ".join(str(t) for t in family.times[:8])
        more = " …" if len(family.times) > 8 else ""
        with tick:
            on = st.checkbox(
                md(listed(family.columns, _SHOWN)), value=family.likely, key=_key(f"use:{k}")
            )
            doubt = "" if family.likely else f"{family.reason} "
            st.caption(md_sentence(f"{doubt}{family.time_name.capitalize()}: {times}{more}"))
        if on:
            with name:
                called = st.text_input("Name of the values", value=family.name, key=_key(f"n:{k}"))
            chosen[called.strip()] = (list(family.columns), list(family.times))
    taken = {column for columns, _ in chosen.values() for column in columns}
    done = any(step.kind == "reshape_long" for step in preparation.steps())
    chosen |= _by_hand(taken, opened=not found and not done)
    return chosen


def _by_hand(taken: set[str], opened: bool) -> dict[str, tuple[list[str], None]]:
    """Measures whose columns the user picks; a further one is offered when one is filled."""
    chosen: dict[str, tuple[list[str], None]] = {}
    if not opened and not st.toggle("Choose columns by hand", key=_key("hand")):
        return chosen
    for k in range(_BY_HAND):
        free = [str(c) for c in state.table().frame.columns if str(c) not in taken]
        pick, name = st.columns([3, 2])
        with pick:
            columns = st.multiselect(
                "Columns of one measure", free, key=_key(f"hand:{k}"), placeholder="Choose"
            )
        if not columns:
            break
        with name:
            called = st.text_input(
                "Name of the values", value="value" if k == 0 else f"value_{k + 1}",
                key=_key(f"hn:{k}"),
            )  # fmt: skip
        chosen[called.strip()] = (columns, None)
        taken |= set(columns)
    return chosen


def _settings(
    frame: pd.DataFrame, measures: dict[str, tuple[list[str], list[Any] | None]], used: list[str]
) -> dict[str, Any]:
    """The parameters of the step."""
    columns = [chosen for chosen, _ in measures.values()]
    first = next((f for f in families() if list(f.columns) in columns), None)
    left, middle, right = st.columns(3)
    with left:
        time_name = st.text_input(
            "Name of the time", value=first.time_name if first else "time", key=_key("time")
        ).strip()
    with middle:
        typed = st.text_input(
            "Times", key=_key("times"), placeholder="Taken from the column names",
            help="One per column with commas between them, where the names don't tell: 0, 1, 3, 6.",
        )  # fmt: skip
    rest = [str(c) for c in frame.columns if str(c) not in set(used)]
    with right:
        number_name = _row_number(frame, rest)
    dropped = st.multiselect(
        "Columns to leave out", rest, key=_key("drop"), placeholder="None: the others are repeated"
    )
    drop_empty = st.toggle("Leave out rows without a value", key=_key("empty"))
    settings: dict[str, Any] = {
        "values": {name: columns for name, (columns, _) in measures.items()},
        "id": [name for name in rest if name not in dropped] if dropped else None,
        "time_name": time_name,
        "drop_empty": drop_empty,
        "number_name": number_name,
    }
    settings["times"] = _times(typed, measures)
    return {name: value for name, value in settings.items() if value is not None}


def _times(typed: str, measures: dict[str, tuple[list[str], list[Any] | None]]) -> list[Any] | None:
    """Times that were typed; or those of the family, when there is one measure."""
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    if parts:
        numbers = [number_of(part) for part in parts]
        return parts if None in numbers else numbers
    known = [times for _, times in measures.values()]
    return known[0] if all(times == known[0] for times in known) else None


def _row_number(frame: pd.DataFrame, rest: list[str]) -> str | None:
    """A name for the number of the wide row, proposed when no column names the rows."""
    kinds = {info.name: info.kind for info in state.columns()}
    named = any(kinds.get(c) in _LABELS and frame[c].is_unique for c in rest)
    default = "" if named else next(n for n in ("row", "row_number", "wide_row") if n not in rest)
    typed = st.text_input(
        "Number the rows as", value=default, key=_key("number"), placeholder="Not needed",
        help="Where no column says which rows belong together, the number of the wide row does.",
    )  # fmt: skip
    return typed.strip() or None


def _before_and_after(shown: LongPreview, used: list[str]) -> None:
    others = [c for c in shown.before.columns if c not in used]
    before = shown.before[[*others[:2], *used[:4]]].head(3)
    st.markdown(md_sentence(shown.sentence))
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("Before")
        tables.small(before, "The first rows of the table as it is")
    with right:
        st.caption("After")
        fresh = [c for c in shown.after.columns if c not in others]
        kept = [c for c in shown.after.columns if c in others][:2]
        order = [c for c in shown.after.columns if c in (*kept, *fresh)]
        tables.small(
            shown.after[order[:7]].head(_ROWS), "The first rows of the table as it would be"
        )
