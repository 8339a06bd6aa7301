"""The effects page: one figure, one sentence and one table at a time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.errors import LMMError
from lmm_core.figures.effect_line import line_plot
from lmm_core.figures.effects import effects_plot, interaction_plot
from lmm_core.fitted import FittedModel
from lmm_core.inference.marginal_means import contrasts, marginal_means
from lmm_core.inference.reference_grid import predictors
from lmm_core.inference.slopes import slope_contrasts, slopes
from lmm_core.report.columns import Units, outcome_name
from lmm_core.report.effect_headlines import (
    comparisons_headline,
    is_one_test,
    means_summary,
    slope_headline,
)
from lmm_core.report.effect_words import contrast_sentences, means_sentences, slope_sentences
from lmm_core.report.markup import md, md_sentence
from pages.parts import along_view, charts, comparison_views, effect_choices, effect_tables
from pages.parts.effect_choices import Choice
from pages.parts.effect_parts import differences_headline, in_words, kept, notes, points


@st.fragment
def show(fit: FittedModel, units: Units) -> None:
    if not predictors(fit):
        _average(fit, units)
        return
    title = st.container()
    choice = effect_choices.choose(fit)
    try:
        _draw(fit, choice, units, title)
    except LMMError as error:
        title.title(md(f"The effect of {choice.predictor.column}"), anchor=False)
        st.write(f"{md(error.message)} {md(error.next_step)}")


def _draw(fit: FittedModel, choice: Choice, units: Units, title: Any) -> None:
    if choice.view in ("Comparisons", "Differences"):
        comparison_views.show(fit, choice, units, title)
    elif choice.view.startswith("Along"):
        along_view.show(fit, choice, units, title)
    elif choice.predictor.categorical:
        _means(fit, choice, units, title)
    else:
        _slopes(fit, choice, units, title)
    effect_choices.offer_interaction(fit, choice)


def _average(fit: FittedModel, units: Units) -> None:
    """Without predictors there is one mean."""
    table = marginal_means(fit)
    st.title(md(f"The model has no predictor of {outcome_name(fit)}"), anchor=False)
    st.write(md_sentence(means_summary(fit, table, units)))
    effect_tables.show(fit, table, "Mean", "The overall mean", "means")
    st.caption("Choose predictors under Fixed effects in the sidebar to see their effects.")


def _means(fit: FittedModel, choice: Choice, units: Units, title: Any) -> None:
    column, at = choice.predictor.column, points(fit, choice)
    levels = choice.predictor.points
    by = choice.by.column if choice.by else None
    inside = by if choice.interacts else None

    def make() -> tuple:
        factors = (column, by) if by else column
        table = marginal_means(fit, factors, at)
        # The second level minus the reference, as the coefficient is.
        where = {**at, column: list(levels[::-1])}
        pairs = contrasts(fit, column, by=inside, at=where) if 2 <= len(levels) <= 30 else None
        if by:
            picture = interaction_plot(
                fit, column, by, choice.values, choice.held, units, choice.data
            )
        else:
            picture = effects_plot(fit, column, choice.held, units, choice.data)
        return table, pairs, picture

    table, pairs, picture = kept(fit, "means", choice.key, make)
    if pairs is None:
        title.title(md(f"{outcome_name(fit)} by {column}"), anchor=False)
    else:
        title.title(md(comparisons_headline(fit, pairs, column, units)), anchor=False)
    figure = st.container()
    if pairs is not None and len(pairs) == 1:
        st.write(md_sentence(contrast_sentences(fit, pairs, units)[0]))
    else:
        st.write(md_sentence(means_summary(fit, table, units)))
    effect_tables.show(fit, table, "Mean", f"Means of {outcome_name(fit)}", "means")
    charts.show_in(figure, picture, "effect")
    notes(table)
    sentences = means_sentences(fit, table, units)
    in_words(sentences[: len(sentences) - len(table.attrs["notes"])], "means")


def _differences(fit: FittedModel, choice: Choice, n_slopes: int) -> pd.DataFrame | None:
    """Differences of slopes for the heading: of levels, or along a number at a constant rate."""
    if choice.by is None or not choice.interacts or not 2 <= n_slopes <= 30:
        return None
    column, by, at = choice.predictor.column, choice.by.column, points(fit, choice)
    if choice.by.categorical:
        # The second level minus the reference, as the coefficient is.
        return slope_contrasts(fit, column, by, {**at, by: list(choice.by.points[::-1])})
    table = slope_contrasts(fit, column, by, at, "none")
    return table if is_one_test(table) else None


def _slopes(fit: FittedModel, choice: Choice, units: Units, title: Any) -> None:
    column, at = choice.predictor.column, points(fit, choice)
    by = choice.by.column if choice.by else None

    def make() -> tuple:
        table = slopes(fit, column, by if choice.interacts else None, at)
        if by:
            picture = interaction_plot(
                fit, column, by, choice.values, choice.held, units, choice.data
            )
        else:
            picture = line_plot(fit, column, choice.held, units, choice.data)
        return table, _differences(fit, choice, len(table)), picture

    table, pairs, picture = kept(fit, "slopes", choice.key, make)
    sentences = slope_sentences(fit, table, column, units)
    own = sentences[: len(sentences) - len(table.attrs["notes"])]
    main = own[0]
    if pairs is None:
        text = slope_headline(fit, table, column, units)
    else:
        text = differences_headline(fit, choice, pairs, units)
        widest = pairs.loc[[pairs["estimate"].abs().idxmax()]] if is_one_test(pairs) else pairs
        if len(widest) < len(pairs):
            widest.attrs["sides"] = (pairs.attrs["sides"][widest.index[0]],)
        main = contrast_sentences(fit, widest, units)[0]
    title.title(md(text), anchor=False)
    figure = st.container()
    st.write(md_sentence(main))
    effect_tables.show(fit, table, "Slope", f"Slopes of {column}", "slopes")
    charts.show_in(figure, picture, "effect")
    notes(table)
    if len(own) > 1:
        in_words(own, "slopes")
