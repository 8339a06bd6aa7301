"""The buttons of the assumptions page: what the app can do about a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from lmm_core.assess.assumptions import Check
from lmm_core.assess.assumptions.confounding import split_names
from lmm_core.data.step import Step
from lmm_core.model.factors import Factor, factor_of, quote
from lmm_core.model.spec import ModelSpec, Term
from lmm_core.report.markup import md
from pages.parts import preparation, residual_actions, state


def show(check: Check) -> None:
    """The button that belongs to a check, if there is one."""
    name, _, column = (check.action or "").partition(":")
    actions: dict[str, tuple[str, Callable[..., None]]] = {
        "log_outcome": ("Use the logarithm of the outcome", _log_outcome),
        "add_square": (f"Add the square of {md(column)}", _add_square),
        "add_slope": (f"Let the slope of {md(column)} differ between groups", _add_slope),
        "split": (f"Split {md(column)} into within and between", _split),
    }
    if name not in actions:
        residual_actions.show(check)
        return
    row = st.container(horizontal=True, gap="small")
    label, action = actions[name]
    within = name in ("split", "add_slope")
    args = (column, str(check.numbers.get("group"))) if within else (column,) * bool(column)
    # The page shows one check in a fragment; the model belongs to the whole page.
    if row.button(label, key=f"act:{check.key}"):
        preparation.later(action, *args)
    if name == "add_square" and check.numbers.get("positive"):
        _logarithm(row, column, check.key)
    residual_actions.show(check, row)


def _logarithm(row, column: str, key: str) -> None:
    if row.button(f"Use the logarithm of {md(column)}", key=f"log:{key}"):
        preparation.later(_log_predictor, column)


def _log_outcome() -> None:
    model = state.spec()
    if model is not None:
        factor = factor_of(model.outcome)
        logged = Factor(factor.column, (*factor.calls, ("log", None))).text
        state.set_spec(replace(model, outcome=logged))


def _add_square(column: str) -> None:
    model = state.spec()
    if model is not None:
        square = (Factor(column, (("I", 2),)).text,)
        if square not in model.fixed:
            mains = [t for t in model.fixed if len(t) == 1]
            rest = [t for t in model.fixed if len(t) > 1]
            state.set_spec(replace(model, fixed=(*mains, square, *rest)))


def _log_predictor(column: str) -> None:
    logged = Factor(column, (("log", None),)).text
    model = state.spec()
    if model is not None:
        state.set_spec(_replaced(model, column, (logged,), logged))


def _add_slope(column: str, group: str) -> None:
    model = state.spec()
    if model is not None and model.random:
        names = [term.group_name for term in model.random]
        place = names.index(group) if group in names else 0
        first = model.random[place]
        text = next(
            (f for t in model.fixed for f in t if factor_of(f).column == column), quote(column)
        )
        if (text,) not in first.terms:
            wider = replace(first, terms=(*first.terms, (text,)))
            random = (*model.random[:place], wider, *model.random[place + 1 :])
            state.set_spec(replace(model, random=random))


def _split(column: str, group: str) -> None:
    """A preparation step makes the two parts; they take the predictor's place in the model."""
    model = state.spec()
    if model is None:
        return
    columns = next((r.group for r in model.random if r.group_name == group), None)
    if columns is None:
        return
    within, between = split_names(column)
    by = columns[0] if len(columns) == 1 else list(columns)
    step = Step("split", {"column": column, "group": by})
    preparation.add(step, _replaced(model, column, (within, between), within))


def _replaced(model: ModelSpec, column: str, fixed: tuple[str, ...], random: str) -> ModelSpec:
    """The model with other factors in the place of a column: its main effect becomes ``fixed``, in
    products and random slopes it becomes ``random``.
    """

    def swapped(term: Term) -> Term:
        return tuple(random if factor_of(f).column == column else f for f in term)

    terms: list[Term] = []
    for term in model.fixed:
        if len(term) == 1 and factor_of(term[0]).column == column:
            terms += [(text,) for text in fixed]
        else:
            terms.append(swapped(term))
    slopes = tuple(
        replace(r, terms=tuple(dict.fromkeys(swapped(t) for t in r.terms))) for r in model.random
    )
    return replace(model, fixed=tuple(dict.fromkeys(terms)), random=slopes)
