"""Steps that leave out rows."""

from __future__ import annotations

import pandas as pd

from lmm_core.data.change import is_number
from lmm_core.report.scripts.quoting import r, r_number, r_strings
from lmm_core.report.scripts.r_dialect.words import column, whole_seconds
from lmm_core.report.scripts.steps_meaning import (
    compared_levels,
    wanted_moment,
    wanted_numbers,
    wanted_texts,
)
from lmm_core.report.scripts.walk import Dialect, Stage


def _filter(s: Stage) -> list[str] | None:
    kept = _condition(s)
    if kept is None:
        return None
    return [f"data <- data[{kept}, , drop = FALSE]", "rownames(data) <- NULL"]


def _condition(s: Stage) -> str | None:
    comparison, value = s.params["comparison"], s.params["value"]
    values, x = s.before.frame[s.params["column"]], column(s.params["column"])
    if comparison in ("missing", "not missing"):
        return f"{'!' if comparison == 'not missing' else ''}is.na({x})"
    sign = "!" if comparison in ("not in", "!=") else ""
    among = comparison in ("in", "not in")
    dated = pd.api.types.is_datetime64_any_dtype(values)
    if dated and not whole_seconds(values):
        return None
    if is_number(values):
        numbers = [r_number(v) for v in wanted_numbers(value)]
        if among:
            return f"{sign}({x} %in% c({', '.join(numbers)}))"
        return _with_missing(f"{x} {comparison} {numbers[0]}", x, comparison)
    if dated and not among:
        moment = f'as.POSIXct({r(wanted_moment(value))}, tz = "UTC")'
        return _with_missing(f"{x} {comparison} {moment}", x, comparison)
    if among or comparison in ("==", "!="):
        return f"{sign}(text({x}) %in% {r_strings(wanted_texts(value))})"
    levels = compared_levels(values, comparison, wanted_texts(value)[0])
    return f"text({x}) %in% {r_strings(levels)}"


def _with_missing(condition: str, x: str, comparison: str) -> str:
    return f"({condition}) {'|' if comparison == '!=' else '& !'}is.na({x})"


def _duplicates(s: Stage) -> list[str]:
    part = f"data[{r_strings(s.params['columns'])}]" if s.params["columns"] else "data"
    last = ", fromLast = TRUE" if s.params["keep"] == "last" else ""
    return [
        f"data <- data[!duplicated({part}{last}), , drop = FALSE]",
        "rownames(data) <- NULL",
    ]


ROWS: Dialect = {"filter": _filter, "drop_duplicates": _duplicates}
