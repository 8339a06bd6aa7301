"""The analysis as a script in four languages, with the table it reads."""

from __future__ import annotations

from functools import partial

import streamlit as st

from lmm_core.cache import remembered
from lmm_core.fitted import FittedModel
from lmm_core.formatting import whole
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.scripts import (
    LANGUAGES,
    Script,
    companion_csv,
    write_script,
)
from pages.parts import analysis

_LABELS = {
    "lmm_core": "Python (lmm_core)",
    "R": "R (lme4)",
    "statsmodels": "Python (statsmodels)",
    "pymer4": "Python (pymer4)",
}


def show(fit: FittedModel) -> None:
    language = st.segmented_control(
        "Language",
        list(LANGUAGES),
        key="code_language",
        default="R",
        required=True,
        format_func=lambda name: _LABELS[name],
        label_visibility="collapsed",
        persist_state="session",
    )
    given = analysis.of(fit)
    script: Script = remembered(
        ("script", language, given.plain_file_name, *analysis.key(fit)),
        lambda: write_script(given, language),
    )
    if script.text is None:
        st.write(md_sentence(script.reason))
        return
    numbers = f"{whole(script.n_checked)} numbers"
    st.write(
        f"From the file to the tables and figures; at its end it compares {numbers} with those on "
        "screen."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Download {script.name}", script.text, script.name, "text/plain",
            key="code:script", on_click="ignore",
        )  # fmt: skip
        for k, name in enumerate(script.companions):
            st.download_button(
                f"Download {md(name)}", partial(companion_csv, given, name), name, "text/csv",
                key="code:table" if k == 0 else f"code:table{k}", on_click="ignore",
                help="A table that the script reads. Put both into one folder.",
            )  # fmt: skip
    if script.reads == "file":
        st.caption(f"Put it into the folder of {md(given.plain_file_name)} and run it there.")
    st.code(script.text, "r" if language == "R" else "python", height=480)
