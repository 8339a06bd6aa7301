"""Steps that leave out rows."""

from __future__ import annotations

import pandas as pd

from lmm_core.data.change import is_number
from lmm_core.report.scripts.pandas_dialect.words import column
from lmm_core.report.scripts.quoting import py
from lmm_core.report.scripts.steps_meaning import (
    compared_levels,
    wanted_moment,
    wanted_numbers,
    wanted_texts,
)
from lmm_core.report.scripts.walk import Dialect, Stage


def _filter(s: Stage) -> list[str]:
    return [f"data = data[{_condition(s)}].reset_index(drop=True)"]


def _condition(s: Stage) -> str:
    comparison, value = s.params["comparison"], s.params["value"]
    values, x = s.before.frame[s.params["column"]], column(s.params["column"])
    if comparison in ("missing", "not missing"):
        return f"{x}.{'isna' if comparison == 'missing' else 'notna'}()"
    sign = "~" if comparison in ("not in", "!=") else ""
    among = comparison in ("in", "not in")
    if is_number(values):
        numbers = wanted_numbers(value)
        return f"{sign}{x}.isin({py(numbers)})" if among else f"{x} {comparison} {numbers[0]!r}"
    if pd.api.types.is_datetime64_any_dtype(values) and not among:
        return f"{x} {comparison} pd.Timestamp({py(wanted_moment(value))})"
    if among or comparison in ("==", "!="):
        return f"{sign}text({x}).isin({py(wanted_texts(value))})"
    return f"text({x}).isin({py(compared_levels(values, comparison, wanted_texts(value)[0]))})"


def _duplicates(s: Stage) -> list[str]:
    subset = f"subset={py(s.params['columns'])}, " if s.params["columns"] else ""
    return [
        f"data = data.drop_duplicates({subset}keep={py(s.params['keep'])}).reset_index(drop=True)"
    ]


ROWS: Dialect = {"filter": _filter, "drop_duplicates": _duplicates}
