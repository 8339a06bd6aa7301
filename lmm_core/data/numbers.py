"""Numbers written by people: decimal commas, thousands separators, ways to write "missing"."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

NA_SPELLINGS: tuple[str, ...] = (
    "", "NA", "na", "Na", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "Null", "<NA>",
    ".", "..", "-", "–", "—", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NV",
    "#WERT!", "#BEZUG!", "#ZAHL!",
)  # fmt: skip
"""Cells that mean "missing". "None" isn't among them: it is a common name of a category."""

NEARLY_NUMERIC = 0.8
"""Share of the filled cells that must be numbers for a text column to be called nearly numeric."""

PLAIN_TEXT = "numbers stored as text"

_SIGN = r"[+\-]?"
_EXPONENT = r"(?:[eE][+\-]?\d{1,3})?"
_PLAIN = re.compile(rf"{_SIGN}(?:\d+\.?\d*|\.\d+){_EXPONENT}")
_COMMA = re.compile(rf"{_SIGN}(?:\d+,?\d*|,\d+){_EXPONENT}")
_POINT_GROUPS = re.compile(rf"{_SIGN}\d{{1,3}}(?:\.\d{{3}})+(?:,\d*)?")
_COMMA_GROUPS = re.compile(rf"{_SIGN}\d{{1,3}}(?:,\d{{3}})+(?:\.\d*)?")
_SPACE_GROUPS = re.compile(rf"{_SIGN}\d{{1,3}}(?:[ \u00a0\u2009\u202f'’]\d{{3}})+(?:[.,]\d*)?")
_GROUP_MARKS = re.compile(r"[ \u00a0\u2009\u202f'’]")


_CURRENCY = re.compile(
    rf"({_SIGN})\s*(?:US|CHF|EUR|[$€£¥])[$]?\s*(?=[\d.,+-])|\s*(?:[$€£¥]|CHF|EUR)\Z"
)


def _tidy(text: str) -> str:
    text = text.strip().replace("−", "-")
    if text.endswith("%"):
        return text[:-1].rstrip()
    if text.isascii() and "$" not in text and not text[-1:].isalpha() and not text[:1].isalpha():
        return text
    return _CURRENCY.sub(r"\1", text)


def is_missing(text: str) -> bool:
    """Say whether a cell's text is a way to write "missing"."""
    return text.strip() in NA_SPELLINGS


def number_of(text: str, decimal: str = ".") -> float | None:
    """Return the number a person meant by ``text``, or None.

    ``decimal`` decides what "1,234" and "1.234" mean; where only one reading is possible ("3,5",
    "1,234.5") it is taken whatever ``decimal`` says. A percent or currency sign is
    dropped.
    """
    text = _tidy(text)
    if not text or not (text[-1].isdigit() or text[-1] in ".,"):
        return None
    result: float | None = None
    if decimal == "." and _PLAIN.fullmatch(text):
        result = float(text)
    elif decimal == "," and _COMMA.fullmatch(text):
        result = float(text.replace(",", "."))
    elif decimal == "," and _POINT_GROUPS.fullmatch(text):
        result = float(text.replace(".", "").replace(",", "."))
    elif _COMMA_GROUPS.fullmatch(text):
        result = float(text.replace(",", ""))
    elif _POINT_GROUPS.fullmatch(text):
        result = float(text.replace(".", "").replace(",", "."))
    elif _SPACE_GROUPS.fullmatch(text):
        result = float(_GROUP_MARKS.sub("", text).replace(",", "."))
    elif _PLAIN.fullmatch(text) or _COMMA.fullmatch(text):
        result = float(text.replace(",", "."))
    return result if result is not None and np.isfinite(result) else None


def decimal_evidence(cells: Iterable[str]) -> tuple[int, int, str]:
    """Count the cells that prove a decimal comma and a decimal point.

    Returns the two counts and one cell that could be read either way, such as "1,234" (or "").
    """
    comma = point = 0
    unclear = ""
    for cell in cells:
        text = _tidy(cell)
        if "," not in text and "." not in text:
            continue
        if _COMMA_GROUPS.fullmatch(text) and _COMMA.fullmatch(text) and text.lstrip("+-")[0] != "0":
            unclear = unclear or text
        elif _COMMA.fullmatch(text) or (_POINT_GROUPS.fullmatch(text) and "," in text):
            comma += 1
        elif _COMMA_GROUPS.fullmatch(text) or (
            _PLAIN.fullmatch(text) and not _POINT_GROUPS.fullmatch(text)
        ):
            point += 1
    return comma, point, unclear


def numbers_in(values: pd.Series, decimal: str = ".") -> tuple[np.ndarray, np.ndarray]:
    """Read a text column as numbers.

    Returns ``(numbers, bad)``, both (n,): float64 with NaN where there is no number, and True where
    a filled cell isn't a number.
    """
    codes, uniques = pd.factorize(values, use_na_sentinel=True)
    parsed = np.full(len(uniques) + 1, np.nan)
    wrong = np.zeros(len(uniques) + 1, dtype=bool)
    for i, value in enumerate(uniques):
        text = str(value)
        if is_missing(text):
            continue
        number = number_of(text, decimal)
        if number is None:
            wrong[i] = True
        else:
            parsed[i] = number
    return parsed[codes], wrong[codes]


def column_decimal(values: Iterable[str], default: str) -> str:
    """Return the decimal mark of one column: its own evidence first, then the file's."""
    comma, point, _ = decimal_evidence(values)
    if comma == point:
        return default
    return "," if comma > point else "."


def as_numeric(values: pd.Series, default: str = ".") -> tuple[pd.Series | None, str]:
    """Turn a text column into numbers when every filled cell is one.

    Returns the float64 or int64 column (None when a cell isn't a number) and how it was written, in
    plain words.
    """
    uniques = [str(v) for v in pd.unique(values.dropna())]
    filled = [u for u in uniques if not is_missing(u)]
    if not filled or any(number_of(u, default) is None for u in filled[:50]):
        return None, ""
    if any(len(u) > 18 and u.isdigit() for u in filled):
        return None, ""  # labels: as numbers they would lose their last digits
    decimal = column_decimal(filled[:5000], default)
    numbers, bad = numbers_in(values, decimal)
    if bad.any():
        return None, ""
    if any(u.rstrip().endswith("%") for u in filled):
        how = "percent signs"
    elif any(_CURRENCY.search(u.strip()) for u in filled):
        how = "currency signs"
    elif any(_GROUP_MARKS.search(u.strip()) for u in filled):
        how = "spaces between thousands"
    elif decimal == "," and default != "," and any("," in u for u in filled):
        how = "decimal commas"
    elif decimal == "." and default != "." and any("." in u for u in filled):
        how = "decimal points"
    elif any("," in u or "." in u for u in filled):
        how = "thousands separators"
    else:
        how = PLAIN_TEXT
    return shrink(pd.Series(numbers, index=values.index, name=values.name)), how


def shrink(values: pd.Series) -> pd.Series:
    """Return a float column as int64 when every value is a whole number and none is missing."""
    array = values.to_numpy(dtype=float)
    if array.size and np.isfinite(array).all() and (np.abs(array) < 2**53).all():
        whole = array.astype(np.int64)
        if (whole == array).all():
            return pd.Series(whole, index=values.index, name=values.name)
    return values
