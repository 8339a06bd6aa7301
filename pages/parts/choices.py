"""What the sidebar offers: columns, interactions and slopes for the current data, with reasons."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import streamlit as st

from lmm_core.data.columns import ColumnInfo
from lmm_core.model.factors import factor_of, quote
from lmm_core.model.formula import parse_formula
from lmm_core.model.spec import ModelSpec, Term
from pages.parts import state

MAX_INTERACTIONS = 60
NUMERIC_KINDS = ("number", "id")


@lru_cache(maxsize=20_000)
def label(text: str) -> str:
    """A term's text for people: no back-ticks, × between factors."""
    return " × ".join(
        factor_of(f).column if not factor_of(f).calls else f.replace("`", "") for f in term_of(text)
    )


@lru_cache(maxsize=20_000)
def term_of(text: str) -> Term:
    """The term that a widget's option stands for."""
    return parse_formula(f"y ~ {text}").fixed[0]


def outcomes() -> list[str]:
    """Numbers first; text columns last, because a column of numbers may hold a stray word."""
    order = {"number": 0, "id": 1, "ordered": 2, "text": 3, "category": 4}
    infos = [i for i in state.columns() if i.kind in order and not i.constant]
    infos.sort(key=lambda info: order[info.kind])
    return _with_current([quote(i.name) for i in infos], [st.session_state.get(state.OUTCOME)])


def groups() -> list[str]:
    """Columns whose values repeat, IDs first."""
    n = len(state.table().frame)
    order = {"id": 0, "category": 1, "text": 1, "ordered": 2, "number": 3, "date": 4}
    infos = [i for i in state.columns() if i.kind in order and i.n_unique > 1]
    infos.sort(key=lambda i: (order[i.kind], i.n_unique >= n))
    return _with_current([i.name for i in infos], [st.session_state.get(state.GROUP)])


def predictors() -> list[str]:
    """Every column that can be a fixed effect, plus what a typed formula added."""
    taken = {_column(st.session_state.get(state.OUTCOME)), st.session_state.get(state.GROUP)}
    taken |= set(st.session_state.get(state.MORE_GROUPS, []))
    texts = [quote(i.name) for i in state.columns() if _usable(i) and i.name not in taken]
    return _with_current(texts, st.session_state.get(state.FIXED, []))


def interactions() -> list[str]:
    """Crossings of the chosen fixed effects, lower orders first."""
    chosen = st.session_state.get(state.FIXED, [])
    found: list[str] = []
    for order in range(2, len(chosen) + 1):
        for combination in combinations(chosen, order):
            found.append(":".join(combination))
            if len(found) >= MAX_INTERACTIONS:
                break
    return _with_current(found, st.session_state.get(state.INTERACTIONS, []))


def more_groups() -> list[str]:
    """Other columns whose values repeat."""
    n, taken = len(state.table().frame), st.session_state.get(state.GROUP)
    infos = [i for i in state.columns() if i.kind in ("id", "category", "text", "ordered")]
    names = [i.name for i in infos if 1 < i.n_unique < n and i.name != taken]
    return _with_current(names, st.session_state.get(state.MORE_GROUPS, []))


def weights() -> list[str | None]:
    """Numeric columns, and none."""
    return [None, *(i.name for i in state.columns() if i.kind == "number" and not i.constant)]


def slopes(group: str | None, key: str) -> tuple[list[str], list[str]]:
    """Slopes that vary within a grouping column, and the chosen predictors that don't."""
    if group is None or group not in state.table().frame.columns:
        return _with_current([], st.session_state.get(key, [])), []
    varies = state.within(group)
    chosen = st.session_state.get(state.FIXED, [])
    fixed = [text for text in chosen if varies.get(_column(text), False)]
    others = [text for text in predictors() if text not in chosen]
    others = [text for text in others if varies.get(_column(text), False) and _slope_like(text)]
    constant = [label(text) for text in chosen if not varies.get(_column(text), True)]
    current = st.session_state.get(key, [])
    return _with_current([*fixed, *others], current), constant


def categorical_fixed(model: ModelSpec) -> list[str]:
    """Columns of the model's fixed part that enter as categories."""
    infos = {i.name: i for i in state.columns()}
    fit = state.fit()
    found: dict[str, None] = {}
    for text in dict.fromkeys(f for term in model.fixed for f in term):
        column = factor_of(text).column
        encoder = fit.design.encoders.get(text) if fit else None
        if (encoder is not None and hasattr(encoder, "levels")) or (
            column in infos and infos[column].kind in ("category", "text", "ordered")
        ):
            found[column] = None
    return list(found)


def numeric_fixed(model: ModelSpec) -> list[str]:
    """Columns of the model's fixed part that enter as plain, centred or standardised numbers."""
    categorical = set(categorical_fixed(model))
    found: dict[str, None] = {}
    for text in (f for term in model.fixed for f in term):
        factor = factor_of(text)
        if factor.column not in categorical and factor.calls in (
            (),
            (("center", None),),
            (("scale", None),),
        ):
            found[factor.column] = None
    return list(found)


def _column(text: str | None) -> str | None:
    return factor_of(text).column if text else None


def _usable(info: ColumnInfo) -> bool:
    return info.kind not in ("empty", "date") and not info.constant


def _slope_like(text: str) -> bool:
    info = state.columns_by_name().get(str(_column(text)))
    return info is not None and (info.kind == "number" or info.n_unique <= 6)


def _with_current(options: list[str], current: list[str | None]) -> list[str]:
    return [*options, *(c for c in current if c and c not in options)]
