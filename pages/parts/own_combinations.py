"""Comparisons of combinations of several factors: clicked together, or by typed weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.errors import ModelError
from lmm_core.fitted import FittedModel
from lmm_core.formatting import whole
from lmm_core.inference.own_contrasts import (
    Cell,
    OwnContrast,
    difference,
    grid_cells,
    weighted,
    weights_problem,
)
from lmm_core.inference.reference_grid import predictors
from lmm_core.report.markup import md, md_sentence
from pages.parts.effect_choices import Choice

OWN = "own_combinations"
MOST_CELLS = 60
MOST_FACTORS = 4
HOW = ("By clicks", "By weights")


def factors_of(fit: FittedModel) -> list[str]:
    """Predictors whose values can be combined: those with levels, or with two values."""
    return [name for name, predictor in predictors(fit).items() if predictor.averaged]


def choose(
    fit: FittedModel, choice: Choice
) -> tuple[tuple[str, ...], dict[str, Any], tuple[OwnContrast, ...]] | None:
    """The combined factors, where the others are held, and the comparisons; None when there is
    nothing to compare yet, which is then said.
    """
    factors = _factors(fit, choice)
    if len(factors) < 2:
        st.caption("Choose two factors or more.")
        return None
    at = {name: value for name, value in choice.held.items() if name not in factors}
    cells = grid_cells(fit, factors, at)
    if len(cells) > MOST_CELLS:
        st.caption(
            f"{whole(len(cells))} combinations are too many to choose from; {MOST_CELLS} are the "
            "most. Choose fewer factors."
        )
        return None
    name = "|".join((*factors, *(cell.name for cell in cells)))
    kept: tuple[OwnContrast, ...] = st.session_state.get(OWN, {}).get(name, ())
    how = st.segmented_control(
        "How",
        HOW,
        default=HOW[0],
        required=True,
        key="how_combinations",
        label_visibility="collapsed",
        persist_state="session",
    )
    current = _clicked(cells, name) if how == HOW[0] else _typed(cells, factors, name, len(kept))
    return _with_kept(name, kept, current, factors, at)


def _with_kept(
    name: str,
    kept: tuple[OwnContrast, ...],
    current: OwnContrast | None,
    factors: tuple[str, ...],
    at: dict[str, Any],
) -> tuple[tuple[str, ...], dict[str, Any], tuple[OwnContrast, ...]] | None:
    found = kept
    if current is not None and current.name not in {other.name for other in kept}:
        found = (*kept, current)
    with st.container(horizontal=True):
        if len(found) > len(kept):
            st.button("Keep, and add another", key="keep_cells", on_click=_keep, args=(name, found))
        if kept:
            st.button("Remove the kept ones", key="clear_cells", on_click=_keep, args=(name, ()))
    return (factors, at, found) if found else None


def _keep(name: str, found: tuple[OwnContrast, ...]) -> None:
    st.session_state[OWN] = {**st.session_state.get(OWN, {}), name: found}


def _factors(fit: FittedModel, choice: Choice) -> tuple[str, ...]:
    offered = factors_of(fit)
    asked = [choice.predictor.column, choice.by.column if choice.by else ""]
    start = [name for name in asked if name in offered]
    start += [name for name in offered if name not in start][: 2 - len(start)]
    if len(offered) == 2:
        return tuple(offered)
    chosen = st.multiselect(
        "Combinations of",
        offered,
        default=start,
        max_selections=MOST_FACTORS,
        key=f"combined:{'|'.join(offered)}:{'|'.join(start)}",
        persist_state="session",
    )
    return tuple(name for name in offered if name in chosen)


def _clicked(cells: tuple[Cell, ...], name: str) -> OwnContrast | None:
    """The average of some combinations minus the average of others."""
    left, right = st.columns(2)
    with left:
        first = _side("The average of", cells, cells[-1:], f"cells_first:{name}")
    with right:
        rest = tuple(cell for cell in cells if cell not in first)
        key = f"cells_second:{name}:{'|'.join(str(cell.index) for cell in first)}"
        second = _side("minus the average of", rest, rest[:1], key)
    if not first or not second:
        st.caption("Choose at least one combination on each side.")
        return None
    return difference(first, second)


def _side(
    title: str, cells: tuple[Cell, ...], start: tuple[Cell, ...], key: str
) -> tuple[Cell, ...]:
    chosen = st.multiselect(
        title,
        list(cells),
        default=list(start),
        key=key,
        format_func=lambda cell: cell.name,
        persist_state="session",
    )
    return tuple(cell for cell in cells if cell in chosen)


def _typed(
    cells: tuple[Cell, ...], factors: tuple[str, ...], name: str, number: int
) -> OwnContrast | None:
    """A weight per combination; their sum is said."""
    title = st.text_input(
        "Name",
        value=f"Comparison {number + 1}",
        max_chars=60,
        key=f"cells_name:{name}:{number}",
        persist_state="session",
    )
    weights = pd.DataFrame(
        {"Combination": [cell.name for cell in cells], "Weight": [0.0] * len(cells)}
    )
    if number == 0:
        # Something to see and to change.
        weights.loc[weights.index[-1], "Weight"] = 1.0
        weights.loc[weights.index[0], "Weight"] = -1.0
    edited = st.data_editor(
        weights,
        key=f"cells_weights:{name}:{number}",
        hide_index=True,
        disabled=["Combination"],
        height=min(38 + 35 * len(cells), 360),
        column_config={"Weight": st.column_config.NumberColumn(required=True, format="%.4g")},
    )
    given = edited["Weight"].astype(float)
    wrong = weights_problem(given.to_list())
    plus = f"{given[given > 0].sum():.4g}"
    st.caption(md_sentence(wrong or f"The weights sum to 0: {plus} against −{plus}."))
    if wrong:
        return None
    try:
        return weighted(title or f"Comparison {number + 1}", _by_index(cells, given))
    except ModelError as error:
        st.caption(f"{md(error.message)} {md(error.next_step)}")
        return None


def _by_index(cells: tuple[Cell, ...], weights: pd.Series) -> Mapping[int, float]:
    return {cell.index: weight for cell, weight in zip(cells, weights, strict=True)}
