"""Checks of the columns in the model: missing cells, constants, aliases, what varies where."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lmm_core.data.change import Array, count, is_number, listed
from lmm_core.data.convert import level_texts
from lmm_core.data.finding import Finding
from lmm_core.data.ready_outcome import outliers
from lmm_core.data.step import Step
from lmm_core.data.within import group_codes

RANK_TOLERANCE = 1e-7
"""R's qr() calls a column dependent when the earlier ones leave less than this of its norm."""
MAX_LEVELS = 200
FEW_ROWS = 5


def missing_findings(frame: pd.DataFrame, used: list[str]) -> Iterator[Finding]:
    """Count the rows that a model of these columns would leave out, by column."""
    if not used or not len(frame):
        return
    missing = {name: int(frame[name].isna().sum()) for name in used}
    complete = int(frame[used].notna().all(axis=1).sum())
    some = {name: n for name, n in missing.items() if n}
    listing = pd.DataFrame({"column": list(some), "missing": list(some.values())})
    shown = ", ".join(f'"{name}" {n:,}' for name, n in some.items())
    if not complete:
        worst = max(missing, key=lambda name: missing[name])
        yield Finding(
            "stop",
            "missing",
            f"No row is complete ({shown} missing).",
            f'Take "{worst}" out of the model.',
            columns=tuple(some),
            listing=listing,
        )
    elif some:
        lost = len(frame) - complete
        share = lost / len(frame)
        yield Finding(
            "warn" if share > 0.05 else "fine",
            "missing",
            f"{lost:,} of {count(len(frame), 'row')} ({100 * share:.1f} %) are left out because a"
            f" value is missing: {shown}.",
            "Ask why they are missing: a mixed model is right when the reason lies in the values"
            " that were observed."
            if share > 0.05
            else "",
            columns=tuple(some),
            listing=listing,
        )
    else:
        yield Finding("fine", "missing", "No value is missing in the columns of the model.")


def constant_findings(
    frame: pd.DataFrame, fixed: list[str], outcome: str | None
) -> Iterator[Finding]:
    """Check that each fixed effect takes several values, also where the outcome is there."""
    rows = frame if outcome is None else frame[frame[outcome].notna()]
    for name in fixed:
        values = rows[name].dropna()
        n = int(values.nunique())
        if n < 2:
            what = f'is "{values.iloc[0]}" in every row' if n else "is empty"
            yield Finding(
                "stop",
                "constant",
                f'"{name}" {what} of the model: it can\'t explain anything.',
                "Take it out of the model.",
                columns=(name,),
            )
        elif not is_number(values) and n <= MAX_LEVELS:
            counts = level_texts(values).value_counts()
            rare = counts[counts < FEW_ROWS]
            if len(rare) and len(values) >= 6 * FEW_ROWS:
                yield Finding(
                    "warn",
                    "rare_levels",
                    f'{count(len(rare), "level")} of "{name}" with fewer than {FEW_ROWS} rows:'
                    f" {listed(list(rare.index))}.",
                    "Merge them with another level, or read their estimates with care.",
                    columns=(name,),
                    listing=counts.rename_axis(name).reset_index(name="rows"),
                )
        elif not is_number(values):
            yield Finding(
                "warn",
                "many_levels",
                f'"{name}" has {n:,} different texts; each but one would get an estimate.',
                "Use it as a grouping column, or turn it into numbers.",
                columns=(name,),
            )
        if is_number(values) and n > 2:
            yield from outliers(frame, name)


def aliased_findings(frame: pd.DataFrame, fixed: list[str]) -> Iterator[Finding]:
    """Find fixed effects that are determined by the earlier ones (main effects only)."""
    used = [name for name in fixed if frame[name].nunique() >= 2]
    if len(used) < 2:
        return
    rows = frame[used].dropna()
    if len(rows) > 20_000:
        rows = rows.iloc[np.linspace(0, len(rows) - 1, 20_000).astype(int)]
    basis = np.ones((len(rows), 1)) / max(np.sqrt(len(rows)), 1.0)
    known: list[str] = []
    for name in used:
        columns = _design(rows[name])
        if columns is None:
            continue
        new = _new_directions(columns, basis)
        lost = columns.shape[1] - new.shape[1]
        if lost and len(rows):
            partly = new.shape[1] > 0
            what = f"{lost} of its levels are" if partly else "it is"
            yield Finding(
                "warn",
                "aliased",
                f'"{name}" repeats what {listed(known)} say: {what} determined by them.',
                f'The model leaves out what can\'t be told apart: take out "{name}" or another.',
                columns=(name, *known),
            )
        basis = np.column_stack([basis, new])
        known.append(name)


def _design(values: pd.Series) -> Array | None:
    """Return the columns of a main effect: the number itself, or all levels but the first."""
    if is_number(values):
        return values.to_numpy(dtype=float)[:, None]
    codes, uniques = pd.factorize(values)
    if len(uniques) > MAX_LEVELS:
        return None
    return (codes[:, None] == np.arange(1, len(uniques))).astype(float)


def _new_directions(columns: Array, basis: Array) -> Array:
    """Return an orthonormal basis of what the columns add to ``basis``."""
    found: list[Array] = []
    for column in columns.T:
        norm = float(np.linalg.norm(column - column.mean()))
        if norm == 0:
            continue
        rest = column - column.mean()
        known = np.column_stack([basis, *found])
        for _ in range(2):  # twice is enough (Kahan and Parlett)
            rest = rest - known @ (known.T @ rest)
        left = float(np.linalg.norm(rest))
        if left > RANK_TOLERANCE * norm:
            found.append(rest / left)
    return np.column_stack(found) if found else np.empty((len(columns), 0))


def variation_findings(
    frame: pd.DataFrame, group: list[str], fixed: list[str], time: str | None
) -> Iterator[Finding]:
    """Say which fixed effects vary within groups, between them, or both."""
    if not group or not fixed:
        return
    codes, n_groups = group_codes(frame, group)
    within, between, both = [], [], []
    for name in fixed:
        if name in group:
            continue
        share = _share_varying(frame[name], codes, n_groups)
        if share == 0:
            between.append(name)
            continue
        if name != time and is_number(frame[name]):
            explained = _between_share(frame[name], codes, n_groups)
            if 0.05 < explained < 0.95:
                both.append(name)
                continue
        within.append(name)
        if share < 0.1:
            yield Finding(
                "warn",
                "varies_little",
                f'"{name}" changes within {100 * share:.1f} % of the groups only.',
                "If it should be the same within a group, check these groups in the file.",
                columns=(name,),
            )
    who = " × ".join(f'"{g}"' for g in group)
    parts = []
    if within:
        parts.append(f"{listed(within)} within the groups (a random slope is possible)")
    if between:
        parts.append(f"{listed(between)} only between the groups of {who} (no random slope)")
    if both:
        parts.append(f"{listed(both)} both within and between the groups")
    if not parts:
        return
    step = None
    hint = ""
    if both:
        who_step = group[0] if len(group) == 1 else group
        step = Step("split", {"column": both[0], "group": who_step})
        hint = (
            f'The effect of "{both[0]}" within a group may differ from the one between groups:'
            " split it into both parts."
        )
    yield Finding(
        "fine", "variation", f"What varies: {'; '.join(parts)}.", hint, step, tuple(fixed)
    )


def _share_varying(values: pd.Series, codes: Array, n_groups: int) -> float:
    """Return the share of the groups with several rows in which the column changes."""
    raw = pd.factorize(values)[0]
    usable = (codes >= 0) & (raw >= 0)
    at, levels = codes[usable], raw[usable]
    first = np.full(n_groups, -1)
    first[at[::-1]] = levels[::-1]
    changing = np.zeros(n_groups, dtype=bool)
    changing[at[levels != first[at]]] = True
    several = np.bincount(at, minlength=n_groups) > 1
    return float(changing[several].mean()) if several.any() else 0.0


def _between_share(values: pd.Series, codes: Array, n_groups: int) -> float:
    """Return the share of a covariate's variance that lies between the groups (0 to 1)."""
    array = values.to_numpy(dtype=float, na_value=np.nan)
    usable = (codes >= 0) & ~np.isnan(array)
    at, x = codes[usable], array[usable]
    n = np.bincount(at, minlength=n_groups)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(at, weights=x, minlength=n_groups) / n
    total = float(((x - x.mean()) ** 2).sum())
    if not total > 0 or len(x) <= n_groups:
        return 0.0
    # The ANOVA estimator, so that chance differences of group means don't count.
    ss_within = float(((x - mean[at]) ** 2).sum())
    groups = int((n > 0).sum())
    if groups < 2:
        return 0.0
    ms_within = ss_within / (len(x) - groups)
    ms_between = (total - ss_within) / max(groups - 1, 1)
    size = (len(x) - float((n.astype(float) ** 2).sum()) / len(x)) / max(groups - 1, 1)
    variance = max((ms_between - ms_within) / size, 0.0)
    return variance / (variance + ms_within) if variance + ms_within > 0 else 0.0
