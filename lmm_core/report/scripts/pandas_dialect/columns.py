"""Steps that compute or arrange columns row by row."""

from __future__ import annotations

from lmm_core.data.transform import FUNCTIONS
from lmm_core.report.scripts.pandas_dialect.words import column
from lmm_core.report.scripts.quoting import py
from lmm_core.report.scripts.walk import Dialect, Stage

_FUNCTIONS = {
    **{name: f"np.{name}({{x}})" for name in FUNCTIONS},
    "square": "{x} ** 2",
    "reciprocal": "1 / {x}",
}


def _transform(s: Stage) -> list[str]:
    made = _FUNCTIONS[s.params["function"]].format(x=column(s.params["column"]))
    return [f"{column(s.target(s.params['column']))} = {made}"]


def _center(s: Stage) -> list[str]:
    x, at = column(s.params["column"]), s.params["at"]
    point = f"{x}.{at}()" if isinstance(at, str) else f"({at!r})"
    return [f"{column(s.target(s.params['column']))} = {x} - {point}"]


def _standardise(s: Stage) -> list[str]:
    x = column(s.params["column"])
    return [f"{column(s.target(s.params['column']))} = ({x} - {x}.mean()) / {x}.std()"]


def _combine(s: Stage) -> list[str]:
    p = s.params
    right = column(p["right"]) if isinstance(p["right"], str) else f"({p['right']!r})"
    made = f"{column(p['left'])} {p['operator']} {right}"
    if p["operator"] == "/":
        made = f"({made}).replace([np.inf, -np.inf], np.nan)"
    return [f"{column(s.target(p['left']))} = {made}"]


def _rename(s: Stage) -> list[str]:
    names = {old: " ".join(new.split()) for old, new in s.params["names"].items()}
    return [f"data = data.rename(columns={py(names)})"]


def _drop(s: Stage) -> list[str]:
    return [f"data = data.drop(columns={py(list(dict.fromkeys(s.params['columns'])))})"]


def _unite(s: Stage) -> list[str]:
    between = f" + {py(s.params['separator'])} + "
    return [
        f"{column(s.new[0])} = {between.join(f'text({column(c)})' for c in s.params['columns'])}"
    ]


COLUMNS: Dialect = {
    "transform": _transform,
    "center": _center,
    "standardise": _standardise,
    "combine": _combine,
    "rename": _rename,
    "drop": _drop,
    "unite": _unite,
}
