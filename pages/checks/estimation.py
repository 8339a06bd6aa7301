"""Estimation: how the estimates were found, what to do when they weren't, and a second opinion."""

import streamlit as st

from lmm_core.report.convergence_words import convergence_sentences
from lmm_core.report.markup import md_sentence
from pages.parts import estimation_views, explain, notices, page


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()
    certified = fit.convergence.converged

    st.title(
        "The optimum is certified" if certified else "The optimum isn't certified", anchor=False
    )
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in convergence_sentences(fit)))
    estimation_views.simpler_model(fit)
    estimation_views.attempts(fit)
    estimation_views.advice(fit)
    estimation_views.second_opinion(fit)
    explain.what_is("reml", "optimum")
