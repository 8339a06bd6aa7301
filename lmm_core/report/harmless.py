"""Text in spreadsheets: what a program would run as a formula stays text."""

from __future__ import annotations

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless_text(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(RISKY) or text.lstrip().startswith("=") else text
