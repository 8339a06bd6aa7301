"""Preparation steps as lines of R, on the data frame ``data``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lmm_core.data.convert import level_names
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.data.transform import FUNCTIONS
from lmm_core.report.scripts.pandas_steps import new_columns, target
from lmm_core.report.scripts.quoting import r, r_number, r_strings

_FUNCTIONS = {
    **{name: f"{name}({{x}})" for name in FUNCTIONS},
    "square": "{x}^2",
    "reciprocal": "1 / {x}",
}


def r_step(step: Step, before: Table, after: Table) -> list[str] | None:
    """Lines that carry out a step; None where it isn't simple."""
    write = _WRITERS.get(step.kind)
    return None if write is None else write(step.params, before, after)


def _column(name: str) -> str:
    return f"data[[{r(name)}]]"


def _numeric(table: Table, name: str) -> bool:
    return table.frame[name].dtype.kind in "iuf"


def _groups(group: str | list[str]) -> str:
    return ", ".join(_column(name) for name in ([group] if isinstance(group, str) else group))


def _transform(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    made = _FUNCTIONS[p["function"]].format(x=_column(p["column"]))
    return [f"{_column(target(p, before, after, p['column']))} <- {made}"]


def _center(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    x, at = _column(p["column"]), p["at"]
    point = f"{at}({x}, na.rm = TRUE)" if isinstance(at, str) else r_number(at)
    return [f"{_column(target(p, before, after, p['column']))} <- {x} - {point}"]


def _standardise(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    x, name = _column(p["column"]), target(p, before, after, p["column"])
    made = f"({x} - mean({x}, na.rm = TRUE)) / sd({x}, na.rm = TRUE)"
    return [f"{_column(name)} <- {made}"]


def _combine(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    right = _column(p["right"]) if isinstance(p["right"], str) else r_number(p["right"])
    name = _column(target(p, before, after, p["left"]))
    return [
        f"{name} <- {_column(p['left'])} {p['operator']} {right}",
        f"{name}[!is.finite({name})] <- NA",
    ]


def _split(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    within, between = (_column(name) for name in new_columns(before, after))
    x = _column(p["column"])
    mean = "function(v) mean(v, na.rm = TRUE)"
    return [
        f"{between} <- ave({x}, {_groups(p['group'])}, FUN = {mean})",
        f"{within} <- {x} - {between}",
    ]


def _recode(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    if any(isinstance(value, int | float) for value in p["mapping"].values()):
        return None
    old, name = _column(p["column"]), target(p, before, after, p["column"])
    lines = [f"old <- as.character({old})", "new <- old"]
    for level, value in p["mapping"].items():
        lines.append(f"new[old %in% {r(level)}] <- {'NA' if value is None else r(value)}")
    return [*lines, f"{_column(name)} <- new"]


def _merge(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    x = _column(p["column"])
    return [
        f"{x} <- as.character({x})",
        f"{x}[{x} %in% {r_strings(p['levels'])}] <- {r(p['name'])}",
    ]


def _filter(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    x, comparison, value = _column(p["column"]), p["comparison"], p["value"]
    values = value if isinstance(value, list) else [value]
    if comparison in ("missing", "not missing"):
        kept = f"{'!' if comparison == 'not missing' else ''}is.na({x})"
    elif _numeric(before, p["column"]):
        if not all(isinstance(v, int | float) for v in values):
            return None
        if comparison in ("in", "not in"):
            among = ", ".join(r_number(v) for v in values)
            kept = f"{'!' if comparison == 'not in' else ''}({x} %in% c({among}))"
        else:
            kept = f"{x} {comparison} {r_number(value)}"
            missing = "|" if comparison == "!=" else "& !"
            kept = f"({kept}) {missing}is.na({x})"
    elif comparison in ("==", "!=", "in", "not in") and all(isinstance(v, str) for v in values):
        sign = "!" if comparison in ("!=", "not in") else ""
        kept = f"{sign}(as.character({x}) %in% {r_strings(values)})"
    else:
        return None
    return [f"data <- data[{kept}, , drop = FALSE]"]


def _duplicates(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    part = f"data[{r_strings(p['columns'])}]" if p["columns"] else "data"
    last = ", fromLast = TRUE" if p["keep"] == "last" else ""
    return [f"data <- data[!duplicated({part}{last}), , drop = FALSE]"]


def _rename(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    lines = ["old <- names(data)"]
    for name, new in p["names"].items():
        lines.append(f"names(data)[old == {r(name)}] <- {r(' '.join(new.split()))}")
    return lines


def _drop(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    return [f"data[{r_strings(dict.fromkeys(p['columns']))}] <- NULL"]


def _na(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    plain = all(isinstance(v, int | float) for v in p["values"])
    if not plain or not all(_numeric(before, c) for c in p["columns"]):
        return None
    among = ", ".join(r_number(v) for v in p["values"])
    return [f"{_column(c)}[{_column(c)} %in% c({among})] <- NA" for c in p["columns"]]


def _kind(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    x = _column(p["column"])
    if p["kind"] in ("id", "text"):
        return [f"{x} <- as.character({x})"]
    if p["kind"] in ("category", "ordered"):
        levels = r_strings(level_names(after.frame[p["column"]]))
        ordered = ", ordered = TRUE" if p["kind"] == "ordered" else ""
        return [f"{x} <- factor(as.character({x}), levels = {levels}{ordered})"]
    return None


Writer = Callable[[Mapping[str, Any], Table, Table], "list[str] | None"]
_WRITERS: dict[str, Writer] = {
    "transform": _transform,
    "center": _center,
    "standardise": _standardise,
    "combine": _combine,
    "split": _split,
    "recode": _recode,
    "merge_levels": _merge,
    "filter": _filter,
    "drop_duplicates": _duplicates,
    "rename": _rename,
    "drop": _drop,
    "na_value": _na,
    "set_kind": _kind,
}
