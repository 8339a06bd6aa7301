"""The files of a report. Made after a click, in a thread of their own: no Streamlit in here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

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
from lmm_core.report.formats.word import PICTURE_WIDTH
from lmm_core.report.scripts import Analysis

Tell = Callable[[float, str], None]
_DOCUMENT = {"html": 0.8, "xlsx": 0.8, "docx": 0.3, "pdf": 0.3, "figures": 0.3}
"""Share of the time that goes into the document; the rest goes into the file."""
_FILE = {"pdf": "Printing", "figures": "Drawing the figures", "docx": "Drawing the figures"}


def make(
    kind: str,
    analysis: Analysis,
    sections: tuple[str, ...],
    figures: bool,
    tell: Tell = lambda share, what: None,
) -> bytes:
    """The bytes of "html", "docx", "pdf", "xlsx" or "figures" (a zip archive).

    ``tell`` is given the share that is done, and what is made next.
    """
    drawn, share = figures and kind != "xlsx", _DOCUMENT[kind]
    document = build_document(
        analysis, sections, drawn, lambda done, title: tell(share * done, title)
    )
    tell(share, _FILE.get(kind, "Writing the file"))
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
        images = remembered(name, lambda: figure_images(document.figures, width=PICTURE_WIDTH))
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
