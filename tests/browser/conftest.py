"""The real server, a real browser, and pages that remember what went wrong in them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.chromium import (
    LAUNCH_ARGUMENTS,
    PATIENCE,
    REPOSITORY,
    RunningApp,
    find_or_install_chromium,
    running_app,
    wait_idle,
)

_LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
_LOCAL_SCHEMES = {"data", "blob", "about"}
_TOLD = 1500
# What the pointer last did, to tell a click that was lost from one that wasn't answered.
_KEEP_CLICKS = """
    window.__clicks = [];
    for (const kind of ['mousedown', 'mouseup', 'click'])
        document.addEventListener(kind, event => {
            const text = (event.target.textContent ?? '').trim().slice(0, 40);
            window.__clicks.push(`${kind} ${event.target.tagName} ${text}`);
            window.__clicks.splice(0, window.__clicks.length - 9);
        }, true);
"""
_VISITS = pytest.StashKey[list["Visit"]]()


@dataclass
class Visit:
    """One browser page on the app, with its console errors and its requests off the machine."""

    page: Page
    console_errors: list[str] = field(default_factory=list)
    outside_requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_KEEP_CLICKS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(message.text)

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in _LOCAL_SCHEMES and parts.hostname not in _LOCAL_HOSTS:
            self.outside_requests.append(request.url)

    def wait_idle(self, timeout: float = PATIENCE) -> None:
        """Wait until Streamlit's script run has ended."""
        wait_idle(self.page, timeout)

    def told(self) -> str:
        """Where the page stands, for the report of a test that failed."""
        try:
            root = self.page.get_by_test_id("stApp")
            state = root.get_attribute("data-test-script-state", timeout=2000)
            text = self.page.locator("body").inner_text(timeout=2000)
            clicks = self.page.evaluate("window.__clicks")
        except PlaywrightError as error:
            return f"{self.page.url}: not readable ({error})"
        shown = " ".join(text.split())[:_TOLD]
        return f"{self.page.url} ({state})\n{shown}\n{self.console_errors}\n{clicks}"

    def assert_clean(self) -> None:
        assert self.console_errors == []
        assert self.outside_requests == []


class OpenPage(Protocol):
    """The type of the fixture ``page``: call it to open a page of the app in a new context."""

    def __call__(
        self,
        path: str = "/",
        width: int = 1440,
        height: int = 900,
        scheme: Literal["light", "dark"] = "light",
    ) -> Visit: ...


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The app as a user starts it, on a free port; ``server.log_text()`` is what it printed."""
    script = REPOSITORY / "app.py"
    assert script.is_file(), "The browser tests need app.py at the top of the project."
    with running_app(script, tmp_path_factory.mktemp("server") / "streamlit.log") as app:
        yield app


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_or_install_chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=executable, args=list(LAUNCH_ARGUMENTS)
        )
        yield launched
        launched.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed browser test also says what its pages showed."""
    report = yield
    if report.failed and call.when == "call":
        for visit in item.stash.get(_VISITS, []):
            report.sections.append(("Page", visit.told()))
    return report


@pytest.fixture
def page(
    request: pytest.FixtureRequest, server: RunningApp, browser: Browser
) -> Iterator[OpenPage]:
    """Opens pages; each is closed after the test and must have stayed clean."""
    visits: list[Visit] = []
    request.node.stash[_VISITS] = visits

    def open_page(
        path: str = "/",
        width: int = 1440,
        height: int = 900,
        scheme: Literal["light", "dark"] = "light",
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        context.set_default_timeout(1000 * PATIENCE)
        visit = Visit(context.new_page())
        visits.append(visit)
        visit.page.goto(server.url + path)
        visit.wait_idle()
        return visit

    yield open_page
    for visit in visits:
        visit.page.context.close()
    for visit in visits:
        visit.assert_clean()
