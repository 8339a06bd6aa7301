"""The section on the data."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lmm_core.data.samples import sample_info
from lmm_core.formatting import whole
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Bullets, Column, Heading, Paragraph, Part, TablePart
from lmm_core.report.variance_words import sample_size

AT_MOST = 12


def data_section(m: Material) -> Iterator[Part]:
    """Source, rows, and what was done to them."""
    given = m.analysis
    rows, columns = given.base.frame.shape
    if given.sample is not None:
        source = f"Sample “{given.base.name}”: {sample_info(given.sample).source}"
    else:
        where = f", downloaded from {given.url}" if given.url else ""
        source = f"File “{given.plain_file_name}”{where}."
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
