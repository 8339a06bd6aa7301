"""The errors of lmm_core: one small tree; every message says what is wrong and what to do next."""

from __future__ import annotations

import unicodedata
from typing import Any


class LMMError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    message:
        What is wrong, in the user's words and column names.
    next_step:
        What to do about it.
    code:
        A short stable identifier; a page may hang a button on it.
    details:
        Plain values that belong to the code (column names, cells, suggestions).
    """

    def __init__(self, message: str, next_step: str = "", code: str = "", **details: Any) -> None:
        super().__init__(message, next_step, code, details)
        self.message = message
        self.next_step = next_step
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.next_step, self.code, self.details)


def _rebuild(
    kind: type[LMMError], message: str, next_step: str, code: str, details: dict[str, Any]
) -> LMMError:
    return kind(message, next_step, code, **details)


class DataError(LMMError):
    """The file or table can't be used as it is."""


_AROUND = 60
"""Characters that are shown on both sides of a wrong place."""


def _width(text: str) -> int:
    """Columns that a text takes in a fixed-width font."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class FormulaError(LMMError):
    """A formula can't be read. ``details``: ``text``, ``position`` (0-based), ``length``."""

    @property
    def marked(self) -> str:
        """The formula with the wrong place marked below it, for a fixed-width font.

        Of several lines the one with the wrong place; long ones are cut on both sides.
        """
        text = str(self.details.get("text", ""))
        position = min(int(self.details.get("position", 0)), len(text))
        start = max(text.rfind("\n", 0, position) + 1, position - _AROUND)
        stop = text.find("\n", position)
        stop = min(len(text) if stop < 0 else stop, position + _AROUND)
        line = "".join(c if c.isprintable() else " " for c in text[start:stop])
        wrong = line[position - start :][: max(1, int(self.details.get("length", 1)))]
        lead = "… " * (start > 0 and text[start - 1] != "\n")
        tail = " …" * (stop < len(text.rstrip()))
        marks = "^" * max(1, _width(wrong))
        return f"{lead}{line}{tail}\n{' ' * (len(lead) + _width(line[: position - start]))}{marks}"


class ModelError(LMMError):
    """The model and the data don't go together."""


class EstimationError(LMMError):
    """The estimates can't be computed."""


def unexpected() -> EstimationError:
    """What is said instead of an exception that nobody foresaw."""
    return EstimationError(
        "The model couldn't be fitted, through a fault of this program.",
        "Try it without a random slope or a predictor; the program's log says what failed.",
        code="unexpected",
    )
