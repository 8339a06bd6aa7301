"""Forms that make a number from numbers of the same row, or cut it into classes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lmm_core.data.numbers import number_of
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.data.transform import FUNCTIONS
from pages.parts.forms import fields
from pages.parts.forms.fields import Form, Params

_PLACES = {
    "mean": "Its mean",
    "median": "Its median",
    "min": "Its smallest value",
    "at": "A number",
}
_OPERATORS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_OTHER = "A number"
_METHODS = {
    "quantile": "Classes of about equal counts",
    "width": "Classes of equal width",
    "points": "Cut points of my own",
}


def _column(kind: str, table: Table) -> str | None:
    options = fields.numeric(table)
    if not options:
        st.caption("The data have no column of numbers.")
        return None
    return fields.pick(kind, "column", "Column", options)


def _transform(table: Table) -> Step | None:
    column = _column("transform", table)
    function = fields.pick(
        "transform", "function", "Function", list(FUNCTIONS), words=_function_words
    )
    into = fields.new_name("transform")
    if column is None:
        return None
    return fields.step("transform", column=column, function=function, into=into)


def _function_words(name: str) -> str:
    words = FUNCTIONS[name][1]
    return words[0].upper() + words[1:]


def _center(table: Table) -> Step | None:
    column = _column("center", table)
    place = fields.pick("center", "place", "At", list(_PLACES), words=_PLACES.get)
    at: Any = place
    if place == "at":
        at = fields.number("center", "number", "Number", 0.0)
    into = fields.new_name("center")
    if column is None or at is None:
        return None
    return fields.step("center", column=column, at=at, into=into)


def _center_fields(params: Params) -> Params:
    at = params["at"]
    place = {"place": at} if at in _PLACES else {"place": "at", "number": float(at)}
    return {"column": params["column"], "into": params["into"], **place}


def _standardise(table: Table) -> Step | None:
    column = _column("standardise", table)
    into = fields.new_name("standardise")
    return None if column is None else fields.step("standardise", column=column, into=into)


def _combine(table: Table) -> Step | None:
    kind, options = "combine", fields.numeric(table)
    if not options:
        st.caption("The data have no column of numbers.")
        return None
    left = fields.pick(kind, "left", "Column", options)
    operator = fields.pick(kind, "operator", "Operation", list(_OPERATORS), words=_OPERATORS.get)
    other = fields.pick(
        kind,
        "other",
        "Second column, or a number",
        [*options, fields.NOTHING],
        options[min(1, len(options) - 1)],
        words=lambda name: name or _OTHER,
    )
    right: Any = other
    if other == fields.NOTHING:
        right = fields.number(kind, "number", "Number", 1.0)
    into = fields.new_name(kind)
    if right is None:
        return None
    return fields.step(kind, left=left, operator=operator, right=right, into=into)


def _combine_fields(params: Params) -> Params:
    right = params["right"]
    named = isinstance(right, str)
    return {
        "left": params["left"],
        "operator": params["operator"],
        "other": right if named else fields.NOTHING,
        "number": None if named else float(right),
        "into": params["into"],
    }


def _bins(table: Table) -> Step | None:
    kind = "bins"
    column = _column(kind, table)
    method = fields.pick(kind, "method", "How", list(_METHODS), words=_METHODS.get)
    n = points = None
    if method == "points":
        typed = fields.text(kind, "points", "Cut points", "18, 40, 65")
        found = [number_of(part) for part in typed.replace(";", ",").split(",") if part.strip()]
        if None in found:
            st.caption("Write the cut points as numbers with commas between them: 18, 40, 65.")
        points = None if None in found or not found else found
    else:
        n = fields.number(kind, "n", "How many classes", 4, min_value=2, max_value=100, step=1)
    into = fields.new_name(kind)
    if column is None or (n is None and points is None):
        return None
    return fields.step(kind, column=column, method=method, n=n, points=points, into=into)


def _bins_fields(params: Params) -> Params:
    points = params["points"]
    return {**params, "points": ", ".join(f"{p:g}" for p in points) if points else None}


FORMS = {
    "transform": Form("Take the logarithm, square or another function", _transform),
    "center": Form("Centre: subtract the mean or another value", _center, fields=_center_fields),
    "standardise": Form("Standardise: mean 0, standard deviation 1", _standardise),
    "combine": Form("Add, subtract, multiply or divide", _combine, fields=_combine_fields),
    "bins": Form("Cut a number into classes", _bins, fields=_bins_fields),
}
