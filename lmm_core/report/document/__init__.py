"""A report as a list of typed parts, made from a fit and what was computed from it."""

from lmm_core.report.document.build import SECTIONS, build_document
from lmm_core.report.document.parts import (
    Bullets,
    Cell,
    Column,
    Document,
    FigurePart,
    Formula,
    Heading,
    Paragraph,
    Part,
    TablePart,
)

__all__ = [
    "SECTIONS",
    "Bullets",
    "Cell",
    "Column",
    "Document",
    "FigurePart",
    "Formula",
    "Heading",
    "Paragraph",
    "Part",
    "TablePart",
    "build_document",
]
