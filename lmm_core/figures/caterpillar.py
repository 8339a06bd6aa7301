"""Conditional modes sorted, with intervals; those that exclude 0 are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import (
    RANDOM,
    RESIDUAL,
    Picture,
    escape,
    escape_all,
    figure,
    rgba,
    scatter,
    value_format,
    wrap,
    zero_line,
)
from lmm_core.figures.trajectories.horizontal import group_of
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, number, whole
from lmm_core.model.encoding import Numeric
from lmm_core.model.matrices import INTERCEPT
from lmm_core.report.columns import outcome_name, outcome_unit, plain

Array = np.ndarray

MOST_NAMED = 40
MOST_LABELS = 12
TALL = 620
TITLE_WIDTH = 44


def caterpillar(
    fit: FittedModel,
    group: str | None = None,
    term: str | None = None,
    highlight: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
) -> Picture:
    """One random effect of one grouping column, from the lowest group (bottom) to the highest.

    ``term`` is a value of the column ``term`` of ``fit.conditional_modes(group)``, the first one by
    default. Highlighted levels are large and named; the others step back.

    Raises
    ------
    ModelError
        ``unknown_group``, ``unknown_term``.
    """
    grouping = group_of(fit, group)
    group = grouping.name
    table = _modes(fit, group)
    terms = list(table["term"].head(len(table) // grouping.n_levels))
    term = terms[0] if term is None else term
    if term not in terms:
        raise ModelError(
            f"{term} isn't a random effect of {group}.",
            f"Choose {' or '.join(terms)}.",
            code="unknown_term",
        )
    table = table[terms.index(term) :: len(terms)].drop(columns="term")
    order = np.argsort(table["estimate"].to_numpy(), kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    levels = np.array(grouping.levels, dtype=object)[order]
    n, level = len(table), level_text(fit.spec.ci_level)
    wanted = set(highlight)
    found = np.array([name in wanted for name in levels])
    out = table["excludes_zero"].to_numpy()
    faint = bool(found.any())
    ranks = _Ranks(table, [f"{group} {name}" for name in levels])
    traces: list[dict[str, Any]] = []
    for mask, colour, words in ((~out, RESIDUAL, "includes 0"), (out, RANDOM, "excludes 0")):
        name = f"{level} CI {words} ({whole(int(mask.sum()))})"
        traces += ranks.points(mask & ~found, colour, name, faint)
    for mask, colour in ((~out, RESIDUAL), (out, RANDOM)):
        traces += ranks.points(mask & found, colour, "", False, large=True)
    named = n <= MOST_NAMED
    layout = {
        "height": 110 + 19 * max(n, 4) if named else TALL,
        "showlegend": True,
        "xaxis": axis(_title(fit, term, units), range=_span(table)),
        "yaxis": axis(
            "" if named else f"{escape(group)}, sorted",
            tickvals=np.arange(n) if named else [],
            ticktext=_tick_names(levels, found) if named else [],
            showgrid=False,
            range=[-0.8, n - 0.2] if named else [-0.02 * n, 1.02 * n],
        ),
        "shapes": [zero_line()],
        "annotations": [] if named else _labels(table, levels, found),
    }
    alt = _alt(table, group, term, level)
    return Picture(figure(traces, layout), alt, table.iloc[::-1].reset_index(drop=True))


def excluded(fit: FittedModel, group: str | None = None) -> pd.DataFrame:
    """Per random effect of a grouping column, how many groups stand out, and the two ends.

    Columns term, n, n_excluding_zero, highest, lowest (names of levels; None when all groups are
    the same because the variance is 0).
    """
    rows = []
    for term, table in _modes(fit, group_of(fit, group).name).groupby("term", sort=False):
        ordered = list(table.sort_values("estimate", kind="stable")["level"])
        ends: tuple[str | None, str | None] = (ordered[-1], ordered[0])
        if not (table["std_error"] > 0).any():
            ends = (None, None)
        rows.append((term, len(table), int(table["excludes_zero"].sum()), *ends))
    return pd.DataFrame(rows, columns=["term", "n", "n_excluding_zero", "highest", "lowest"])


def _modes(fit: FittedModel, group: str) -> pd.DataFrame:
    table = fit.conditional_modes(group)
    beyond = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    # At a variance of 0 the modes are 0 up to rounding and have no interval.
    return table.assign(excludes_zero=beyond & (table["std_error"] > 0))


class _Ranks:
    """The sorted groups of one figure; makes the traces of a part of them."""

    def __init__(self, table: pd.DataFrame, names: list[str]) -> None:
        self.n = len(table)
        self.estimate = table["estimate"].to_numpy()
        self.bounds = table[["conf_low", "conf_high"]].to_numpy()
        self.names = np.array(escape_all(names), dtype=str)

    def points(
        self, mask: Array, colour: str, name: str, faint: bool, large: bool = False
    ) -> list[dict[str, Any]]:
        """Intervals as one line trace with gaps, and points on top."""
        if not mask.any():
            return []
        size, width = (7, 2.5) if self.n <= 60 else (4, 1.5) if self.n <= 400 else (3, 1)
        # Where many intervals share a line of pixels each is fainter, so that the points show.
        per_pixel = max(1.0, self.n / TALL)
        strength = 1 - 0.45 ** (1 / per_pixel)
        if large:
            size, width, strength = 12, 4, 1.0
        fade = 0.4 if faint else 1.0
        position = np.flatnonzero(mask)
        bounds = self.bounds[mask]
        x = np.column_stack([bounds, np.full(len(bounds), np.nan)])
        style = value_format(self.estimate)
        common = {"type": scatter(3 * self.n), "legendgroup": name or "found"}
        edge = {"color": "#FFFFFF", "width": 1.5 if large else 0}
        return [
            {
                **common,
                "mode": "lines",
                "x": x.ravel(),
                "y": np.repeat(position, 3),
                "line": {"color": rgba(colour, strength * fade), "width": width},
                "hoverinfo": "skip",
                "showlegend": False,
            },
            {
                **common,
                "mode": "markers",
                "x": self.estimate[mask],
                "y": position,
                "marker": {"color": rgba(colour, fade), "size": size, "line": edge},
                "name": name,
                "showlegend": not large,
                "text": self.names[mask],
                "customdata": bounds,
                "hovertemplate": f"<b>%{{text}}</b><br>%{{x:{style}}} "
                f"(%{{customdata[0]:{style}}} to %{{customdata[1]:{style}}})<extra></extra>",
            },
        ]


def _span(table: pd.DataFrame) -> list[float]:
    """The axis' range: all intervals, 0, and some room."""
    low, high = min(0.0, table["conf_low"].min()), max(0.0, table["conf_high"].max())
    room = 0.04 * (high - low) or 1.0
    return [low - room, high + room]


def _tick_names(levels: Array, found: Array) -> list[str]:
    names = [short(level, 22) for level in levels]
    pairs = zip(names, found, strict=True)
    return [f"<b>{name}</b>" if is_found else name for name, is_found in pairs]


def _labels(table: pd.DataFrame, levels: Array, found: Array) -> list[dict[str, Any]]:
    """Names of highlighted groups beside their interval, on the side with room."""
    labels = []
    for k in np.flatnonzero(found)[:MOST_LABELS]:
        row = table.iloc[int(k)]
        above = row["estimate"] > 0
        labels.append(
            {
                "x": row["conf_low"] if above else row["conf_high"],
                "y": int(k),
                "text": f"<b>{short(levels[k], 22)}</b>",
                "xanchor": "right" if above else "left",
                "xshift": -6 if above else 6,
                "showarrow": False,
            }
        )
    return labels


def _effect(term: str) -> str:
    return "level" if term == INTERCEPT else f"effect of {term.replace('`', '')}"


def _title(fit: FittedModel, term: str, units: Mapping[str, str] | None) -> str:
    """What is sorted, in outcome units, or per unit of a plain numeric slope."""
    unit = outcome_unit(fit, units or {})
    if term != INTERCEPT and unit:
        encoder = fit.design.encoders.get(term)
        if not isinstance(encoder, Numeric):
            # A level against the reference level is in outcome units; a product is per unit of
            # several columns.
            unit = "" if ":" in term else unit
        elif encoder.factor.calls:
            unit = ""
        else:
            unit = f"{unit} per {_one_of(plain(term), (units or {}).get(plain(term), ''))}"
    what = f"Difference from average {_effect(term)}"
    if term == INTERCEPT:
        what = f"Difference from average {outcome_name(fit)}"
    if not unit:
        return wrap(what, TITLE_WIDTH)
    both = f"{what} ({unit})"
    if len(both) <= TITLE_WIDTH:
        return escape(both)
    return f"{wrap(what, TITLE_WIDTH)}<br>{wrap(f'({unit})', TITLE_WIDTH)}"


def _one_of(column: str, unit: str) -> str:
    """A unit in the singular: "day" for "days"; "unit of year" where there is none to use."""
    if not unit or " " in unit:
        return f"unit of {column}"
    is_plural = len(unit) > 3 and unit.endswith("s") and not unit.endswith("ss")
    return unit[:-1] if is_plural else unit


def _alt(table: pd.DataFrame, group: str, term: str, level: str) -> str:
    n, count = len(table), int(table["excludes_zero"].sum())
    if not (table["std_error"] > 0).any():
        return f"All {whole(n)} {group} groups have the same {_effect(term)}: its variance is 0."
    high, low = table.iloc[-1], table.iloc[0]
    ends = f"{low.level} ({number(low.estimate)}) to {high.level} ({number(high.estimate)})"
    who = "none" if count == 0 else whole(count)
    exclude = "exclude" if count > 1 else "excludes"
    return (
        f"{whole(n)} {group} groups sorted by their deviation in {_effect(term)}, from {ends}; "
        f"{who} of the {level} intervals {exclude} 0."
    )
