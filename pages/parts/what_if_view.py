"""What if: the prediction for chosen values, and its three bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.figures.predictions import prediction_plot
from lmm_core.figures.theme import Picture
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text
from lmm_core.inference.prediction import Target
from lmm_core.inference.what_if import Bands, Input, Value, bands, rows_of
from lmm_core.report.columns import Units
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.prediction_words import (
    band_names,
    cautions,
    prediction_headline,
    what_if_sentences,
)
from pages.parts import charts, state, tables
from pages.parts import what_if_controls as controls
from pages.parts.tables import Column

CURVE = 41


def show(fit: FittedModel, units: Units, title: Any) -> None:
    known = controls.inputs_of(fit)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        target = controls.target(fit)
    with right:
        x = controls.axis(fit, known)
    groups = controls.groups(fit) if target == "group" else {}
    own = controls.own(fit, groups)
    values = controls.values(known)
    level = fit.spec.ci_level
    found = _bands(fit, rows_of(fit, values, groups), target)
    title.title(md(prediction_headline(fit, target, found, units)), anchor=False)
    figure = st.container()
    sentences = what_if_sentences(fit, target, values, groups, found, level, units)
    st.write(md_sentence(" ".join(sentences)))
    for caution in cautions(fit, known, values, own, groups):
        st.caption(md_sentence(caution))
    _table(fit, found, band_names(fit, target, groups))
    picture = _picture(fit, x, values, groups, target, units)
    charts.show_in(figure, picture, "what_if")


def _bands(fit: FittedModel, frame: pd.DataFrame, target: Target) -> Bands:
    row = tuple(frame.iloc[0].items())
    key = ("bands", state.table().fingerprint, fit.spec, target, row)
    return remembered(key, lambda: bands(fit, frame, target, fit.spec.ci_level))


def _picture(
    fit: FittedModel,
    x: Input | None,
    values: Mapping[str, Value],
    groups: Mapping[str, str],
    target: Target,
    units: Units,
) -> Picture:
    places: list[Any] = [""]
    mark = 0
    if x is not None:
        current = values[x.column]
        if x.numeric and not x.values:
            grid = np.linspace(x.lowest, x.highest, CURVE)
            places = sorted({*map(float, grid), float(current)})
        else:
            places = list(x.levels or x.values)
        mark = places.index(current)
    along = (x.column, places) if x is not None else None
    names = band_names(fit, target, groups)
    level = fit.spec.ci_level

    def make() -> Picture:
        rows = rows_of(fit, values, groups, along)
        found = bands(fit, rows, target, level)
        return prediction_plot(fit, x, places, found, names, mark, level, units)

    asked = (target, x.column if x else "", tuple(values.items()), tuple(groups.items()))
    key = ("what_if", state.table().fingerprint, fit.spec, *asked, tuple(units.items()))
    return remembered(key, make)


def _table(fit: FittedModel, found: Bands, names: Mapping[str, str]) -> None:
    parts = {"average": found.average, "own": found.own, "single": found.single}
    rows = [(names[key], *frame.iloc[0].tolist()) for key, frame in parts.items()]
    table = pd.DataFrame(rows, columns=["what", "prediction", "low", "high"])
    level = level_text(fit.spec.ci_level)
    columns = [
        Column("what", "For"),
        Column("prediction", "Prediction", tables.ESTIMATE),
        Column("low", f"{level} low", tables.ESTIMATE),
        Column("high", "high", tables.ESTIMATE),
    ]
    tables.show(table, columns, "The prediction with its three bands", "prediction")
