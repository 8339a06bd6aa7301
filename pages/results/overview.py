"""Overview: the main result, the model, four numbers, what to watch out for, and one figure."""

import streamlit as st

from lmm_core.report.markup import md, md_sentence
from lmm_core.report.model_text import in_words
from lmm_core.report.words import headline, main_result
from pages.parts import explain, metrics, notices, page, pictures, state, wished


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()
    units = state.units()

    st.title(md(headline(fit, units)), anchor=False)
    st.write(md_sentence(main_result(fit, units)))
    asked = wished.outputs()
    if not asked:
        metrics.show(fit, units)
    notices.warnings_that_matter(fit)
    if asked:
        wished.show(fit, units)
    else:
        pictures.trajectories(fit, units, key="overview")

    st.header("The model", anchor=False)
    explain.coloured_equation(fit)
    st.write(md_sentence(in_words(fit)))
    explain.what_is("mixed_model", "random_effects", "reml", "r2")
