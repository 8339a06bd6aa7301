"""Steps that arrange columns: rename, drop, and one label made of several columns."""

from __future__ import annotations

import pandas as pd

from lmm_core.data.change import Change, column_of, listed, new_name, with_columns
from lmm_core.data.convert import level_texts
from lmm_core.errors import DataError


def rename(frame: pd.DataFrame, names: dict[str, str]) -> Change:
    """Rename columns, old name to new. Errors: DataError ``unknown_column``, ``name_taken``."""
    for name in names:
        column_of(frame, name)
    new = {old: " ".join(str(to).split()) for old, to in names.items()}
    after = [new.get(str(c), str(c)) for c in frame.columns]
    twice = [name for name in new.values() if after.count(name) > 1]
    if twice or not all(after):
        raise DataError(
            f"Two columns would be called {listed(twice)}." if twice else "A name is empty.",
            "Choose another name.",
            "name_taken",
        )
    pairs = ", ".join(f'"{a}" → "{b}"' for a, b in list(new.items())[:6])
    more = f" and {len(new) - 6} more" if len(new) > 6 else ""
    out = frame.rename(columns=new)
    return Change(out, f"Renamed {pairs}{more}.", {b: (a,) for a, b in new.items()})


def say_rename(names: dict[str, str]) -> str:
    """Describe the step."""
    return "Rename " + ", ".join(f'"{a}" to "{b}"' for a, b in names.items()) + "."


def drop(frame: pd.DataFrame, columns: list[str]) -> Change:
    """Leave out columns. Errors: DataError ``unknown_column``, ``no_column_left``."""
    for name in columns:
        column_of(frame, name)
    out = frame.drop(columns=list(dict.fromkeys(columns)))
    if not out.shape[1]:
        raise DataError("No column would be left.", "Keep some columns.", "no_column_left")
    return Change(out, f"Left out {listed(columns)}.")


def say_drop(columns: list[str]) -> str:
    """Describe the step."""
    return f"Leave out {listed(columns, 12)}."


def unite(
    frame: pd.DataFrame, columns: list[str], into: str | None = None, separator: str = "/"
) -> Change:
    """Make one label of several columns, such as "school 3/class 1" (for IDs used again).

    The label is missing where one of the columns is.
    """
    if len(columns) < 2:
        raise DataError("Two columns or more are needed.", "Choose another one.", "step_params")
    parts = [level_texts(column_of(frame, name)) for name in columns]
    label = parts[0]
    for part in parts[1:]:
        label = label + separator + part
    name = new_name(frame, into, "_".join(columns))
    n = int(label.nunique())
    note = f'"{name}" joins {listed(columns)} to one label ({n:,} different).'
    return Change(with_columns(frame, {name: label.rename(name)}), note, {}, {name: ""})


def say_unite(columns: list[str], into: str | None, separator: str) -> str:
    """Describe the step."""
    name = f' as "{into}"' if into else ""
    return f"Join {listed(columns)} to one label{name}, with {separator!r} between them."
