"""Checks of the grouping column: how many groups and rows, repeated rows, IDs used again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lmm_core.data.change import Array, count, is_number, listed, verb
from lmm_core.data.columns import describe_columns
from lmm_core.data.families import find_families
from lmm_core.data.finding import Finding
from lmm_core.data.ordering import order_key
from lmm_core.data.step import Step
from lmm_core.data.within import group_codes
from lmm_core.data.words import has_word, looks_like_id, word_set
from lmm_core.errors import DataError

MAX_LISTED = 200
_PARENTS = word_set("""
    school class classroom clinic hospital center centre site country region district state city
    family household litter batch farm firm company team ward department lab schule klinik klasse
    zentrum cohort study trial
""")


def group_findings(
    frame: pd.DataFrame, outcome: str | None, group: list[str], time: str | None
) -> Iterator[Finding]:
    """Check the groups among the rows whose outcome is there."""
    if not group:
        yield Finding(
            "stop",
            "groups",
            "No grouping column is chosen.",
            "Choose the column that says which rows belong together (the subject, the school).",
        )
        return
    used = frame if outcome is None else frame[frame[outcome].notna()]
    codes, n_groups = group_codes(used, group)
    sizes = np.bincount(codes[codes >= 0], minlength=n_groups)
    sizes = sizes[sizes > 0]
    who = " × ".join(f'"{name}"' for name in group)
    columns = tuple(group)
    if len(group) == 1 and is_number(frame[group[0]]):
        values = frame[group[0]].dropna().to_numpy(dtype=float)
        if (values % 1 != 0).any():
            yield Finding(
                "stop",
                "groups",
                f"The grouping column {who} holds numbers with decimals: it is a measurement.",
                "Choose the column that names the units that were measured repeatedly.",
                columns=columns,
            )
            return
    yield from _number_of_groups(len(sizes), who, columns)
    yield from _rows_per_group(frame, sizes, who, columns)
    yield from _duplicates(frame, group, time, who)
    if len(group) == 1:
        yield from _reused(frame, group[0])


def _number_of_groups(n: int, who: str, columns: tuple[str, ...]) -> Iterator[Finding]:
    if n < 2:
        yield Finding(
            "stop",
            "groups",
            f"{who} has {count(n, 'group')} with an outcome; two are needed, and ten are better.",
            "Choose another grouping column.",
            columns=columns,
        )
    elif n < 5:
        yield Finding(
            "warn",
            "groups",
            f"{who} has {n} groups only: a variance between so few can't be estimated well.",
            "Take it as a fixed effect instead of a grouping column.",
            columns=columns,
        )
    elif n < 10:
        yield Finding(
            "warn",
            "groups",
            f"{who} has {n} groups: the variance between them is uncertain.",
            "Use Kenward-Roger or Satterthwaite degrees of freedom, and read the interval of the"
            " variance.",
            columns=columns,
        )
    else:
        yield Finding("fine", "groups", f"{who} has {n:,} groups.", columns=columns)


def _rows_per_group(
    frame: pd.DataFrame, sizes: Array, who: str, columns: tuple[str, ...]
) -> Iterator[Finding]:
    if not sizes.size:
        return
    single = int((sizes == 1).sum())
    low, high = int(sizes.min()), int(sizes.max())
    text = f"{low:,} to {high:,} rows, median {np.median(sizes):g}"
    if low == high:
        text = f"{low:,} rows each"
    if sizes.max() == 1:
        families = [f for f in find_families(frame.columns) if f.likely]
        if families:
            values = {f.name: list(f.columns) for f in families}
            step = Step("reshape_long", {"values": values, "time_name": families[0].time_name})
            wide = [c for f in families for c in f.columns]
            hint = f"Make one row per measurement of {listed(wide)}."
        else:
            step = None
            hint = "Choose a column whose labels repeat, or make one row per measurement first."
        yield Finding(
            "stop",
            "rows_per_group",
            f"Each group of {who} has one row only, so what differs between groups can't be told"
            " from what differs within them.",
            hint,
            step,
            columns,
        )
    elif single > 0.5 * sizes.size:
        yield Finding(
            "warn",
            "rows_per_group",
            f"{single:,} of {sizes.size:,} groups of {who} have one row only ({text}).",
            "These groups say nothing about change within a group; they stay in the model.",
            columns=columns,
        )
    else:
        tail = f"; {count(single, 'group')} with one row only" if single else ""
        yield Finding(
            "fine", "rows_per_group", f"Groups of {who} have {text}{tail}.", columns=columns
        )


def _duplicates(
    frame: pd.DataFrame, group: list[str], time: str | None, who: str
) -> Iterator[Finding]:
    """List rows that repeat the group and the time of another; they are never averaged."""
    whole = frame.duplicated(keep=False).to_numpy()
    again = int(frame.duplicated().sum())
    if again:
        # Without a time, in a table of a few coarse columns, equal rows are nothing strange.
        level = "warn" if time is not None or frame.shape[1] >= 6 else "fine"
        yield Finding(
            level,
            "duplicate_rows",
            f"{count(again, 'row')} {verb(again, 'repeats', 'repeat')} another in all columns.",
            "If rows were copied by mistake, leave the copies out." if level == "warn" else "",
            Step("drop_duplicates", {}) if level == "warn" else None,
            listing=frame.loc[whole].head(MAX_LISTED).copy(),
        )
    if time is None:
        return
    repeated, n = repeats_of(frame, group, time)
    if not n:
        yield Finding("fine", "duplicates", f'No {who} has two rows at the same "{time}".')
        return
    keys = [*group, time]
    other = _tells_apart(frame, group, time, n)
    hint = (
        f'They differ in "{other}", which may be a part of each unit or a second measurement.'
        if other
        else "Check whether an ID was used for two units, or a visit was entered twice."
    )
    shown = frame.loc[repeated & ~whole] if (repeated & ~whole).any() else frame.loc[repeated]
    yield Finding(
        "warn",
        "duplicates",
        f'{count(n, "row")} {verb(n, "has", "have")} the same {who} and "{time}" as another row.',
        f"{hint} Nothing is averaged: all these rows enter the model.",
        columns=tuple(keys),
        listing=shown.sort_values(keys, kind="stable").head(MAX_LISTED).copy(),
    )


def _tells_apart(frame: pd.DataFrame, group: list[str], time: str, n: int) -> str | None:
    """Return a column of labels that tells (nearly all) repeated rows apart, if there is one."""
    for info in describe_columns(frame):
        if info.name in (*group, time) or info.kind not in ("id", "category", "ordered"):
            continue
        if repeats_of(frame, [*group, info.name], time)[1] <= 0.1 * n:
            return info.name
    return None


def repeats_of(frame: pd.DataFrame, group: list[str], time: str) -> tuple[Array, int]:
    """Return which rows share group and time with another (n,), and how many are repeats."""
    complete = frame[[*group, time]].notna().all(axis=1).to_numpy()
    keys = frame[[*group, time]]
    both = keys.duplicated(keep=False).to_numpy() & complete
    return both, int((keys.duplicated().to_numpy() & complete).sum())


def _reused(frame: pd.DataFrame, group: str) -> Iterator[Finding]:
    """Recognise IDs that count anew within another unit: pupil 1, 2, 3 in each school.

    Whether a label counts anew or the units are crossed can't be seen in the data, so the other
    column must be named like a larger unit.
    """
    _, n_groups = group_codes(frame, group)
    if n_groups < 2 or not looks_like_id(group):
        return
    for info in describe_columns(frame):
        name = info.name
        if name == group or info.n_unique < 2 or not has_word(name, _PARENTS):
            continue
        if info.kind == "text" or (info.kind == "number" and info.n_unique > 0.5 * len(frame)):
            continue
        both, n_pairs = group_codes(frame, [name, group])
        if n_pairs <= n_groups or int((both >= 0).sum()) < 1.5 * n_pairs:
            continue  # each ID is in one unit only; or every row is another unit: visits
        if not _restarts(frame, name, group):
            continue
        yield Finding(
            "warn",
            "reused_ids",
            f'IDs of "{group}" occur under several "{name}": there are {n_groups:,} IDs, but'
            f' {n_pairs:,} pairs of "{name}" and "{group}".',
            f'If "{group}" counts anew within each "{name}", join both to one label; otherwise'
            " different units are taken for the same.",
            Step("unite", {"columns": [name, group]}),
            (name, group),
        )
        return


def _restarts(frame: pd.DataFrame, parent: str, group: str) -> bool:
    """Say whether most IDs occur under several parents, starting anew in each."""
    pairs = frame[[parent, group]].dropna().drop_duplicates()
    per_id = pairs.groupby(group, observed=True).size().to_numpy()
    per_parent = pairs.groupby(parent, observed=True).size().to_numpy()
    return bool((per_id > 1).mean() >= 0.5 and per_parent.max() >= 0.5 * len(per_id))


def time_findings(frame: pd.DataFrame, group: list[str], time: str | None) -> Iterator[Finding]:
    """Check that the time has an order and varies within groups."""
    if time is None:
        return
    values = frame[time]
    infos = {info.name: info for info in describe_columns(frame[[time]])}
    if infos[time].kind == "date":
        who = group[0] if len(group) == 1 else group
        step = Step("elapsed", {"column": time, "origin": "subject", "group": who})
        yield Finding(
            "warn",
            "time",
            f'"{time}" holds dates; a model needs a number.',
            "Turn them into the time since the first visit of each subject, or another origin.",
            step if group else Step("elapsed", {"column": time, "origin": "first"}),
            (time,),
        )
        return
    try:
        order_key(frame, time)
    except DataError as error:
        yield Finding("warn", "time", error.message, error.next_step, columns=(time,))
        return
    n = int(values.nunique())
    yield Finding("fine", "time", f'"{time}" has {count(n, "different value")}.', columns=(time,))
