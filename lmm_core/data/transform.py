"""Steps that compute a number from numbers of the same row: log, centring, arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from lmm_core.data.change import (
    Array,
    Change,
    column_of,
    count,
    new_name,
    numbers_of,
    one_of,
    short,
    with_columns,
)
from lmm_core.data.numbers import shrink
from lmm_core.errors import DataError

FUNCTIONS: dict[str, tuple[Callable[[Array], Array], str]] = {
    "log": (np.log, "natural logarithm"),
    "log2": (np.log2, "base-2 logarithm"),
    "log10": (np.log10, "base-10 logarithm"),
    "log1p": (np.log1p, "natural logarithm of 1 plus the value"),
    "exp": (np.exp, "exponential"),
    "sqrt": (np.sqrt, "square root"),
    "square": (np.square, "square"),
    "reciprocal": (lambda x: 1 / x, "reciprocal"),
}
"""What ``transform`` can do: the function and its name in words."""

_LIMITS = {"log": 0.0, "log2": 0.0, "log10": 0.0, "log1p": -1.0}
OPERATORS = {"+": "plus", "-": "minus", "*": "times", "/": "per"}


def transform(frame: pd.DataFrame, column: str, function: str, into: str | None = None) -> Change:
    """Apply one of ``FUNCTIONS``; by default into "log_x" (or "x_squared").

    Error: DataError ``out_of_range`` when the function isn't defined for a value.
    """
    one_of(function, tuple(FUNCTIONS), "function")
    values = numbers_of(frame, column)
    _check_range(values, column, function)
    with np.errstate(over="ignore"):
        result = FUNCTIONS[function][0](values)
    if np.isinf(result).any():
        raise _out_of_range(f'The {FUNCTIONS[function][1]} of "{column}" is too large.')
    default = f"{column}_squared" if function == "square" else f"{function}_{column}"
    name = new_name(frame, into, default, column)
    note = f'"{name}" is the {FUNCTIONS[function][1]} of "{column}".'
    return Change(with_columns(frame, {name: shrink(_series(result, frame))}), note, {}, {name: ""})


def say_transform(column: str, function: str, into: str | None) -> str:
    """Describe the step."""
    what = FUNCTIONS[function][1] if function in FUNCTIONS else function
    return f'Take the {what} of "{column}"{_into(into)}.'


def _check_range(values: Array, column: str, function: str) -> None:
    with np.errstate(invalid="ignore"):
        if function in _LIMITS:
            wrong, rule = values <= _LIMITS[function], f"at or below {_LIMITS[function]:g}"
        elif function == "sqrt":
            wrong, rule = values < 0, "below 0"
        elif function == "reciprocal":
            wrong, rule = values == 0, "equal to 0"
        else:
            return
    n = int(wrong.sum())
    if n:
        word = FUNCTIONS[function][1]
        least = short(float(values[wrong].min()))
        hint = (
            "Use log1p, which allows 0, or set these cells missing first."
            if function.startswith("log") and function != "log1p" and float(least) == 0
            else "Filter or recode these values first, or leave the column as it is."
        )
        raise _out_of_range(
            f'"{column}" has {count(n, "value")} {rule} (the smallest is {least}), which have no'
            f" {word}.",
            hint,
        )


def _out_of_range(message: str, hint: str = "Choose another function.") -> DataError:
    return DataError(message, hint, "out_of_range")


def center(
    frame: pd.DataFrame, column: str, at: float | str = "mean", into: str | None = None
) -> Change:
    """Subtract the mean, the median, the smallest value or a number."""
    values = numbers_of(frame, column)
    point, words = _point(values, column, at)
    name = new_name(frame, into, f"{column}_centred", column)
    made = shrink(_series(values - point, frame))
    note = f'"{name}" is "{column}" minus {words}.'
    return Change(with_columns(frame, {name: made}), note, {name: (column,)})


def say_center(column: str, at: float | str, into: str | None) -> str:
    """Describe the step."""
    return (
        f'Centre "{column}" at {at if isinstance(at, int | float) else "its " + at}{_into(into)}.'
    )


def _point(values: Array, column: str, at: float | str) -> tuple[float, str]:
    if isinstance(at, int | float):
        return float(at), short(float(at))
    one_of(at, ("mean", "median", "min"), "place to centre at")
    filled = _filled(values, column)
    point = float({"mean": np.mean, "median": np.median, "min": np.min}[at](filled))
    word = {"mean": "mean", "median": "median", "min": "smallest value"}[at]
    return point, f"its {word} ({short(point)})"


def _filled(values: Array, column: str) -> Array:
    filled = values[~np.isnan(values)]
    if not filled.size:
        raise DataError(f'"{column}" is empty.', "Choose another column.", "out_of_range")
    return filled


def standardise(frame: pd.DataFrame, column: str, into: str | None = None) -> Change:
    """Subtract the mean and divide by the standard deviation (n - 1)."""
    values = numbers_of(frame, column)
    filled = _filled(values, column)
    mean, sd = float(filled.mean()), float(filled.std(ddof=1)) if filled.size > 1 else 0.0
    if not sd > 0:
        raise DataError(
            f'"{column}" has the same value everywhere and can\'t be standardised.',
            "Choose another column.",
            "constant",
        )
    name = new_name(frame, into, f"{column}_standardised", column)
    note = (
        f'"{name}" is "{column}" minus its mean ({short(mean)}), divided by its SD ({short(sd)}).'
    )
    made = _series((values - mean) / sd, frame)
    return Change(with_columns(frame, {name: made}), note, {}, {name: "SD"})


def say_standardise(column: str, into: str | None) -> str:
    """Describe the step."""
    return f'Standardise "{column}": mean 0, standard deviation 1{_into(into)}.'


def combine(
    frame: pd.DataFrame, left: str, operator: str, right: float | str, into: str | None = None
) -> Change:
    """Add, subtract, multiply or divide two columns, or a column and a number.

    Division by 0 gives a missing value.
    """
    one_of(operator, tuple(OPERATORS), "operation")
    a = numbers_of(frame, left)
    b = numbers_of(frame, right) if isinstance(right, str) else np.full(len(a), float(right))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[operator](a, b)
    lost = int((~np.isfinite(result) & ~np.isnan(a) & ~np.isnan(b)).sum())
    result = np.where(np.isfinite(result), result, np.nan)
    name = new_name(frame, into, f"{left}_{OPERATORS[operator]}_{right}", left)
    tail = f"; {count(lost, 'row')} without a result became missing" if lost else ""
    note = f'"{name}" is {_expression(left, operator, right)}{tail}.'
    made = shrink(_series(result, frame))
    same = operator in "+-" and isinstance(right, str)
    if same:
        return Change(with_columns(frame, {name: made}), note, {name: (left, str(right))})
    return Change(with_columns(frame, {name: made}), note, {}, {name: ""})


def say_combine(left: str, operator: str, right: float | str, into: str | None) -> str:
    """Describe the step."""
    return f"Compute {_expression(left, operator, right)}{_into(into)}."


def _expression(left: str, operator: str, right: float | str) -> str:
    sign = {"-": "−", "*": "×"}.get(operator, operator)
    return f'"{left}" {sign} ' + (f'"{right}"' if isinstance(right, str) else f"{right:g}")


def _series(values: Array, frame: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=frame.index)


def _into(into: str | None) -> str:
    return f' as "{into}"' if into else ""


def require(frame: pd.DataFrame, *columns: str) -> None:
    """Check that columns exist. Error: DataError ``unknown_column``."""
    for name in columns:
        column_of(frame, name)
