"""One coefficient over all models of the ladder."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lmm_core.figures.effects import effects_forest
from lmm_core.fitted import FittedModel
from lmm_core.formatting import whole
from lmm_core.inference.ladder import coefficient_ladder
from lmm_core.report.columns import Units, outcome_name, outcome_unit
from lmm_core.report.comparison_words import (
    coefficient_ladder_headline,
    coefficient_ladder_sentence,
)
from lmm_core.report.markup import md, md_sentence
from pages.parts import charts, ladder, tables
from pages.parts.ladder import Entry, Fitted
from pages.parts.tables import Column


def show(fit: FittedModel, found: tuple[Entry, ...], units: Units, title: Any) -> Fitted:
    """Draws it and returns the fits, some of which may still have to wait."""
    fitted = ladder.fitted(fit, found)
    labels = {
        name: label
        for other in fitted.fits
        for name, label in zip(other.design.names, other.design.labels, strict=True)
    }
    terms = [name for name in labels if name != "(Intercept)"] + ["(Intercept)"]
    terms = [name for name in terms if name in labels]
    if not terms:
        title.title("No model could be fitted", anchor=False)
        ladder.say_refused(fitted)
        return fitted
    term = st.selectbox(
        "Coefficient",
        terms,
        format_func=lambda name: labels[name].replace("(Intercept)", "Intercept"),
        key=f"ladder_term:{'|'.join(terms)}",
        width=420,
        persist_state="session",
    )
    label = labels[term].replace("(Intercept)", "The intercept")
    table = coefficient_ladder(fitted.fits, term)
    table.insert(0, "name", list(fitted.names))
    title.title(md(coefficient_ladder_headline(table, label)), anchor=False)
    label = label.replace("The intercept", "the intercept")
    shown = table[table["estimate"].notna()]
    level = fit.spec.ci_level
    heading = f"{label} on {outcome_name(fit)}"
    picture = effects_forest(
        shown, heading, level, outcome_unit(fit, units), labels=shown["name"].tolist()
    )
    figure = st.container()
    st.write(md_sentence(coefficient_ladder_sentence(table, label, level, list(fitted.names))))
    columns = [
        Column("name", "Model"),
        Column("estimate", "Estimate", tables.ESTIMATE),
        Column("conf_low", f"{100 * level:g} % CI low", tables.ESTIMATE),
        Column("conf_high", "high", tables.ESTIMATE),
        Column("p_value", "p", tables.P_VALUE),
        Column("std_error", "SE", tables.ESTIMATE),
        Column("df", "df", tables.DEGREES),
    ]
    tables.show(table, columns, "One coefficient in every model", "coefficient_ladder")
    charts.show_in(figure, picture, "ladder_forest")
    kind = "REML" if fit.spec.reml else "ML"
    rows = {e.rung.name: e.rung.without for e in found if e.rung.without is not None}
    fewer = [
        f"{name}: {whole(f.n_obs)} rows."
        for name, f in zip(fitted.names, fitted.fits, strict=True)
        if name in rows
    ]
    notes = " ".join([f"Estimated by {kind}, as the current model is.", *fewer])
    st.caption(md_sentence(notes))
    ladder.say_refused(fitted)
    return fitted
