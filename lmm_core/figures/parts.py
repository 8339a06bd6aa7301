"""Pieces that several figures share: axes, bands, lines with gaps, short labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lmm_core.figures.theme import escape, rgba

Array = np.ndarray


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis with a title; user text must be escaped before."""
    grid = "rgba(138,143,152,0.18)"
    return {"title": {"text": title}, "automargin": True, "gridcolor": grid, **more}


def short(text: object, at_most: int = 28) -> str:
    """Escaped and cut in the middle, for tick labels."""
    raw = str(text)
    if len(raw) > at_most:
        half = at_most // 2 - 1
        raw = f"{raw[:half]}…{raw[-half:]}"
    return escape(raw)


def band(x: Array, low: Array, high: Array, colour: str) -> dict[str, Any]:
    """A filled band without outline."""
    return {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": rgba(colour, 0.18),
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
    }


def with_gaps(values: Array, starts: Array, filler: Any = np.nan) -> Array:
    """Values of consecutive groups with a gap between, so that one trace holds all lines."""
    return np.insert(values.astype(object if filler is None else float), starts[1:], filler)
