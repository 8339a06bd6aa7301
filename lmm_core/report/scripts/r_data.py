"""The first part of the R script: from the file to the model's data frame ``d``."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.model.encoding import is_numeric
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.scripts.companion import companion_cell, companion_header, companion_name
from lmm_core.report.scripts.model_columns import ModelColumns, model_columns
from lmm_core.report.scripts.pandas_data import companion_words
from lmm_core.report.scripts.quoting import comment, r, r_strings, wrapped
from lmm_core.report.scripts.r_steps import r_step
from lmm_core.report.scripts.reading import PlainReading, plain_reading

_LARGEST_INTEGER = 2**31 - 1


def r_data(analysis: Analysis) -> tuple[str, list[str], ModelColumns]:
    """What is read ("file" or "table"), the lines up to the frame ``data``, its columns."""
    own = model_columns(analysis.fit)
    reading = plain_reading(analysis.data, analysis.base)
    steps = _step_lines(analysis)
    if reading is not None and steps is not None and _readable(analysis.data, reading):
        kinds = _kinds(analysis, own)
        if kinds is not None and (reading.format == "text" or not analysis.table.steps):
            words = comment(f"Read {analysis.plain_file_name}, which lies in this folder.")
            return "file", [*words, *_read(analysis, reading, kinds), *steps], own
    columns = model_columns(analysis.fit, companion_cell)
    found = tuple(replace(c, source=companion_header(c.source)) for c in columns.columns)
    columns = replace(columns, columns=found)
    kinds = {c.source: "numeric" if c.levels is None else "character" for c in found}
    how = PlainReading("text", missing=("",))
    lines = [*companion_words(analysis), *_read_text(companion_name(analysis), how, kinds)]
    return "table", lines, columns


def _readable(data: bytes | None, how: PlainReading) -> bool:
    """Whether R reads the letters of the file in every locale."""
    if how.format != "text" or how.encoding == "utf-8":
        return True
    # Other letters would have to be converted, which not every locale can.
    return how.encoding in ("utf-8-sig", "latin-1", "cp1252") and (data or b"")[3:].isascii()


def _step_lines(analysis: Analysis) -> list[str] | None:
    steps, stages = analysis.table.steps, analysis.stages
    notes = analysis.table.notes[len(analysis.table.notes) - len(steps) :]
    lines: list[str] = []
    for k, step in enumerate(steps):
        made = r_step(step, stages[k], stages[k + 1])
        if made is None:
            return None
        lines += ["", *comment(f"Step {k + 1}. {notes[k]}"), *made]
    return lines


def _kinds(analysis: Analysis, columns: ModelColumns) -> dict[str, str] | None:
    """Class of each column of the file that R has to read as it is meant; None when R would turn
    its levels into other text.
    """
    frame = analysis.base.frame
    kinds: dict[str, str] = {}
    for name in frame.columns:
        values = frame[name]
        if values.dtype.kind == "i":
            large = len(values) and int(values.abs().max()) > _LARGEST_INTEGER
            kinds[str(name)] = "numeric" if large else "integer"
        elif is_numeric(values):
            kinds[str(name)] = "numeric"
        else:
            kinds[str(name)] = "character"
    for c in columns.columns:
        values = analysis.table.frame[c.source]
        if c.levels is None:
            continue
        if is_numeric(values) and kinds.get(c.source) != "integer":
            return None
        if values.dtype.kind in "bmM":
            return None
    return kinds


def _read(analysis: Analysis, how: PlainReading, kinds: dict[str, str]) -> list[str]:
    name = analysis.plain_file_name
    if how.format == "workbook":
        skip = f", skip = {how.skip}" if how.skip else ""
        made = f"readxl::read_excel({r('./' + name)}, sheet = {r(str(how.sheet))}{skip})"
        return [f"data <- as.data.frame({made})"]
    return _read_text(name, how, kinds)


def _read_text(name: str, how: PlainReading, kinds: dict[str, str]) -> list[str]:
    options = [r("./" + name)]
    if how.delimiter != ",":
        options.append(f"sep = {r(how.delimiter)}")
    if how.decimal != ".":
        options.append(f"dec = {r(how.decimal)}")
    if how.skip:
        options.append(f"skip = {how.skip}")
    # UTF-8 is marked, not converted, so that every locale reads the same letters.
    mark = how.encoding == "utf-8-sig"
    options.append('fileEncoding = "UTF-8-BOM"' if mark else 'encoding = "UTF-8"')
    options += ["check.names = FALSE", f"na.strings = {r_strings(how.missing)}"]
    classes = wrapped([f"{r(name)} = {r(k)}" for name, k in kinds.items()], "c(", "  )", "    ")
    options.append(f"colClasses = {classes}")
    return ["data <- read.csv(", *(f"  {o}," for o in options[:-1]), f"  {options[-1]}", ")"]


def r_model_frame(columns: ModelColumns) -> list[str]:
    """Lines that make ``d``: the model's columns, complete rows."""
    lines = comment(
        "The model's columns, under short names; of a category the reference level comes first. "
        "Rows in which one of them is missing can't be used: the model needs complete rows."
    )
    parts = []
    for c in columns.columns:
        source = f"data[[{r(c.source)}]]"
        if c.levels is None:
            parts.append(f"  {c.alias} = as.numeric({source})")
        elif c.levels:
            levels = wrapped([r(level) for level in c.levels], "c(", ")", "    ")
            parts.append(f"  {c.alias} = factor(as.character({source}), levels = {levels})")
        else:
            parts.append(f"  {c.alias} = factor(as.character({source}))")
    return [
        *lines,
        "d <- data.frame(",
        ",\n".join(parts),
        ")",
        "d <- droplevels(d[complete.cases(d), , drop = FALSE])",
        'cat(nrow(d), "rows in use\\n")',
    ]
