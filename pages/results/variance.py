"""Variance: where it lies, the components, and the ICC with its meaning."""

import streamlit as st

from lmm_core.figures.variance import icc_curve, variance_bar
from lmm_core.formatting import percent
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.variance_words import icc_sentence, singular_sentence, variance_sentences
from pages.parts import charts, explain, model_tables, notices, page, precision, state


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()
    units = state.units()

    share = percent(fit.icc().adjusted)
    st.title(md(f"{share} of the remaining variance lies between groups"), anchor=False)
    st.write(md_sentence(icc_sentence(fit)))
    if fit.is_singular:
        st.write(md_sentence(singular_sentence(fit)))
    charts.show(variance_bar(fit), "variance_bar")
    model_tables.variance_components(fit)
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in variance_sentences(fit, units)))
    explain.what_is("variance_components", "icc", "intervals", "random_tests")
    precision.random_tests(fit)
    precision.intervals(fit)
    curve = icc_curve(fit)
    if curve is not None:
        st.header("The ICC along the random slope", anchor=False)
        charts.show(curve, "icc_curve")
