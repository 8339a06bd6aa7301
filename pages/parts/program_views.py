"""Why do my numbers differ: the same model under other programs' defaults."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.fitted import FittedModel
from lmm_core.formatting import degrees, number, p_value
from lmm_core.inference.programs import COLUMNS, NAMES, ProgramResult, programs
from lmm_core.report.comparison_words import program_headline, program_sentence
from lmm_core.report.markup import md, md_sentence
from pages.parts import rm_anova_view, state, tables

ANOVA = "rm_anova"
HEADINGS = {
    "estimate": "Estimate",
    "std_error": "SE",
    "df": "df",
    "statistic": "t",
    "p_value": "p",
}
WRITERS = {
    "estimate": number,
    "std_error": number,
    "df": degrees,
    "statistic": number,
    "p_value": p_value,
}


def show(fit: FittedModel, title: Any) -> None:
    """One program at a time, its cells beside the user's."""
    names = {**NAMES, ANOVA: "Repeated-measures ANOVA"}
    key = st.selectbox(
        "The other program",
        list(names),
        index=1,
        format_func=lambda name: names[name],
        key="program",
        width=320,
        persist_state="session",
    )
    if key == ANOVA:
        title.title("The mixed model beside repeated-measures ANOVA", anchor=False)
        rm_anova_view.content(fit)
        return
    cached = ("programs", state.table().fingerprint, fit.spec, key)
    result = remembered(cached, lambda: programs(fit, (key,))[0])
    title.title(md(program_headline(result)), anchor=False)
    st.write(md_sentence(program_sentence(result)))
    _table(fit, result)
    st.caption(md_sentence(f"{result.name}: {result.settings} Grey cells are the same as here."))
    if result.changes:
        st.markdown("\n".join(f"- {md_sentence(text)}" for text in _reasons(result)))
    for caution in result.cautions:
        st.caption(md_sentence(caution))


def _table(fit: FittedModel, result: ProgramResult) -> None:
    """Changed cells stand in bold with the user's own number below."""
    own = fit.fixed_effects
    changed = result.changed
    rows = []
    for row, values in enumerate(result.table.to_dict("records")):
        cells = {"Term": md(values["label"].replace("(Intercept)", "Intercept"))}
        for column in COLUMNS:
            text = md(WRITERS[column](float(values[column])))
            if values["counterpart"] < 0:
                cells[HEADINGS[column]] = text
            elif (row, column) in changed:
                here = md(WRITERS[column](float(own[column].iloc[row])))
                cells[HEADINGS[column]] = f":orange[**{text}**] :small[here {here}]"
            else:
                cells[HEADINGS[column]] = f":gray[{text}]"
        rows.append(cells)
    alt = f"Coefficients as {result.name} shows them"
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=alt)
    tables.take_along(_beside(fit, result), f"program_{result.key}")


def _beside(fit: FittedModel, result: ProgramResult) -> pd.DataFrame:
    """Both programs' numbers in one table."""
    if (result.table["counterpart"] < 0).any():
        return result.table.drop(columns="counterpart")
    own = fit.fixed_effects[list(COLUMNS)].add_suffix("_here")
    return pd.concat([result.table.drop(columns="counterpart"), own], axis=1)


def _reasons(result: ProgramResult) -> list[str]:
    """One sentence per reason, with the cells that it explains."""
    labels = [label.replace("(Intercept)", "Intercept") for label in result.table["label"]]
    by_reason: dict[tuple[str, int], list[str]] = {}
    shared: dict[str, set[int]] = {}
    for change in result.changes:
        shared.setdefault(change.why, set()).add(change.row)
    for change in result.changes:
        row = change.row if len(shared[change.why]) == 1 else -1
        name = HEADINGS[change.column]
        names = by_reason.setdefault((change.why, row), [])
        if name not in names:
            names.append(name)
    found = []
    for (why, row), names in by_reason.items():
        where = labels[row] if row >= 0 else "All terms marked"
        found.append(f"{where} ({', '.join(names)}): {why}")
    return found
