"""A change that the next click cuts off is carried out by the run of that click.

Streamlit ends a run, within its callbacks too, when another one is asked for: the widget would show
the new value and the model have the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec
from weakref import WeakKeyDictionary

from streamlit.runtime.scriptrunner import get_script_run_ctx

P = ParamSpec("P")


class _NoSession:
    """Stands for the session where there is none."""


_none = _NoSession()
# Not in the session's state: reaching for that is what ends the run. Weak: what is left may hold a
# large file, and its session may have ended.
_left: WeakKeyDictionary[object, Callable[[], object]] = WeakKeyDictionary()


def carried_out(change: Callable[P, None]) -> Callable[P, None]:
    """Decorates a callback that may be made twice: cut off, it is made at the next run."""

    @wraps(change)
    def callback(*args: P.args, **kwargs: P.kwargs) -> None:
        with finished_later(lambda: change(*args, **kwargs)):
            change(*args, **kwargs)

    return callback


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


def _session() -> object:
    """Something that lives as long as the session and is the same in all of its runs."""
    context = get_script_run_ctx()
    return context.fragment_storage if context else _none
