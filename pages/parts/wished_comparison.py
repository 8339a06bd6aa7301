"""The comparison that a description asked for: its models, or the usual ones around the model."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.cache import cached_fit, remembered
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.inference.comparison import Comparison, comparison
from lmm_core.model.spec import ModelSpec
from lmm_core.report.comparison_words import comparison_sentences
from lmm_core.report.markup import md, md_sentence
from pages.parts import ladder, state, tables
from pages.parts.tables import Column

COMPARE = "pages/checks/compare.py"


def show(fit: FittedModel, names: tuple[str, ...]) -> None:
    """AIC, BIC and likelihood-ratio tests, as far as asked for."""
    fitted = ladder.fitted(fit, ladder.entries(fit), by_ml=True, at_once=True)
    ladder.say_refused(fitted)
    called = list(fitted.names)
    if len(called) < 2:
        st.write("A comparison needs two models.")
        st.page_link(COMPARE, label="Choose the models")
        return
    try:
        found = _compared(tuple(f.spec for f in fitted.fits))
    except LMMError as error:
        st.write(f"{md(error.message)} {md(error.next_step)}")
        st.page_link(COMPARE, label="Choose the models")
        return
    _table(found, called, names)
    sentences = comparison_sentences(found, called)
    wanted = sentences if "information_criteria" not in names or len(names) > 1 else sentences[:1]
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in wanted))
    st.caption(md_sentence(found.notes[0]))
    st.page_link(COMPARE, label="Change the models")


def _compared(specs: tuple[ModelSpec, ...]) -> Comparison:
    table = state.table()

    def fit_one(spec: ModelSpec, frame: pd.DataFrame) -> FittedModel:
        return cached_fit(table.fingerprint, frame, spec).fit

    key = ("wished_comparison", table.fingerprint, specs)
    return remembered(key, lambda: comparison(specs, table.frame, fit=fit_one))


def _table(found: Comparison, called: list[str], names: tuple[str, ...]) -> None:
    table = found.table.assign(
        name=[
            f"{md(name)}  \n:gray[{md(formula)}]"
            for name, formula in zip(called, found.table["formula"], strict=True)
        ]
    )
    columns = [Column("name", "Model", str), Column("npar", "Parameters", tables.WHOLE)]
    everything = "compare_models" in names
    if everything or "information_criteria" in names:
        columns += [Column("aic", "AIC", _criterion), Column("bic", "BIC", _criterion)]
    if everything or "likelihood_ratio_test" in names:
        columns += [
            Column("loglik", "Log-likelihood", _criterion),
            Column("chi_sq", "χ²", _blank(tables.ESTIMATE)),
            Column("df", "df", _blank(tables.WHOLE)),
            Column("p_value", "p", _blank(tables.P_VALUE)),
        ]
    tables.show(table, columns, "Comparison of the models", "wished_comparison")


def _criterion(value: float) -> str:
    return f"{value:,.1f}".replace("-", "−")


def _blank(write):
    return lambda value: "–" if pd.isna(value) else write(value)
