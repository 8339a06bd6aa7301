"""RESULTS.md: one section per script, each replaced as a whole, with machine, date and versions."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
_TITLE = "# Benchmarks: what was measured\n\nWritten by the scripts in this folder.\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int = 1) -> str:
    """A Markdown table; the columns after the first ``text_columns`` are right-aligned."""
    rule = ["---" if i < text_columns else "---:" for i in range(len(header))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, rule, *rows])


def setting(packages: Iterable[str], other: Mapping[str, str] | None = None) -> str:
    """One line: date, machine, system, versions. No names of hosts, users or folders."""
    versions = {"Python": platform.python_version(), **{name: version(name) for name in packages}}
    versions |= other or {}
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{when}; {_processor()}, {os.cpu_count()} cores, {_memory()}; {platform.system()}; "
        + ", ".join(f"{name} {number}" for name, number in versions.items())
        + "."
    )


def write_section(title: str, body: str, path: Path = RESULTS) -> None:
    """Put ``body`` under the heading ``## title``, in place of what stood there."""
    text = path.read_text(encoding="utf-8") if path.is_file() else _TITLE
    sections = text.split("\n## ")
    fresh = f"{title}\n\n{body.strip()}\n"
    for index, section in enumerate(sections[1:], start=1):
        if section.splitlines()[0] == title:
            sections[index] = fresh
            break
    else:
        sections.append(fresh)
    path.write_text("\n\n## ".join(s.strip() for s in sections) + "\n", encoding="utf-8")


def seconds(value: float) -> str:
    """A time with three significant digits, in ms or s."""
    if value < 0.9995:
        return f"{value * 1000:.3g} ms"
    return f"{value:.3g} s"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    meminfo = Path("/proc/meminfo")
    if not meminfo.is_file():
        return "memory not known"
    return f"{int(meminfo.read_text(encoding='utf-8').split()[1]) / 2**20:.0f} GiB"
