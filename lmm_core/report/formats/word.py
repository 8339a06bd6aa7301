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

IN_HTML = "See the HTML report for this figure."


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
    for section in book.sections:
        section.left_margin = section.right_margin = Cm(2.2)


def _running(book: Any, part: Paragraph) -> None:
    from docx.shared import Pt

    run = book.add_paragraph().add_run(clean(part.text))
    if part.quiet:
        run.font.size = Pt(9.5)


def add_table(book: Any, part: TablePart, apa: bool = False) -> None:
    """A caption with a running number, the table with three lines, its note."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    _caption(book, "Table", part.title, apa)
    rows = list(part.rows())
    table = book.add_table(rows=1 + len(rows), cols=len(part.columns))
    table.autofit = True
    texts = [[(c.heading, c.write is not None) for c in part.columns], *rows]
    # Cells by row: looking one up by its place takes a time that grows with the table.
    for k, (row, cells) in enumerate(zip(table.rows, texts, strict=True)):
        for cell, (text, number) in zip(row.cells, cells, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            if number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(clean(text))
            run.font.size = Pt(9.5)
            run.bold = k == 0 and not apa
            _lines(cell, top=k == 0, bottom=k in (0, len(rows)))
    _repeated(table.rows[0])
    note = book.add_paragraph()
    if part.note:
        if apa:
            note.add_run("Note. ").italic = True
        note.add_run(clean(part.note)).font.size = Pt(9.5)


def _caption(book: Any, kind: str, title: str, apa: bool = False) -> None:
    paragraph = book.add_paragraph(style="Caption")
    paragraph.add_run(f"{kind} ").bold = True
    _field(paragraph, f"SEQ {kind} \\* ARABIC")
    if apa:
        paragraph = book.add_paragraph(style="Caption")
        paragraph.add_run(clean(title)).italic = True
    else:
        paragraph.add_run(f". {clean(title)}")


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


def _repeated(row: Any) -> None:
    """The heading row stands on every page of a long table."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _figure(book: Any, part: FigurePart, image: bytes | None) -> None:
    from docx.shared import Cm

    if image is not None:
        book.add_picture(io.BytesIO(image), width=Cm(16))
        picture = book.inline_shapes[-1]._inline.docPr
        picture.set("descr", clean(part.picture.alt))
    title = part.title if image is not None else f"{part.title} {IN_HTML}"
    _caption(book, "Figure", title)
