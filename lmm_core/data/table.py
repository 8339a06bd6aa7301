"""A table that was read: the frame, what was decided on the way, and its fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Table:
    """A data set.

    Attributes
    ----------
    frame:
        One row per observation, index 0, 1, 2, ... Numbers are int64 or float64, text has real
        missing values, dates of a workbook are datetime64. ``frame.attrs["first_row"]`` is the row
        of the file in which the first observation stands (1-based).
    name:
        What to call the data on screen.
    notes:
        Short plain sentences, one per automatic decision.
    fingerprint:
        Hash of the bytes and the reading options; equal fingerprints mean equal frames.
    sheets, sheet:
        Names of all sheets of a workbook (hidden ones too) and the one that was read.
    """

    frame: pd.DataFrame
    name: str
    notes: tuple[str, ...]
    fingerprint: str
    sheets: tuple[str, ...] = ()
    sheet: str | None = None


def fingerprint_of(data: bytes | memoryview, *options: object) -> str:
    """Return a 32-digit hexadecimal hash of the bytes and the options."""
    digest = hashlib.blake2b(data, digest_size=16)
    digest.update(repr(options).encode())
    return digest.hexdigest()
