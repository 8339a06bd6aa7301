"""Steps that say what a column is, and what its values are called."""

from __future__ import annotations

import pandas as pd

from lmm_core.data.change import is_number
from lmm_core.data.convert import level_names
from lmm_core.report.scripts.number_text import number_text
from lmm_core.report.scripts.quoting import r, r_number, r_strings
from lmm_core.report.scripts.r_dialect.words import category, column, dates, numbers
from lmm_core.report.scripts.steps_meaning import missing_levels, missing_numbers, recoded
from lmm_core.report.scripts.walk import Dialect, Stage

AS_NUMBERS = "# It holds numbers already."


def _number(s: Stage) -> list[str] | None:
    name = s.params["column"]
    before, after = s.before.frame[name], s.after.frame[name]
    if is_number(before):
        return [AS_NUMBERS]
    how = number_text(before, after)
    return None if how is None else numbers(column(name), column(name), how)


def _kind(s: Stage) -> list[str] | None:
    p, x = s.params, column(s.params["column"])
    if p["kind"] == "number":
        return _number(s)
    if p["kind"] == "date":
        made = dates(x, s.before.frame[p["column"]], p["date_format"])
        return None if made is None else [*made, f"{x} <- dates"]
    if p["kind"] in ("id", "text"):
        return [f"{x} <- text({x})"]
    return [f"{x} <- {category(f'text({x})', s.after.frame[p['column']])}"]


def _na(s: Stage) -> list[str]:
    lines = []
    for name in s.params["columns"]:
        x, before, after = column(name), s.before.frame[name], s.after.frame[name]
        if is_number(before):
            among = ", ".join(r_number(v) for v in missing_numbers(s.params))
            lines.append(f"{x}[{x} %in% c({among})] <- NA")
            continue
        levels = missing_levels(s.params, before)
        if not levels:
            continue
        lines.append(f"{x}[text({x}) %in% {r_strings(levels)}] <- NA")
        if isinstance(after.dtype, pd.CategoricalDtype):
            lines.append(f"{x} <- droplevels({x})")
    return lines or ["# No cell is concerned."]


def _recode(s: Stage) -> list[str]:
    return _renamed(s, s.params["mapping"], s.target(s.params["column"]))


def _merge(s: Stage) -> list[str]:
    new = dict.fromkeys(s.params["levels"], s.params["name"])
    return _renamed(s, new, s.params["column"])


def _renamed(s: Stage, mapping: dict, name: str) -> list[str]:
    old, after = column(s.params["column"]), s.after.frame[name]
    new = recoded(mapping, level_names(s.before.frame[s.params["column"]]), after)
    numeric = is_number(after)
    lines = [
        f"old <- text({old})",
        "new <- rep(NA_real_, length(old))" if numeric else "new <- old",
    ]
    for level, value in new.items():
        shown = "NA" if value is None else r_number(value) if numeric else r(value)
        lines.append(f"new[old %in% {r(level)}] <- {shown}")
    made = category("new", after) if isinstance(after.dtype, pd.CategoricalDtype) else "new"
    return [*lines, f"{column(name)} <- {made}"]


KINDS: Dialect = {
    "to_number": _number,
    "set_kind": _kind,
    "na_value": _na,
    "recode": _recode,
    "merge_levels": _merge,
}
