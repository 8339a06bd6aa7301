"""Forms that look at the other rows of a group: change, baseline, parts; and elapsed time."""

from __future__ import annotations

import streamlit as st

from lmm_core.data.elapsed import UNITS
from lmm_core.data.previous import MEASURES
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.report.markup import md
from pages.parts.forms import fields
from pages.parts.forms.fields import Form

_MEASURES = {
    "difference": "Difference",
    "percent": "Percent change",
    "log_ratio": "Change of the natural logarithm",
}
_ORIGINS = {
    "subject": "The first date of each group",
    "first": "The first date of all",
    "calendar": "The calendar (years: the year with its fraction)",
}


def _change(table: Table) -> Step | None:
    kind, options = "change", fields.numeric(table)
    if not options:
        st.caption("The data have no column of numbers.")
        return None
    column = fields.pick(kind, "column", "Column", options, _outcome(table))
    group = fields.group(kind, table)
    time = fields.time(kind, table, (column, group))
    measure = fields.pick(kind, "measure", "Measure", list(MEASURES), words=_MEASURES.get)
    into = fields.new_name(kind)
    if group is None or time is None:
        return None
    return fields.step(kind, column=column, group=group, time=time, measure=measure, into=into)


def _baseline(table: Table) -> Step | None:
    kind, options = "baseline", fields.numeric(table)
    if not options:
        st.caption("The data have no column of numbers.")
        return None
    column = fields.pick(kind, "column", "Column", options, _outcome(table))
    group = fields.group(kind, table, "Of each")
    time = fields.time(kind, table, (column, group))
    into = fields.new_name(kind)
    if group is None or time is None:
        return None
    return fields.step(kind, column=column, group=group, time=time, into=into)


def _outcome(table: Table) -> str | None:
    from pages.parts import state

    model = state.spec()
    return model.outcome_column if model is not None else None


def _split(table: Table) -> Step | None:
    kind = "split"
    group = fields.group(kind, table, "Mean of each")
    if group is None:
        return None
    varies, outcome = fields.within(table, group), _outcome(table)
    options = [name for name in fields.numeric(table) if varies.get(name) and name != outcome]
    if not options:
        st.caption(f"No column of numbers beside the outcome varies within the {md(group)}.")
        return None
    column = fields.pick(kind, "column", "Column", options)
    return fields.step(kind, column=column, group=group)


def _elapsed(table: Table) -> Step | None:
    kind = "elapsed"
    dates = fields.names(table, ("date",))
    if not dates:
        st.caption(
            "No column holds dates that can be read. Dates are read when written like 2024-01-31, "
            "31.01.2024 or 31/01/2024."
        )
        return None
    column = fields.pick(kind, "column", "Column of dates", dates)
    unit = fields.pick(kind, "unit", "Unit", list(UNITS), "days", words=str.capitalize)
    origin = fields.pick(kind, "origin", "Count from", list(_ORIGINS), words=_ORIGINS.get)
    group = fields.group(kind, table, "Group") if origin == "subject" else None
    into = fields.new_name(kind)
    if origin == "subject" and group is None:
        return None
    return fields.step(kind, column=column, unit=unit, origin=origin, group=group, into=into)


FORMS = {
    "change": Form("Change from the previous row of the same group", _change),
    "baseline": Form("Value at the first time, as a baseline", _baseline),
    "split": Form("Split into within-group and between-group part", _split, "Add columns"),
    "elapsed": Form("Elapsed time from dates", _elapsed),
}
