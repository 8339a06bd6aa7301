"""The first part of the R script: from the file to the model's data frame ``d``."""

from __future__ import annotations

import pandas as pd

from lmm_core.model.encoding import is_numeric
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.scripts.model_columns import ModelColumns, model_columns
from lmm_core.report.scripts.prepared import Prepared, prepared
from lmm_core.report.scripts.quoting import comment, r, wrapped
from lmm_core.report.scripts.r_dialect.words import HELPERS
from lmm_core.report.scripts.r_reading import R_LANGUAGE


def r_data(analysis: Analysis) -> tuple[Prepared, ModelColumns]:
    """The lines up to the frame ``data``, and the model's columns in it."""
    return prepared(analysis, R_LANGUAGE), model_columns(analysis.fit)


def r_helpers(lines: list[str]) -> list[str]:
    """The functions that the lines call; those bring ``text`` along when they call it."""
    used = "\n".join(lines)
    found = {call: text for call, text in HELPERS.items() if call in used}
    if "groups(" in found:
        found["text("] = HELPERS["text("]
    return [line for call in HELPERS if call in found
            for line in [*found[call].rstrip().split("\n"), ""]]  # fmt: skip


def r_model_frame(columns: ModelColumns, frame: pd.DataFrame) -> list[str]:
    """Lines that make ``d``: the model's columns, complete rows."""
    lines = comment(
        "The model's columns, under short names; of a category the reference level comes first. "
        "Rows in which one of them is missing can't be used: the model needs complete rows."
    )
    parts = []
    for c in columns.columns:
        source = f"data[[{r(c.source)}]]"
        dated = frame[c.source].dtype.kind == "M"
        # The level of a date is its text in full.
        plain = "text" if is_numeric(frame[c.source]) else "as.character"
        level = f"{plain}({source})"
        if dated:
            level = f'format({source}, "%Y-%m-%d %H:%M:%S", tz = "UTC")'
        if c.levels is None:
            parts.append(f"  {c.alias} = as.numeric({source})")
        elif c.levels:
            levels = wrapped([r(level) for level in c.levels], "c(", ")", "    ")
            parts.append(f"  {c.alias} = factor({level}, levels = {levels})")
        else:
            parts.append(f"  {c.alias} = factor({level})")
    return [
        *lines,
        "d <- data.frame(",
        ",\n".join(parts),
        ")",
        "d <- droplevels(d[complete.cases(d), , drop = FALSE])",
        'cat(nrow(d), "rows in use\\n")',
    ]
