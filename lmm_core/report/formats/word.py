"""Word: real tables and captions. Needs the package python-docx, imported when used."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from lmm_core.report.document.parts import (
    Bullets,
    Document,
    FigurePart,
    Formula,
    Heading,
    Paragraph,
    TablePart,
)
from lmm_core.report.document.software import software
from lmm_core.report.formats.clean import clean
from lmm_core.report.formats.widths import column_widths

IN_HTML = "See the HTML report for this figure."
TEXT_WIDTH = 16.6
"""Centimetres between the margins of a page (A4)."""
LETTER = 0.0205
"""Width of a letter in centimetres per point of its size."""
WIDE, SHORT = 8, 14
"""From so many columns on the letters are smaller; up to so many rows a table isn't split."""
PICTURE_WIDTH = 700
"""Pixels at which a figure's letters come out as large as a caption's."""


def word_bytes(document: Document, images: Mapping[str, bytes] | None = None) -> bytes:
    """The report as .docx. ``images`` holds PNG files by the key of the figure."""
    import docx

    book = docx.Document()
    _styles(book)
    book.core_properties.title = clean(document.title)[:250]
    book.core_properties.author = ""
    book.core_properties.comments = software()
    book.add_heading(clean(document.title), 0)
    book.add_paragraph(clean(f"{document.subtitle}. Made with {software()}."))
    for part in document.parts:
        if isinstance(part, Heading):
            book.add_heading(clean(part.text), part.level)
        elif isinstance(part, Paragraph):
            _running(book, part)
        elif isinstance(part, Bullets):
            for item in part.items:
                book.add_paragraph(clean(item), style="List Bullet")
        elif isinstance(part, Formula):
            book.add_paragraph().add_run(clean(part.text)).font.name = "Consolas"
        elif isinstance(part, TablePart):
            add_table(book, part)
        elif isinstance(part, FigurePart):
            _figure(book, part, (images or {}).get(part.key))
    return _saved(book)


def table_bytes(part: TablePart) -> bytes:
    """One table as .docx, in the style of the APA: number, title in italics, three lines, note."""
    import docx

    book = docx.Document()
    _styles(book)
    add_table(book, part, apa=True)
    return _saved(book)


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _styles(book: Any) -> None:
    from docx.shared import Cm, Pt, RGBColor

    normal = book.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    caption = book.styles["Caption"]
    caption.font.size, caption.font.bold, caption.font.italic = Pt(10), False, False
    caption.font.color.rgb = RGBColor(0x1C, 0x21, 0x27)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(3)
    for section in book.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm((21 - TEXT_WIDTH) / 2)


def _running(book: Any, part: Paragraph) -> None:
    from docx.shared import Pt

    run = book.add_paragraph().add_run(clean(part.text))
    if part.quiet:
        run.font.size = Pt(9.5)


def add_table(book: Any, part: TablePart, apa: bool = False) -> None:
    """A caption with a running number, the table with three lines, its note."""
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    _caption(book, "Table", part.title, apa)
    rows = list(part.rows())
    table = book.add_table(rows=1 + len(rows), cols=len(part.columns))
    size = 8.5 if len(part.columns) >= WIDE else 9.5
    letter = size * LETTER
    widths = column_widths([c.heading for c in part.columns], rows, TEXT_WIDTH / letter)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width * letter)
    texts = [[(c.heading, c.write is not None) for c in part.columns], *rows]
    # A short table stays on one page, its note with it.
    together = len(rows) <= SHORT
    # Cells by row: looking one up by its place takes a time that grows with the table.
    for k, (row, cells) in enumerate(zip(table.rows, texts, strict=True)):
        _mark(row, "w:cantSplit")
        for cell, (text, number), width in zip(row.cells, cells, widths, strict=True):
            cell.width = Cm(width * letter)
            if k == 0:
                cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
            paragraph = cell.paragraphs[0]
            space = paragraph.paragraph_format
            space.space_before, space.space_after = Pt(2), Pt(2)
            space.keep_with_next = (together and k < len(rows)) or bool(
                part.note and k == len(rows)
            )
            if number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(clean(text))
            run.font.size = Pt(size)
            run.bold = k == 0 and not apa
            _lines(cell, top=k == 0, bottom=k in (0, len(rows)))
    _mark(table.rows[0], "w:tblHeader")  # it stands on every page of a long table
    note = book.add_paragraph()
    note.paragraph_format.space_before = Pt(3)
    note.paragraph_format.space_after = Pt(10 if part.note else 0)
    if part.note:
        if apa:
            note.add_run("Note. ").italic = True
        note.add_run(clean(part.note)).font.size = Pt(9.5)


def _caption(book: Any, kind: str, title: str, apa: bool = False) -> Any:
    paragraph = book.add_paragraph(style="Caption")
    paragraph.add_run(f"{kind} ").bold = True
    _field(paragraph, f"SEQ {kind} \\* ARABIC")
    if apa:
        paragraph = book.add_paragraph(style="Caption")
        paragraph.add_run(clean(title)).italic = True
    else:
        paragraph.add_run(f". {clean(title)}")
    return paragraph


def _field(paragraph: Any, code: str) -> None:
    """A field that Word counts; until it does, the number that is right in this document."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    kind = code.split()[1]
    body = paragraph.part.document.element.body
    count = sum(code in (t.text or "") for t in body.iter(qn("w:instrText"))) + 1
    for what in ("begin", None, "separate", str(count), "end"):
        run = paragraph.add_run()
        run.bold = True
        if what is None:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._r.append(text)
        elif what.isdigit():
            run.text = what
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), what)
            run._r.append(mark)
    assert kind in ("Table", "Figure")


def _lines(cell: Any, top: bool, bottom: bool) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if not (top or bottom):
        return
    borders = OxmlElement("w:tcBorders")
    for side, wanted in (("top", top), ("bottom", bottom)):
        if wanted:
            line = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", "8"), ("color", "1C2127")):
                line.set(qn(f"w:{name}"), value)
            borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)


def _mark(row: Any, name: str) -> None:
    """A property of a row that is on or off."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _figure(book: Any, part: FigurePart, image: bytes | None) -> None:
    from docx.shared import Cm

    if image is not None:
        book.add_picture(io.BytesIO(image), width=Cm(TEXT_WIDTH))
        book.paragraphs[-1].paragraph_format.keep_with_next = True
        picture = book.inline_shapes[-1]._inline.docPr
        picture.set("descr", clean(part.picture.alt))
    title = part.title if image is not None else f"{part.title} {IN_HTML}"
    _caption(book, "Figure", title).paragraph_format.keep_with_next = False
