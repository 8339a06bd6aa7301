"""Reports opened by LibreOffice and poppler, and compared with the numbers of the fit.

Run ``python -m benchmarks.office`` where ``soffice`` and ``pdftotext`` are installed (Debian:
``apt-get install --no-install-recommends libreoffice-writer libreoffice-calc poppler-utils``).
What came out is written to ``benchmarks/OFFICE.md``; ``--pages FOLDER`` keeps the pages as
pictures. A number that differs ends it with an error. It isn't part of the tests, because they
would have to install half a gigabyte.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from lmm_core.report.document import SECTIONS, Document, build_document
from lmm_core.report.formats import excel_bytes, figure_images, pdf_bytes, word_bytes
from lmm_core.report.formats.word import PICTURE_WIDTH
from tests.report.documents import analyses, hostile

RESULTS = Path(__file__).with_name("OFFICE.md")
KEYS = ("pain", "sleep", "interaction", "schools", "countries", "gaps", "huge", "crossed")
#: One file per sheet, cells with all digits and not as they are shown.
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


@dataclass
class Found:
    """What was compared for one report."""

    key: str
    cells: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def convert(file: Path, to: str, folder: Path) -> None:
    """Open a file in LibreOffice, without its window, and save it otherwise."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(file)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip


def text_of(pdf: Path) -> str:
    """The words of a PDF, without breaks."""
    done = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True
    )
    return done.stdout


def squeezed(text: str) -> str:
    """Text without spaces and soft breaks: a page breaks a cell where it likes."""
    return re.sub(r"\s+", "", text)


def written(document: Document) -> list[str]:
    """Every written number of every table."""
    return [
        text
        for table in document.tables
        for row in table.rows()
        for text, number in row
        if number and text
    ]


def check(key: str, document: Document, folder: Path, pages: Path | None) -> Found:
    """Word, PDF and Excel of one report."""
    found, start = Found(key), time.perf_counter()
    images = figure_images(document.figures, width=PICTURE_WIDTH)
    pictures = dict(zip((f.key for f in document.figures), images, strict=True))
    (folder / "word.docx").write_bytes(word_bytes(document, pictures))
    (folder / "chromium.pdf").write_bytes(pdf_bytes(document))
    (folder / "excel.xlsx").write_bytes(excel_bytes(document))
    convert(folder / "word.docx", "pdf", folder)
    for name, label in (("word", "Word"), ("chromium", "PDF")):
        words = squeezed(text_of(folder / f"{name}.pdf"))
        wanted = written(document)
        found.cells[label] = len(wanted)
        found.wrong += [f"{label}: {t}" for t in wanted if squeezed(t) not in words]
        if pages is not None:
            target = pages / f"{key}_{name}"
            subprocess.run(
                ["pdftoppm", "-r", "70", "-png", str(folder / f"{name}.pdf"), str(target)],
                check=True,
            )
    convert(folder / "excel.xlsx", _CSV, folder)
    _compare_sheets(document, folder, found)
    found.seconds = time.perf_counter() - start
    return found


def _compare_sheets(document: Document, folder: Path, found: Found) -> None:
    """Each sheet as LibreOffice read it against the frame of its table."""
    from lmm_core.report.formats.clean import clean
    from lmm_core.report.formats.excel import sheet_names

    n = 0
    names = sheet_names([table.key for table in document.tables])
    for name, table in zip(names, document.tables, strict=True):
        with (folder / f"excel-{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        columns = [table.frame[c.source].tolist() for c in table.columns]
        for i, row in enumerate(zip(*columns, strict=True), 1):
            for j, value in enumerate(row):
                cell = rows[i][j] if i < len(rows) and j < len(rows[i]) else ""
                if isinstance(value, int | float) and value == value:
                    n += 1
                    same = _same(cell, value)
                else:
                    missing = value is None or value != value
                    same = cell == ("" if missing else clean(value))
                if not same:
                    found.wrong.append(f"Excel {name} {i},{j}: {cell!r} instead of {value!r}")
    found.cells["Excel"] = n


def _same(cell: str, value: float) -> bool:
    """A number that LibreOffice wrote with at most 20 decimals, or infinity as a sign."""
    if cell in ("", "∞", "−∞"):
        return bool(cell) and value == float("inf" if cell == "∞" else "-inf")
    return abs(float(cell) - value) <= 1e-12 * abs(value) + 1e-20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path)
    pages = parser.parse_args().pages
    if pages is not None:
        pages.mkdir(parents=True, exist_ok=True)
    results = []
    for key in (*KEYS, "hostile"):
        given = hostile() if key == "hostile" else analyses()[key]
        document = build_document(given, tuple(SECTIONS))
        with tempfile.TemporaryDirectory() as folder:
            results.append(check(key, document, Path(folder), pages))
        print(key, results[-1].cells, results[-1].wrong[:5], f"{results[-1].seconds:.1f} s")
    write(results)
    if any(found.wrong for found in results):
        raise SystemExit("Some numbers differ.")


def write(results: list[Found]) -> None:
    """The results as a table in Markdown."""
    version = subprocess.run(
        ["soffice", "--version"], check=True, capture_output=True, text=True
    ).stdout.split()
    lines = [
        "# Reports in other programs",
        "",
        f"Written by `python -m benchmarks.office` with {' '.join(version[:2])} and poppler. "
        "Word is opened by LibreOffice and printed to PDF, PDF is Chromium's; their text must "
        "hold every number of every table as written. Excel is opened by LibreOffice and saved "
        "as CSV with all digits; each number must agree with the fit's to 12 digits or 20 "
        "decimals, each text letter by letter.",
        "",
        "| report | numbers in Word | in PDF | in Excel | differ |",
        "|---|--:|--:|--:|--:|",
    ]
    for f in results:
        cells = " | ".join(str(f.cells[k]) for k in ("Word", "PDF", "Excel"))
        lines.append(f"| {f.key} | {cells} | {len(f.wrong)} |")
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
