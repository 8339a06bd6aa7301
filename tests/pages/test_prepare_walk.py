"""Random walks through the prepare pages: nothing breaks, and the list always tells the table."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data import carry_out, read_table
from pages.parts import state
from tests.pages import driver
from tests.pages.test_prepare_names import hostile
from tests.pages.test_prepare_reshape import wide
from tests.pages.test_prepare_steps import visits

PAGES = (driver.DATA, "pages/prepare/columns.py", "pages/prepare/reshape.py", driver.OVERVIEW)
TEXTS = ("", "a", "y", "1", "0, 1, 2", "40; 50", "$x$", "%d.%m.%Y")
FRAMES = (visits, wide, hostile, driver.growth)


def _click(app: AppTest, chance: random.Random) -> None:
    found = [b for b in app.main.button if not b.disabled and not b.key.startswith("sample:")]
    if found:
        chance.choice(found).click().run()


def _select(app: AppTest, chance: random.Random) -> None:
    found = [w for w in app.main.selectbox if w.options]
    if found:
        field = chance.choice(found)
        field.select_index(chance.randrange(len(field.options))).run()


def _choose_several(app: AppTest, chance: random.Random) -> None:
    found = list(app.main.multiselect)
    if found:
        field = chance.choice(found)
        count = min(len(field.options), chance.randrange(4))
        field.set_value(chance.sample(list(field.options), count)).run()


def _switch(app: AppTest, chance: random.Random) -> None:
    found = [*app.main.toggle, *app.main.checkbox]
    if found:
        field = chance.choice(found)
        field.set_value(not field.value).run()


def _type(app: AppTest, chance: random.Random) -> None:
    found = [w for w in app.main.text_input if w.key != "address"]
    if found:
        chance.choice(found).set_value(chance.choice(TEXTS)).run()


def _go(app: AppTest, chance: random.Random) -> None:
    driver.go(app, chance.choice(PAGES))


ACTIONS: tuple[Callable[[AppTest, random.Random], None], ...] = (
    _click, _click, _select, _select, _choose_several, _switch, _type, _go,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_walk(seed: int):
    chance = random.Random(seed)
    frame: pd.DataFrame = FRAMES[seed % len(FRAMES)]()
    app = driver.upload(driver.open_app(), frame)
    for _ in range(40):
        chance.choice(ACTIONS)(app, chance)
        driver.assert_whole(app)
    get: Any = app.session_state
    base = read_table(get[state.SOURCE].data, name="study.csv", **get[state.BASE].options)
    history = carry_out(base, get[state.STEPS], get[state.OTHERS])
    assert history.table.fingerprint == get[state.TABLE].fingerprint
    pd.testing.assert_frame_equal(history.table.frame, get[state.TABLE].frame)
    assert list(history.failed) == list(get[state.FAILED])
    if get[state.SPEC] is not None:
        driver.assert_in_step(app)
        assert set(driver.spec(app).columns()) <= set(history.table.frame.columns)
