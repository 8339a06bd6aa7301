"""How far a report is: told by the thread that makes it, shown by the page meanwhile.

The page looks once a second instead of running again at the click: a run that ends while a file is
asked for would take the button's file away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lmm_core.errors import LMMError
from lmm_core.report.markup import md, md_sentence

_KEY = "report_progress"
_EVERY = 1.0


@dataclass
class Progress:
    """One format's file in the making: the share that is done, and what is made now."""

    label: str
    share: float = 0.0
    what: str = ""
    running: int = 0
    error: LMMError | None = None

    def tell(self, share: float, what: str) -> None:
        self.share, self.what = min(max(share, 0.0), 1.0), what

    def make(self, work: Callable[[Callable[[float, str], None]], bytes]) -> bytes:
        """Do the work and tell; an error is kept for the page and passed on."""
        self.error = None
        self.tell(0.0, "Starting")
        self.running += 1
        try:
            return work(self.tell)
        except LMMError as error:
            self.error = error
            raise
        finally:
            self.running -= 1


def of(label: str) -> Progress:
    """The progress of one format in this session."""
    known: dict[str, Progress] = st.session_state.setdefault(_KEY, {})
    return known.setdefault(label, Progress(label))


@st.fragment(run_every=_EVERY)
def show() -> None:
    """A line while a file is made; what went wrong when it couldn't be."""
    known: dict[str, Progress] = st.session_state.get(_KEY) or {}
    for progress in known.values():
        if progress.running:
            text = f"{md(progress.label)}: {md_sentence(progress.what)} …"
            st.progress(progress.share, text=text)
        elif progress.error is not None:
            st.write(f"{md(progress.error.message)} {md(progress.error.next_step)}")
