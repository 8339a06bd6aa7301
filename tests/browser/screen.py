"""What a person does and sees in the browser: goes to pages, chooses, uploads, reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

# A page counts as narrow when its navigation has moved into the sidebar.
NARROW = 768


def go_to(visit: Visit, section: str, title: str) -> None:
    """Open a page by the navigation, as a person does."""
    page = visit.page
    if page.viewport_size and page.viewport_size["width"] < NARROW:
        _by_sidebar(page, title)
    elif section:
        page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).get_by_text(
            title, exact=True
        ).click()
    else:
        page.get_by_test_id("stTopNavLink").get_by_text(title, exact=True).click()
    visit.wait_idle()


def _by_sidebar(page: Page, title: str) -> None:
    sidebar = page.get_by_test_id("stSidebar")
    expand = page.get_by_test_id("stExpandSidebarButton")
    if expand.is_visible():
        expand.click()
    more = page.get_by_test_id("stSidebarNavViewButton")
    link = sidebar.get_by_test_id("stSidebarNavLink").get_by_text(title, exact=True)
    if not link.count() and more.count():
        more.click()
    link.click()
    # The link to the page that is open leaves the sidebar open.
    page.wait_for_timeout(300)
    if not expand.is_visible():
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    expect(expand).to_be_visible()


def choose(visit: Visit, label: str, *options: str) -> None:
    """Choose in a selectbox or multiselect of the sidebar, by the label and the options' texts."""
    box = visit.page.get_by_test_id("stSidebar").get_by_role("combobox", name=label, exact=True)
    for option in options:
        box.click()
        visit.page.get_by_role("option", name=option, exact=True).click()
    visit.page.keyboard.press("Escape")
    visit.wait_idle()


def clear(visit: Visit, label: str) -> None:
    """Take all options out of a multiselect of the sidebar."""
    sidebar = visit.page.get_by_test_id("stSidebar")
    box = sidebar.get_by_test_id("stMultiSelect").filter(has_text=label).first
    box.get_by_role("button", name="Clear").click()
    visit.wait_idle()


def upload(visit: Visit, name: str, content: bytes) -> None:
    """Upload a file on the data page."""
    visit.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    visit.wait_idle()


def formula(page: Page) -> str:
    return page.get_by_test_id("stSidebar").locator("textarea").input_value()


def tables(page: Page) -> list[str]:
    """The text of every table in the main part."""
    return [table.inner_text() for table in main(page).locator("table").all()]


def figures(page: Page) -> list[dict[str, Any]]:
    """Axis titles, number of traces and data (as text) of every Plotly figure that is drawn."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')]"
        ".every(e => e.querySelector('.main-svg'))"
    )
    return page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => ({
            x: plot.layout.xaxis?.title?.text ?? '',
            y: plot.layout.yaxis?.title?.text ?? '',
            traces: plot.data.length,
            data: JSON.stringify(plot.data),
        }))"""
    )


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def overflow(page: Page) -> list[str]:
    """What sticks out of the screen sideways: empty on a page that fits its width."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const scrolls = [document.scrollingElement,
                             document.querySelector('[data-testid=stMain]')];
            const wide = scrolls.filter(e => e.scrollWidth > e.clientWidth + 1);
            if (!wide.length) return [];
            return [...document.querySelectorAll('[data-testid=stMain] *')]
                .filter(e => e.getBoundingClientRect().right > width + 1)
                .map(e => `${e.tagName} ${e.dataset?.testid ?? ''} ${e.className}`.slice(0, 90))
                .slice(0, 8);
        }"""
    )


def serious(page: Page) -> Sequence[str]:
    """Findings of axe that are serious or critical: the rule and the first places."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {node['html'][:160]} {node['failureSummary']}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:4]
    ]
