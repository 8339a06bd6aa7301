"""From the files to the prepared table, in either language: read, repair, carry out the steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lmm_core.data.table import Table
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.scripts.companion import companion_reading, prepared_name
from lmm_core.report.scripts.quoting import comment
from lmm_core.report.scripts.reading import PlainReading, plain_reading
from lmm_core.report.scripts.sources import SourceFile, main_source, second_sources
from lmm_core.report.scripts.walk import Dialect, written_steps

FILE, TABLE, SAMPLE = "file", "table", "sample"


@dataclass(frozen=True)
class Language:
    """``read`` writes the lines that read a file into ``data`` (None: this language can't).

    It is given the file's name, the settings, the table that must come out, and the file's bytes.
    ``keep`` makes of a name the line that keeps ``data`` under that name.
    """

    dialect: Dialect
    read: Callable[[str, PlainReading, Table, bytes | None], list[str] | None]
    keep: Callable[[str], str]


@dataclass(frozen=True)
class Prepared:
    """``lines`` end with the prepared table in ``data``.

    ``reads`` is "file" or "table"; ``companions`` are the files to download beside the script.
    """

    lines: tuple[str, ...]
    reads: str
    companions: tuple[str, ...]


def prepared(analysis: Analysis, language: Language) -> Prepared:
    """Read every file and carry out every step; where that has no words, the prepared table."""
    companions: list[str] = []
    lines: list[str] = []
    seconds: dict[str, str] = {}
    for k, (fingerprint, source) in enumerate(second_sources(analysis).items(), 1):
        made = _source_lines(source, language, analysis, {}, companions)
        if made is None:
            return _only_table(analysis, language)
        seconds[fingerprint] = f"second{k}"
        lines += [*made, language.keep(f"second{k}"), ""]
    source = main_source(analysis)
    made = _source_lines(source, language, analysis, seconds, companions)
    if made is None:
        return _only_table(analysis, language)
    reads = TABLE if source.companion in companions else FILE
    return Prepared((*lines, *made), reads, tuple(companions))


def _source_lines(
    source: SourceFile,
    language: Language,
    analysis: Analysis,
    seconds: dict[str, str],
    companions: list[str],
) -> list[str] | None:
    steps = written_steps(source.stages, language.dialect, analysis.others, seconds)
    if steps is None:
        return None
    how = None if source.is_sample else plain_reading(source.data, source.base)
    made = None if how is None else language.read(source.file, how, source.base, source.data)
    if made is not None:
        where = f" (downloaded from {source.url})" if source.url else ""
        words = comment(f"Read {source.file}, which lies in this folder{where}.")
        return [*words, *made, *steps]
    companions.append(source.companion)
    made = language.read(source.companion, companion_reading(source.base), source.base, None)
    assert made is not None
    what = (
        "Read the sample."
        if source.is_sample
        else f"Read the table of {source.file} as it was recognised: only lmm_core reads the file."
    )
    words = comment(f"{what} Download {source.companion} beside this script first.")
    return [*words, *made, *steps]


def _only_table(analysis: Analysis, language: Language) -> Prepared:
    """The prepared table itself, with the steps in words."""
    name, table = prepared_name(analysis), analysis.table
    made = language.read(name, companion_reading(table), table, None)
    assert made is not None
    notes = table.notes[len(table.notes) - len(table.steps) :]
    lines = comment(
        f"Read the prepared table. Download {name} beside this script first: one of the steps has "
        "no short form here. The steps were:"
    )
    for k, note in enumerate(notes, 1):
        lines += comment(f"{k}. {note}")
    return Prepared((*lines, *made), TABLE, (name,))
