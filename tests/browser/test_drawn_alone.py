"""What is drawn alone: a changed option leaves the sidebar as it stands; a changed model, all."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.conftest import OpenPage, Visit


def _open_options(visit: Visit) -> None:
    visit.page.get_by_test_id("stSidebar").get_by_text("Options", exact=True).click()
    visit.wait_idle()


def _option(visit: Visit, key: str, text: str) -> None:
    visit.page.locator(f".st-key-{key}").get_by_text(text, exact=True).click()
    visit.wait_idle()


def test_an_option_changes_the_page_and_the_line_about_the_fit(page: OpenPage):
    visit = page("/")
    _open_options(visit)
    screen.go_to(visit, "Results", "Fixed effects")
    formula, before = screen.formula(visit.page), screen.tables(visit.page)
    for text, other in (("ML", True), ("REML", False), ("99 %", True), ("95 %", False)):
        _option(visit, "w_ci_level" if "%" in text else "w_reml", text)
        assert (screen.tables(visit.page) != before) == other, text
        assert screen.formula(visit.page) == formula
    screen.go_to(visit, "", "Overview")
    said = screen.main(visit.page).inner_text()
    _option(visit, "w_reml", "ML")
    assert screen.main(visit.page).inner_text() != said


# Streamlit ends the run of the first click for that of the second, in its callbacks too.
_AT_ONCE = """
    text => {
        const option = [...document.querySelectorAll('.st-key-w_reml label')]
            .find(e => e.textContent.trim() === text);
        const link = [...document.querySelectorAll('[data-testid=stSidebar] a')]
            .find(e => e.textContent.includes('Change data'));
        option.click();
        return new Promise(done => setTimeout(() => done(link.click())));
    }
"""


def test_an_option_and_a_link_at_once_leave_the_model_as_the_option_says(page: OpenPage):
    visit = page("/")
    _open_options(visit)
    said = {}
    for text in ("ML", "REML"):
        _option(visit, "w_reml", text)
        said[text] = screen.main(visit.page).inner_text()
    assert said["ML"] != said["REML"]
    for text in ("ML", "REML") * 3:
        visit.page.evaluate(_AT_ONCE, text)
        visit.wait_idle()
        screen.go_to(visit, "", "Overview")
        chosen = visit.page.locator(".st-key-w_reml").get_by_role("radio", checked=True)
        shown = chosen.evaluate("e => e.closest('label').textContent.trim()")
        assert screen.main(visit.page).inner_text() == said[shown]


def test_a_problem_and_its_way_out(page: OpenPage):
    visit = page("/")
    _open_options(visit)
    sidebar = visit.page.get_by_test_id("stSidebar")
    # A list that opens while the sidebar scrolls closes again.
    sidebar.get_by_role("combobox", name="Degrees of freedom").scroll_into_view_if_needed()
    visit.wait_idle()
    screen.choose(visit, "Degrees of freedom", "Kenward–Roger")
    _option(visit, "w_reml", "ML")
    expect(sidebar.get_by_role("alert")).to_contain_text("REML")
    sidebar.get_by_role("button", name="Use REML").click()
    visit.wait_idle()
    expect(sidebar.get_by_role("alert")).to_have_count(0)
    expect(visit.page.locator(".st-key-w_reml").get_by_role("radio", name="REML")).to_be_checked()


def test_a_button_on_the_page_moves_the_sidebar(page: OpenPage):
    visit = page("/")
    screen.go_to(visit, "Checks", "Compare")
    formula = screen.formula(visit.page)
    screen.main(visit.page).get_by_text("Rename, remove or use a model").click()
    visit.wait_idle()
    screen.main(visit.page).get_by_role("button", name="Use it").first.click()
    visit.wait_idle()
    assert screen.formula(visit.page) != formula
