"""Preparation steps as lines of pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lmm_core.data.convert import level_names
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.data.transform import FUNCTIONS
from lmm_core.report.scripts.quoting import py

_FUNCTIONS = {
    **{name: f"np.{name}({{x}})" for name in FUNCTIONS},
    "square": "{x} ** 2",
    "reciprocal": "1 / {x}",
}
_TEXT = """\
def text(column):
    \"\"\"A column as text: 3.0 reads "3", missing stays missing.\"\"\"
    return column.map(
        lambda v: str(int(v)) if isinstance(v, float) and v.is_integer() else str(v),
        na_action="ignore",
    ).astype(object)
"""


def text_helper() -> list[str]:
    """The function ``text`` that scripts share."""
    return _TEXT.rstrip().split("\n")


def pandas_step(step: Step, before: Table, after: Table) -> list[str] | None:
    """Lines that carry out a step on the frame ``data``; None where it isn't simple."""
    write = _WRITERS.get(step.kind)
    return None if write is None else write(step.params, before, after)


def new_columns(before: Table, after: Table) -> list[str]:
    """Names that a step added, in order."""
    known = {str(c) for c in before.frame.columns}
    return [str(c) for c in after.frame.columns if str(c) not in known]


def target(params: Mapping[str, Any], before: Table, after: Table, source: str) -> str:
    """The column that a step writes."""
    found = new_columns(before, after)
    return found[0] if found else source


def _column(name: str) -> str:
    return f"data[{py(name)}]"


def _groups(group: str | list[str]) -> str:
    return py(group) if isinstance(group, str) or len(group) > 1 else py(group[0])


def _transform(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    made = _FUNCTIONS[p["function"]].format(x=_column(p["column"]))
    return [f"{_column(target(p, before, after, p['column']))} = {made}"]


def _center(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    x, at = _column(p["column"]), p["at"]
    point = f"{x}.{at}()" if isinstance(at, str) else repr(at)
    return [f"{_column(target(p, before, after, p['column']))} = {x} - {point}"]


def _standardise(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    x = _column(p["column"])
    return [f"{_column(target(p, before, after, p['column']))} = ({x} - {x}.mean()) / {x}.std()"]


def _combine(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    right = _column(p["right"]) if isinstance(p["right"], str) else repr(p["right"])
    made = f"{_column(p['left'])} {p['operator']} {right}"
    name = target(p, before, after, p["left"])
    return [f"{_column(name)} = ({made}).replace([np.inf, -np.inf], np.nan)"]


def _split(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    within, between = new_columns(before, after)
    x = _column(p["column"])
    mean = f"data.groupby({_groups(p['group'])})[{py(p['column'])}].transform('mean')"
    return [
        f"{_column(between)} = {mean}",
        f"{_column(within)} = {x} - {_column(between)}",
    ]


def _sorted(p: Mapping[str, Any]) -> str:
    return f"data.sort_values({py(p['time'])}, kind='stable').groupby({_groups(p['group'])})"


def _change(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    x = _column(p["column"])
    # The row before is looked up in the order of time; pandas puts it back by the row's number.
    lines = [f"previous = {_sorted(p)}[{py(p['column'])}].shift()"]
    made = {
        "difference": f"{x} - previous",
        "percent": f"(100 * ({x} / previous - 1)).replace([np.inf, -np.inf], np.nan)",
        "log_ratio": f"np.log(({x} / previous).where(({x} > 0) & (previous > 0)))",
    }[p["measure"]]
    return [*lines, f"{_column(new_columns(before, after)[0])} = {made}"]


def _level_pairs(p: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{py(a)}: {py(b)}" for a, b in p["mapping"].items()) + "}"


def _recode(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    if any(isinstance(value, int | float) for value in p["mapping"].values()):
        return None
    name = target(p, before, after, p["column"])
    return [
        f"new = {_level_pairs(p)}",
        f"{_column(name)} = text({_column(p['column'])}).map(lambda v: new.get(v, v), "
        "na_action='ignore')",
    ]


def _merge(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    x = _column(p["column"])
    return [f"{x} = text({x}).map(lambda v: {py(p['name'])} if v in {py(p['levels'])} else v)"]


def _filter(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    x, comparison, value = _column(p["column"]), p["comparison"], p["value"]
    if comparison in ("missing", "not missing"):
        kept = f"{x}.{'isna' if comparison == 'missing' else 'notna'}()"
    elif before.frame[p["column"]].dtype.kind in "iuf":
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(v, int | float) for v in numbers):
            return None
        if comparison in ("in", "not in"):
            kept = f"{'~' if comparison == 'not in' else ''}{x}.isin({py(value)})"
        else:
            kept = f"{x} {comparison} {value!r}"
    elif comparison in ("==", "!=", "in", "not in"):
        texts = [str(v) for v in (value if isinstance(value, list) else [value])]
        sign = "~" if comparison in ("!=", "not in") else ""
        kept = f"{sign}text({x}).isin({py(texts)})"
        if not all(isinstance(v, str) for v in (value if isinstance(value, list) else [value])):
            return None
    else:
        return None
    return [f"data = data[{kept}].reset_index(drop=True)"]


def _duplicates(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    subset = f"subset={py(p['columns'])}, " if p["columns"] else ""
    made = f"data.drop_duplicates({subset}keep={py(p['keep'])}).reset_index(drop=True)"
    return [f"data = {made}"]


def _rename(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    names = {old: " ".join(new.split()) for old, new in p["names"].items()}
    return [f"data = data.rename(columns={py(names)})"]


def _drop(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    return [f"data = data.drop(columns={py(list(dict.fromkeys(p['columns'])))})"]


def _unite(p: Mapping[str, Any], before: Table, after: Table) -> list[str]:
    parts = f" + {py(p['separator'])} + ".join(f"text({_column(c)})" for c in p["columns"])
    return [f"{_column(new_columns(before, after)[0])} = {parts}"]


def _na(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    if not all(isinstance(v, int | float) for v in p["values"]):
        return None
    if any(before.frame[c].dtype.kind not in "iuf" for c in p["columns"]):
        return None
    return [f"{_column(c)} = {_column(c)}.mask({_column(c)}.isin({py(p['values'])}))"
            for c in p["columns"]]  # fmt: skip


def _kind(p: Mapping[str, Any], before: Table, after: Table) -> list[str] | None:
    x = _column(p["column"])
    if p["kind"] in ("id", "text"):
        return [f"{x} = text({x})"]
    if p["kind"] in ("category", "ordered"):
        levels = level_names(after.frame[p["column"]])
        ordered = ", ordered=True" if p["kind"] == "ordered" else ""
        return [f"{x} = pd.Categorical(text({x}), categories={py(levels)}{ordered})"]
    return None


Writer = Callable[[Mapping[str, Any], Table, Table], "list[str] | None"]
_WRITERS: dict[str, Writer] = {
    "transform": _transform,
    "center": _center,
    "standardise": _standardise,
    "combine": _combine,
    "split": _split,
    "change": _change,
    "recode": _recode,
    "merge_levels": _merge,
    "filter": _filter,
    "drop_duplicates": _duplicates,
    "rename": _rename,
    "drop": _drop,
    "unite": _unite,
    "na_value": _na,
    "set_kind": _kind,
}
