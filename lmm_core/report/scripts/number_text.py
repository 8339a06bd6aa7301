"""How the cells of a text column become numbers, in few enough words to write into a script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.data.convert import level_texts

NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
"""A whole cell that is a number; the same pattern means the same in Python and in R."""

_SIGNS = ("US$", "CHF", "EUR", "$", "€", "£", "¥", "%")
_SPACES = (" ", "\u00a0", "\u2009", "\u202f", "'", "’")
_MOST_ODD = 40


@dataclass(frozen=True)
class NumberText:
    """What is done to a cell, in this order: strip it, replace, take it when it is a ``NUMBER``.

    ``replaced`` holds (old, new) pieces of text; ``odd`` whole cells with a meaning of their own.
    """

    replaced: tuple[tuple[str, str], ...] = ()
    odd: tuple[tuple[str, float], ...] = ()

    def numbers(self, cells: Iterable[str]) -> dict[str, float]:
        """The number of each cell, NaN where it is none."""
        odd, pattern = dict(self.odd), re.compile(NUMBER)
        found = {}
        for cell in cells:
            text = cell.strip()
            for old, new in self.replaced:
                text = text.replace(old, new)
            value = float(text) if pattern.fullmatch(text) else np.nan
            found[cell] = odd.get(cell, value)
        return found


def number_text(values: pd.Series, wanted: pd.Series) -> NumberText | None:
    """What turns a text column into the numbers ``wanted`` (n,); None when it takes too many words.

    Tried are the usual marks; cells that none of them fits are written out one by one.
    """
    texts = level_texts(values)
    numbers = wanted.to_numpy(dtype=float, na_value=np.nan)
    pairs = pd.DataFrame({"text": texts.to_numpy(dtype=object), "number": numbers})
    pairs = pairs.dropna(subset=["text"]).drop_duplicates()
    meant = dict(zip(pairs["text"], pairs["number"], strict=True))
    if len(meant) < len(pairs):
        return None
    letters = "".join(dict.fromkeys("".join(meant)))
    best: NumberText | None = None
    for replaced in _candidates(letters, meant):
        found = NumberText(replaced).numbers(meant)
        odd = tuple((c, n) for c, n in meant.items() if not _same(found[c], n))
        if best is None or len(odd) < len(best.odd):
            best = NumberText(replaced, odd)
        if not odd:
            break
    return best if best is not None and len(best.odd) <= _MOST_ODD else None


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def _candidates(letters: str, cells: Mapping[str, float]) -> Iterable[tuple[tuple[str, str], ...]]:
    minus = (("−", "-"),) if "−" in letters else ()
    signs = tuple((s, "") for s in _SIGNS if any(s in cell for cell in cells))
    spaces = tuple((s, "") for s in _SPACES if s in letters)
    for more in ((), signs, spaces, signs + spaces):
        for marks in ((), ((",", "."),), ((",", ""),), ((".", ""), (",", "."))):
            yield (*minus, *more, *marks)
