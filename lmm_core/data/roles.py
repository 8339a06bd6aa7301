"""A first proposal: which column is the outcome, which the grouping column, which is time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lmm_core.data.columns import ColumnInfo, describe_columns
from lmm_core.data.within import varies_within
from lmm_core.data.words import (
    BASELINE_WORDS,
    OUTCOME_WORDS,
    TREATMENT_WORDS,
    has_word,
    looks_like_id,
    time_rank,
)


@dataclass(frozen=True)
class Roles:
    """A proposal for the parts of a model.

    Attributes
    ----------
    outcome, group, time:
        Column names, or None. ``time`` is a number that varies within groups.
    fixed:
        Columns for the fixed effects: time, and at most one category or covariate.
    question:
        The one thing that is missing before a model can be fitted: None, "outcome" or "group".
    reasons:
        For each role ("outcome", "group", "time", "fixed") one plain sentence.
    """

    outcome: str | None
    group: str | None
    time: str | None
    fixed: tuple[str, ...]
    question: str | None
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _View:
    """What the choices are made from."""

    frame: pd.DataFrame
    infos: dict[str, ColumnInfo]
    within: dict[str, bool]

    def numbers(self) -> list[str]:
        return [n for n, i in self.infos.items() if i.kind == "number" and not i.constant]

    def varying(self, name: str) -> bool:
        return self.within.get(name, True)


def propose_roles(frame: pd.DataFrame, columns: Sequence[ColumnInfo] | None = None) -> Roles:
    """Propose roles from the kinds, the names and the repetition pattern of the columns.

    ``columns`` are the kinds where they are known already.
    """
    infos = {info.name: info for info in columns or describe_columns(frame)}
    reasons: dict[str, str] = {}
    group = _choose_group(frame, infos, reasons)
    view = _View(frame, infos, varies_within(frame, group) if group is not None else {})
    time = _choose_time(view, group, reasons)
    outcome = _choose_outcome(view, time, reasons)
    if outcome is None and time is not None and _outcome_like(time):
        outcome, time = time, None
    fixed = _choose_fixed(view, outcome, group, time, reasons)
    question = "outcome" if outcome is None else "group" if group is None else None
    return Roles(outcome, group, time, fixed, question, reasons)


def _choose_group(
    frame: pd.DataFrame, infos: dict[str, ColumnInfo], reasons: dict[str, str]
) -> str | None:
    best: tuple[tuple[float, ...], str] | None = None
    unrepeated: str | None = None
    for name, info in infos.items():
        named = looks_like_id(name)
        if info.kind not in ("id", "category", "ordered", "text") or info.n_unique < 2:
            continue
        if info.kind == "ordered" and not named and time_rank(name) is not None:
            continue  # "visit 1", "visit 2", ... are occasions
        counts = frame[name].value_counts().to_numpy()
        repeats = float((counts >= 2).mean())
        if repeats < 0.5:
            unrepeated = unrepeated or (name if info.kind == "id" else None)
            continue
        # A category of two to four levels that isn't called an identifier is a condition.
        if info.kind != "id" and (has_word(name, TREATMENT_WORDS) or info.n_unique < 5):
            continue
        rank = (float(named), float(info.kind == "id"), float(info.n_unique))
        if best is None or rank > best[0]:
            best = rank, name
    if best is None:
        if unrepeated is not None:
            reasons["group"] = (
                f'Each value of "{unrepeated}" occurs once only. If the repeated values stand in'
                " several columns, reshape the table first."
            )
        else:
            reasons["group"] = "No column holds labels that repeat from row to row."
        return None
    name = best[1]
    n = infos[name].n_unique
    reasons["group"] = (
        f'"{name}" has {n} different values, {len(frame) / n:.3g} rows each on average.'
    )
    return name


def _choose_time(view: _View, group: str | None, reasons: dict[str, str]) -> str | None:
    if group is None:
        return None
    best: tuple[tuple[float, ...], str] | None = None
    for name in view.numbers():
        if name == group or not view.varying(name):
            continue
        rank = time_rank(name)
        if rank is None or has_word(name, OUTCOME_WORDS):
            continue
        # Of "year" and "years since the start" the one that starts near 0 reads better.
        start = float(np.nanmin(view.frame[name].to_numpy(dtype=float)))
        order = (float(rank // 2), abs(start))
        if best is None or order < best[0]:
            best = order, name
    if best is None:
        return _grid_time(view, group, reasons)
    reasons["time"] = f'"{best[1]}" is named like a time and changes within "{group}".'
    return best[1]


def _grid_time(view: _View, group: str, reasons: dict[str, str]) -> str | None:
    """Without a telling name: whole numbers, the same few for all groups, in increasing order."""
    n_groups = view.infos[group].n_unique
    for name in view.numbers():
        info = view.infos[name]
        if name == group or not view.varying(name) or has_word(name, OUTCOME_WORDS):
            continue
        values = view.frame[name].to_numpy(dtype=float)
        if info.n_missing or (values % 1 != 0).any() or not 3 <= info.n_unique <= 30:
            continue
        pairs = len(view.frame[[group, name]].drop_duplicates())
        if pairs == len(view.frame) and pairs >= 0.7 * n_groups * info.n_unique:
            reasons["time"] = (
                f'"{name}" holds the same few numbers, once each, for every "{group}".'
            )
            return name
    return None


def _outcome_like(name: str) -> bool:
    return has_word(name, OUTCOME_WORDS) and not has_word(name, BASELINE_WORDS)


def _choose_outcome(view: _View, time: str | None, reasons: dict[str, str]) -> str | None:
    best: tuple[tuple[float, ...], str] | None = None
    for place, name in enumerate(view.numbers()):
        info = view.infos[name]
        if name == time or not view.varying(name) or info.n_unique < 3:
            continue
        if time_rank(name) is not None and not _outcome_like(name):
            continue
        decimals = view.frame[name].dtype.kind == "f"
        spread = min(info.n_unique, 20) / 20
        score = 4.0 * _outcome_like(name) + decimals + spread
        rank = (score, -float(place))
        if best is None or rank > best[0]:
            best = rank, name
    if best is None:
        reasons["outcome"] = "No column holds numbers that change within the groups."
        return None
    named = _outcome_like(best[1])
    why = "is named like a measured outcome" if named else "is a measured number"
    where = " and changes within the groups" if view.within else ""
    reasons["outcome"] = f'"{best[1]}" {why}{where}.'
    return best[1]


def _choose_fixed(
    view: _View, outcome: str | None, group: str | None, time: str | None, reasons: dict[str, str]
) -> tuple[str, ...]:
    if outcome is None:
        return ()
    used = {outcome, group, time}
    fixed = [time] if time is not None else []
    category = _best_category(view, used, between=True)
    if category is None and time is None:
        category = _best_category(view, used, between=False)
    if category is not None:
        fixed.append(category)
        n = view.infos[category].n_unique
        reasons["fixed"] = f'"{category}" divides the rows into {n} kinds that can be compared.'
    elif time is None:
        others = [n for n in view.numbers() if n not in used and view.varying(n)]
        if others:
            fixed.append(others[0])
            reasons["fixed"] = f'"{others[0]}" is a number that may explain "{outcome}".'
    return tuple(fixed)


def _best_category(view: _View, used: set[str | None], between: bool) -> str | None:
    best: tuple[int, str] | None = None
    for name, info in view.infos.items():
        if name in used or not 2 <= info.n_unique <= 6 or view.varying(name) == between:
            continue
        named = has_word(name, TREATMENT_WORDS)
        coded = info.kind in ("number", "id") and info.n_unique == 2 and named
        if info.kind not in ("category", "ordered") and not coded:
            continue
        rank = 2 * named + (info.kind == "category")
        if best is None or rank > best[0]:
            best = rank, name
    return None if best is None else best[1]
