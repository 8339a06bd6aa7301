"""A change that the next click cuts off is carried out by the run of that click.

Streamlit ends a run, within its callbacks too, when another one is asked for: the widget would show
the new value and the model have the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx

# Not in the session's state: reaching for that is what ends the run.
_left: dict[str, Callable[[], object]] = {}


@contextmanager
def finished_later(change: Callable[[], object]) -> Iterator[None]:
    """Around a callback's work: when it is cut off, ``change`` is made at the next run."""
    session = _session()
    _left[session] = change
    try:
        yield
    except Exception:
        # An error is no cut: it would come again.
        _left.pop(session, None)
        raise
    _left.pop(session, None)


def finish() -> None:
    """At the start of a run: what the run before was kept from."""
    change = _left.pop(_session(), None)
    if change is not None:
        with finished_later(change):
            change()


def _session() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""
