"""Steps that change the shape of a table: wide to long and back, and joining a second one."""

from __future__ import annotations

import pandas as pd

from lmm_core.data.convert import level_names, level_text
from lmm_core.data.join import joined_columns
from lmm_core.report.scripts.pandas_dialect.words import category, column, names
from lmm_core.report.scripts.quoting import py, wrapped
from lmm_core.report.scripts.reshaping import long_shape
from lmm_core.report.scripts.walk import Dialect, Stage


def _long(s: Stage) -> list[str]:
    p, made = s.params, long_shape(s.before.frame, s.params)
    lines = ["parts = []", "for time, columns in ["]
    for time, columns in made.pieces:
        pairs = wrapped([f"{py(m)}: {py(c)}" for m, c in columns.items()], "{", "}", "        ")
        lines += f"    ({py(time)}, {pairs}),".split("\n")
    lines += ["]:", f"    part = data[{names(made.id, '        ')}].copy()"]
    if p["number_name"] is not None:
        lines.append(f"    part.insert(0, {py(p['number_name'])}, np.arange(len(data)) + 1)")
    lines += [f"    part[{py(p['time_name'])}] = time", "    for measure, name in columns.items():"]
    value = "data[name]"
    if made.as_text:
        value = f"text(data[name]) if measure in {py(list(made.as_text))} else data[name]"
    lines += [
        f"        part[measure] = {value}",
        "    parts.append(part)",
        "# The rows of one wide row stand together, in the order of time.",
        "data = pd.concat(parts).sort_index(kind='stable').reset_index(drop=True)",
        f"data = data.reindex(columns={names([str(c) for c in s.after.frame.columns])})",
    ]
    if made.drops_empty:
        subset = names(list(p["values"]))
        lines.append(f"data = data.dropna(subset={subset}, how='all').reset_index(drop=True)")
    for name in (p["time_name"], *p["values"]):
        values = s.after.frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            lines.append(f"{column(name)} = {category(f'text({column(name)})', values)}")
        elif name == p["time_name"] and pd.api.types.is_datetime64_any_dtype(values):
            lines.append(f"{column(name)} = pd.to_datetime({column(name)}, format='ISO8601')")
    return lines


def _wide(s: Stage) -> list[str]:
    p = s.params
    ids = [p["id"]] if isinstance(p["id"], str) else p["id"]
    values = [p["value"]] if isinstance(p["value"], str) else p["value"]
    lines = [
        f"rows = data.dropna(subset={names([*ids, p['time']])})",
        f"wide = rows[{names(ids)}].drop_duplicates().reset_index(drop=True)",
        "for value, level, name in [",
    ]
    for value in values:
        for level in level_names(s.before.frame[p["time"]]):
            new = f"{value}_{level}" if p["prefix"] else level_text(level)
            lines.append(f"    ({py(value)}, {py(level)}, {py(new)}),")
    return [
        *lines,
        "]:",
        f"    part = rows.loc[text(rows[{py(p['time'])}]) == level, [*{names(ids)}, value]]",
        "    part = part.rename(columns={value: name})",
        f"    wide = wide.merge(part, on={names(ids)}, how='left')",
        "data = wide",
    ]


def _join(s: Stage) -> list[str] | None:
    if s.right is None or not s.second:
        return None
    p, second = s.params, s.second
    added = joined_columns(s.before.frame, s.right.frame, p["right_on"], p["name"])
    lines = [
        f"key = {_key('data', p['left_on'])}",
        f"second = {second}.set_index({_key(second, p['right_on'])})",
        "second = second[second.index.notna()]",
    ]
    if p["match"] == "loose":
        lines[1:1] = ["loosen = lambda v: ' '.join(v.split()).casefold()",
                      "key = key.map(loosen, na_action='ignore')"]  # fmt: skip
        lines.append("second.index = second.index.map(loosen)")
    for new, old in added.items():
        made = f"key.map(second[{py(old)}])"
        values = s.after.frame[new]
        if isinstance(values.dtype, pd.CategoricalDtype):
            made = category(f"text({made})", values)
        lines.append(f"{column(new)} = {made}")
    return lines


def _key(frame: str, columns: list[str]) -> str:
    return ' + "\\x1f" + '.join(f"text({frame}[{py(c)}])" for c in columns)


SHAPE: Dialect = {"reshape_long": _long, "reshape_wide": _wide, "join": _join}
