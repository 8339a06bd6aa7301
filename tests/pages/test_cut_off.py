"""A callback that the next click cuts off is made up for, once; an error isn't repeated."""

from __future__ import annotations

import gc

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException, StopException

from pages.parts import cut_off

CUTS = {"stopped": StopException(), "another run": RerunException(RerunData())}


class Change:
    """A callback's work that ends as ``ends`` say, one after the other."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = list(ends)
        self.made = 0

    def __call__(self) -> None:
        end = self.ends.pop(0)
        if end is not None:
            raise end
        self.made += 1

    def as_callback(self) -> None:
        cut_off.carried_out(self.__call__)()


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_change_that_was_cut_off_is_made_once(cut: BaseException):
    change = Change(cut, None)
    with pytest.raises(type(cut)):
        change.as_callback()
    assert change.made == 0
    cut_off.finish()
    cut_off.finish()
    assert change.made == 1


def test_a_change_can_be_cut_off_again():
    change = Change(StopException(), StopException(), None)
    for cut_again in (change.as_callback, cut_off.finish):
        with pytest.raises(StopException):
            cut_again()
    cut_off.finish()
    assert change.made == 1


def test_a_change_that_was_made_is_not_made_again():
    change = Change(None)
    change.as_callback()
    cut_off.finish()
    assert change.made == 1


def test_an_error_is_not_repeated():
    change = Change(ValueError("wrong"), None)
    with pytest.raises(ValueError, match="wrong"):
        change.as_callback()
    cut_off.finish()
    assert change.made == 0


def test_the_part_that_was_cut_off_is_made():
    outer, inner = Change(None), Change(StopException(), None)
    with pytest.raises(StopException), cut_off.finished_later(outer):
        inner.as_callback()
    cut_off.finish()
    assert (outer.made, inner.made) == (0, 1)


def test_what_is_left_goes_with_its_session(monkeypatch: pytest.MonkeyPatch):
    class Session:
        pass

    sessions = [Session()]
    monkeypatch.setattr(cut_off, "_session", lambda: sessions[0])
    with pytest.raises(StopException):
        Change(StopException()).as_callback()
    left = len(cut_off._left)
    sessions.clear()
    gc.collect()
    assert len(cut_off._left) == left - 1
