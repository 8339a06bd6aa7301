"""The controls of the what-if: for whom, a known group, every predictor, and the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10

import numpy as np
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.fitted import FittedModel
from lmm_core.inference.prediction import Target
from lmm_core.inference.what_if import Input, Value, group_columns, inputs, own_values
from lmm_core.model.encoding import encode_levels
from lmm_core.report.markup import md
from pages.parts import state

MOST_LEVELS = 3_000
TARGET = "what_if_target"
KEY = "what_if:"
GROUP = "what_if_group:"


def inputs_of(fit: FittedModel) -> tuple[Input, ...]:
    """The columns that a prediction needs, looked up once."""
    return remembered(("inputs", state.table().fingerprint, fit.spec), lambda: inputs(fit))


def target(fit: FittedModel) -> Target:
    """The average, a known group, or a new one."""
    columns = group_columns(fit)
    name = columns[0] if len(columns) == 1 else "group"
    labels = {
        "average": "The average",
        "group": f"A known {name}",
        "new": f"A new {name}",
    }
    return st.segmented_control(
        "Predict for",
        list(labels),
        default="average",
        required=True,
        format_func=lambda key: md(labels[key]),
        key=TARGET,
        on_change=_take_own,
        args=(fit,),
        persist_state="session",
    )


def groups(fit: FittedModel) -> dict[str, str]:
    """A known group per grouping column; a nested one is offered within the one before."""
    columns = group_columns(fit)
    chosen: dict[str, str] = {}
    boxes = st.columns(max(3, len(columns)))
    for box, column in zip(boxes, columns, strict=False):
        offered = _levels(fit, column, chosen)
        key = _group_key(fit, column, chosen)
        with box:
            if len(offered) > MOST_LEVELS:
                text = st.text_input(md(column), value=offered[0], key=key)
                if text not in offered:
                    st.caption("Not in the data: predicted as a new one.")
                chosen[column] = text or offered[0]
                continue
            chosen[column] = st.selectbox(
                md(column),
                offered,
                key=key,
                on_change=_take_own,
                args=(fit,),
                persist_state="session",
            )
    return chosen


def _group_key(fit: FittedModel, column: str, before: Mapping[str, str]) -> str:
    """Another table or another outer group has other levels."""
    return f"{GROUP}{state.table().fingerprint}:{column}:{'|'.join(before.values())}"


def _levels(fit: FittedModel, column: str, before: Mapping[str, str]) -> list[str]:
    """The levels of a grouping column; of a nested one those within the groups chosen before."""
    before = {other: level for other, level in before.items() if _nested(fit, column, other)}
    key = ("group_levels", state.table().fingerprint, fit.spec, column, tuple(before.items()))

    def make() -> list[str]:
        rows = np.ones(fit.n_obs, dtype=bool)
        for other, level in before.items():
            codes, names = encode_levels(fit.frame[other])
            if level in names:
                rows &= codes == names.index(level)
        return list(encode_levels(fit.frame[column].iloc[np.flatnonzero(rows)])[1])

    return remembered(key, make)


def _nested(fit: FittedModel, column: str, other: str) -> bool:
    """Whether a level of ``column`` says little without that of ``other``."""
    together = any({column, other} <= set(g.columns) for g in fit.groups.values())
    return together or state.relation_of(other, column).kind != "crossed"


def own(fit: FittedModel, groups: Mapping[str, str]) -> dict[str, Value]:
    """What is the same in all rows of the chosen groups."""
    found: dict[str, Value] = {}
    for column, level in groups.items():
        key = ("own_values", state.table().fingerprint, fit.spec, column, level)
        found |= remembered(key, lambda c=column, v=level: own_values(fit, c, v))
    return found


def _take_own(fit: FittedModel) -> None:
    """A callback: a known group brings its own values along."""
    if st.session_state.get(TARGET) != "group":
        return
    chosen: dict[str, str] = {}
    for column in group_columns(fit):
        offered = _levels(fit, column, chosen)
        level = st.session_state.get(_group_key(fit, column, chosen))
        chosen[column] = level if level in offered else offered[0]
    known = {item.column: item for item in inputs_of(fit)}
    for column, value in own(fit, chosen).items():
        item = known[column]
        if not item.numeric or item.values:
            st.session_state[_key(item)] = value
        else:
            _, low, high, whole = steps(item)
            placed = min(max(float(value), low), high)
            st.session_state[_key(item)] = int(placed) if whole else placed


def _key(item: Input) -> str:
    """Another range or other levels are another control."""
    span = "|".join(item.levels) or f"{item.lowest:.6g}|{item.highest:.6g}"
    return f"{KEY}{item.column}:{span}"


def values(known: Sequence[Input]) -> dict[str, Value]:
    """One control per predictor, three in a row."""
    found: dict[str, Value] = {}
    for start in range(0, len(known), 3):
        boxes = st.columns(3, vertical_alignment="bottom")
        for box, item in zip(boxes, known[start : start + 3], strict=False):
            with box:
                found[item.column] = _value(item)
    return found


def _value(item: Input) -> Value:
    """One control. Its first value goes into the session, where a known group's may follow."""
    label, key = md(item.column), _key(item)
    if not item.numeric or item.values:
        options = list(item.levels or item.values)
        if st.session_state.get(key) not in options:
            st.session_state[key] = options[0]
        if len(options) <= 3 and max(len(_text(o)) for o in options) <= 10:
            return st.segmented_control(
                label,
                options,
                required=True,
                format_func=lambda value: md(_text(value)),
                key=key,
                persist_state="session",
            )
        return st.selectbox(label, options, key=key, format_func=_text, persist_state="session")
    step, low, high, whole = steps(item)
    digits = max(0, -floor(log10(step)))
    if key not in st.session_state:
        middle = round(min(max(round(item.middle / step) * step, low), high), digits)
        st.session_state[key] = int(middle) if whole else float(middle)
    if whole:
        ends = (int(low), int(high))
        return float(st.slider(label, *ends, step=int(step), key=key, persist_state="session"))
    return st.slider(
        label, low, high, step=step, format=f"%.{digits}f", key=key, persist_state="session"
    )


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def steps(item: Input) -> tuple[float, float, float, bool]:
    """Step, lowest, highest, whole numbers or not: about a hundred stops."""
    span = item.highest - item.lowest
    rough = span / 100
    if item.whole and rough <= 1:
        return 1.0, item.lowest, item.highest, True
    size = 10.0 ** floor(log10(rough))
    step = next(size * k for k in (1, 2, 5, 10) if size * k >= rough)
    digits = max(0, -floor(log10(step)))
    # Ends on whole steps, but never outside where the model has a value.
    low = round(np.ceil(item.lowest / step - 1e-9) * step, digits)
    high = round(np.floor(item.highest / step + 1e-9) * step, digits)
    return step, float(low), float(high), bool(item.whole and step >= 1)


def axis(fit: FittedModel, known: Sequence[Input]) -> Input | None:
    """What the picture runs along: by default a number that varies within groups."""
    if not known:
        return None
    group = group_columns(fit)[0]
    varies = state.within(group)
    order = sorted(known, key=lambda i: (not i.numeric, not varies.get(i.column, True)))
    names = [item.column for item in order]
    if len(names) == 1:
        return order[0]
    chosen = st.selectbox(
        "Draw along",
        names,
        key=f"what_if_axis:{'|'.join(names)}",
        persist_state="session",
    )
    return next(item for item in order if item.column == chosen)
