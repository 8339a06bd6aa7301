"""From a file to a changed result: the main job, in a real browser against the real server."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.chromium import RunningApp
from tests.browser.conftest import OpenPage
from tests.pages import driver

FRAME = driver.growth().assign(weight=lambda t: 3 * t["y"] + t["age"])
FILES = {
    "study.csv": driver.csv(FRAME),
    "study.xlsx": driver.workbook({"notes": driver.growth(2, 3)[["id"]], "data": FRAME}),
}


@pytest.mark.parametrize("name", FILES)
def test_from_a_file_to_a_changed_result(page: OpenPage, server: RunningApp, name: str):
    visit = page("/")
    sidebar = visit.page.get_by_test_id("stSidebar")
    screen.go_to(visit, "Prepare", "Data")
    screen.upload(visit, name, FILES[name])
    expect(sidebar).to_contain_text(name)
    screen.go_to(visit, "Results", "Fixed effects")
    states = [seen(visit)]
    steps = [
        lambda: screen.choose(visit, "Outcome", "weight"),
        lambda: screen.choose(visit, "Outcome", "y"),
        lambda: screen.clear(visit, "Fixed effects"),
        lambda: screen.choose(visit, "Fixed effects", "time", "age"),
        lambda: screen.choose(visit, "Random slopes", "time"),
    ]
    for step in steps:
        step()
        states.append(seen(visit))
    # Each change shows in the formula, the table and the figure.
    for before, after in pairwise(states):
        assert before[0] != after[0]
        assert before[1] != after[1]
        assert before[2] != after[2]
    assert states[-1][0] == "y ~ time + age + (1 + time | id)"
    assert "age" in states[-1][1][0]
    screen.go_to(visit, "", "Overview")
    expect(screen.main(visit.page).locator("h1")).to_contain_text("y rises")
    assert "Traceback" not in server.log_text()


def seen(visit) -> tuple[str, list[str], list[dict]]:
    """Formula, tables and figures as they stand on the screen."""
    shown = screen.figures(visit.page)
    assert shown
    return screen.formula(visit.page), screen.tables(visit.page), shown


def test_typed_formula_moves_the_widgets(page: OpenPage):
    visit = page("/")
    box = visit.page.get_by_test_id("stSidebar").locator("textarea")
    box.fill("pain_score ~ month + (1 + month | patient_id)")
    box.press("Control+Enter")
    visit.wait_idle()
    chips = visit.page.get_by_test_id("stSidebar").get_by_test_id("stMultiSelect")
    expect(chips.first).not_to_contain_text("treatment")
    expect(chips.first).to_contain_text("month")
    heading = screen.main(visit.page).locator("h1")
    expect(heading).to_contain_text("month")
    # A wrong one is explained, and the result stays.
    before = heading.inner_text()
    box.fill("pain_score ~ mnth + (1 | patient_id)")
    box.press("Control+Enter")
    visit.wait_idle()
    expect(visit.page.get_by_test_id("stSidebar")).to_contain_text("mnth")
    expect(heading).to_have_text(before)
    visit.page.get_by_test_id("stSidebar").get_by_role("button", name="Use month").click()
    visit.wait_idle()
    assert screen.formula(visit.page) == "pain_score ~ month + (1 | patient_id)"


def test_unreadable_file_leaves_the_result(page: OpenPage):
    visit = page("/")
    screen.go_to(visit, "Prepare", "Data")
    before = screen.formula(visit.page)
    screen.upload(visit, "picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    expect(screen.main(visit.page).get_by_role("alert")).to_contain_text("image")
    assert screen.formula(visit.page) == before


def test_bootstrap_counts_and_stops(page: OpenPage):
    visit = page("/")
    screen.go_to(visit, "Results", "Variance")
    main = screen.main(visit.page)
    main.get_by_role("radio", name="Bootstrap").click()
    main.get_by_role("button", name="Stop").click()
    expect(main.get_by_role("button", name="Go on")).to_be_visible()
    assert main.get_by_test_id("stProgress").count() == 1
