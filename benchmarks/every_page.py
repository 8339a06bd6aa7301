"""Every page on every sample: opening it, one change in the sidebar and one on the page.

Ours and the bare page take turns, both warm, in one browser. Our side is the forgetful app: no fit
and nothing derived from one is remembered, so each change is to a model not seen before.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, TimeoutError, ViewportSize

from benchmarks import content
from benchmarks.controls import CONTROLS, Control
from benchmarks.results import seconds, table
from benchmarks.screens import BARE_APP, BareApp, OurApp
from tests.browser.chromium import REPOSITORY, running_app, wait_idle

FORGETFUL_APP = Path(__file__).with_name("forgetful_app.py")
TO_REACH = 1.5
EMPTY, OPENED, SIDEBAR, CHANGED = range(4)
KINDS = ("opening", "sidebar change", "page change")
DOUBTFUL = 1.25
"""Above this ratio a cell is measured again, ``MORE`` times, and all of its pairs count."""
MORE = 2


_SCREEN: ViewportSize = {"width": 1440, "height": 900}


@dataclass
class Cell:
    """One page on one sample: seconds of ours and of the bare page, by kind."""

    sample: str
    control: Control
    ours: dict[str, list[float]] = field(default_factory=lambda: {k: [] for k in KINDS})
    bare: dict[str, list[float]] = field(default_factory=lambda: {k: [] for k in KINDS})

    @property
    def name(self) -> str:
        return f"{self.sample}-{self.control.title.replace(' ', '-')}"

    def ratio(self, kind: str) -> float:
        return statistics.median(self.ours[kind]) / statistics.median(self.bare[kind])

    def row(self) -> tuple[str, ...]:
        cells = []
        for kind in KINDS:
            ratio = self.ratio(kind)
            shown = f"{ratio:.2f}" if ratio <= TO_REACH else f"**{ratio:.2f}**"
            ours, bare = (seconds(statistics.median(t[kind])) for t in (self.ours, self.bare))
            cells += [ours, bare, shown]
        return (self.control.title, self.sample, *cells)


class OurPage:
    """A page of our app in the browser."""

    def __init__(self, page: Page, control: Control) -> None:
        self._page = page
        self._control = control

    def open(self) -> None:
        """From another page, by the navigation; the last click is the one that counts."""
        menu = self._page.locator(".stMarkdownEllipsis")
        if self._control.section:
            menu.get_by_text(self._control.section, exact=True).click()
        entry = menu.get_by_text(self._control.title, exact=True)
        self._timed(entry.click)

    def first(self) -> None:
        first = self._control.first
        if first.startswith("option"):
            self._option(first).click()
        elif first:
            self._place().get_by_text(first).click()
        if first:
            wait_idle(self._page)

    def change(self, there: bool) -> None:
        text = self._control.there if there else self._control.back
        place = self._place()
        if not text:
            pressable = place.locator("summary, button, label").first
            self._timed(pressable.click)
        elif text.startswith("option"):
            self._timed(self._option(text).click)
        elif text == "remove":
            self._timed(place.locator("button[aria-label^=Remove]").first.click)
        else:
            self._timed(place.get_by_text(text).first.click)

    def _option(self, text: str) -> Locator:
        """Open the list of choices, and the one that is meant."""
        self._place().get_by_role("combobox").click()
        return self._page.get_by_role("option").nth(int(text.split()[1]))

    def sidebar(self, estimation: str) -> None:
        self._timed(lambda: OurApp.change(self._page, estimation))

    def _place(self) -> Locator:
        return self._page.locator(
            f'[data-testid="stMain"] [class*="st-key-{self._control.key}"]'
        ).first

    def _timed(self, click: Callable[[], None]) -> None:
        content.arm(self._page)
        click()


class BarePage:
    """The bare page with the same content."""

    def __init__(self, page: Page, url: str, cell: Cell) -> None:
        self._page = page
        self._shown = EMPTY
        page.goto(f"{url}/?show={cell.name}")
        wait_idle(page)
        # Our side has shown the page once already.
        self.choose(OPENED)

    def empty(self) -> None:
        if self._shown != EMPTY:
            self.choose(EMPTY)

    def choose(self, option: int) -> float:
        self._shown = option
        BareApp.prepare_change(self._page)
        content.arm(self._page)
        BareApp.change(self._page, option)
        return content.took(self._page)


def measure(
    browser: Browser,
    folder: Path,
    samples: list[str],
    titles: set[str],
    visits: int,
    minutes: float,
) -> list[Cell]:
    """All cells: a first visit to see what is shown, then ``visits`` with two pairs per change;
    more of those in doubt while the time that is their share of ``minutes`` lasts.
    """
    start, done = time.perf_counter(), 0
    os.environ["BARE_PAGES"] = str(folder)
    controls = [c for c in CONTROLS if not titles or c.title in titles]
    cells = [Cell(sample, control) for sample in samples for control in controls]
    with (
        running_app(_beside_the_pages(folder), folder / "ours.log") as ours,
        running_app(BARE_APP, folder / "bare.log") as bare,
        browser.new_context(viewport=_SCREEN) as our_context,
        browser.new_context(viewport=_SCREEN) as bare_context,
        our_context.new_page() as our_page,
        bare_context.new_page() as bare_page,
    ):
        for page in (our_page, bare_page):
            page.add_init_script(content.WATCH_MESSAGES)
        for sample in samples:
            OurApp.open_table_page(our_page, ours.url, sample)
            for cell in (cell for cell in cells if cell.sample == sample):
                done += 1
                due = start + 60 * minutes * done / len(cells)
                try:
                    _see(our_page, cell, folder)
                    _measure_cell(our_page, BarePage(bare_page, bare.url, cell), cell, visits, due)
                except (TimeoutError, RuntimeError) as error:
                    print(cell.name, str(error).splitlines()[0], flush=True)
                    OurApp.open_table_page(our_page, ours.url, sample)
                    continue
                print(*cell.row(), flush=True)
    return cells


def _measure_cell(page: Page, bare: BarePage, cell: Cell, visits: int, due: float) -> None:
    for visit in range(visits + MORE):
        doubtful = visit and any(cell.ratio(kind) > DOUBTFUL for kind in KINDS)
        if visit < visits or (doubtful and time.perf_counter() < due):
            _visit(page, bare, cell)


def _beside_the_pages(folder: Path) -> Path:
    """The forgetful app as its own main script: Streamlit looks for pages beside it."""
    (folder / "pages").symlink_to(REPOSITORY / "pages")
    return Path(shutil.copy(FORGETFUL_APP, folder))


def _away(page: Page, cell: Cell) -> None:
    """Another page, so that opening the cell's page is a change."""
    other = "Fixed effects" if cell.control.title == "Report" else "Report"
    control = next(c for c in CONTROLS if c.title == other)
    OurPage(page, control).open()
    content.took(page)


def _see(page: Page, cell: Cell, folder: Path) -> None:
    """Go through the cell's states and keep what they show for the bare page."""
    ours = OurPage(page, cell.control)
    _away(page, cell)
    pages: list[list[dict[str, Any]]] = [[]]
    for act in (
        ours.open,
        lambda: ours.sidebar("ML"),
        lambda: ours.sidebar("REML"),
        lambda: ours.change(True),
        lambda: ours.change(False),
    ):
        act()
        content.took(page)
        if act == ours.open:
            ours.first()
        pages.append(content.read(page, cell.control.is_form))
    kept = [pages[EMPTY], pages[OPENED], pages[2], pages[4]]
    (folder / f"{cell.name}.json").write_text(json.dumps(kept), encoding="utf-8")


def _visit(our_page: Page, bare: BarePage, cell: Cell) -> None:
    """One pair of openings, and pairs of each change: there and back."""
    ours = OurPage(our_page, cell.control)

    def pair(kind: str, act: Callable[[], None], option: int) -> None:
        act()
        cell.ours[kind].append(content.took(our_page))
        cell.bare[kind].append(bare.choose(option))

    _away(our_page, cell)
    bare.empty()
    pair("opening", ours.open, OPENED)
    ours.first()
    pair("sidebar change", lambda: ours.sidebar("ML"), SIDEBAR)
    pair("sidebar change", lambda: ours.sidebar("REML"), OPENED)
    pair("page change", lambda: ours.change(True), CHANGED)
    if cell.control.one_way:
        ours.change(False)
        content.took(our_page)
        bare.choose(OPENED)
    else:
        pair("page change", lambda: ours.change(False), OPENED)


def report(cells: list[Cell], taken: float) -> str:
    """The table, what it means, and what is above the limit."""
    missed = ", ".join(c.name for c in cells if not all(c.bare.values()))
    cells = [cell for cell in cells if all(cell.bare.values())]
    header = ["page", "sample"]
    for kind in KINDS:
        header += [kind, "bare", "ratio"]
    ratios = [(cell.ratio(kind), cell, kind) for cell in cells for kind in KINDS]
    above = sorted((r for r in ratios if r[0] > TO_REACH), key=lambda r: -r[0])
    worst = "; ".join(f"{c.control.title} on {c.sample}, {kind}: {r:.2f}" for r, c, kind in above)
    middle = statistics.median(ratio for ratio, *_ in ratios)
    changes = "; ".join(f"{c.title}: {c.what}" for c in CONTROLS)
    return "\n".join(
        [
            f"{len(ratios) - len(above)} of {len(ratios)} ratios are at most {TO_REACH}; "
            f"their median is {middle:.2f}."
            + (f" Above: {worst}." if above else "")
            + (f" Not measured, because something didn't answer: {missed}." if missed else ""),
            "",
            _DEFINITION,
            f"The change on each page: {changes}. Medians of at least 2 pairs (1 for opening and "
            "for what opens a menu); a page with a ratio above "
            f"{DOUBTFUL} is measured up to {MORE} times more, and all pairs count. "
            f"Took {taken / 60:.0f} minutes.",
            "",
            table(header, [cell.row() for cell in cells], text_columns=2),
        ]
    )


_DEFINITION = """\
Ours and the bare page take turns in one browser, each with a server of its own. Times run from \
the click to the last change of the page's tables, figures or texts, painted (where a click \
changes none of them, to the last message of the server). Nothing is remembered on our side from \
one run of the app to the next: each change in the sidebar is to a model not seen before, fitted \
and tested within that time (a change within a part of a page runs that part alone, for the same \
model). The bare page is a Streamlit script with one choice, which shows the very tables and \
figures that our page shows in that state (of a page without any, its texts), ready-made: it fits \
nothing, computes nothing and has no sidebar, headings or sentences. The pages under Prepare are \
forms: there the bare page has as many controls of the same kinds, on all other pages none but \
its choice. Opening is the way there from another page of the app, for the bare page from an \
empty choice. The sidebar's change is from REML to ML and back: an option, after which the sidebar \
stays as it stands. A change of the model's columns draws the sidebar anew, too."""


def run(
    browser: Browser,
    folder: Path,
    samples: list[str],
    titles: set[str],
    visits: int,
    minutes: float,
) -> str:
    """Measure and report; Markdown."""
    start = time.perf_counter()
    cells = measure(browser, folder, samples, titles, visits, minutes)
    return report(cells, time.perf_counter() - start)
