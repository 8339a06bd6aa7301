"""Write the corpus into a folder: the files, and ``expected.json`` with what must come of each.

Run ``python -m benchmarks.hostile.make_corpus FOLDER``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.hostile.books import book_cases
from benchmarks.hostile.broken import broken_cases
from benchmarks.hostile.case import Case
from benchmarks.hostile.texts import text_cases


def all_cases() -> list[Case]:
    """Return every case; no two have the same file name."""
    return [*text_cases(), *book_cases(), *broken_cases()]


def write(folder: Path) -> int:
    """Write the corpus; return the number of files."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = all_cases()
    for case in cases:
        (folder / case.file).write_bytes(case.data)
    expected = {case.file: case.expected for case in cases}
    text = json.dumps(expected, ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    return len(expected)


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} files")
