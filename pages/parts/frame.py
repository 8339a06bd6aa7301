"""Page config, navigation and sidebar around the chosen page."""

from __future__ import annotations

import gc
from functools import cache
from pathlib import Path

import streamlit as st

from pages.parts import cut_off, link, preparation, sidebar, state, tables

WIDTH = 960
_PAGES = Path(__file__).parents[1]


def run() -> None:
    """One run of the script."""
    st.set_page_config(page_title="Mixed models", page_icon="📈", layout="wide")
    tables.style()
    page = st.navigation(_pages(), position="top")
    cut_off.finish()
    preparation.carry_pending()
    link.open_first()
    state.start()
    # Before the page: a click on the page then falls into the end of a run. One that cuts off a run
    # which still draws the sidebar leaves the browser with places that don't exist.
    with st.sidebar:
        sidebar.show()
    with st.container(width=WIDTH):
        link.say_ignored()
        page.run()
    _set_aside()


@cache
def _set_aside() -> None:
    """Once per process: what has been loaded for good needs no further look.

    Streamlit collects garbage after every run, and before one that a callback asks for; looking
    through all modules takes it as long as a small page.
    """
    gc.collect()
    gc.freeze()


def _page(path: str, title: str, help: str, default: bool = False):
    return st.Page(_PAGES / path, title=title, help=help, default=default)


def _pages() -> dict[str, list]:
    return {
        "": [
            _page(
                "results/overview.py",
                "Overview",
                "The main result, the model and what to watch out for.",
                default=True,
            )
        ],
        "Prepare": [
            _page(
                "prepare/data.py", "Data", "Upload a file or choose a sample; see what was read."
            ),
            _page(
                "prepare/columns.py",
                "Columns",
                "Logarithms, centring, changes, classes, filters: each a step that can be undone.",
            ),
            _page(
                "prepare/reshape.py",
                "Reshape",
                "From one row per subject to one row per measurement; join a second table.",
            ),
            _page(
                "prepare/describe.py",
                "Describe",
                "Say the model and what you want to see in a sentence.",
            ),
        ],
        "Results": [
            _page(
                "results/fixed_effects.py",
                "Fixed effects",
                "The average effects with confidence intervals and tests.",
            ),
            _page(
                "results/effects.py",
                "Effects",
                "Means, comparisons and slopes, by themselves or depending on another predictor.",
            ),
            _page("results/variance.py", "Variance", "How much groups differ, and the ICC."),
            _page(
                "results/trajectories.py",
                "Trajectories",
                "Each group's data and line around the average.",
            ),
            _page(
                "results/caterpillar.py",
                "Caterpillar",
                "Every group's deviation from the average, sorted.",
            ),
            _page(
                "results/predictions.py",
                "Predictions",
                "What if: the average, a known group or a new one, with its uncertainty.",
            ),
        ],
        "Checks": [
            _page(
                "checks/assumptions.py",
                "Assumptions",
                "Whether the model's assumptions hold, and what to do if not.",
            ),
            _page(
                "checks/influence.py",
                "Influence",
                "What the result would be without one group or one row.",
            ),
            _page(
                "checks/missing_data.py",
                "Missing data",
                "Who is observed when, who leaves, and the comparison with RM-ANOVA.",
            ),
            _page(
                "checks/estimation.py",
                "Estimation",
                "How the estimates were found, and a second opinion by statsmodels.",
            ),
            _page(
                "checks/compare.py",
                "Compare",
                "Several models side by side, and why other programs show other numbers.",
            ),
        ],
        "Share": [
            _page(
                "share/report.py",
                "Report",
                "The report, text for a paper, the code, and a recipe or link to pass on.",
            ),
        ],
    }
