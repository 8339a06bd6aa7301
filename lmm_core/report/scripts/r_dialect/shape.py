"""Steps that change the shape of a table: wide to long and back, and joining a second one."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

from lmm_core.data.convert import level_names, level_text, level_texts
from lmm_core.data.join import joined_columns
from lmm_core.report.scripts.quoting import r, r_number, r_strings
from lmm_core.report.scripts.r_dialect.words import category, column, list_of
from lmm_core.report.scripts.reshaping import long_shape
from lmm_core.report.scripts.walk import Dialect, Stage


def _long(s: Stage) -> list[str]:
    p, made = s.params, long_shape(s.before.frame, s.params)
    names = [str(c) for c in s.after.frame.columns]
    dated = pd.api.types.is_datetime64_any_dtype(s.after.frame[p["time_name"]])
    lines = ["pieces <- list("]
    for k, (time, columns) in enumerate(made.pieces):
        if dated:
            time = dt.datetime.fromisoformat(str(time)).isoformat(sep=" ")
        shown = r(time) if isinstance(time, str) else r_number(time)
        items = [shown, f"c({', '.join(map(r, columns))})",
                 f"c({', '.join(map(r, columns.values()))})"]  # fmt: skip
        end = "," if k + 1 < len(made.pieces) else ""
        lines += f"  {list_of(items, '    ')}{end}".split("\n")
    lines += [
        ")",
        "n <- nrow(data)",
        "parts <- lapply(pieces, function(piece) {",
        f"  part <- data[{r_strings(made.id)}]",
    ]
    if p["number_name"] is not None:
        lines.append(f"  part[[{r(p['number_name'])}]] <- seq_len(n)")
    lines += [
        f"  part[[{r(p['time_name'])}]] <- rep(piece[[1]], n)",
        f"  part[{r_strings(p['values'])}] <- NA",
        "  for (k in seq_along(piece[[2]])) {",
        "    values <- data[[piece[[3]][k]]]",
    ]
    if made.as_text:
        test = f"piece[[2]][k] %in% {r_strings(made.as_text)}"
        lines.append(f"    if ({test}) values <- text(values)")
    lines += [
        "    part[[piece[[2]][k]]] <- values",
        "  }",
        f"  part[{r_strings(names)}]",
        "})",
        "# The rows of one wide row stand together, in the order of time.",
        "data <- do.call(rbind, parts)",
        "data <- data[order(rep(seq_len(n), times = length(parts))), , drop = FALSE]",
    ]
    if made.drops_empty:
        filled = f"rowSums(!is.na(data[{r_strings(p['values'])}])) > 0"
        lines.append(f"data <- data[{filled}, , drop = FALSE]")
    lines.append("rownames(data) <- NULL")
    for name in (p["time_name"], *p["values"]):
        values = s.after.frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            lines.append(f"{column(name)} <- {category(f'text({column(name)})', values)}")
        elif name == p["time_name"] and dated:
            form = "%Y-%m-%d %H:%M:%S"
            lines.append(
                f'{column(name)} <- as.POSIXct({column(name)}, format = "{form}", tz = "UTC")'
            )
    return lines


def _wide(s: Stage) -> list[str]:
    p = s.params
    ids = [p["id"]] if isinstance(p["id"], str) else p["id"]
    values = [p["value"]] if isinstance(p["value"], str) else p["value"]
    whole = " & ".join(f"!is.na({column(c)})" for c in [*ids, p["time"]])
    lines = [
        f"rows <- data[{whole}, , drop = FALSE]",
        f"key <- groups({', '.join(f'rows[[{r(c)}]]' for c in ids)})",
        f"at <- text(rows[[{r(p['time'])}]])",
        f"wide <- rows[!duplicated(key), {r_strings(ids)}, drop = FALSE]",
    ]
    for value in values:
        for level in level_names(s.before.frame[p["time"]]):
            new = f"{value}_{level}" if p["prefix"] else level_text(level)
            lines.append(
                f"wide[[{r(new)}]] <- rows[[{r(value)}]][at == {r(level)}]"
                f"[match(unique(key), key[at == {r(level)}])]"
            )
    return [*lines, "data <- wide", "rownames(data) <- NULL"]


def _join(s: Stage) -> list[str] | None:
    if s.right is None or not s.second:
        return None
    p, second = s.params, s.second
    if p["match"] == "loose" and not _plain_keys(s, p["left_on"], p["right_on"]):
        return None
    added = joined_columns(s.before.frame, s.right.frame, p["right_on"], p["name"])
    loose = p["match"] == "loose"
    lines = []
    if loose:
        lines += [
            'loosen <- function(x) chartr(paste(LETTERS, collapse = ""),',
            '                             paste(letters, collapse = ""),',
            '                             gsub("[ \\t\\r\\n]+", " ", trimws(x)))',
        ]
    lines += [
        f"key <- {_key('data', p['left_on'], loose)}",
        f"known <- {_key(second, p['right_on'], loose)}",
    ]
    for frame, name, columns in (("data", "key", p["left_on"]), (second, "known", p["right_on"])):
        missing = " | ".join(f"is.na({frame}[[{r(c)}]])" for c in columns)
        lines.append(f"{name}[{missing}] <- NA")
    lines.append("at <- match(key, known, incomparables = NA)")
    for new, old in added.items():
        lines.append(f"{column(new)} <- {second}[[{r(old)}]][at]")
    return lines


def _key(frame: str, columns: list[str], loose: bool) -> str:
    texts = [f"text({frame}[[{r(c)}]])" for c in columns]
    parts = [f"loosen({text})" for text in texts] if loose else texts
    return f'paste({", ".join(parts)}, sep = "\\x1f")' if len(parts) > 1 else parts[0]


def _plain_keys(s: Stage, left_on: list[str], right_on: list[str]) -> bool:
    """Whether keys match alike when only the letters A to Z lose their case, as in every locale."""
    assert s.right is not None
    for left, right in zip(left_on, right_on, strict=True):
        columns = (s.before.frame[left], s.right.frame[right])
        texts = [str(t) for values in columns for t in pd.unique(level_texts(values).dropna())]
        plain = [re.sub("[ \t\r\n]+", " ", t.strip(" \t\r\n")).translate(_SMALL) for t in texts]
        full = [" ".join(t.split()).casefold() for t in texts]
        if not len(set(plain)) == len(set(full)) == len(set(zip(plain, full, strict=True))):
            return False
    return True


_SMALL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


SHAPE: Dialect = {"reshape_long": _long, "reshape_wide": _wide, "join": _join}
