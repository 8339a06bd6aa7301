"""The two screens that browser.py compares: how to get about in them and how to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import REPOSITORY, wait_idle

BARE_APP = Path(__file__).with_name("bare_app.py")
TABLE = '[data-testid="stTable"] table'
FIGURE = '[data-testid="stPlotlyChart"] .js-plotly-plot'

# Sets window.__took when the table's text has changed after the next click and was painted.
ARM = """
selector => {
  const text = () => document.querySelector(selector)?.textContent ?? '';
  const before = text();
  let start = null;
  window.__took = null;
  addEventListener('click', () => { start = performance.now(); }, {capture: true, once: true});
  const observer = new MutationObserver(() => {
    if (start === null || !text() || text() === before) return;
    observer.disconnect();
    requestAnimationFrame(() => { window.__took = performance.now() - start; });
  });
  observer.observe(document.body, {subtree: true, childList: true, characterData: true});
}
"""

# Sets window.__drawn to the time since the start of the navigation when a figure has its traces.
WATCH_FIGURE = """
(() => {
  const drawn = () => document.querySelector(
    '.js-plotly-plot .main-svg g.trace, .js-plotly-plot .main-svg path.js-line');
  const look = () => {
    if (drawn()) { window.__drawn = performance.now(); return; }
    requestAnimationFrame(look);
  };
  look();
})();
"""

READ_TABLE = """
element => ({
  columns: [...element.querySelectorAll('thead th')].map(cell => cell.innerText),
  rows: [...element.querySelectorAll('tbody tr')].map(
    row => [...row.children].map(cell => cell.innerText)),
})
"""

READ_FIGURE = """
element => JSON.parse(JSON.stringify(
  {data: element.data, layout: element.layout},
  // Arrays stay in Plotly's compact form, as they came; its decoded copies are left out.
  (key, value) => key === '_inputArray' ? undefined
    : ArrayBuffer.isView(value) ? Array.from(value) : value))
"""


def took(page: Page) -> float:
    """Seconds from the click to the new table, after the page has come to rest."""
    page.wait_for_function("() => window.__took !== null", timeout=60_000)
    value = float(page.evaluate("() => window.__took")) / 1000
    wait_idle(page)
    return value


class OurApp:
    """Everything that depends on what our app's screen looks like."""

    script = REPOSITORY / "app.py"
    data_link = "Change data"
    table_page = "Fixed effects"
    section_of_table_page = "Results"

    @classmethod
    def open_table_page(cls, page: Page, url: str, sample: str) -> None:
        """The fixed-effects page on a sample, its options in view."""
        page.goto(url)
        wait_idle(page)
        page.get_by_role("link", name=cls.data_link).click()
        page.locator(f".st-key-sample-{sample} button").wait_for()
        wait_idle(page)
        button = page.locator(f".st-key-sample-{sample} button")
        if button.is_enabled():
            button.click()
            wait_idle(page)
        menu = page.locator(".stMarkdownEllipsis")  # the navigation's texts
        menu.get_by_text(cls.section_of_table_page, exact=True).click()
        menu.get_by_text(cls.table_page, exact=True).click()
        page.locator(TABLE).first.wait_for()
        wait_idle(page)
        page.get_by_text("Options", exact=True).click()
        cls._choice(page, "ML").wait_for()

    @classmethod
    def change(cls, page: Page, estimation: str) -> None:
        """One click: "ML" or "REML". Each brings another model and other numbers."""
        cls._choice(page, estimation).click()

    @classmethod
    def warm_up(cls, page: Page) -> None:
        """Two changes that need no new fit: the first ones of a page are slower on both sides."""
        for level in ("90 %", "95 %"):
            page.evaluate(ARM, TABLE)
            page.locator(".st-key-w_ci_level").get_by_text(level, exact=True).click()
            took(page)

    @staticmethod
    def _choice(page: Page, estimation: str) -> Any:
        return page.locator(".st-key-w_reml").get_by_text(estimation, exact=True)


class BareApp:
    """The same steps on the bare page."""

    @staticmethod
    def open_table_page(page: Page, url: str) -> None:
        page.goto(url)
        wait_idle(page)
        page.locator(FIGURE).wait_for()

    @staticmethod
    def prepare_change(page: Page) -> None:
        page.get_by_role("combobox").first.click()

    @staticmethod
    def change(page: Page, option: int) -> None:
        page.get_by_role("option", name=str(option), exact=True).click()
