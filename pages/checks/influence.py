"""Influence: what the result would be without one group, or one row."""

import streamlit as st

from lmm_core.report.markup import md
from pages.parts import explain, influence_view, notices, state

fit = notices.fit_or_stop()

st.title(md(influence_view.headline(fit)), anchor=False)
influence_view.show(fit, state.units())
explain.what_is("influence", "cooks_distance")
