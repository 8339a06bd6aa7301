"""Where along a numeric column the interval of an effect excludes 0."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.figures.effects import johnson_neyman_plot
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text
from lmm_core.inference.slopes import JohnsonNeyman, johnson_neyman
from lmm_core.report.columns import Units
from lmm_core.report.effect_headlines import region_headline
from lmm_core.report.effect_words import region_sentences
from lmm_core.report.markup import md, md_sentence
from pages.parts import charts, effect_tables, tables
from pages.parts.effect_choices import Choice
from pages.parts.effect_parts import kept
from pages.parts.tables import Column


def show(fit: FittedModel, choice: Choice, units: Units, title: Any) -> None:
    """Where along a numeric column the interval of an effect excludes 0."""
    assert choice.by is not None
    variable, moderator = choice.predictor, choice.by
    if moderator.averaged:
        variable, moderator = moderator, variable
    pair = _pair(variable.points) if variable.categorical else None

    def make() -> tuple:
        found = johnson_neyman(fit, variable.column, moderator.column, pair, choice.held)
        return found, johnson_neyman_plot(fit, found, units)

    found, picture = kept(fit, "along", (*choice.key, pair), make)
    title.title(md(region_headline(found)), anchor=False)
    figure = st.container()
    sentences = region_sentences(fit, found)
    st.write(md_sentence(sentences[0]))
    _regions(found)
    charts.show_in(figure, picture, "effect")
    st.caption(md_sentence(" ".join([*sentences[1:], *found.notes])))
    box = st.expander("Values along the range", on_change="rerun", key="along_values")
    if box.open:
        with box:
            curve = found.curve.iloc[::20].drop(columns="sign")
            alt = f"The effect along {moderator.column}"
            effect_tables.show(fit, curve, "Effect", alt, "along")


def _regions(found: JohnsonNeyman) -> None:
    words = {1: "above 0", -1: "below 0", 0: "includes 0"}
    frame = pd.DataFrame(
        [(r.low, r.high, words[r.sign], r.share) for r in found.regions],
        columns=["low", "high", "interval", "share"],
    )
    columns = [
        Column("interval", f"{level_text(found.level)} interval"),
        Column("low", f"{found.moderator} from", tables.ESTIMATE),
        Column("high", "to", tables.ESTIMATE),
        Column("share", "Rows", tables.PERCENT),
    ]
    tables.show(frame, columns, "Where the interval excludes 0", "regions")


def _pair(levels: tuple) -> tuple[str, str]:
    pairs = [(str(b), str(a)) for k, a in enumerate(levels) for b in levels[k + 1 :]]
    if len(pairs) == 1:
        return pairs[0]
    return st.selectbox(
        "Difference",
        pairs,
        format_func=lambda pair: f"{pair[0]} minus {pair[1]}",
        key=f"along:{'|'.join(map(str, levels))}",
        persist_state="session",
    )
