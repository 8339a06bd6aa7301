"""The report: what is in it, and one button per format."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.formatting import whole
from lmm_core.report.document import SECTIONS
from lmm_core.report.formats import find_chromium
from lmm_core.report.markup import md
from pages.parts import analysis, ladder, report_files, report_progress, state

FIGURES = "report_figures"
SECTION = "report_section:"
LARGE = 50_000
"""Rows above which other models are only compared when the user made a ladder of them."""
_MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NO_BROWSER = (
    "Needs Chromium, Chrome or Edge on the computer that runs this program. Open the HTML report "
    "and print it to PDF instead."
)


def show(fit: FittedModel) -> None:
    sections, figures = _chosen(fit)
    st.write(
        f"{_listed([SECTIONS[key].lower() for key in sections])}. Everything in it is made from "
        "the numbers of this fit."
        if sections
        else "Choose at least one part."
    )
    if sections:
        _formats(fit, sections, figures)
    _choices(fit)


def _listed(items: list[str]) -> str:
    text = ", ".join(items)
    return md(text[:1].upper() + text[1:])


def _usual(fit: FittedModel) -> dict[str, bool]:
    wish = st.session_state.get(state.WISH)
    special = {
        "comparison": not ladder.is_usual() or fit.n_obs <= LARGE,
        "rm_anova": wish is not None and "rm_anova" in wish.outputs,
    }
    return {key: special.get(key, True) for key in SECTIONS}


def _chosen(fit: FittedModel) -> tuple[tuple[str, ...], bool]:
    usual = _usual(fit)
    sections = tuple(k for k in SECTIONS if st.session_state.get(SECTION + k, usual[k]))
    return sections, st.session_state.get(FIGURES, True)


def _choices(fit: FittedModel) -> None:
    menu = st.popover("Choose the parts", type="tertiary", key="report_parts", on_change="rerun")
    if not menu.open:
        return
    with menu:
        for key, wanted in _usual(fit).items():
            st.checkbox(SECTIONS[key], wanted, key=SECTION + key, persist_state="session")
        st.checkbox("Figures", True, key=FIGURES, persist_state="session")


def _formats(fit: FittedModel, sections: tuple[str, ...], figures: bool) -> None:
    given = analysis.of(fit)
    stem = f"report_{analysis.file_stem(fit)}"
    browser = find_chromium() is not None

    def make(kind: str, label: str) -> Callable[[], bytes]:
        # Found now: the thread that makes the file has no session.
        progress = report_progress.of(label)
        return lambda: progress.make(
            lambda tell: report_files.make(kind, given, sections, figures, tell)
        )

    with st.container(horizontal=True):
        _button(
            "HTML",
            make("html", "HTML"),
            f"{stem}.html",
            "text/html",
            help="One file for every browser; its figures stay interactive, also offline.",
        )
        _button(
            "Word",
            make("docx", "Word"),
            f"{stem}.docx",
            _MIME["docx"],
            help="Real tables with captions, figures as pictures."
            if browser and figures
            else "Real tables with captions; the figures are in the HTML report.",
        )
        _button(
            "PDF",
            make("pdf", "PDF"),
            f"{stem}.pdf",
            "application/pdf",
            help="Takes some seconds." if browser else NO_BROWSER,
            disabled=not browser,
        )
        _button(
            "Excel",
            make("xlsx", "Excel"),
            f"{stem}.xlsx",
            _MIME["xlsx"],
            help="Each table a sheet, with all digits.",
        )
        if figures and browser:
            _button("Figures", make("figures", "Figures"), f"{stem}_figures.zip", "application/zip",
                    help="Every figure as PNG and SVG, zipped. Takes some seconds.")  # fmt: skip
    report_progress.show()
    if given.ladder and "comparison" in sections:
        st.caption(f"{whole(len(given.ladder))} models of the page Compare are compared in it.")


def _button(
    label: str,
    data: Callable[[], bytes],
    name: str,
    mime: str,
    help: str,
    disabled: bool = False,
) -> None:
    st.download_button(
        label,
        data,
        name,
        mime,
        key=f"report:{label}",
        help=help,
        disabled=disabled,
        on_click="ignore",
    )
