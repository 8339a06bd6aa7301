"""Each page on each sample: no exception, a title that states something, its table, its figure."""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data.samples import sample_info, sample_names
from tests.pages import driver


@dataclass(frozen=True)
class Expected:
    """The least a page shows: real HTML tables, Plotly figures, and words of its title."""

    tables: int
    charts: int
    title: str = r"\w"


EXPECTED = {
    driver.DATA: Expected(1, 0, "data"),
    driver.OVERVIEW: Expected(0, 1),
    driver.FIXED_EFFECTS: Expected(1, 1),
    "pages/results/variance.py": Expected(1, 1, r"^[<>\d.]+ % of the remaining variance"),
    "pages/results/trajectories.py": Expected(0, 1, "line"),
    "pages/results/caterpillar.py": Expected(1, 1, "average"),
    "pages/results/effects.py": Expected(1, 1),
    "pages/results/predictions.py": Expected(1, 1, "^Predicted "),
    "pages/checks/compare.py": Expected(1, 0, "AIC"),
    "pages/checks/assumptions.py": Expected(1, 1, r"\d+ of \d+ checks|No check"),
}
OTHER = Expected(0, 0)

HEADLINES = {
    "pain": r"pain_score is 12\.3 points lower for treated than for control",
    "sleepstudy": r"Reaction rises by 10\.5 ms per day",
    "orthodont": r"distance rises by 0\.480 mm per year",
    "mathachieve": r"MathAch rises by [\d.]+ points per",
    "gapminder": r"growth",
}


@pytest.fixture(scope="module")
def opened() -> dict[str, AppTest]:
    """One session per sample, for all pages."""
    return {}


def session(opened: dict[str, AppTest], sample: str) -> AppTest:
    if sample not in opened:
        opened[sample] = driver.open_app(sample=sample)
    return opened[sample]


def test_every_page_is_in_the_navigation_once():
    assert sorted(driver.PAGES) == sorted(driver.PAGE_FILES)


def test_every_expectation_is_of_a_page():
    assert set(EXPECTED) <= set(driver.PAGES)


@pytest.mark.parametrize("page", driver.PAGES)
@pytest.mark.parametrize("sample", sample_names())
def test_page_on_sample(opened: dict[str, AppTest], sample: str, page: str):
    app = driver.go(session(opened, sample), page)
    expected = EXPECTED.get(page, OTHER)
    titles = [title.value.replace("\\", "") for title in app.title]
    assert len(titles) == 1
    assert re.search(expected.title, titles[0])
    # One h1, then h2: who moves by headings misses no level.
    assert [heading.value for heading in app.subheader if not app.header] == []
    assert len(app.table) >= expected.tables
    assert len(app.get("plotly_chart")) >= expected.charts
    assert all(len(table.value) for table in app.table)
    assert [error.value for error in app.error] == []
    # The same sidebar on every page, with the sample's own model fitted.
    assert driver.shown_formula(app) == sample_info(sample).formula
    assert any("converged" in text for text in driver.texts(app.sidebar))


@pytest.mark.parametrize("sample", sample_names())
def test_headline_states_the_finding(opened: dict[str, AppTest], sample: str):
    app = driver.go(session(opened, sample), driver.OVERVIEW)
    assert re.search(HEADLINES[sample], app.title[0].value.replace("\\", ""))
    assert len(app.metric) == 4


@pytest.mark.parametrize("sample", sample_names())
def test_figures_have_alt_text(opened: dict[str, AppTest], sample: str):
    for page, expected in EXPECTED.items():
        if expected.charts:
            app = driver.go(session(opened, sample), page)
            assert all(len(chart.proto.alt) > 20 for chart in app.get("plotly_chart"))


def test_what_is_loaded_for_good_is_set_aside():
    """Streamlit looks for garbage after each run: not among all modules."""
    driver.open_app()
    assert gc.get_freeze_count() > 50_000
