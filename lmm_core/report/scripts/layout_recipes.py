"""How each column of a model matrix is made from a data frame's columns."""

from __future__ import annotations

from collections.abc import Mapping

from lmm_core.model.encoding import Categorical, Encoder
from lmm_core.model.matrices import Layout

Piece = tuple[str, str | None, int]
"""A factor's text with its level, or (None and) the column of a numeric factor such as poly."""


def column_recipes(
    layout: Layout, encoders: Mapping[str, Encoder]
) -> tuple[tuple[Piece, ...], ...]:
    """Per column of the layout the pieces that are multiplied; none for the intercept."""
    found: list[tuple[Piece, ...]] = [()] if layout.intercept else []
    for term, coding in zip(layout.terms, layout.codings, strict=True):
        columns: list[tuple[Piece, ...]] = [()]
        for text, full in zip(term, coding, strict=True):
            pieces = _pieces(text, encoders[text], full)
            columns = [(*column, piece) for piece in pieces for column in columns]
        found += columns
    return tuple(found)


def _pieces(text: str, encoder: Encoder, full: bool) -> list[Piece]:
    if isinstance(encoder, Categorical):
        return [(text, level, 0) for level in encoder.levels[0 if full else 1 :]]
    return [(text, None, k) for k in range(encoder.width)]
