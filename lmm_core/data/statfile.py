"""SPSS, Stata, SAS and Parquet files: numbers, dates, and value labels as categories."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from lmm_core.data.book import TIME_LIMIT
from lmm_core.data.change import listed
from lmm_core.data.finish import Raw, check_width
from lmm_core.data.layout import column_names
from lmm_core.data.numbers import number_of, shrink
from lmm_core.data.step import Step
from lmm_core.data.table import Question
from lmm_core.errors import DataError

FORMATS: dict[str, str] = {
    "spss": "an SPSS file",
    "stata": "a Stata file",
    "sas": "a SAS file",
    "xport": "a SAS transport file",
    "parquet": "a Parquet file",
}


def read_statfile(data: bytes, kind: str) -> Raw:
    """Parse a statistics file; ``kind`` is one of ``FORMATS``.

    A column of numbers whose values all have labels becomes a category in the order of the codes;
    a question offers to take the codes as numbers. Errors: DataError ``file_damaged``,
    ``package_missing``, ``too_large``, ``too_many_columns``.
    """
    frame, about = _run(data, kind)
    check_width(frame.shape[1])
    names, name_notes = column_names(about.get("real_names") or about["names"], frame.shape[1])
    given = about["names"] if "real_names" not in about else names
    frame.columns = names
    renamed = dict(zip(given, names, strict=True))
    values = {renamed[k]: v for k, v in about.get("values", {}).items() if k in renamed}
    notes = [f"Read as {FORMATS[kind]}."]
    if about.get("encoding"):
        notes[0] = f"Read as {FORMATS[kind]}, Windows-1252."
    columns: dict[str, pd.Series] = {}
    questions: list[Question] = []
    labelled: list[str] = []
    partly: list[str] = []
    for name in names:
        columns[name] = _plain(frame[name])
        pairs = _labels(columns[name], values.get(name, []))
        if pairs is None:
            continue
        codes = columns[name].dropna().unique()
        if not set(codes) <= {code for code, _ in pairs}:
            partly.append(name)
            continue
        columns[name] = _category(columns[name], pairs)
        labelled.append(name)
        questions.append(_question(name, pairs, columns[name]))
    if labelled:
        notes.append(f"The value labels of {listed(labelled)} were used.")
    if partly:
        notes.append(f"Only some values of {listed(partly)} have labels; they stay numbers.")
    return Raw(
        pd.DataFrame(columns),
        tuple(notes),
        name_notes,
        1,
        reading={"format": kind},
        labels={renamed[k]: v for k, v in about.get("labels", {}).items() if k in renamed},
        questions=tuple(questions),
    )


def _run(data: bytes, kind: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    script = Path(__file__).with_name("statfile_child.py")
    command = [sys.executable, "-I", str(script), kind]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=TIME_LIMIT)
    except (OSError, subprocess.SubprocessError):
        raise _error("damaged", kind) from None
    out = done.stdout
    if done.returncode != 0 or not out:
        raise _error("damaged", kind)
    if out.startswith(b"{"):
        found = json.loads(out)
        raise _error(found["error"], kind, found.get("rows"), found.get("columns"))
    import pyarrow as pa

    with pa.ipc.open_stream(BytesIO(out)) as stream:
        table = stream.read_all()
    about = json.loads(table.schema.metadata[b"about"])
    return table.replace_schema_metadata(None).to_pandas(), about


def _error(code: str, kind: str, rows: int | None = None, columns: int | None = None) -> DataError:
    what = FORMATS[kind]
    if code == "package_missing":
        return DataError(
            f"This is {what}; the package pyreadstat, which reads it, isn't installed.",
            "Export the table as CSV or as an Excel workbook and read that file.",
            "package_missing",
        )
    if code == "too_large":
        size = f": {rows:,} rows and {columns:,} columns" if rows and columns else ""
        return DataError(
            f"The table in this file is too large{size}.",
            "Keep the rows and columns that the analysis needs, and read that file.",
            "too_large",
        )
    return DataError(
        f"This is {what} that is damaged, cut off or of a version that can't be read.",
        "Save it again, or export it as CSV or as an Excel workbook, and read that file.",
        "file_damaged",
        kind=kind,
    )


def _plain(values: pd.Series) -> pd.Series:
    """Bring a column to the types of a table: int64, float64, datetime64, text, category."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        texts = [str(c) for c in values.cat.categories]
        return values.cat.rename_categories(texts) if len(set(texts)) == len(texts) else values
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None) if values.dt.tz is not None else values
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "True", False: "False"}).astype("str")
    if pd.api.types.is_numeric_dtype(values):
        return shrink(values.astype(float)) if values.dtype.kind == "f" else values
    if values.dtype.kind == "m":
        return values.dt.total_seconds()
    return values


def _labels(values: pd.Series, pairs: list[list[Any]]) -> list[tuple[float, str]] | None:
    """Return codes and labels in the order of the codes; None when they say nothing."""
    if len(pairs) < 2 or not pd.api.types.is_numeric_dtype(values):
        return None
    coded = [(float(c), " ".join(t.split())) for c, t in pairs if isinstance(c, int | float)]
    if len(coded) < 2 or all(number_of(text) is not None for _, text in coded):
        return None
    texts = [text for _, text in coded]
    return [
        (code, text if text and texts.count(text) == 1 else f"{text} ({code:g})".strip())
        for code, text in sorted(coded)
    ]


def _category(values: pd.Series, pairs: list[tuple[float, str]]) -> pd.Series:
    place = {code: k for k, (code, _) in enumerate(pairs)}
    codes = values.map(place).fillna(-1).astype(int)
    made = pd.Categorical.from_codes(codes, categories=[text for _, text in pairs])
    return pd.Series(made.remove_unused_categories(), index=values.index)


def _question(name: str, pairs: list[tuple[float, str]], made: pd.Series) -> Question:
    used = set(made.cat.categories)
    mapping = {text: code for code, text in pairs if text in used}
    shown = ", ".join(f"{code:g} = {text}" for text, code in list(mapping.items())[:3])
    return Question(
        "labels",
        f'"{name}" has labels ({shown}, ...). Is it a category, not an amount?',
        (name,),
        None,
        likely=len(used) < 5,
        otherwise=Step("recode", {"column": name, "mapping": mapping}),
    )
