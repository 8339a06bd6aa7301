"""The functions behind the list of steps, on a session without a page."""

from __future__ import annotations

from typing import Any

import pytest

from lmm_core.data import Step
from lmm_core.errors import DataError
from pages.parts import preparation, state
from tests.pages import driver

LOG = Step("transform", {"column": "y", "function": "exp", "into": "ey"})
SQUARE = Step("transform", {"column": "age", "function": "square", "into": "age2"})


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", kept)
    preparation.open_file(driver.csv(driver.growth()), "study.csv")
    return kept


def test_a_late_second_click_takes_no_other_step_back(session: dict[str, Any]):
    preparation.add(LOG)
    preparation.add(SQUARE)
    first, second = preparation.steps()
    preparation.undo(0, first)
    preparation.undo(0, first)  # the button of the old screen
    assert preparation.steps() == (second,)
    preparation.undo(0, second)
    preparation.undo(0, second)
    assert preparation.steps() == ()


def test_a_step_that_cant_be_done_changes_nothing(session: dict[str, Any]):
    before = dict(session)
    with pytest.raises(DataError):
        preparation.add(Step("center", {"column": "nobody"}))
    assert session == before
    preparation.try_add(Step("center", {"column": "nobody"}))
    assert session[state.PROBLEM].code == "unknown_column"
    assert session[state.TABLE] is before[state.TABLE]


def test_the_same_steps_give_the_same_fingerprint_in_any_session(session: dict[str, Any]):
    preparation.add(LOG)
    preparation.add(SQUARE)
    one = state.table()
    preparation.undo_all()
    assert state.table() is preparation.base()
    preparation.add(SQUARE)
    preparation.add(LOG)
    other = state.table()
    preparation.undo(0, preparation.steps()[0])
    preparation.add(SQUARE)
    assert state.table().fingerprint == one.fingerprint != other.fingerprint


def test_a_pending_change_that_fails_is_said(session: dict[str, Any]):
    session[preparation.PENDING] = (preparation.add, (Step("drop", {"columns": ["nobody"]}),))
    preparation.carry_pending()
    assert session[state.PROBLEM].code == "unknown_column"
    assert preparation.PENDING not in session


def test_a_file_that_cant_be_read_leaves_the_preparation(session: dict[str, Any]):
    preparation.add(LOG)
    with pytest.raises(DataError):
        preparation.open_file(b"\x00\x01\x02" * 50, "data.csv")
    with pytest.raises(DataError):
        preparation.read_again(delimiter="|")
    assert [step.kind for step in preparation.steps()] == ["transform"]
    assert "ey" in state.table().frame
