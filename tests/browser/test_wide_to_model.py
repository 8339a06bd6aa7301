"""A wide sheet becomes a fitted model in the browser by clicks alone."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from tests.browser.conftest import OpenPage, Visit


def _wide() -> pd.DataFrame:
    """Twenty patients, pain at four visits; a title above the table as trackers have it."""
    rows = []
    for k in range(20):
        pain = {f"pain_{t}": 60 - 2 * t - 5 * (k % 2) + (7 * k + 3 * t) % 11 for t in (0, 1, 3, 6)}
        rows.append({"patient": f"P{k + 1:02d}", "arm": "new" if k % 2 else "old", **pain})
    return pd.DataFrame(rows)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """The sheet as .xlsx: three lines above the table."""
    path = tmp_path / "tracker.xlsx"
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        _wide().to_excel(writer, sheet_name="visits", index=False, startrow=3)
        writer.sheets["visits"]["A1"] = "Pain clinic, export of 2024"
    path.write_bytes(buffer.getvalue())
    return path


def _open(visit: Visit, section: str, page: str) -> None:
    menu = visit.page.locator(".stMarkdownEllipsis")
    menu.get_by_text(section, exact=True).first.click()
    menu.get_by_text(page, exact=True).last.click()
    visit.wait_idle()


@pytest.mark.parametrize("width", [1440, 390])
def test_wide_sheet_to_model(page: OpenPage, workbook: Path, width: int):
    visit = page("/", width=width)
    screen = visit.page
    if width < 600:
        screen.get_by_test_id("stExpandSidebarButton").click()
    screen.get_by_role("link", name="Change data").click()
    visit.wait_idle()
    if width < 600:
        # On a phone the opened sidebar lies over the page.
        screen.get_by_test_id("stSidebarCollapseButton").locator("button").click()
    screen.locator("input[type=file]").first.set_input_files(workbook)
    screen.get_by_text("This table seems to be wide").wait_for()
    visit.wait_idle()
    screen.get_by_role("link", name="Make one row per measurement").click()
    visit.wait_idle()
    screen.get_by_text("20 rows × 4 values").wait_for()
    screen.get_by_role("button", name="Make one row per time").click()
    screen.get_by_text("The model is fitted:").wait_for()
    visit.wait_idle()
    assert (
        "pain ~ time + arm + (1 | patient)"
        in screen.get_by_text("The model is fitted:").inner_text()
    )
    screen.get_by_role("link", name="See the result").click()
    visit.wait_idle()
    title = screen.get_by_role("heading", level=1).inner_text()
    assert title.startswith("pain "), title
    assert screen.locator(".js-plotly-plot").count() >= 1
