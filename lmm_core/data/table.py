"""A table that was read: the frame, what was decided on the way, and its fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lmm_core.data.step import Step


@dataclass(frozen=True)
class Question:
    """Something that the file doesn't say, to be asked of the user.

    Attributes
    ----------
    key:
        "na_value", "category", "id", "to_number", "date_order", "total_row" or "decimal".
    sentence:
        The question in plain words.
    columns:
        The columns that it is about.
    step:
        The step that a "yes" adds; None when there is nothing to add.
    likely:
        Whether "yes" is the likely answer.
    otherwise:
        The step that a "no" adds, where there is one.
    """

    key: str
    sentence: str
    columns: tuple[str, ...]
    step: Step | None
    likely: bool = True
    otherwise: Step | None = None


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
        Short plain sentences, one per automatic decision and one per preparation step.
    fingerprint:
        Hash of the bytes, the reading options and the steps; equal fingerprints mean equal frames.
    sheets, sheet:
        Names of all sheets of a workbook (hidden ones too), or of the tables in a zip archive, and
        the one that was read.
    units:
        Units of columns where the file gives them: "weight (kg)" -> "kg".
    labels:
        What a statistics file says about its columns (the wording of a question).
    questions:
        What the file doesn't say.
    options:
        What was asked of ``read_table``: it reads the same table again from the same bytes.
    reading:
        What was recognised, complete enough to write a script: ``format`` ("text", "workbook",
        "spss", "stata", "sas", "parquet") and for text ``delimiter``, ``decimal``, ``encoding``,
        ``header_row``, ``first_row``, ``footer_lines``; for a workbook ``sheet``, ``header_row``.
    steps:
        The preparation steps that were carried out.
    """

    frame: pd.DataFrame
    name: str
    notes: tuple[str, ...]
    fingerprint: str
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    units: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


def fingerprint_of(data: bytes | memoryview, *options: object) -> str:
    """Return a 32-digit hexadecimal hash of the bytes and the options."""
    digest = hashlib.blake2b(data, digest_size=16)
    digest.update(repr(options).encode())
    return digest.hexdigest()
