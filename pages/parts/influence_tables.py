"""The tables of the influence page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lmm_core.assess.influence import Influence
from lmm_core.report.influence_words import effect_name
from pages.parts import tables
from pages.parts.tables import Column

MAX_ROWS = 8


def coefficient(found: Influence, term: str, marked: Sequence[str]) -> None:
    """One coefficient without each group, the largest change first; marked groups alone."""
    table = found.coefficient(term)
    if len(marked) > 1:
        table = table[table["level"].isin(list(marked))]
    elif len(table) > MAX_ROWS:
        st.caption(f"The {MAX_ROWS} largest changes of {len(table):,}; the download holds all.")
    columns = [
        Column("level", f"Without {found.group}" if found.group else "Without row"),
        Column("estimate", "Estimate", tables.ESTIMATE),
        Column("change_in_se", "Change in SE", tables.ESTIMATE),
        Column("std_error", "SE", tables.ESTIMATE),
        Column("p_value", "p", tables.P_VALUE),
        Column("cooks_distance", "Cook's distance", tables.ESTIMATE),
    ]
    if found.owners:
        columns.insert(1, Column("belongs_to", "Of"))
    alt = f"The {effect_name(found, term)} without each group"
    tables.show(table, columns, alt, "influence", MAX_ROWS)


def variances(found: Influence) -> None:
    """SDs and correlations without each group, when opened."""
    box = st.expander("Variance components", on_change="rerun", key="influence_variances")
    if not box.open:
        return
    with box:
        table = found.variances()
        table = table[table[list(found.component_labels)].notna().any(axis=1)]
        names = found.component_labels
        whole = pd.DataFrame([["all data", *found.full.components[0]]], columns=["level", *names])
        shown = pd.concat([whole, table])
        first = f"Without {found.group}" if found.group else "Without row"
        columns = [Column("level", first)]
        columns += [Column(name, _heading(name), tables.ESTIMATE) for name in names]
        st.caption("By falling Cook's distance; the download holds all.")
        alt = "Variance components without each group"
        tables.show(shown, columns, alt, "influence_variances", MAX_ROWS + 1)


def side_by_side(together: Influence) -> None:
    """Every coefficient with all data and without the chosen ones."""
    full, without = together.full, together.without
    table = pd.DataFrame(
        {
            "term": ["Intercept" if n == "(Intercept)" else n for n in together.labels],
            "estimate": full.estimate[0],
            "p_value": full.p_value[0],
            "estimate_without": without.estimate[0],
            "std_error_without": without.std_error[0],
            "p_value_without": without.p_value[0],
        }
    )
    columns = [
        Column("term", "Term"),
        Column("estimate", "All data", tables.ESTIMATE),
        Column("p_value", "p", tables.P_VALUE),
        Column("estimate_without", "Without", tables.ESTIMATE),
        Column("std_error_without", "SE", tables.ESTIMATE),
        Column("p_value_without", "p without", tables.P_VALUE),
    ]
    tables.show(table, columns, "With all data and without the chosen groups", "influence_without")


def _heading(name: str) -> str:
    return name[0].upper() + name[1:]
