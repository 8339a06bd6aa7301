"""Steps that look at other rows of the same group, at dates, or at the whole column."""

from __future__ import annotations

from lmm_core.data.bins import class_labels, cut_points
from lmm_core.data.elapsed import UNITS
from lmm_core.report.scripts.pandas_dialect.words import by, column, dates, names, when
from lmm_core.report.scripts.quoting import py
from lmm_core.report.scripts.walk import Dialect, Stage


def _split(s: Stage) -> list[str]:
    within, between = s.new
    x = column(s.params["column"])
    mean = f"{by(s.params['group'], s.before)}[{py(s.params['column'])}].transform('mean')"
    return [
        f"between = {mean}",
        f"{column(within)} = {x} - between",
        f"{column(between)} = between",
    ]


def _in_order(s: Stage) -> list[str] | None:
    """Lines that make ``group``, ``when`` and the rows in ``order``."""
    time = when(s.params["time"], s.before)
    if time is None:
        return None
    return [
        *time,
        f"group = {by(s.params['group'], s.before)}.ngroup()",
        "group = group.where(group >= 0)",
        "order = when[when.notna() & group.notna()].sort_values(kind='stable').index",
    ]


def _change(s: Stage) -> list[str] | None:
    lines, x = _in_order(s), column(s.params["column"])
    if lines is None:
        return None
    made = {
        "difference": f"{x} - previous",
        "percent": f"(100 * ({x} / previous - 1)).replace([np.inf, -np.inf], np.nan)",
        "log_ratio": f"np.log(({x} / previous).where(({x} > 0) & (previous > 0)))",
    }[s.params["measure"]]
    return [
        *lines,
        f"previous = {x}.loc[order].groupby(group.loc[order]).shift().reindex(data.index)",
        f"{column(s.target(s.params['column']))} = {made}",
    ]


def _baseline(s: Stage) -> list[str] | None:
    lines, x = _in_order(s), column(s.params["column"])
    if lines is None:
        return None
    return [
        *lines,
        "first = group.loc[order].drop_duplicates()  # the first row of each group",
        f"values = dict(zip(first, {x}.loc[first.index]))",
        f"{column(s.target(s.params['column']))} = group.map(values)",
    ]


def _elapsed(s: Stage) -> list[str] | None:
    p = s.params
    found = dates(column(p["column"]), s.before.frame[p["column"]], p["date_format"])
    if found is None:
        return None
    x, lines = column(s.target(p["column"])), [f"dates = {found}"]
    if p["origin"] == "calendar" and p["unit"] == "years":
        return [
            *lines,
            "year = dates.dt.year",
            'start = pd.to_datetime(year.map("{:.0f}-01-01".format, na_action="ignore"))',
            'end = pd.to_datetime((year + 1).map("{:.0f}-01-01".format, na_action="ignore"))',
            f"{x} = (year + (dates - start) / (end - start)).round(6)",
        ]
    if p["origin"] == "calendar":
        lines.append('start = pd.Timestamp(f"{dates.min().year}-01-01")')
    elif p["origin"] == "first":
        lines.append("start = dates.min()")
    else:
        lines += [
            f"group = {by(p['group'], s.before)}.ngroup()",
            'start = dates.groupby(group.where(group >= 0)).transform("min")',
        ]
    unit = "" if p["unit"] == "days" else f" / {UNITS[p['unit']]!r}"
    return [*lines, f'{x} = ((dates - start) / pd.Timedelta("1D"){unit}).round(6)']


def _bins(s: Stage) -> list[str]:
    p, x = s.params, column(s.params["column"])
    if p["method"] == "points":
        lines = [f"cuts = {py(sorted(set(map(float, p['points']))))}"]
    else:
        made = (
            f"np.linspace(x.min(), x.max(), {p['n'] + 1})[1:-1]"
            if p["method"] == "width"
            else f"np.quantile(x.dropna(), np.arange(1, {p['n']}) / {p['n']})"
        )
        lines = [
            f"x = {x}",
            f"cuts = np.unique({made})",
            "cuts = cuts[(cuts > x.min()) & (cuts <= x.max())]",
        ]
    points = cut_points(s.before.frame, p["column"], p["method"], p["n"], p["points"])
    name = column(s.target(p["column"]))
    return [
        *lines,
        f"{name} = pd.cut({x}, [-np.inf, *cuts, np.inf], right=False,",
        f"    labels={names(class_labels(points), '        ')})",
        f"{name} = {name}.cat.remove_unused_categories()",
    ]


TIMES: Dialect = {
    "split": _split,
    "change": _change,
    "baseline": _baseline,
    "elapsed": _elapsed,
    "bins": _bins,
}
