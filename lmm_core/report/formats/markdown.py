"""A table as Markdown (pipes), its text escaped."""

from __future__ import annotations

from lmm_core.report.document.parts import TablePart
from lmm_core.report.markup import md_sentence


def markdown_table(part: TablePart, at_most: int | None = None) -> str:
    """The written cells (of the first ``at_most`` rows); numbers to the right, title above."""
    heads = [md_sentence(column.heading) for column in part.columns]
    rules = ["---:" if column.write else ":---" for column in part.columns]
    lines = [_row(heads), _row(rules)]
    for k, row in enumerate(part.rows()):
        if k == at_most:
            break
        lines.append(_row([md_sentence(text) for text, _ in row]))
    note = ["", md_sentence(part.note)] if part.note else []
    return "\n".join([f"**{md_sentence(part.title)}**", "", *lines, *note])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
