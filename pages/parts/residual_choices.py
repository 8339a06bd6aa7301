"""The sidebar's choice of a residual structure, and the columns that suit one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.model.encoding import encode_levels, is_numeric
from lmm_core.model.factors import factor_of
from lmm_core.model.residual import ResidualStructure
from lmm_core.model.residual_columns import LEAST_ROWS, MOST_LEVELS
from lmm_core.model.spec import ModelSpec
from pages.parts import state
from pages.parts.residual_kinds import LABELS, SHORT, kind_of, needs, structure_of

#: A structure takes some dozen fits, each of which passes over all rows.
MOST_ROWS = 200_000


def show(changed: Callable[[], None]) -> None:
    """One choice, and the columns that it needs."""
    model = state.spec()
    if model is None:
        return
    st.selectbox(
        "Residuals",
        offered(model),
        key=state.RESIDUAL,
        format_func=LABELS.get,
        on_change=changed,
        help="What rows vary by around their group's own line: equally much everywhere and "
        "independently, or more in some places, or with neighbours in time alike.",
    )
    spread, serial = needs(st.session_state.get(state.RESIDUAL) or "")
    if spread:
        st.selectbox(
            "Spread by" if spread == "by" else "Power of",
            _with(columns(model)[spread], st.session_state.get(state.SPREAD)),
            key=state.SPREAD,
            on_change=changed,
        )
    if serial:
        st.selectbox(
            "Time",
            _with(columns(model)["time"], st.session_state.get(state.TIME)),
            key=state.TIME,
            on_change=changed,
            help="Puts the rows of a group in order; no two of them at the same time.",
        )


def offered(model: ModelSpec) -> list[str]:
    """The kinds for which these data have columns, and the one in use."""
    current = st.session_state.get(state.RESIDUAL) or kind_of(model.residual)
    found = [kind for kind in SHORT if _possible(kind, model)]
    return found if current in found else [*found, current]


def _possible(kind: str, model: ModelSpec) -> bool:
    if not kind:
        return True
    if len(state.table().frame) > MOST_ROWS:
        return False
    spread, serial = needs(kind)
    if not spread and not serial:
        return True
    known = columns(model)
    return (not spread or bool(known[spread])) and (not serial or bool(known["time"]))


def read(old: ModelSpec, model: ModelSpec) -> ResidualStructure | None:
    """The structure that the widgets ask for; a column that isn't chosen yet is the first one that
    suits. ``model`` is the model as the other widgets have it.
    """
    kind = st.session_state.get(state.RESIDUAL)
    if kind is None:
        return old.residual
    if not kind:
        return None
    spread, serial = needs(kind)
    known = columns(model)
    own = time = None
    if needs(kind_of(old.residual))[0] == spread:
        # A widget that isn't drawn has no value; the model has.
        own = st.session_state.get(state.SPREAD) or _old(old, "variance")
    time = st.session_state.get(state.TIME) or _old(old, "correlation")
    own, time = (None if c == model.outcome_column else c for c in (own, time))
    return structure_of(
        kind,
        own or next(iter(known[spread]), None) if spread else None,
        time or next(iter(known["time"]), None) if serial else None,
    )


def _old(model: ModelSpec, part: str) -> str | None:
    found = getattr(model.residual, part, None)
    return getattr(found, "column", None) or getattr(found, "time", None)


def columns(model: ModelSpec) -> dict[str, list[str]]:
    """Columns that suit a spread by levels ("by"), a power ("power") and a time ("time"): those of
    the model first.
    """
    groups = tuple(dict.fromkeys(term.group for term in model.random))
    grouping = {name for group in groups for name in group}
    used = [factor_of(f).column for term in model.fixed for f in term]
    table, infos = state.table(), state.columns_by_name()
    names = [n for n in dict.fromkeys([*used, *infos]) if n in infos and n != model.outcome_column]
    facts = remembered(("spreads", table.fingerprint), lambda: _spreads(table.frame))
    times = remembered(("times", table.fingerprint, groups), lambda: _times(table.frame, groups))
    by = [n for n in names if n in facts["by"] and (n not in grouping or n in used)]
    # A category is a likelier reason for another spread than a number of few values.
    by.sort(key=lambda name: infos[name].kind == "number")
    return {
        "by": by,
        "power": [n for n in names if n in facts["power"] and n not in grouping],
        "time": [n for n in names if n in times and n not in grouping],
    }


def _spreads(frame: pd.DataFrame) -> dict[str, set[str]]:
    """Columns with a few levels, enough rows in each, and columns of positive numbers."""
    found: dict[str, set[str]] = {"by": set(), "power": set()}
    for name in map(str, frame.columns):
        series = frame[name].dropna()
        if series.dtype.kind == "M" or not len(series):
            continue
        count = series.nunique()
        if 2 <= count <= MOST_LEVELS:
            codes, levels = encode_levels(series)
            if np.bincount(codes, minlength=len(levels)).min() >= LEAST_ROWS:
                found["by"].add(name)
        if count > 2 and is_numeric(series) and float(series.min()) > 0:
            found["power"].add(name)
    return found


def _times(frame: pd.DataFrame, groups: tuple[tuple[str, ...], ...]) -> set[str]:
    """Numeric columns that put the rows of the finest groups in order."""
    within = _within(frame, groups)
    if within is None:
        return set()
    numeric = [str(n) for n in frame.columns if is_numeric(frame[n]) and str(n) not in within]
    return {name for name in numeric if not _repeats(frame, within, name)}


def _within(frame: pd.DataFrame, groups: tuple[tuple[str, ...], ...]) -> list[str] | None:
    """The columns of the finest groups; None when grouping columns are crossed."""
    known = [list(g) for g in groups if all(name in frame.columns for name in g)]
    if not known:
        return None
    finest = max(known, key=lambda g: len(frame[g].drop_duplicates()))
    for other in known:
        together = list(dict.fromkeys([*finest, *other]))
        if len(frame[together].drop_duplicates()) > len(frame[finest].drop_duplicates()):
            return None
    return finest


def _repeats(frame: pd.DataFrame, group: list[str], time: str) -> bool:
    """Whether two rows of a group share a time, or no group has two rows."""
    part = frame[[*group, time]].dropna()
    return bool(part.duplicated().any()) or not bool(part.duplicated(subset=group).any())


def _with(found: list[str], current: str | None) -> list[str]:
    return found if current is None or current in found else [*found, current]
