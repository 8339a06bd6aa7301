"""What stands on a page, read from the browser, and when it has come to rest after a click.

Content are the tables, figures and texts of the page itself. Controls, the navigation and the
sidebar are not: the bare page has one control and no sidebar.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from benchmarks.screens import READ_FIGURE, READ_TABLE

_TEXTS = (
    '[data-testid="stHeading"], [data-testid="stMarkdown"], [data-testid="stCaptionContainer"],'
    ' [data-testid="stMetric"], [data-testid="stCode"], [data-testid="stAlert"]'
)
_CONTROLS = (
    "stSelectbox",
    "stMultiSelect",
    "stTextInput",
    "stTextArea",
    "stNumberInput",
    "stButtonGroup",
    "stFileUploader",
    "stButton",
)
_DRAWN = '[data-testid="stTable"], [data-testid="stPlotlyChart"], [data-testid="stDataFrame"]'

# Runs before the page's own scripts: keeps the time of the server's latest message, which is the
# only sign of a run that changes nothing on screen.
WATCH_MESSAGES = """
(() => {
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(...options) {
      super(...options);
      this.addEventListener('message', () => { window.__message = performance.now(); });
    }
  };
})();
"""

# Before a click. window.__rest then holds, as times of the page's clock, the click and ``shown``,
# the last change of content, once painted.
_ARM = """
([content]) => {
  window.__watching?.disconnect();
  const rest = window.__rest = {click: null, shown: null};
  addEventListener('click', () => { rest.click = rest.last = performance.now(); },
    {capture: true, once: true});
  const counted = node => node.closest('[data-testid="stSidebar"]') === null;
  const holds = node => node.nodeType === 1
    && (node.matches(content) || node.querySelector(content) !== null) && counted(node);
  const isContent = change => {
    const at = change.target.nodeType === 1 ? change.target : change.target.parentElement;
    return (at !== null && at.closest(content) !== null && counted(at))
      || [...change.addedNodes].some(holds) || [...change.removedNodes].some(holds);
  };
  window.__watching = new MutationObserver(changes => {
    if (rest.click === null) return;
    rest.last = performance.now();
    if (changes.some(isContent))
      requestAnimationFrame(() => { rest.shown = performance.now(); });
  });
  window.__watching.observe(document.body, {subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ['d', 'points', 'transform']});
}
"""

_AT_REST = """
([quiet]) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const rest = window.__rest;
  return rest.click !== null && window.__message > rest.click
    && app.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
    && performance.now() - Math.max(rest.last, window.__message) >= quiet;
}
"""

_READ = f"""
([drawn, texts, controls]) => {{
  const table = {READ_TABLE.strip()};
  const figure = {READ_FIGURE.strip()};
  const here = document.querySelector('[data-testid="stMain"]');
  const found = [...here.querySelectorAll(drawn)].filter(e => e.checkVisibility());
  const items = [];
  for (const element of found) {{
    const kind = element.dataset.testid;
    if (kind === 'stTable') items.push({{table: table(element.querySelector('table'))}});
    else if (kind === 'stPlotlyChart')
      items.push({{figure: figure(element.querySelector('.js-plotly-plot'))}});
    else {{
      const grid = element.querySelector('[role="grid"]');
      items.push({{grid: [+grid.getAttribute('aria-rowcount'),
        +grid.getAttribute('aria-colcount')]}});
    }}
  }}
  for (const element of document.querySelectorAll('[data-testid="stPopoverBody"]'))
    items.push({{text: element.innerText}});
  if (items.length === 0)
    for (const element of here.querySelectorAll(texts))
      if (element.checkVisibility() && element.innerText.trim())
        items.push({{text: element.innerText}});
  const wanted = controls.map(kind => `[data-testid="${{kind}}"]`).join(', ');
  if (wanted)
    for (const element of here.querySelectorAll(wanted))
      if (element.checkVisibility()) items.push({{control: element.dataset.testid}});
  return items;
}}
"""


def read(page: Page, with_controls: bool = False) -> list[dict[str, Any]]:
    """The visible tables, figures and grids in their order, and the text of an open menu.

    Of a page without any of these, its texts; ``with_controls``, also which controls it has.
    """
    if page.locator('[data-testid="stException"]').count():
        raise RuntimeError("The page shows an error; its log says more.")
    drawn = page.locator('[data-testid="stPlotlyChart"]:visible')
    for k in range(drawn.count()):
        drawn.nth(k).locator(".js-plotly-plot .main-svg").first.wait_for()
    if page.locator('[data-testid="stDataFrame"]:visible').count():
        page.locator('[data-testid="stDataFrame"] [role="grid"]').first.wait_for(state="attached")
    return page.evaluate(_READ, [_DRAWN, _TEXTS, _CONTROLS if with_controls else ()])


def arm(page: Page) -> None:
    """Before the click that is to be timed."""
    page.evaluate(_ARM, [f"{_DRAWN}, {_TEXTS}"])


def took(page: Page, quiet: float = 0.4) -> float:
    """Seconds from the click to the last change of the page's content, painted.

    When the click changed no content, until the last message of the server.
    """
    page.wait_for_function(_AT_REST, arg=[quiet * 1000], timeout=20_000)
    took: float = page.evaluate(
        "() => (window.__rest.shown ?? window.__message) - window.__rest.click"
    )
    return took / 1000
