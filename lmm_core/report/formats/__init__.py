"""The formats of a report. Each takes a ``Document`` and gives bytes."""

from lmm_core.report.formats.chromium import (
    ChromiumMissing,
    figure_images,
    find_chromium,
    pdf_bytes,
)
from lmm_core.report.formats.excel import excel_bytes
from lmm_core.report.formats.html import html_bytes
from lmm_core.report.formats.word import word_bytes

__all__ = [
    "ChromiumMissing",
    "excel_bytes",
    "figure_images",
    "find_chromium",
    "html_bytes",
    "pdf_bytes",
    "word_bytes",
]
