"""The files of a report. Made after a click, in a thread of their own: no Streamlit in here."""

from __future__ import annotations

import io
import zipfile

from lmm_core.cache import remembered
from lmm_core.errors import LMMError
from lmm_core.report.document import Document, build_document
from lmm_core.report.formats import (
    excel_bytes,
    figure_images,
    find_chromium,
    html_bytes,
    pdf_bytes,
    word_bytes,
)
from lmm_core.report.scripts import Analysis


def make(kind: str, analysis: Analysis, sections: tuple[str, ...], figures: bool) -> bytes:
    """The bytes of "html", "docx", "pdf", "xlsx" or "figures" (a zip archive)."""
    drawn = figures and kind != "xlsx"
    document = build_document(analysis, sections, figures=drawn)
    if kind == "html":
        return html_bytes(document)
    if kind == "docx":
        return word_bytes(document, _pictures(analysis, document))
    if kind == "pdf":
        return pdf_bytes(document)
    if kind == "xlsx":
        return excel_bytes(document)
    return _zip(document)


def _pictures(analysis: Analysis, document: Document) -> dict[str, bytes]:
    """PNG files by figure; without a browser the captions name the HTML report."""
    if find_chromium() is None or not document.figures:
        return {}
    keys = tuple(part.key for part in document.figures)
    name = ("pictures", analysis.table.fingerprint, analysis.fit.spec, keys)
    try:
        images = remembered(name, lambda: figure_images(document.figures))
    except LMMError:
        return {}
    return dict(zip(keys, images, strict=True))


def _zip(document: Document) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for format in ("png", "svg"):
            images = figure_images(document.figures, format)
            for k, (part, image) in enumerate(zip(document.figures, images, strict=True), 1):
                archive.writestr(f"figure{k}_{part.key}.{format}", image)
    return out.getvalue()
