"""Pieces of R that several steps use."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from lmm_core.data.change import is_number
from lmm_core.data.convert import level_text, level_texts
from lmm_core.data.levels import level_order
from lmm_core.data.ordering import date_format_of
from lmm_core.data.table import Table
from lmm_core.report.scripts.number_text import NUMBER, NumberText
from lmm_core.report.scripts.quoting import r, r_number, r_strings, wrapped

HELPERS: dict[str, str] = {
    "text(": """\
# A column as text: 3.0 reads "3", a date "2024-01-31"; missing stays missing.
text <- function(x) {
  if (inherits(x, "POSIXct"))
    return(sub(" 00:00:00$", "", format(x, "%Y-%m-%d %H:%M:%S", tz = "UTC")))
  if (!is.numeric(x)) return(as.character(x))
  x <- as.numeric(x)
  out <- rep(NA_character_, length(x))
  whole <- !is.na(x) & x == round(x)
  out[whole] <- sprintf("%.0f", x[whole])
  rest <- !is.na(x) & !whole
  for (format in c("%.17g", "%.16g", "%.15g")) {
    shorter <- sprintf(format, x[rest])
    fits <- as.numeric(shorter) == x[rest]
    out[rest][fits] <- shorter[fits]
  }
  out
}
""",
    "groups(": """\
# A number for each row's group (one or several columns); missing where a column is.
groups <- function(...) {
  columns <- list(...)
  key <- do.call(paste, c(lapply(columns, text), sep = "\\r"))
  key[Reduce(`|`, lapply(columns, is.na))] <- NA
  match(key, unique(key[!is.na(key)]))
}
""",
    "quantiles(": """\
# Quantiles with linear interpolation (type 7), without rounding of their places.
quantiles <- function(x, p) {
  x <- sort(x)
  at <- (length(x) - 1) * p
  low <- x[floor(at) + 1]
  high <- x[pmin(floor(at) + 2, length(x))]
  part <- at - floor(at)
  ifelse(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part))
}
""",
}
"""Functions that a script brings along when its lines call them; a later one needs the first."""

_REGEX = {
    "%Y": "[0-9]{4}", "%y": "[0-9]{2}", "%m": "[0-9]{1,2}", "%d": "[0-9]{1,2}",
    "%H": "[0-9]{1,2}", "%M": "[0-9]{1,2}", "%S": "[0-9]{1,2}",
}  # fmt: skip


def column(name: str) -> str:
    return f"data[[{r(name)}]]"


def category(x: str, values: pd.Series) -> str:
    """``x`` as a factor with the levels of ``values`` (n,) in their order."""
    levels = r_strings(level_text(c) for c in values.cat.categories)
    ordered = ", ordered = TRUE" if values.cat.ordered else ""
    return f"factor({x}, levels = {levels}{ordered})"


def numbers(x: str, source: str, how: NumberText) -> list[str]:
    """Lines that turn the text column ``source`` into numbers and put them into ``x``."""
    lines = [f"raw <- text({source})", "cells <- trimws(raw)"]
    for old, new in how.replaced:
        lines.append(f"cells <- gsub({r(old)}, {r(new)}, cells, fixed = TRUE)")
    lines += [
        f"cells[!grepl({r('^(' + NUMBER + ')$')}, cells)] <- NA",
        "cells <- as.numeric(cells)",
    ]
    lines += [f"cells[raw %in% {r(cell)}] <- {r_number(n)}" for cell, n in how.odd]
    return [*lines, f"{x} <- cells"]


def group(given: str | list[str]) -> str:
    """The line that makes ``group``."""
    columns = [given] if isinstance(given, str) else given
    return f"group <- groups({', '.join(column(c) for c in columns)})"


def whole_seconds(values: pd.Series) -> bool:
    """Whether R's text of a date (without fractions) says all of it."""
    stamps = values.dropna().to_numpy(dtype="datetime64[us]").astype(np.int64)
    return not bool((stamps % 1_000_000).any())


def dates(x: str, values: pd.Series, asked: str | None) -> list[str] | None:
    """Lines that make ``dates`` of a column; None when its way to write them has no short form."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return [f"dates <- {x}"]
    form = date_format_of(values, asked)
    lines = [f"cells <- trimws(text({x}))"]
    if form == "ISO8601":
        shape = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}Z?"
        texts = level_texts(values).dropna().str.strip()
        if not texts.str.fullmatch(shape).all():
            return None
        lines.append('cells <- sub("T", " ", sub("Z", "", cells))')
        form = "%Y-%m-%d %H:%M:%S"
    if "%b" in form:
        form = form.replace("-", " ").replace("%b", "%m")
        lines += [
            'cells <- gsub("-", " ", cells)',
            "for (k in 1:12) cells <- sub(month.abb[k], k, cells, ignore.case = TRUE)",
        ]
    if "%H" in form and "T" not in form:
        lines.append('cells <- sub("T", " ", cells)')
    directives = set(re.findall(r"%.", form))
    if not directives <= set(_REGEX):
        return None
    pattern = re.escape(form).replace("\\-", "-").replace("\\ ", " ").replace("/", "/")
    for directive, digits in _REGEX.items():
        pattern = pattern.replace(directive, digits)
    return [
        *lines,
        "# strptime reads the start of a text; the pattern asks for all of it.",
        f"cells[!grepl({r('^' + pattern + '$')}, cells)] <- NA",
        f'dates <- as.POSIXct(strptime(cells, {r(form)}, tz = "UTC"))',
    ]


def when(time: str, before: Table) -> list[str] | None:
    """Lines that make ``when``: numbers in whose order the rows of a group stand."""
    values, x = before.frame[time], column(time)
    if is_number(values):
        return [f"when <- {x}"]
    if isinstance(values.dtype, pd.CategoricalDtype) and values.cat.ordered:
        return [f"when <- as.integer({x})"]
    order = level_order([str(u) for u in pd.unique(values.dropna())])
    if order is not None and not pd.api.types.is_datetime64_any_dtype(values):
        return [f"when <- match(text({x}), {r_strings(order)})"]
    made = dates(x, values, None)
    return None if made is None else [*made, "when <- as.numeric(dates)"]


def list_of(items: list[str], indent: str = "  ") -> str:
    """``list(...)`` broken over lines."""
    return wrapped(items, "list(", ")", indent)
