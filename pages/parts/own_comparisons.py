"""Comparisons that somebody clicks together: some levels against others, several of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.inference.marginal_means import contrasts, group_weights
from lmm_core.report.markup import md

OWN = "own_comparisons"

Sides = tuple[tuple[str, ...], tuple[str, ...]]


PAIRS, LEVELS, CELLS = "All pairs", "My own choice", "Combinations"


def kind(offered: Sequence[str]) -> str:
    """What is compared: all pairs of levels, some of them, or combinations of factors."""
    if len(offered) == 1:
        return offered[0]
    return st.segmented_control(
        "Compare",
        list(offered),
        default=offered[0],
        required=True,
        key=f"which_comparisons:{'|'.join(offered)}",
        label_visibility="collapsed",
        persist_state="session",
    )


def choose(column: str, levels: tuple[str, ...]) -> tuple[Sides, ...]:
    """What was clicked together; nothing when a side is empty."""
    name = f"{column}:{'|'.join(levels)}"
    stored = st.session_state.setdefault(OWN, {})
    kept_ones: tuple[Sides, ...] = stored.get(name, ())
    left, right = st.columns(2)
    with left:
        first = _side("The average of", levels, levels[-1:], f"own_first:{name}")
    with right:
        rest = tuple(level for level in levels if level not in first)
        second = _side("minus the average of", rest, rest[:1], f"own_second:{name}:{first}")
    current = ((first, second),) if first and second else ()
    found = (*kept_ones, *(c for c in current if c not in kept_ones))
    if current and current[0] not in kept_ones:
        st.button("Keep, and add another", key="keep_own", on_click=_keep, args=(name, found))
    if kept_ones:
        st.button("Remove the kept ones", key="clear_own", on_click=_keep, args=(name, ()))
    return found


def _side(title: str, levels: tuple[str, ...], default: tuple[str, ...], key: str) -> tuple:
    choose = st.pills if len(levels) <= 12 else st.multiselect
    more = {"selection_mode": "multi"} if len(levels) <= 12 else {}
    label = md if len(levels) <= 12 else str
    chosen = choose(
        title,
        list(levels),
        default=list(default),
        key=key,
        format_func=label,
        persist_state="session",
        **more,
    )
    return tuple(level for level in levels if level in (chosen or ()))


def _keep(name: str, found: tuple[Sides, ...]) -> None:
    st.session_state[OWN] = {**st.session_state.get(OWN, {}), name: found}


def table_of(
    fit: FittedModel,
    column: str,
    by: str | None,
    at: dict[str, object],
    own: tuple[Sides, ...],
    adjust: str,
) -> pd.DataFrame:
    """``contrasts`` of the chosen sides, each the average of its levels."""
    custom = {f"{_joined(a)} - {_joined(b)}": group_weights(a, b) for a, b in own}
    table = contrasts(fit, column, adjust, by, custom, at)
    named = tuple((_average(column, a), _average(column, b)) for a, b in own)
    table.attrs["sides"] = named * (len(table) // len(own))
    return table


def _joined(levels: tuple[str, ...]) -> str:
    return levels[0] if len(levels) == 1 else f"({', '.join(levels)})"


def _average(column: str, levels: tuple[str, ...]) -> str:
    if len(levels) == 1:
        numeric = levels[0].replace(".", "", 1).isdigit()
        return f"{column} = {levels[0]}" if numeric else levels[0]
    return f"the average of {', '.join(levels[:-1])} and {levels[-1]}"
