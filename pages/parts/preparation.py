"""The preparation of the data: the table as it was read, the list of steps, the table after them.

What is kept is the source, the list and the tables to join; the current table is always what comes
of them. A step that no longer applies stays in the list, is told, and applies again when it can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from lmm_core.cache import cached_steps
from lmm_core.data.chosen import chosen_labels
from lmm_core.data.read import read_table
from lmm_core.data.step import Step
from lmm_core.data.steps import complete
from lmm_core.data.table import Question, Table
from lmm_core.errors import DataError, LMMError
from lmm_core.model.renaming import with_names
from lmm_core.model.spec import ModelSpec
from pages.parts import state

if TYPE_CHECKING:
    from lmm_core.data.remote import Fetched

PENDING = "pending_change"
#: Kinds of steps after which a model that was proposed (and left alone) is proposed anew.
_TELLING = ("to_number", "set_kind", "na_value", "elapsed", "reshape_long", "reshape_wide")


@dataclass(frozen=True)
class Source:
    """The bytes of an uploaded or downloaded file, its name, and its address if it has one."""

    data: bytes
    name: str
    url: str | None = None


# -- the list


def base() -> Table:
    """The table as it was read."""
    return st.session_state[state.BASE]


def source() -> Source | None:
    """The file, which a sample hasn't."""
    return st.session_state.get(state.SOURCE)


def steps() -> tuple[Step, ...]:
    return st.session_state[state.STEPS]


def failed() -> dict[int, DataError]:
    """Which steps of the list don't apply (0-based), and why."""
    return st.session_state[state.FAILED]


def before(position: int) -> Table:
    """The table that a step of the list starts from."""
    return cached_steps(base(), steps()[:position], _others()).table


def preview(table: Table, step: Step, *others: Table) -> Table:
    """A table after one more step, which may join one of ``others``.

    Error: DataError when it can't be carried out.
    """
    more = {other.fingerprint: other for other in others}
    history = cached_steps(table, (complete(step),), _others() | more)
    for error in history.failed.values():
        raise error
    return history.table


# -- changing it: in callbacks, or by ``later`` from a page


def add(step: Step, model: ModelSpec | None = None) -> None:
    """Carry out one more step; ``model`` is then asked for, else the present one stays.

    Error: DataError when the step can't be carried out; nothing has changed then.
    """
    step = complete(step)
    table = preview(state.table(), step)
    st.session_state[state.STEPS] = (*steps(), step)
    asked = state.spec()
    if step.kind == "rename" and asked is not None:
        asked = with_names(asked, step.params["names"])
    elif step.kind in _TELLING and asked == st.session_state.get(state.PROPOSED):
        asked = None
    state.change_table(table, model or asked)


def try_add(step: Step, model: ModelSpec | None = None) -> None:
    """``add`` for callbacks: a step that can't be carried out is said beside the model."""
    try:
        add(step, model)
    except LMMError as error:
        state.fail(error)


def undo(position: int, gone: Step) -> None:
    """Take a step back, wherever it stands in the list.

    ``gone`` is the step that was on screen at this position: a second click on a button whose
    list has changed meanwhile does nothing.
    """
    if steps()[position : position + 1] != (gone,):
        return
    asked = state.spec()
    if gone.kind == "rename" and asked is not None and position not in failed():
        names = gone.params["names"]
        asked = with_names(asked, {" ".join(new.split()): old for old, new in names.items()})
    _replay((*steps()[:position], *steps()[position + 1 :]), asked)


def undo_all() -> None:
    _replay((), state.spec())


def change(position: int, step: Step) -> None:
    """Put another step in the place of one."""
    _replay((*steps()[:position], complete(step), *steps()[position + 1 :]), state.spec())


def _replay(wanted: tuple[Step, ...], asked: ModelSpec | None) -> None:
    history = cached_steps(base(), wanted, _others())
    st.session_state[state.STEPS] = wanted
    st.session_state[state.FAILED] = history.failed
    state.change_table(history.table, asked)


def add_other(table: Table, file: Source | None = None) -> None:
    """Keep a second table, so that a step can join it, and the file that it comes from."""
    st.session_state[state.OTHERS] = {**_others(), table.fingerprint: table}
    if file is not None:
        known = st.session_state.get(state.OTHER_FILES) or {}
        st.session_state[state.OTHER_FILES] = {**known, table.fingerprint: file}


def _others() -> dict[str, Table]:
    return st.session_state[state.OTHERS]


def later(change_: Callable[..., None], *args: Any, page: str | None = None) -> None:
    """Run the script again, on this page or another, with a change made before anything is drawn.

    For buttons whose change depends on widgets beside them: a callback's arguments are those of the
    last run, when a text field that was left by the click still had its old content.
    """
    pend(change_, *args)
    if page is not None:
        st.switch_page(page)
    st.rerun()


def pend(change_: Callable[..., None], *args: Any) -> None:
    """A change for the next run of the whole script, from a callback within a fragment."""
    st.session_state[PENDING] = (change_, args)


def carry_on() -> None:
    """Begin that run, at the head of the fragment."""
    if PENDING in st.session_state:
        st.rerun()


def carry_pending() -> None:
    """Make the change that ``later`` asked for; at the start of a run."""
    pending = st.session_state.pop(PENDING, None)
    if pending is not None:
        change_, args = pending
        try:
            change_(*args)
        except LMMError as error:
            state.fail(error)


# -- the source


def open_file(data: bytes, name: str, **options: Any) -> None:
    """Read a file; the preparation starts anew. Error: DataError; nothing has changed then."""
    table = read_table(data, name=name, **options)
    state.use_table(table)
    st.session_state[state.SOURCE] = Source(data, name)


def open_download(fetched: Fetched, url: str | None = None) -> None:
    """Read what was downloaded; the preparation starts anew. ``url`` is the address as it was
    typed, which stays right when its redirects expire. Error: DataError.
    """
    from lmm_core.data.remote import read_fetched

    state.use_table(read_fetched(fetched))
    st.session_state[state.SOURCE] = Source(fetched.data, fetched.name, url or fetched.url)


def read_again(**options: Any) -> None:
    """Read the same file otherwise; the steps are carried out again. Error: DataError."""
    kept = source()
    if kept is None:
        return
    st.session_state[state.BASE] = read_table(kept.data, name=kept.name, **options)
    _replay(steps(), state.spec())
    if not steps() and state.spec() == st.session_state.get(state.PROPOSED):
        state.change_table(base(), None)


# -- questions


def questions() -> tuple[Question, ...]:
    """What the file doesn't say and nobody has answered yet."""
    answered = st.session_state[state.ANSWERED]
    said = chosen_labels(steps())
    return tuple(
        q for q in state.table().questions
        if _key(q) not in answered and not (q.key == "to_number" and q.columns[0] in said)
    )  # fmt: skip


def n_refused() -> int:
    """How many of the table's questions were answered with no."""
    answered = st.session_state[state.ANSWERED]
    return sum(_key(q) in answered for q in state.table().questions)


def answer(question: Question, yes: bool) -> None:
    """Carry out the step that belongs to an answer; without one the question is put aside."""
    step = question.step if yes else question.otherwise
    if step is not None and step.kind == "read":
        read_again(**base().options | step.params)
    elif step is not None:
        try_add(step)
    if step is None or not yes:
        answered = st.session_state[state.ANSWERED]
        st.session_state[state.ANSWERED] = answered | {_key(question)}


def ask_again() -> None:
    st.session_state[state.ANSWERED] = frozenset()


def _key(question: Question) -> tuple[object, ...]:
    return question.key, question.columns
