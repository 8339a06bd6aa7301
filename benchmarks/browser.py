"""Our app in the browser against a bare Streamlit page with the same table and figure.

    python -m benchmarks.browser --samples pain,sleepstudy
    python -m benchmarks.browser --all

Measures, as medians, the two taking turns: a widget change until the new table is on screen, for a
model not fitted before (so each time in a new server process, after two other changes) and for one
seen before; opening the app in
a new browser context until the first figure is drawn, on a warm server and from the start of the
server. Times are taken inside the page. With ``--all`` instead: every page on every sample, see
``every_page``. Each writes its section of RESULTS.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import every_page
from benchmarks.every_page import TO_REACH
from benchmarks.results import seconds, setting, table, write_section
from benchmarks.screens import (
    ARM,
    BARE_APP,
    FIGURE,
    READ_FIGURE,
    READ_TABLE,
    TABLE,
    WATCH_FIGURE,
    BareApp,
    OurApp,
    took,
)
from lmm_core import sample_names
from tests.browser.chromium import (
    LAUNCH_ARGUMENTS,
    RunningApp,
    find_or_install_chromium,
    running_app,
    wait_idle,
)


@dataclass
class Pairs:
    """Seconds of both sides, in pairs."""

    what: str
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        ours, bare = statistics.median(self.ours), statistics.median(self.bare)
        ratio = ours / bare
        met = "yes" if ratio <= TO_REACH else "**no**"
        count = str(len(self.ours))
        return (
            self.what,
            seconds(ours),
            seconds(bare),
            f"{ratio:.2f}",
            str(TO_REACH),
            met,
            count,
        )


@contextlib.contextmanager
def new_page(browser: Browser, script: str = "") -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    if script:
        context.add_init_script(script)
    try:
        yield context.new_page()
    finally:
        context.close()


@contextlib.contextmanager
def app(script: Path, folder: Path, pages: Path | None = None) -> Iterator[RunningApp]:
    """A server of the script; the bare one is told its pages by environment and address."""
    query = ""
    if pages is not None:
        os.environ["BARE_PAGES"] = str(pages.parent)
        query = f"/?show={pages.stem}"
    with running_app(script, folder / f"{script.stem}.log") as running:
        yield RunningApp(running.url + query, running.log)


def read_page(page: Page) -> list[dict[str, Any]]:
    """The table and the figure that are on screen."""
    page.locator(FIGURE).first.wait_for()
    return [
        {"table": page.locator(TABLE).first.evaluate(READ_TABLE)},
        {"figure": page.locator(FIGURE).first.evaluate(READ_FIGURE)},
    ]


def measure_changes(
    browser: Browser, folder: Path, sample: str, repetitions: int
) -> tuple[Pairs, Pairs]:
    """The change to a model not fitted before, and back to the one seen before."""
    fresh, seen = Pairs(f"{sample}: change, new model"), Pairs(f"{sample}: change, seen before")
    pages = folder / f"{sample}.json"
    with app(OurApp.script, folder) as ours, new_page(browser) as page:
        OurApp.open_table_page(page, ours.url, sample)
        shown = [read_page(page)]
        OurApp.change(page, "ML")
        wait_idle(page)
        pages.write_text(json.dumps([*shown, read_page(page)]), encoding="utf-8")
    for _ in range(repetitions):
        with app(OurApp.script, folder) as ours, new_page(browser) as page:
            OurApp.open_table_page(page, ours.url, sample)
            OurApp.warm_up(page)
            for estimation, pairs in (("ML", fresh), ("REML", seen)):
                page.evaluate(ARM, TABLE)
                OurApp.change(page, estimation)
                pairs.ours.append(took(page))
        with app(BARE_APP, folder, pages) as bare, new_page(browser) as page:
            BareApp.open_table_page(page, bare.url)
            for option, pairs in ((1, None), (0, None), (1, fresh), (0, seen)):
                BareApp.prepare_change(page)
                page.evaluate(ARM, TABLE)
                BareApp.change(page, option)
                seconds_taken = took(page)
                if pairs is not None:
                    pairs.bare.append(seconds_taken)
    return fresh, seen


def opening(browser: Browser, url: str) -> float:
    """Seconds from the start of the navigation to the first figure, in a new browser context."""
    with new_page(browser, WATCH_FIGURE) as page:
        page.goto(url)
        page.wait_for_function("() => window.__drawn !== undefined", timeout=60_000)
        value = float(page.evaluate("() => window.__drawn")) / 1000
        wait_idle(page)
    return value


def measure_opening(
    browser: Browser, folder: Path, repetitions: int, cold_repetitions: int
) -> tuple[Pairs, Pairs]:
    """Opening the app, on its first page and first sample."""
    warm, cold = Pairs("opening, warm server"), Pairs("opening, from the start of the server")
    pages = folder / "first.json"
    with app(OurApp.script, folder) as ours:
        with new_page(browser) as page:
            OurApp.open_table_page(page, ours.url, sample_names()[0])
            shown = read_page(page)
        with new_page(browser) as page:
            page.goto(ours.url)
            wait_idle(page)
            page.locator(FIGURE).first.wait_for()
            shown[1]["figure"] = page.locator(FIGURE).first.evaluate(READ_FIGURE)
        pages.write_text(json.dumps([shown]), encoding="utf-8")
        with app(BARE_APP, folder, pages) as bare:
            opening(browser, bare.url)
            for _ in range(repetitions):
                warm.ours.append(opening(browser, ours.url))
                warm.bare.append(opening(browser, bare.url))
    for _ in range(cold_repetitions):
        for script, shows, times in (
            (OurApp.script, None, cold.ours),
            (BARE_APP, pages, cold.bare),
        ):
            start = time.perf_counter()
            with app(script, folder, shows) as server, new_page(browser, WATCH_FIGURE) as page:
                page.goto(server.url)
                page.wait_for_function("() => window.__drawn !== undefined", timeout=60_000)
                times.append(time.perf_counter() - start)
    return warm, cold


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", default=",".join(sample_names()))
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--only", choices=("change", "opening"), help="only this part")
    parser.add_argument("--all", action="store_true", help="every page on every sample")
    parser.add_argument("--pages", default="", help="with --all: only pages with these titles")
    parser.add_argument("--visits", type=int, default=1, help="with --all: two pairs each")
    parser.add_argument("--minutes", type=float, default=10.5, help="with --all: about as long")
    parser.add_argument("--print-only", action="store_true", help="leave RESULTS.md alone")
    arguments = parser.parse_args()
    done: list[Pairs] = []
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        browser = playwright.chromium.launch(
            executable_path=find_or_install_chromium(), args=list(LAUNCH_ARGUMENTS)
        )
        if arguments.all:
            titles = {title for title in arguments.pages.split(",") if title}
            samples = arguments.samples.split(",")
            text = every_page.run(
                browser, folder, samples, titles, arguments.visits, arguments.minutes
            )
        elif arguments.only != "change":
            done += measure_opening(browser, folder, arguments.repetitions, arguments.repetitions)
        if not arguments.all and arguments.only != "opening":
            for sample in arguments.samples.split(","):
                done += measure_changes(browser, folder, sample, arguments.repetitions)
        other = {"Chromium": browser.version}
        browser.close()
    header = ("what", "our app", "bare page", "ratio", "to reach", "met", "pairs")
    packages = ("streamlit", "plotly", "pandas", "numpy", "scipy")
    title = "In the browser, against a bare Streamlit page"
    if arguments.all:
        title = "Every page in the browser, against a bare Streamlit page"
    else:
        text = table(header, [pairs.row() for pairs in done])
    body = "\n".join([setting(packages, other), "", text])
    print(body)
    if not arguments.print_only:
        write_section(title, body)


if __name__ == "__main__":
    main()
