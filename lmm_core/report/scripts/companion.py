"""The table that is offered beside a script which can't read the user's own file."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pandas as pd

from lmm_core.model.encoding import is_numeric, level_name
from lmm_core.report.harmless import harmless_text
from lmm_core.report.scripts.analysis import Analysis


def companion_name(analysis: Analysis) -> str:
    """File name of the table: that of the sample, or of the file with "_prepared"."""
    if analysis.sample is not None:
        return f"{analysis.sample}{'_prepared' if analysis.table.steps else ''}.csv"
    stem = re.sub(r"\.[A-Za-z0-9]{1,6}$", "", analysis.plain_file_name)
    plain = re.sub(r"[^A-Za-z0-9-]+", "_", stem).strip("_-")[:60]
    return f"{plain or 'data'}_prepared.csv"


def companion_cell(text: object) -> str:
    """A name or level as it stands in the companion: what a spreadsheet would run is text."""
    return harmless_text(str(text).replace("\0", ""))


def companion_header(text: object) -> str:
    """A column's name in the companion: on one line."""
    return companion_cell(" ".join(str(text).split()))


def companion_csv(analysis: Analysis) -> bytes:
    """The prepared table as CSV: UTF-8, all digits, empty cells where a value is missing.

    Everything but numbers is written as the text of its level.
    """
    frame = analysis.table.frame
    columns: list[list[str]] = []
    for name in frame.columns:
        values = frame[name]
        if is_numeric(values):
            columns.append([_number(v) for v in values.tolist()])
        else:
            missing = values.isna().to_numpy()
            texts = (companion_cell(level_name(v)) for v in values.tolist())
            columns.append(["" if m else t for t, m in zip(texts, missing, strict=True)])
    out = io.StringIO()
    # With "\r\n" as line end, cells that hold either character are quoted.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([companion_header(name) for name in frame.columns])
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8", "replace")


def _number(value: float) -> str:
    if value is pd.NA or value != value:
        return ""
    return str(value) if isinstance(value, int) else repr(float(np.float64(value)))
