"""The tables of an analysis with the files they come from: the main one, and those it joins."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lmm_core.data.read import read_table
from lmm_core.data.table import Table
from lmm_core.errors import DataError
from lmm_core.report.scripts.analysis import Analysis, plain_name


@dataclass(frozen=True)
class SourceFile:
    """``stages`` holds the table as it was read, and after each step; ``data`` the file's bytes.

    ``companion`` names the table as read, which is offered where ``file`` can't be read plainly.
    """

    stages: tuple[Table, ...]
    data: bytes | None
    file: str
    companion: str
    is_sample: bool = False
    url: str | None = None

    @property
    def base(self) -> Table:
        return self.stages[0]


def plain_stem(file_name: str) -> str:
    """The name of a file without its ending, of letters that every system takes."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,6}$", "", file_name)
    return re.sub(r"[^A-Za-z0-9-]+", "_", stem).strip("_-")[:60] or "data"


def main_source(analysis: Analysis) -> SourceFile:
    """The table of the analysis."""
    if analysis.sample is not None:
        name = f"{analysis.sample}.csv"
        return SourceFile(analysis.stages, None, name, name, is_sample=True)
    name = analysis.plain_file_name
    companion = f"{plain_stem(name)}_as_read.csv"
    return SourceFile(analysis.stages, analysis.data, name, companion, url=analysis.url)


def second_sources(analysis: Analysis) -> dict[str, SourceFile]:
    """The tables that steps join, by fingerprint, in the order in which they are needed."""
    wanted = [s.params["fingerprint"] for s in analysis.table.steps if s.kind == "join"]
    found: dict[str, SourceFile] = {}
    for k, fingerprint in enumerate(dict.fromkeys(wanted), 1):
        table = analysis.others[fingerprint]
        data, name = analysis.other_files.get(fingerprint, (None, table.name))
        companion = f"{plain_stem(plain_name(table.name))}_second{k}.csv"
        stages = _stages(table, data, name)
        if stages is None:
            stages, data = (replace(table, steps=()),), None
        found[fingerprint] = SourceFile(stages, data, plain_name(name), companion)
    return found


def _stages(table: Table, data: bytes | None, name: str) -> tuple[Table, ...] | None:
    """The second table from its file on; None when it can't be read again."""
    from lmm_core.cache import cached_steps

    if data is None:
        return None
    try:
        base = read_table(data, name=name, **table.options)
    except DataError:
        return None
    counts = range(len(table.steps) + 1)
    made = tuple(cached_steps(base, table.steps[:k], {}).table for k in counts)
    return made if made[-1].fingerprint == table.fingerprint else None
