"""What is done to the columns of a table that was read plainly, so that it is the same table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.data.convert import level_texts
from lmm_core.model.encoding import is_numeric
from lmm_core.report.scripts.number_text import NumberText, number_text

NUMBER, TEXT, STRIP, UNQUOTE, DATE, CATEGORY = (
    "number", "text", "strip", "unquote", "date", "category",
)  # fmt: skip


@dataclass(frozen=True)
class Repair:
    """One repair of a column: of numbers with ``how``; a category takes its levels from the table.

    "unquote" takes the apostrophe away that keeps a spreadsheet from running a cell.
    """

    column: str
    kind: str
    how: NumberText | None = None


def repairs_of(found: pd.DataFrame, wanted: pd.DataFrame) -> tuple[Repair, ...] | None:
    """The repairs that may make one table of the other; None when no repair can."""
    if [str(c) for c in found.columns] != [str(c) for c in wanted.columns]:
        return None
    made: list[Repair] = []
    for k, name in enumerate(map(str, wanted.columns)):
        a, b = found.iloc[:, k], wanted.iloc[:, k]
        if is_numeric(b):
            if not is_numeric(a):
                how = number_text(a, b)
                if how is None:
                    return None
                made.append(Repair(name, NUMBER, how))
        elif b.dtype.kind == "M":
            if a.dtype.kind != "M":
                return None
        elif isinstance(a.dtype, pd.StringDtype):
            if (a.str.strip() != a).fillna(False).any():
                made.append(Repair(name, STRIP))
        elif not b.isna().all():
            made.append(Repair(name, TEXT))
    return tuple(made)


def apply_repairs(frame: pd.DataFrame, repairs: tuple[Repair, ...]) -> pd.DataFrame:
    """The table after the repairs that reading a user's file may need."""
    out = frame.copy()
    for repair in repairs:
        values = out[repair.column]
        if repair.kind == NUMBER and repair.how is not None:
            texts = level_texts(values)
            numbers = repair.how.numbers(str(t) for t in pd.unique(texts.dropna()))
            out[repair.column] = texts.map(numbers).astype(float)
        elif repair.kind == TEXT:
            out[repair.column] = level_texts(values)
        elif repair.kind == STRIP:
            out[repair.column] = values.str.strip()
    return out


def same_table(found: pd.DataFrame, wanted: pd.DataFrame) -> bool:
    """Whether two frames hold the same columns, values and missing cells."""
    if [str(c) for c in found.columns] != [str(c) for c in wanted.columns]:
        return False
    if len(found) != len(wanted):
        return False
    for k in range(found.shape[1]):
        a, b = found.iloc[:, k], wanted.iloc[:, k]
        if is_numeric(a) != is_numeric(b) or (a.dtype.kind == "M") != (b.dtype.kind == "M"):
            return False
        if not (a.isna().to_numpy() == b.isna().to_numpy()).all():
            return False
        if is_numeric(a):
            x, y = (s.to_numpy(dtype=float, na_value=np.nan) for s in (a, b))
            if not np.allclose(x, y, rtol=1e-12, atol=0, equal_nan=True):
                return False
        else:
            kept = ~a.isna().to_numpy()
            x, y = a.astype(object).to_numpy()[kept], b.astype(object).to_numpy()[kept]
            if not (x == y).all():
                return False
    return True
