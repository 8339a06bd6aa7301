"""Steps that look at other rows of the same group, at dates, or at the whole column."""

from __future__ import annotations

from lmm_core.data.bins import class_labels, cut_points
from lmm_core.data.elapsed import UNITS
from lmm_core.report.scripts.quoting import r_number, r_strings
from lmm_core.report.scripts.r_dialect.words import column, dates, group, when
from lmm_core.report.scripts.walk import Dialect, Stage


def _split(s: Stage) -> list[str]:
    within, between = (column(name) for name in s.new)
    x = column(s.params["column"])
    return [
        group(s.params["group"]),
        f"means <- tapply({x}, group, mean, na.rm = TRUE)",
        "between <- as.vector(means)[group]",
        "between[is.nan(between)] <- NA",
        f"{within} <- {x} - between",
        f"{between} <- between",
    ]


def _in_order(s: Stage) -> list[str] | None:
    """Lines that make ``group``, and the rows by group and time."""
    time = when(s.params["time"], s.before)
    if time is None:
        return None
    return [*time, group(s.params["group"]), "rows <- order(group, when, na.last = NA)"]


def _change(s: Stage) -> list[str] | None:
    lines, x = _in_order(s), column(s.params["column"])
    if lines is None:
        return None
    name = column(s.target(s.params["column"]))
    made = {
        "difference": [f"{name} <- {x} - previous"],
        "percent": [
            f"{name} <- 100 * ({x} / previous - 1)",
            f"{name}[!is.finite({name})] <- NA",
        ],
        "log_ratio": [
            f"positive <- {x} > 0 & previous > 0",
            f"{name} <- log(ifelse(positive, {x} / previous, NA))",
        ],
    }[s.params["measure"]]
    return [
        *lines,
        "previous <- rep(NA_real_, nrow(data))",
        f"previous[rows[-1]] <- {x}[rows[-length(rows)]]",
        "previous[rows[!duplicated(group[rows])]] <- NA  # the first row of each group",
        *made,
    ]


def _baseline(s: Stage) -> list[str] | None:
    lines, x = _in_order(s), column(s.params["column"])
    if lines is None:
        return None
    return [
        *lines,
        "first <- rows[!duplicated(group[rows])]  # the first row of each group",
        f"{column(s.target(s.params['column']))} <- {x}[first][match(group, group[first])]",
    ]


def _elapsed(s: Stage) -> list[str] | None:
    p = s.params
    lines = dates(column(p["column"]), s.before.frame[p["column"]], p["date_format"])
    if lines is None:
        return None
    x = column(s.target(p["column"]))
    first_of = 'ISOdatetime({}, 1, 1, 0, 0, 0, tz = "UTC")'
    year = "as.POSIXlt(dates)$year + 1900"
    if p["origin"] == "calendar" and p["unit"] == "years":
        return [
            *lines,
            f"year <- {year}",
            f"start <- as.numeric({first_of.format('year')})",
            f"end <- as.numeric({first_of.format('year + 1')})",
            f"{x} <- round(year + (as.numeric(dates) - start) / (end - start), 6)",
        ]
    lines.append("days <- as.numeric(dates) / 86400")
    if p["origin"] == "calendar":
        start = first_of.format(f"min({year}, na.rm = TRUE)")
        lines.append(f"start <- as.numeric({start}) / 86400")
    elif p["origin"] == "first":
        lines.append("start <- min(days, na.rm = TRUE)")
    else:
        lines += [
            group(p["group"]),
            "first <- suppressWarnings(tapply(days, group, min, na.rm = TRUE))",
            "start <- as.vector(first)[group]",
        ]
    unit = "" if p["unit"] == "days" else f" / {r_number(UNITS[p['unit']])}"
    return [*lines, f"{x} <- round((days - start){unit}, 6)"]


def _bins(s: Stage) -> list[str]:
    p, x = s.params, column(s.params["column"])
    if p["method"] == "points":
        points = ", ".join(r_number(v) for v in sorted(set(map(float, p["points"]))))
        lines = [f"cuts <- c({points})"]
    else:
        n = p["n"]
        made = (
            f"low + 1:{n - 1} * ((high - low) / {n})"
            if p["method"] == "width"
            else f"quantiles({x}, 1:{n - 1} / {n})"
        )
        lines = [
            f"low <- min({x}, na.rm = TRUE)",
            f"high <- max({x}, na.rm = TRUE)",
            f"cuts <- sort(unique({made}))",
            "cuts <- cuts[cuts > low & cuts <= high]",
        ]
    points = cut_points(s.before.frame, p["column"], p["method"], p["n"], p["points"])
    return [
        *lines,
        f"classes <- cut({x}, c(-Inf, cuts, Inf), right = FALSE, ordered_result = TRUE,",
        f"  labels = {r_strings(class_labels(points))})",
        f"{column(s.target(p['column']))} <- droplevels(classes)",
    ]


TIMES: Dialect = {
    "split": _split,
    "change": _change,
    "baseline": _baseline,
    "elapsed": _elapsed,
    "bins": _bins,
}
