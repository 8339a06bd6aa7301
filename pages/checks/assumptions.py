"""Assumptions: each with picture, verdict, how to read it, and what to do."""

import streamlit as st

from pages.parts import assumption_views, explain, notices

fit = notices.fit_or_stop()

st.title("Can the results be trusted?", anchor=False)
assumption_views.show(fit)
explain.what_is("assumptions")
