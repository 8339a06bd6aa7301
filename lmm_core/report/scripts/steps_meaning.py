"""What the settings of a step come to for the values that are there: the same in every language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from lmm_core.data.change import is_number
from lmm_core.data.convert import level_names, level_text, level_texts
from lmm_core.data.numbers import number_of

Value = float | str


def missing_numbers(params: Mapping[str, Any]) -> list[float]:
    """The numbers that a step "na_value" sets missing."""
    found = (number_of(level_text(v)) for v in params["values"])
    return [v for v in found if v is not None]


def missing_levels(params: Mapping[str, Any], values: pd.Series) -> list[str]:
    """The levels of a column of text that a step "na_value" sets missing."""
    wanted = {level_text(v).strip().casefold() for v in params["values"]}
    there = map(str, pd.unique(level_texts(values).dropna()))
    return sorted(name for name in there if name.strip().casefold() in wanted)


def recoded(mapping: Mapping[str, Any], levels: list[str], after: pd.Series) -> dict[str, Any]:
    """Old level to new value: numbers when the column becomes numeric, texts otherwise."""
    if is_number(after):
        return {old: mapping.get(old) for old in levels}
    return {old: None if new is None else level_text(new) for old, new in mapping.items()}


def compared_levels(values: pd.Series, comparison: str, value: str) -> list[str]:
    """The levels of an ordered category that stand below, above ... the level ``value``."""
    levels = level_names(values)
    at = levels.index(value)
    return {
        "<": levels[:at],
        "<=": levels[: at + 1],
        ">": levels[at + 1 :],
        ">=": levels[at:],
    }[comparison]


def wanted_texts(value: Value | list[Value] | None) -> list[str]:
    """The texts that a filter compares with."""
    return [level_text(v) for v in (value if isinstance(value, list) else [value])]


def wanted_numbers(value: Value | list[Value] | None) -> list[float]:
    """The numbers that a filter compares with."""
    found = [number_of(text) for text in wanted_texts(value)]
    return [v for v in found if v is not None]


def wanted_moment(value: Value) -> str:
    """The date that a filter compares with: "2024-01-31 00:00:00"."""
    return dt.datetime.fromisoformat(str(value)).isoformat(sep=" ")
