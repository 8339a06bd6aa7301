"""Steps that compute or arrange columns row by row."""

from __future__ import annotations

from lmm_core.data.transform import FUNCTIONS
from lmm_core.report.scripts.quoting import r, r_number, r_strings
from lmm_core.report.scripts.r_dialect.words import column
from lmm_core.report.scripts.walk import Dialect, Stage

_FUNCTIONS = {
    **{name: f"{name}({{x}})" for name in FUNCTIONS},
    "square": "{x}^2",
    "reciprocal": "1 / {x}",
}


def _transform(s: Stage) -> list[str]:
    made = _FUNCTIONS[s.params["function"]].format(x=column(s.params["column"]))
    return [f"{column(s.target(s.params['column']))} <- {made}"]


def _center(s: Stage) -> list[str]:
    x, at = column(s.params["column"]), s.params["at"]
    point = f"{at}({x}, na.rm = TRUE)" if isinstance(at, str) else f"({r_number(at)})"
    return [f"{column(s.target(s.params['column']))} <- {x} - {point}"]


def _standardise(s: Stage) -> list[str]:
    x = column(s.params["column"])
    made = f"({x} - mean({x}, na.rm = TRUE)) / sd({x}, na.rm = TRUE)"
    return [f"{column(s.target(s.params['column']))} <- {made}"]


def _combine(s: Stage) -> list[str]:
    p = s.params
    right = f"as.numeric({column(p['right'])})" if isinstance(p["right"], str) else (
        f"({r_number(p['right'])})"
    )  # fmt: skip
    name = column(s.target(p["left"]))
    return [
        f"{name} <- as.numeric({column(p['left'])}) {p['operator']} {right}",
        f"{name}[!is.finite({name})] <- NA",
    ]


def _rename(s: Stage) -> list[str]:
    lines = ["old <- names(data)"]
    for name, new in s.params["names"].items():
        lines.append(f"names(data)[old == {r(name)}] <- {r(' '.join(new.split()))}")
    return lines


def _drop(s: Stage) -> list[str]:
    return [f"data[{r_strings(dict.fromkeys(s.params['columns']))}] <- NULL"]


def _unite(s: Stage) -> list[str]:
    given = [column(c) for c in s.params["columns"]]
    x = column(s.new[0])
    return [
        f"label <- paste({', '.join(f'text({c})' for c in given)}, sep = "
        f"{r(s.params['separator'])})",
        f"label[{' | '.join(f'is.na({c})' for c in given)}] <- NA",
        f"{x} <- label",
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
