"""Comparisons on the effects page: of means or of slopes, all pairs or one's own."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.figures.effects import effects_forest
from lmm_core.fitted import FittedModel
from lmm_core.formatting import whole
from lmm_core.inference.adjust import NAMES
from lmm_core.inference.marginal_means import contrasts
from lmm_core.inference.own_contrasts import own_contrasts
from lmm_core.inference.slopes import slope_contrasts
from lmm_core.report.columns import Units, outcome_name, outcome_unit
from lmm_core.report.effect_headlines import comparisons_headline, is_one_test
from lmm_core.report.effect_words import contrast_sentences
from lmm_core.report.markup import md, md_sentence
from pages.parts import charts, effect_tables, own_combinations, own_comparisons
from pages.parts.effect_choices import Choice
from pages.parts.effect_parts import differences_headline, in_words, kept, notes, points

ADJUSTMENTS = ("tukey", "holm", "bonferroni", "none")
DRAWN = 30


def show(fit: FittedModel, choice: Choice, units: Units, title: Any) -> None:
    """Differences of means, or of slopes, with the chosen adjustment."""
    column, at = choice.predictor.column, points(fit, choice)
    by = choice.by.column if choice.by and choice.interacts else None
    differences = choice.view == "Differences"
    levels = tuple(str(level) for level in choice.predictor.points)
    kind = own_comparisons.PAIRS if differences else own_comparisons.kind(_kinds(fit, levels))
    if kind == own_comparisons.CELLS:
        _combinations(fit, choice, units, title)
        return
    own = own_comparisons.choose(column, levels) if kind == own_comparisons.LEVELS else ()
    if kind == own_comparisons.LEVELS and not own:
        title.title(md(f"{outcome_name(fit)} by {column}"), anchor=False)
        st.caption("Choose at least one level on each side.")
        return
    if differences:
        several = _several_slopes(fit, choice)
    else:
        several = len(own) > 1 if own else len(levels) > 2
    adjust = _adjustment(bool(own)) if several else "none"

    def make() -> tuple:
        if differences:
            table = slope_contrasts(fit, column, str(by), at, adjust)
            _one_test_note(table, str(by))
        elif own:
            table = own_comparisons.table_of(fit, column, by, at, own, adjust)
        else:
            table = contrasts(fit, column, adjust, by, at=at)
        table = _readable(table)
        if differences:
            heading = differences_headline(fit, choice, table, units)
        else:
            heading = comparisons_headline(fit, table, column, units)
        return _shown(fit, table, heading, column, differences, units)

    _draw(fit, kept(fit, "comparisons", (*choice.key, own, adjust), make), title)


def _kinds(fit: FittedModel, levels: tuple[str, ...]) -> list[str]:
    kinds = [own_comparisons.PAIRS]
    kinds += [own_comparisons.LEVELS] if len(levels) > 2 else []
    kinds += [own_comparisons.CELLS] if len(own_combinations.factors_of(fit)) > 1 else []
    return kinds


def _combinations(fit: FittedModel, choice: Choice, units: Units, title: Any) -> None:
    """Comparisons of cells of several factors."""
    chosen = own_combinations.choose(fit, choice)
    if chosen is None:
        title.title(md(f"{outcome_name(fit)} by combination"), anchor=False)
        return
    factors, at, own = chosen
    adjust = _adjustment(True) if len(own) > 1 else "none"
    names = " × ".join(factors)

    def make() -> tuple:
        table = _readable(own_contrasts(fit, factors, own, adjust, at))
        return _shown(
            fit, table, comparisons_headline(fit, table, names, units), names, False, units
        )

    key = (factors, tuple(at.items()), own, adjust)
    _draw(fit, kept(fit, "combinations", key, make), title)


def _shown(
    fit: FittedModel, table: pd.DataFrame, heading: str, column: str, slopes: bool, units: Units
) -> tuple[pd.DataFrame, Any, str, list[str]]:
    """The table, its picture, the heading and a sentence per comparison."""
    sentences = contrast_sentences(fit, table, units)
    words = sentences[: len(sentences) - len(table.attrs["notes"])]
    picture = _forest(fit, table, column, slopes, units)
    # pandas copies the attributes at every step, and the names of thousands of pairs are many.
    table.attrs = {"notes": table.attrs["notes"]}
    return table, picture, heading, words


def _draw(fit: FittedModel, shown: tuple, title: Any) -> None:
    table, picture, heading, words = shown
    title.title(md(heading), anchor=False)
    figure = st.container()
    if len(table) > DRAWN:
        st.caption(f"The {DRAWN} largest of {whole(len(table))}; the download holds all.")
    if words:
        st.write(md_sentence(words[0]))
    effect_tables.show(fit, table, "Difference", "Comparisons with intervals", "comparisons")
    charts.show_in(figure, picture, "effect")
    notes(table)
    if len(words) > 1:
        in_words(words, "comparisons")


def _several_slopes(fit: FittedModel, choice: Choice) -> bool:
    """Whether the differences of slopes are several tests.

    Along a number at a constant rate they are one test in different sizes, and nothing is adjusted.
    """
    assert choice.by is not None
    column, by, at = choice.predictor.column, choice.by.column, points(fit, choice)

    def make() -> bool:
        table = slope_contrasts(fit, column, by, at, "none")
        return len(table) > 1 and not is_one_test(table)

    return kept(fit, "several_slopes", choice.key, make)


def _one_test_note(table: pd.DataFrame, moderator: str) -> None:
    """Says so instead of naming a family."""
    if is_one_test(table):
        note = (
            f"The slope changes at a constant rate along {moderator}: these differences are one "
            "test in different sizes, so nothing is adjusted for."
        )
        others = tuple(n for n in table.attrs["notes"] if n != table.attrs["family"])
        table.attrs.update(notes=(*others, note), family=note)


def _adjustment(own: bool) -> str:
    """Tukey's method is for all pairs only."""
    options = [name for name in ADJUSTMENTS if not (own and name == "tukey")]
    return st.segmented_control(
        "Adjust for the number of comparisons",
        options,
        default=options[0],
        required=True,
        format_func=lambda name: NAMES[name].capitalize() if name == "none" else NAMES[name],
        key=f"adjust:{'own' if own else 'pairs'}",
        persist_state="session",
    )


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Comparisons by the names of their two sides, where these are known."""
    sides = table.attrs["sides"]
    if not any("=" in side for pair in sides if pair for side in pair):
        return table
    texts = [
        old if pair is None else f"{pair[0]} minus {pair[1]}"
        for old, pair in zip(table["contrast"], sides, strict=True)
    ]
    return table.assign(contrast=texts)


def _forest(
    fit: FittedModel, table: pd.DataFrame, column: str, differences: bool, units: Units
) -> Any:
    drawn = table
    if len(table) > DRAWN:
        order = table["estimate"].abs().sort_values(ascending=False).index[:DRAWN]
        drawn = table.loc[order]
    what = f"slope of {column}" if differences else outcome_name(fit)
    unit = "" if differences else outcome_unit(fit, units)
    return effects_forest(drawn, f"Difference in {what}", fit.spec.ci_level, unit)
