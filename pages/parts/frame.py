"""Page config, navigation and sidebar around the chosen page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts import sidebar, state

WIDTH = 960
_PAGES = Path(__file__).parents[1]


def run() -> None:
    """One run of the script."""
    st.set_page_config(page_title="Mixed models", page_icon="📈", layout="wide")
    page = st.navigation(_pages(), position="top")
    state.start()
    with st.sidebar:
        sidebar.show()
    with st.container(width=WIDTH):
        page.run()


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
            _page("prepare/data.py", "Data", "Upload a file or choose a sample; see what was read.")
        ],
        "Results": [
            _page(
                "results/fixed_effects.py",
                "Fixed effects",
                "The average effects with confidence intervals and tests.",
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
        ],
        "Checks": [
            _page(
                "checks/assumptions.py",
                "Assumptions",
                "Whether the model's assumptions hold, and what to do if not.",
            ),
            _page(
                "checks/estimation.py",
                "Estimation",
                "How the estimates were found, and a second opinion by statsmodels.",
            ),
        ],
    }
