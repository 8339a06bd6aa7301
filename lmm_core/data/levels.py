"""Levels of text columns: a natural order, and dates written as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

_SCALES: tuple[tuple[str, ...], ...] = (
    ("none", "mild", "moderate", "severe", "very severe"),
    ("no pain", "mild", "moderate", "severe"),
    ("very low", "low", "medium", "high", "very high"),
    ("low", "middle", "high"),
    ("low", "moderate", "high"),
    ("small", "medium", "large"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("poor", "fair", "good", "very good", "excellent"),
    ("very poor", "poor", "fair", "good", "very good"),
    ("worse", "same", "better"),
    ("baseline", "pre", "post", "follow-up"),
    ("pre", "mid", "post", "follow-up"),
    ("before", "during", "after"),
    ("first", "second", "third", "fourth", "fifth"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("strongly disagree", "disagree", "neither", "agree", "strongly agree"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    (
        "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december",
    ),
    ("keine", "leicht", "mittel", "stark"),
    ("niedrig", "mittel", "hoch"),
    ("nie", "selten", "manchmal", "oft", "immer"),
)  # fmt: skip
_NUMBERED = re.compile(r"(\D*?)\s*[_-]?(\d+)\s*(\D*)")
_DATE_SHAPES = (
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}"), "%Y-%m-%d"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), "%Y/%m/%d"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}"), "%d.%m.%Y"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{2}"), "%d.%m.%y"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), "%d/%m/%Y"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), "%m/%d/%Y"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{2}"), "%d/%m/%y"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{2}"), "%m/%d/%y"),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}"), "%d-%m-%Y"),
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}"), "%Y-%m-%d %H:%M"),
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}:\d{2}(?:\.\d+)?Z?"), "ISO8601"),
    (re.compile(r"\d{1,2}[ -][A-Za-z]{3}[ -]\d{4}"), "%d %b %Y"),
)

DATE_FORMATS: tuple[str, ...] = tuple(form for _, form in _DATE_SHAPES)
"""Ways to write a date that are tried, in this order."""


def level_order(levels: Sequence[str]) -> tuple[str, ...] | None:
    """Return the levels in their natural order, or None when they have none.

    Known are common answer scales and names that differ in one number only ("month 0", "month 12").
    Two levels have an order only on a scale of two words or more that is known.
    """
    lowered = {level.strip().lower(): level for level in levels}
    if len(lowered) != len(levels) or len(levels) < 2:
        return None
    for scale in _SCALES:
        if len(lowered) >= 3 or scale[0] in ("baseline", "pre", "before"):
            places = {word: i for i, word in enumerate(scale)}
            if all(word in places for word in lowered):
                return tuple(lowered[w] for w in sorted(lowered, key=places.__getitem__))
    matches = [_NUMBERED.fullmatch(level.strip()) for level in levels]
    if len(levels) >= 3 and all(matches):
        shapes = {(m.group(1).lower(), m.group(3).lower()) for m in matches if m}
        numbers = {level: int(m.group(2)) for level, m in zip(levels, matches, strict=True) if m}
        if len(shapes) == 1 and any(next(iter(shapes))) and len(set(numbers.values())) > 2:
            return tuple(sorted(levels, key=numbers.__getitem__))
    return None


def dates_in(texts: Sequence[str]) -> str | None:
    """Return the format in which all texts are dates, or None."""
    sample = [text.strip() for text in texts[:200]]
    if not sample or not any(c.isdigit() for c in sample[0]):
        return None
    for shape, form in _DATE_SHAPES:
        if all(shape.fullmatch(text) for text in sample):
            values = pd.Series([text.replace("-", " ") if "%b" in form else text for text in texts])
            if "%H" in form:
                values = values.str.replace("T", " ")
            if pd.to_datetime(values, format=form, errors="coerce").notna().all():
                return form
    return None
