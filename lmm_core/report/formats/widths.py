"""How wide the columns of a table are: numbers as wide as they need, texts share the rest."""

from __future__ import annotations

from collections.abc import Sequence

from lmm_core.report.document.parts import Cell

LONGEST_WORD = 26
"""Letters up to which a word isn't broken."""
LONGEST_TEXT = 44
"""Letters of a column of text above which its cells take several lines."""
_GAP = 3.0
"""Room between columns."""


def column_widths(
    headings: Sequence[str], rows: Sequence[Sequence[Cell]], page: float
) -> list[float]:
    """Widths in letters, together at most ``page`` letters; never less than 4 each.

    A number stays on one line, and so does a word of a text; headings may wrap between words.
    """
    least, wanted = [], []
    for k, heading in enumerate(headings):
        cells = [row[k] for row in rows]
        texts = [text for text, _ in cells]
        word = max((len(w) for text in [heading, *texts] for w in text.split()), default=0)
        longest = max((len(text) for text in texts), default=0)
        if cells and all(number or not text for text, number in cells):
            least.append(max(word, longest) + _GAP)
            wanted.append(max(least[-1], min(len(heading), 14) + _GAP))
        else:
            least.append(min(max(word, 4), LONGEST_WORD) + _GAP)
            wanted.append(max(least[-1], min(max(longest, len(heading)), LONGEST_TEXT) + _GAP))
    if sum(wanted) <= page:
        return [float(w) for w in wanted]
    if sum(least) >= page:
        return [max(4.0, w * page / sum(least)) for w in least]
    share = (page - sum(least)) / (sum(wanted) - sum(least))
    return [a + share * (b - a) for a, b in zip(least, wanted, strict=True)]
