"""Fixed effects: the table, what each row says, and the forest plot."""

import streamlit as st

from lmm_core.figures.forest import fixed_effects_forest
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.words import fixed_effects_sentences, headline
from pages.parts import charts, explain, model_tables, notices, page, state, term_tests


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()
    units = state.units()

    st.title(md(headline(fit, units)), anchor=False)
    model_tables.fixed_effects(fit)
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in fixed_effects_sentences(fit, units)[:12]))
    explain.what_is("fixed_effects", "df", "f_tests")
    charts.show(fixed_effects_forest(fit, units=units), "forest")
    term_tests.show(fit)
