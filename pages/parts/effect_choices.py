"""What the effects page is asked: a predictor, what splits it, at which values, and which view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.inference.reference_grid import Predictor, Value, crossed_with, predictors
from lmm_core.report.markup import md
from pages.parts import state

VALUES = {"sd": "Mean ± SD", "percentiles": "Percentiles", "own": "Own values"}
MOST_LINES = 30


@dataclass(frozen=True)
class Choice:
    """``values`` are the points of a numeric ``by``: "sd", "percentiles" or numbers.

    ``interacts`` says whether the model lets the effect depend on ``by``; ``held`` are the other
    predictors that stand at a chosen value instead of being averaged. ``data`` draws the rows.
    """

    predictor: Predictor
    by: Predictor | None
    values: Any
    view: str
    interacts: bool
    held: Mapping[str, Value]
    data: bool = True

    @property
    def key(self) -> tuple:
        """Hashable; for the cache."""
        other = self.by.column if self.by else None
        held = tuple(self.held.items())
        return (self.predictor.column, other, self.values, self.view, held, self.data)


def choose(fit: FittedModel) -> Choice:
    """The controls, in one row on a wide screen."""
    known = predictors(fit)
    left, middle, right = st.columns([1, 1, 2], vertical_alignment="bottom")
    with left:
        predictor = known[_predictor(known)]
    with middle:
        by = _by(fit, known, predictor)
    interacts = by is not None and by.column in crossed_with(fit, {predictor.column})
    with right:
        view = _view(predictor, by, interacts)
    values: Any = "sd"
    if by is not None and not by.categorical:
        values = tuple(by.points) if by.averaged else _values(by, view)
    with st.container(horizontal=True, vertical_alignment="center"):
        held = _held(known, predictor, by)
        data = view not in ("Means", "Slope") or st.toggle(
            "Data in the figure",
            value=True,
            key="effect_data",
            persist_state="session",
            help="Without the data the intervals have more room.",
        )
    return Choice(predictor, by, values, view, interacts, held, data)


def _predictor(known: Mapping[str, Predictor]) -> str:
    names = list(known)
    return st.selectbox(
        "Effect of", names, key=f"effect_of:{'|'.join(names)}", persist_state="session"
    )


def _by(fit: FittedModel, known: Mapping[str, Predictor], predictor: Predictor) -> Predictor | None:
    others = [
        name
        for name, other in known.items()
        if name != predictor.column and len(other.points) <= MOST_LINES
    ]
    if not others:
        return None
    crossed = [name for name in others if name in crossed_with(fit, {predictor.column})]
    options = ["", *others]
    chosen = st.selectbox(
        "Depending on",
        options,
        index=options.index(crossed[0]) if crossed else 0,
        format_func=lambda name: name or "nothing else",
        key=f"effect_by:{predictor.column}:{'|'.join(options)}:{'|'.join(crossed)}",
        persist_state="session",
    )
    return known.get(chosen)


def _view(predictor: Predictor, by: Predictor | None, interacts: bool) -> str:
    views = ["Means", "Comparisons"] if predictor.categorical else ["Slope"]
    if by is not None and interacts:
        along = [p.column for p in (by, predictor) if not p.averaged]
        views += [] if predictor.categorical else ["Differences"]
        views += [f"Along {along[0]}"] if along else []
    if len(views) == 1:
        return views[0]
    return st.segmented_control(
        "Show",
        views,
        default=views[0],
        required=True,
        format_func=md,
        key=f"effect_view:{'|'.join(views)}",
        persist_state="session",
    )


def _values(by: Predictor, view: str) -> Any:
    """At which values of a numeric predictor; typed numbers that can't be read are said."""
    if view.startswith("Along"):
        return "sd"
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        how = st.segmented_control(
            f"{md(by.column)} at",
            list(VALUES),
            default="sd",
            required=True,
            format_func=VALUES.get,
            key=f"effect_values:{by.column}",
            persist_state="session",
        )
    if how != "own":
        return how
    with right:
        text = st.text_input(
            "Values, separated by blanks",
            value=f"{float(by.points[0]):.4g}",
            key=f"effect_own:{by.column}",
            persist_state="session",
        )
    numbers, wrong = read_numbers(text or "")
    if wrong:
        st.caption(f"Not a number: {md(', '.join(wrong))}.")
    return numbers or "sd"


def _held(
    known: Mapping[str, Predictor], predictor: Predictor, by: Predictor | None
) -> dict[str, Value]:
    """Where the other predictors stand, one click away."""
    others = [p for p in known.values() if p is not predictor and p is not by]
    if not others:
        return {}
    found: dict[str, Value] = {}
    with st.popover("Hold the others at …", type="tertiary", key="effect_held"):
        for other in others:
            levels = "|".join(map(str, other.points)) if other.averaged else ""
            key = f"effect_held:{other.column}:{levels}"
            if other.averaged:
                chosen = st.selectbox(
                    md(other.column),
                    [None, *other.points],
                    format_func=lambda v: "averaged" if v is None else _text(v),
                    key=key,
                    persist_state="session",
                )
            else:
                chosen = st.number_input(
                    md(other.column),
                    value=None,
                    placeholder=f"its mean, {_text(other.points[0])}",
                    key=key,
                    persist_state="session",
                )
            if chosen is not None:
                found[other.column] = chosen
    return found


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def read_numbers(text: str) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Numbers separated by blanks or semicolons, and what isn't one.

    A comma between digits is a decimal comma, elsewhere a separator.
    """
    found, wrong = [], []
    for part in text.replace(";", " ").replace(", ", " ").split():
        piece = part.strip(",").replace(",", ".").replace("−", "-")
        try:
            value = float(piece)
        except ValueError:
            wrong.append(part)
            continue
        if np.isfinite(value):
            found.append(value)
        else:
            wrong.append(part)
    return tuple(dict.fromkeys(found))[:12], tuple(wrong)


def offer_interaction(fit: FittedModel, choice: Choice) -> None:
    """Where the model takes the effect as the same everywhere: say so, and offer the change."""
    if choice.by is None or choice.interacts:
        return
    first, second = choice.predictor, choice.by
    st.caption(
        f"The model has no interaction of {md(first.column)} and {md(second.column)}: it takes the "
        f"effect of {md(first.column)} as the same everywhere."
    )
    button = st.button(
        f"Add {md(first.column)} × {md(second.column)} to the model",
        key="add_interaction",
        on_click=_add,
        args=((first.texts[0], second.texts[0]),),
    )
    if button:
        st.rerun()


def _add(term: tuple[str, str]) -> None:
    model = state.spec()
    if model is not None and term not in model.fixed:
        fixed = sorted((*model.fixed, term), key=len)
        state.change_options(fixed=tuple(fixed))
