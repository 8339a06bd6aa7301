"""Tables that are offered beside a script which can't read the user's own file."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd

from lmm_core.data.table import Table
from lmm_core.model.encoding import is_numeric, level_name
from lmm_core.report.harmless import harmless_text
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.scripts.reading import PlainReading
from lmm_core.report.scripts.repairs import CATEGORY, DATE, UNQUOTE, Repair
from lmm_core.report.scripts.sources import main_source, plain_stem, second_sources


def prepared_name(analysis: Analysis) -> str:
    """File name of the prepared table."""
    return f"{analysis.sample or plain_stem(analysis.plain_file_name)}_prepared.csv"


def companion_csv(analysis: Analysis, name: str) -> bytes:
    """The table that a script calls ``name``. Error: KeyError for a name that none has."""
    tables = {source.companion: source.base for source in second_sources(analysis).values()}
    source = main_source(analysis)
    tables |= {source.companion: source.base, prepared_name(analysis): analysis.table}
    return table_csv(tables[name])


def companion_reading(table: Table) -> PlainReading:
    """How a script reads ``table_csv`` so that exactly this table comes out."""
    frame = table.frame
    repairs = []
    for name in map(str, frame.columns):
        values = frame[name]
        if is_numeric(values):
            continue
        if values.dtype.kind == "M":
            repairs.append(Repair(name, DATE))
            continue
        if any(companion_cell(level_name(v)) != level_name(v) for v in pd.unique(values.dropna())):
            repairs.append(Repair(name, UNQUOTE))
        if isinstance(values.dtype, pd.CategoricalDtype):
            repairs.append(Repair(name, CATEGORY))
    plain = all(companion_header(c) == str(c) for c in frame.columns)
    return PlainReading("text", skip=0 if plain else 1, named=not plain, repairs=tuple(repairs))


def companion_cell(text: object) -> str:
    """A level as it stands in the companion: what a spreadsheet would run gets an apostrophe.

    A text that starts with one gets another, so that taking one away gives the text back.
    """
    plain = str(text).replace("\0", "")
    return f"'{plain}" if plain.startswith("'") else harmless_text(plain)


def companion_header(text: object) -> str:
    """A column's name in the companion: on one line."""
    return companion_cell(" ".join(str(text).split()))


def table_csv(table: Table) -> bytes:
    """A table as CSV: UTF-8, all digits, empty cells where a value is missing.

    Everything but numbers is written as the text of its level.
    """
    frame = table.frame
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
