"""Join a second table by key columns: another sheet or another file, with counts of matches."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lmm_core.cache import remembered
from lmm_core.data.join import propose_keys
from lmm_core.data.read import read_table
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.formatting import whole
from lmm_core.report.markup import md, md_sentence
from pages.parts import preparation, state, tables
from pages.parts.forms import fields

_KIND = "join"
_SECOND = "second_table"
_MAX_KEYS = 3


def show() -> None:
    """The second table, the keys, what comes of them, and the button."""
    found = _second()
    if found is None:
        return
    second, file = found
    rows, columns = second.frame.shape
    st.caption(md(f"{second.name}: {whole(rows)} rows, {whole(columns)} columns."))
    if second.fingerprint in {step.params.get("fingerprint") for step in preparation.steps()}:
        st.caption("It is joined already; undo that step to join it otherwise.")
        return
    table = state.table()
    step = _step(table, second)
    if step is None:
        return
    try:
        after = preparation.preview(table, step, second)
    except LMMError as error:
        st.markdown(f":orange[**Not possible.**] {md(error.message)} {md(error.next_step)}")
        return
    st.markdown(md_sentence(after.notes[-1]))
    new = [c for c in after.frame.columns if c not in table.frame.columns]
    shown = after.frame[[*step.params["left_on"], *new[:5]]]
    tables.small(shown.drop_duplicates().head(6), "The first rows with their new columns")
    if st.button("Join", key="join_done"):
        preparation.later(_join, step, second, file)


def _join(step: Step, second: Table, file: preparation.Source) -> None:
    preparation.add_other(second, file)
    preparation.add(step)


def _second() -> tuple[Table, preparation.Source] | None:
    """The table to join, and its file: another sheet of the workbook, or a file of its own."""
    source, base = preparation.source(), preparation.base()
    others = [name for name in base.sheets if name != base.sheet] if source is not None else []
    if others:
        sheet = fields.pick(
            _KIND, "sheet", "Second table", [*others, fields.NOTHING],
            words=lambda name: f"Sheet {name}" if name else "Another file",
        )  # fmt: skip
        if sheet and source is not None:
            table = _read(("sheet", base.fingerprint, sheet), source.data, sheet, sheet=sheet)
            return None if table is None else (table, source)
    file = st.file_uploader(
        "File with the second table", key="second_file",
        help="One row per key, for example per school or per patient.",
    )  # fmt: skip
    if file is None:
        return None
    data = file.getvalue()
    table = _read(("file", file.file_id), data, file.name)
    return None if table is None else (table, preparation.Source(data, file.name))


def _read(key: tuple[str, ...], data: bytes, name: str, **options: Any) -> Table | None:
    """Read it once; what is wrong with it is said."""
    kept = st.session_state.get(_SECOND)
    if kept is None or kept[0] != key:
        try:
            kept = (key, read_table(data, name=name, **options))
        except LMMError as error:
            kept = (key, error)
        st.session_state[_SECOND] = kept
    if isinstance(kept[1], LMMError):
        st.error(f"{md(kept[1].message)} {md(kept[1].next_step)}")
        return None
    return kept[1]


def _step(table: Table, second: Table) -> Step | None:
    """The keys, proposed from the values that both tables share."""
    proposals = remembered(
        ("keys", table.fingerprint, second.fingerprint),
        lambda: propose_keys(table.frame, second.frame),
    )
    best = proposals[0] if proposals else None
    if best is not None:
        st.caption(md_sentence(best.reason))
    lefts, rights = fields.names(table), fields.names(second)
    left_on: list[str] = []
    right_on: list[str] = []
    for k in range(_MAX_KEYS):
        a, b = st.columns(2)
        first = k == 0
        with a:
            left = fields.pick(
                _KIND, f"left{k}:{second.fingerprint[:8]}",
                "Key in your data" if first else "Further key",
                lefts if first else [fields.NOTHING, *lefts], best.left if best and first else None,
                _words,
            )  # fmt: skip
        if not left:
            break
        with b:
            right = fields.pick(
                _KIND, f"right{k}:{second.fingerprint[:8]}", "Key in the second table", rights,
                best.right if best and first else (left if left in rights else None),
            )  # fmt: skip
        left_on.append(left)
        right_on.append(right)
    loose = st.toggle(
        "Ignore case and spaces", value=best is not None and best.match == "loose",
        key=f"join_loose:{second.fingerprint[:8]}",
    )  # fmt: skip
    return Step(_KIND, {
        "name": second.name, "fingerprint": second.fingerprint, "left_on": left_on,
        "right_on": right_on, "match": "loose" if loose else "exact",
    })  # fmt: skip


def _words(name: str) -> str:
    return name or "None"
