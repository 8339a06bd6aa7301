"""The sections on the data and on what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lmm_core.data.samples import sample_info
from lmm_core.formatting import percent, whole
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Bullets, Column, Heading, Paragraph, Part, TablePart
from lmm_core.report.variance_words import dropped_sentence, sample_size

AT_MOST = 12


def data_section(m: Material) -> Iterator[Part]:
    """Source, rows, and what was done to them."""
    given = m.analysis
    rows, columns = given.base.frame.shape
    if given.sample is not None:
        source = f"Sample “{given.base.name}”: {sample_info(given.sample).source}"
    else:
        source = f"File “{given.plain_file_name}”."
    yield Paragraph(f"{source} {whole(rows)} rows and {whole(columns)} columns were read.")
    if given.sample is None and given.base.notes:
        shown = given.base.notes[:AT_MOST]
        more = len(given.base.notes) - len(shown)
        yield Paragraph("How the file was read:", quiet=True)
        yield Bullets((*shown, *([f"{more} more decisions of this kind."] if more else ())))
    steps = given.table.steps
    if steps:
        yield Heading("Preparation", 2)
        yield Bullets(given.table.notes[len(given.table.notes) - len(steps) :])
    yield Paragraph(f"The model uses {sample_size(m.fit)}.")
    yield _groups(m)


def _groups(m: Material) -> TablePart:
    rows = []
    for name, grouping in m.fit.groups.items():
        sizes = grouping.sizes
        sizes = sizes[sizes > 0]
        rows.append((name, len(sizes), int(sizes.min()), float(sizes.mean()), int(sizes.max())))
    frame = pd.DataFrame(rows, columns=["group", "n", "least", "mean", "most"])
    columns = (
        Column("group", "Grouping column"),
        Column("n", "Groups", whole),
        Column("least", "Fewest rows", whole),
        Column("mean", "Mean", lambda v: f"{v:,.1f}"),
        Column("most", "Most rows", whole),
    )
    return TablePart("groups", "Groups and rows in use", frame, columns)


def missing_section(m: Material) -> Iterator[Part]:
    """Rows that couldn't be used, and what that assumes."""
    dropped = m.fit.dropped
    if not dropped.n_dropped:
        yield Paragraph(
            f"None of the {whole(dropped.n_total)} rows lacks a value that the model uses. "
            "Measurements for which there is no row at all aren't counted here."
        )
        return
    share = percent(dropped.n_dropped / dropped.n_total)
    yield Paragraph(f"{dropped_sentence(m.fit)} That is {share} of the rows.")
    if dropped.by_column:
        frame = pd.DataFrame(list(dropped.by_column), columns=["column", "cells"])
        columns = (Column("column", "Column"), Column("cells", "Missing cells", whole))
        yield TablePart("missing", "Missing cells per column", frame, columns)
    yield Paragraph(
        "The estimates are valid when values are missing at random given what the model holds. "
        "The data alone can't show whether that is so."
    )
