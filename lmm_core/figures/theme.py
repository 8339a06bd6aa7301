"""The one palette and layout of all figures, and what a picture is.

Colours are Okabe & Ito's (2008) colour-blind-safe set and the same on light and dark pages; fonts,
grid lines and the background come from the page's template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lmm_core.formatting import number

__all__ = [
    "FIXED",
    "LEVELS",
    "RANDOM",
    "RESIDUAL",
    "WEBGL_POINTS",
    "Picture",
    "axis_title",
    "escape",
    "escape_all",
    "figure",
    "number",
    "outcome_title",
    "position",
    "rgba",
    "scatter",
    "value_format",
    "wrap",
    "zero_line",
]

FIXED = "#0072B2"
RANDOM = "#D55E00"
RESIDUAL = "#8A8F98"
LEVELS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
WEBGL_POINTS = 10_000
TRANSPARENT = "rgba(0,0,0,0)"
GRID = "rgba(138,143,152,0.18)"

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " ", "\t": " "})


@dataclass(frozen=True)
class Picture:
    """A figure, its takeaway in one plain sentence, and the table of what is drawn."""

    figure: go.Figure
    alt: str
    data: pd.DataFrame | None = None


def figure(
    traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any] | None = None
) -> go.Figure:
    """A Plotly figure from plain dicts, validated once; ``layout`` is laid over the common one."""
    return go.Figure({"data": list(traces), "layout": _merged(_common(), layout or {})})


def _common() -> dict[str, Any]:
    # No title: the page's heading states the finding. The legend lies above the plot, where it
    # takes as many lines as a narrow screen needs.
    return {
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "height": 420,
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "namelength": 0},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "title": {"text": ""},
            "itemclick": "toggle",
        },
        "xaxis": _axis(10),
        "yaxis": _axis(8),
    }


def _axis(standoff: int) -> dict[str, Any]:
    return {
        "automargin": True,
        "zeroline": False,
        "gridcolor": GRID,
        "title": {"standoff": standoff},
    }


def _merged(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in over.items():
        below = base.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            base[key] = _merged(below, value)
        else:
            base[key] = value
    return base


def escape(text: object) -> str:
    """User text as literal text in any place of a figure.

    Plotly reads a few HTML tags everywhere, and ``%{...}`` in hover templates.
    """
    return str(text).translate(_ENTITIES).replace("%{", "%&#123;")


def escape_all(texts: Iterable[object]) -> list[str]:
    """``escape`` of many texts; one pass over all of them is several times faster."""
    raw = [str(text) for text in texts]
    joined = escape("\x00".join(raw)).split("\x00")
    return joined if len(joined) == len(raw) else [escape(text) for text in raw]


def wrap(text: object, width: int = 28, lines: int = 3) -> str:
    """User text, escaped, over at most ``lines`` lines of about ``width`` letters."""
    from textwrap import wrap as broken

    parts = broken(" ".join(str(text).split()), width, max_lines=lines, placeholder=" …")
    return "<br>".join(escape(part) for part in parts)


def axis_title(column: object, units: Mapping[str, str] | None = None) -> str:
    """The column's name, with its unit where one is known: "Reaction (ms)"; escaped, wrapped."""
    unit = (units or {}).get(str(column), "")
    if unit.casefold().rstrip("s") == str(column).casefold().rstrip("s"):
        # "Days (days)" says it twice.
        unit = ""
    return wrap(f"{column} ({unit})" if unit else column, 48)


def outcome_title(outcome: str, units: Mapping[str, str] | None = None) -> str:
    """Axis title of a model's outcome, a factor text: without its unit when it is transformed."""
    from lmm_core.model.factors import factor_of

    factor = factor_of(outcome)
    if factor.calls:
        return axis_title(outcome.replace("`", ""))
    return axis_title(factor.column, units)


def value_format(values: np.ndarray, digits: int = 3) -> str:
    """d3 format that shows typical values with ``digits`` significant digits: ".1f".

    A fixed number of decimals, so that the values of one column read alike.
    """
    sizes = np.abs(np.asarray(values, dtype=float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not len(sizes):
        return ".0f"
    typical = float(np.median(sizes))
    size = floor(log10(typical))
    if size < -4 or size >= 9:
        return f".{digits - 1}e"
    whole = bool((sizes == np.round(sizes)).all())
    # No comma in 1952, which may be a year.
    comma = "," if sizes.max() >= 10_000 else ""
    return f"{comma}.{0 if whole else max(0, digits - 1 - size)}f"


def position(value: float) -> str:
    """A number that says where something lies, without trailing zeros: "9", "8.92"."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


def rgba(colour: str, alpha: float) -> str:
    """A "#rrggbb" colour with opacity ``alpha``."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:.3g})"


def zero_line(axis: str = "x") -> dict[str, Any]:
    """A dotted grey line at 0 of one axis over the whole plot, as a layout shape."""
    other = "y" if axis == "x" else "x"
    ends = {f"{axis}0": 0, f"{axis}1": 0, f"{other}0": 0, f"{other}1": 1}
    line = {"color": RESIDUAL, "width": 1.5, "dash": "dot"}
    return {"type": "line", f"{other}ref": "paper", "layer": "below", **ends, "line": line}


def scatter(n: int) -> str:
    """Trace type for ``n`` points in one figure: WebGL above ``WEBGL_POINTS``."""
    return "scattergl" if n > WEBGL_POINTS else "scatter"
