"""The public file behind a scenario: downloaded, prepared, and described."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from lmm_core.errors import LMMError
from lmm_core.report.markup import md
from pages.parts import preparation, state
from pages.parts.describe_view import TEXT
from pages.parts.sources import ALLOW_PRIVATE

if TYPE_CHECKING:
    from lmm_core.data.public import PublicData

_PROBLEM = "public_file_problem"
_FILES = ("mathachieve", "gapminder")
"""Samples whose question a public file answers too."""


def button(sample: str) -> None:
    """Load the file from the web in place of the sample; nothing changes when that fails."""
    if sample not in _FILES:
        return
    if not st.button("Load the public file", key=f"public:{sample}", type="tertiary"):
        return
    from lmm_core.data.public import PUBLIC, load_public

    public = PUBLIC[sample]
    forget_problem()
    try:
        with st.spinner(f"Downloading from {md(public.source)} …", show_time=True):
            found = load_public(sample, allow_private=os.environ.get(ALLOW_PRIVATE) == "1")
    except LMMError as error:
        st.session_state[_PROBLEM] = error
        return
    preparation.later(_open, found, public.text)


def _open(found: PublicData, text: str) -> None:
    """The table as it was read, its steps, and the text. Error: DataError of a step."""
    state.use_table(found.table)
    file = preparation.Source(found.fetched.data, found.fetched.name, found.fetched.url)
    st.session_state[state.SOURCE] = file
    for other in found.others:
        preparation.add_other(other, file)  # another sheet of the same file
    for step in found.steps:
        preparation.add(step)
    st.session_state[TEXT] = text


def say_problem() -> None:
    """Why the file couldn't be loaded."""
    error: LMMError | None = st.session_state.get(_PROBLEM)
    if error is not None:
        st.write(f"{md(error.message)} {md(error.next_step)}")


def forget_problem() -> None:
    st.session_state[_PROBLEM] = None
