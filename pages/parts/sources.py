"""Where the data come from: an uploaded file, a sample, a web address; and how they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from lmm_core.data.samples import sample_info, sample_names
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.report.markup import md, md_sentence
from pages.parts import cut_off, preparation, state

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

UPLOAD = "upload"
ROUND = "upload_round"
ADDRESS = "address"
ERROR = "upload_error"
SHEET = "upload_sheet"
ALLOW_PRIVATE = "LMM_ALLOW_PRIVATE_ADDRESSES"
"""Environment variable: "1" lets addresses of the own machine and of private networks be read."""

_LARGE = 5_000_000
"""Bytes above which reading takes long enough to say that it is going on."""
_AUTOMATIC = "Automatic"
_AS_FOUND = ""
_SEPARATORS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar", " ": "Space"}
_MARKS = {".": "Point (1.5)", ",": "Comma (1,5)"}
_ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "mac_roman": "Mac Roman",
    "utf-16": "UTF-16",
}
_OPTION = "read:"


def upload() -> None:
    """The upload field; a file that can't be read leaves everything as it was."""
    limit = int(st.get_option("server.maxUploadSize"))
    st.file_uploader(
        "Upload a table",
        key=f"{UPLOAD}:{st.session_state.get(ROUND, 0)}",
        on_change=_receive,
    )
    st.caption(
        "CSV, Excel, OpenDocument, SPSS, Stata, SAS or Parquet, also zipped. Larger than "
        f"{limit} MB: zip it, or keep the columns and rows that the analysis needs."
    )
    error = st.session_state.get(ERROR)
    if error is not None:
        st.error(f"{md(error.message)} {md(error.next_step)}")


@cut_off.carried_out
def _receive() -> None:
    file = st.session_state.get(f"{UPLOAD}:{st.session_state.get(ROUND, 0)}")
    if file is None:
        st.session_state[ERROR] = None
    else:
        _take(file)


@cut_off.carried_out  # of its own: also for a page that doesn't have the field
def _take(file: UploadedFile) -> None:
    with _told(), _waiting(file.size, file.name):
        preparation.open_file(file.getvalue(), file.name)
        _forget_options()


@contextmanager
def _told() -> Iterator[None]:
    """Keep an error for the page to say."""
    st.session_state[ERROR] = None
    try:
        yield
    except LMMError as error:
        st.session_state[ERROR] = error


@contextmanager
def _waiting(size: int, name: str) -> Iterator[None]:
    """Say that a large file is being read."""
    if size < _LARGE:
        yield
        return
    with st.spinner(f"Reading {md(name)} ({size / 1e6:.0f} MB) …", show_time=True):
        yield


def samples() -> None:
    """One click each, with what to look for."""
    current = st.session_state.get(state.SAMPLE)
    with st.expander("Or choose a sample", expanded=current is not None):
        found = [sample_info(name) for name in sample_names()]
        with st.container(horizontal=True, gap="small"):
            for info in found:
                st.button(
                    info.title,
                    key=f"sample:{info.name}",
                    disabled=info.name == current,
                    on_click=_use_sample,
                    args=(info.name,),
                )
        # One text: a row of its own for each would double the time of a change on this page.
        lines = [f"- **{md(i.title)}.** {md_sentence(f'{i.look_for} {i.source}')}" for i in found]
        st.caption("\n".join(lines))


@cut_off.carried_out
def _use_sample(name: str) -> None:
    st.session_state[ERROR] = None
    _empty_upload()
    state.use_sample(name)


def _empty_upload() -> None:
    """A new upload field: the name of another file beside these data would mislead."""
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    _forget_options()


def address() -> None:
    """A table from the web."""
    with st.expander("Or read it from a web address"):
        st.text_input(
            "Address of the file",
            key=ADDRESS,
            placeholder="https://",
            on_change=_fetch,
            help="The address of a download: http or https, to a server that everyone can reach.",
        )


def _fetch() -> None:
    from lmm_core.data.remote import fetch

    url = st.session_state[ADDRESS].strip()
    if not url:
        st.session_state[ERROR] = None
        return
    private = os.environ.get(ALLOW_PRIVATE) == "1"
    with _told(), st.spinner("Downloading …", show_time=True):
        fetched = fetch(url, allow_private=private)
        preparation.open_download(fetched, url)
        _empty_upload()


def how_it_was_read(table: Table) -> None:
    """What was recognised, as sentences, and the choices that change it."""
    source = preparation.source()
    if len(table.sheets) > 1 and source is not None:
        _keep(SHEET, table.sheet)
        st.selectbox("Sheet", table.sheets, key=SHEET, on_change=_read_again)
    if table.notes:
        shown, more = table.notes[:6], len(table.notes) - 6
        text = " ".join(md_sentence(note) for note in shown)
        st.caption(text + (f" And {more} more decisions of this kind." if more > 0 else ""))
    if source is None or table.reading.get("format") not in ("text", "workbook"):
        return
    menu = st.popover("Change how it was read", type="tertiary", key="reading", on_change="rerun")
    if menu.open:
        with menu:
            _choices(table)


def _choices(table: Table) -> None:
    reading = table.reading
    if reading["format"] == "text":
        _choice("delimiter", "Separator", _SEPARATORS, reading.get("delimiter"))
        _choice("decimal", "Decimal mark", _MARKS, reading.get("decimal"))
        _choice("encoding", "Encoding", _ENCODINGS, reading.get("encoding"))
    key = f"{_OPTION}header_row"
    _keep(key, table.options.get("header_row"))
    found = reading.get("header_row")
    st.number_input(
        "Row with the column names",
        min_value=0,
        step=1,
        key=key,
        value=None,
        placeholder=f"{_AUTOMATIC}: {found or 'none'}" if found is not None else _AUTOMATIC,
        on_change=_read_again,
        help="1 is the first row of the file; 0 when there are no names.",
    )


def _choice(option: str, label: str, names: dict[str, str], found: Any) -> None:
    key = f"{_OPTION}{option}"
    _keep(key, preparation.base().options.get(option))
    if st.session_state[key] is None:
        st.session_state[key] = _AS_FOUND
    known = f": {names[found].split(' (')[0].lower()}" if found in names else ""
    if option == "encoding" and found in names:
        known = f": {names[found]}"
    st.selectbox(
        label,
        [_AS_FOUND, *names],
        key=key,
        format_func=lambda value: names.get(value, _AUTOMATIC + known),
        on_change=_read_again,
    )


def _keep(key: str, value: Any) -> None:
    """Fill a widget that has no value yet."""
    if st.session_state.get(key) is None:
        st.session_state[key] = value


def _read_again() -> None:
    """Read the file with what the widgets say; when that fails they go back."""
    options = dict(preparation.base().options)
    for option in ("delimiter", "decimal", "encoding", "header_row"):
        if f"{_OPTION}{option}" in st.session_state:
            chosen = st.session_state[f"{_OPTION}{option}"]
            options[option] = None if chosen == _AS_FOUND else chosen
    if st.session_state.get(SHEET) is not None:
        options["sheet"] = st.session_state[SHEET]
    kept = preparation.source()
    with _told(), _waiting(len(kept.data) if kept else 0, preparation.base().name):
        preparation.read_again(**options)
    if st.session_state[ERROR] is not None:
        _forget_options()


def _forget_options() -> None:
    for key in [k for k in st.session_state if str(k).startswith(_OPTION)]:
        del st.session_state[key]
    st.session_state.pop(SHEET, None)
