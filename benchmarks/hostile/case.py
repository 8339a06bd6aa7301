"""One file of the corpus and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Value = float | str | None


@dataclass(frozen=True)
class Case:
    """A file and its expected reading.

    ``columns`` maps names to values (dates as ISO text, None where missing); or ``code`` is that of
    the error. ``note`` is a part of what is said on the way, ``units`` and ``questions`` (their
    keys) are checked when given; ``rows`` and ``width`` stand for the columns of large tables.
    """

    file: str
    data: bytes
    columns: dict[str, list[Value]] | None = None
    code: str | None = None
    note: str = ""
    units: dict[str, str] | None = None
    questions: tuple[str, ...] | None = None
    shape: tuple[int, int] | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def expected(self) -> dict[str, Any]:
        """What must come of it, as JSON has it."""
        return {
            "columns": self.columns,
            "code": self.code,
            "note": self.note,
            "units": self.units,
            "questions": list(self.questions) if self.questions is not None else None,
            "shape": list(self.shape) if self.shape else None,
            "options": self.options,
        }
