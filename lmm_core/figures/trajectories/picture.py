"""The picture of the trajectories, its sentence and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.figures.parts import axis
from lmm_core.figures.theme import Picture, figure, outcome_title
from lmm_core.figures.trajectories import layers
from lmm_core.figures.trajectories.horizontal import default_by, group_of, horizontal
from lmm_core.figures.trajectories.lines import Lines, Mean, held, lines
from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, whole
from lmm_core.model.encoding import Categorical
from lmm_core.report.columns import outcome_name

Array = np.ndarray

AUTO = ""
LAYERS = ("observed", "groups", "population", "band")
MAX_GROUPS = 300


def trajectories(
    fit: FittedModel,
    x: str | None = None,
    by: str | None = AUTO,
    highlight: Sequence[str] = (),
    show: Sequence[str] = LAYERS,
    max_groups: int | None = None,
    units: Mapping[str, str] | None = None,
    group: str | None = None,
) -> Picture:
    """Observed lines, each group's own line, and the population mean with its confidence band.

    Parameters
    ----------
    x:
        A predictor for the horizontal axis; by default the one that suits best.
    by:
        A categorical fixed effect that splits the population mean, or None for one mean. By default
        the only one with at most six levels, if there is exactly one.
    highlight:
        Levels of the grouping column; names that don't occur are ignored.
    show:
        Any of "observed", "groups", "population", "band".
    max_groups:
        Above so many groups (300 by default) a seeded sample of them has lines, and the data are
        points.
    group:
        The grouping column; by default the first one.

    Raises
    ------
    ModelError
        ``unknown_x``, ``unknown_by``, ``unknown_group``.
    """
    grouping = group_of(fit, group)
    along = horizontal(fit, x, grouping.name)
    by = default_by(fit, along.column, grouping.name) if by == AUTO else _checked(fit, by)
    by = None if by == along.column else by
    shared = lines(fit, grouping, along)
    index = {level: k for k, level in enumerate(grouping.levels)}
    marked = np.array([index[h] for h in dict.fromkeys(highlight) if h in index], dtype=np.intp)
    drawn = _sample(grouping.n_levels, max_groups or MAX_GROUPS, marked)
    names, outcome = layers.names_of(grouping), outcome_name(fit)
    means = shared.population(by)
    faint = bool(len(marked))
    data: list[layers.Trace] = []
    own: list[layers.Trace] = []
    bands: list[layers.Trace] = []
    curves: list[layers.Trace] = []
    tables = []
    if "observed" in show:
        data, rows = layers.observed(fit, shared, drawn, names, outcome, faint)
        tables.append(_observed_table(fit, shared, rows))
    if "groups" in show:
        own_x, own_y = layers.own_lines(shared, drawn)
        own = [layers.groups(shared, drawn, own_x, own_y, names, outcome, faint)]
        tables.append(_own_table(shared, drawn, own_x, own_y))
    if "population" in show or "band" in show:
        bands, curves = layers.population(shared, means, show, outcome, by)
        note = _held_text(fit, shared, by)
        tables += [_mean_table(shared, mean, note) for mean in means]
    traces = [*data, *bands, *own, *curves]
    if len(marked):
        traces += layers.highlighted(fit, shared, marked, names, outcome)
    if any(trace["type"] == "scattergl" for trace in traces):
        # WebGL is painted over SVG, so that one such trace would cover all others.
        traces = [{**trace, "type": "scattergl"} for trace in traces]
    layout = {
        "height": 460,
        "showlegend": True,
        "xaxis": along.axis(grouping.name, units),
        "yaxis": axis(outcome_title(fit.spec.outcome, units)),
    }
    alt = _alt(fit, shared, means, by, len(drawn))
    return Picture(figure(traces, layout), alt, _table(tables, shared, by))


def _checked(fit: FittedModel, by: str | None) -> str | None:
    """A categorical predictor; None when it has no fixed effect, so that it splits nothing."""
    if by is None:
        return None
    fixed = {text for term in fit.spec.fixed for text in term}
    categorical = [
        (text in fixed, e.factor.column)
        for text, e in fit.design.encoders.items()
        if isinstance(e, Categorical)
    ]
    if (True, by) in categorical:
        return by
    if (False, by) in categorical:
        return None
    known = list(dict.fromkeys(column for _, column in categorical))
    raise ModelError(
        f"{by} isn't a categorical predictor of the model.",
        f"Choose {' or '.join(known)}." if known else "The model has no categorical predictor.",
        code="unknown_by",
    )


def _sample(n: int, at_most: int, marked: Array) -> Array:
    """Codes of the groups with lines, the highlighted ones among them."""
    if n <= at_most:
        return np.arange(n)
    return np.union1d(np.random.default_rng(1).choice(n, at_most, replace=False), marked)


def _held_text(fit: FittedModel, shared: Lines, by: str | None) -> str:
    found = held(fit, shared.along, by)
    at_mean = [f"{column} at its mean ({number(m)})" for column, m in found if m is not None]
    averaged = [column for column, m in found if m is None]
    if averaged:
        whose = "its" if len(averaged) == 1 else "their"
        at_mean.append(f"{' and '.join(averaged)} averaged over {whose} levels")
    return ", ".join(at_mean)


def _alt(fit: FittedModel, shared: Lines, means: Sequence[Mean], by: str | None, drawn: int) -> str:
    """One sentence: from where to where the average runs, and what is held or left out."""
    grouping, along = shared.grouping, shared.along
    n = grouping.n_levels
    over = f"over {along.column}" if along.column else "in the order of the rows"
    text = f"{outcome_name(fit)} {over} for {whole(n)} {grouping.name} groups: "
    if along.column is None:
        mean = means[0]
        bounds = interval(float(mean.low[0]), float(mean.high[0]))
        text += f"the average is {number(float(mean.fit[0]))} "
        text += f"({level_text(fit.spec.ci_level)} CI {bounds})"
    else:
        runs = []
        for mean in means[:6]:
            ends = f"{number(float(mean.fit[0]))} to {number(float(mean.fit[-1]))}"
            runs.append(ends if mean.level is None else f"{ends} ({by} {mean.level})")
        more = ["…"] if len(means) > 6 else []
        text += "the average runs from " + ", ".join(runs + more)
    notes = [_held_text(fit, shared, by)]
    if drawn < n:
        notes.append(f"the data are points and {whole(drawn)} of {whole(n)} groups have lines")
    if fit.n_obs > layers.MOST_POINTS and drawn < n:
        notes.append(f"{whole(layers.MOST_POINTS)} of {whole(fit.n_obs)} rows are drawn")
    return "; ".join([text, *(note for note in notes if note)]) + "."


def _observed_table(fit: FittedModel, shared: Lines, rows: Array) -> dict[str, object]:
    codes = shared.grouping.codes[rows]
    return {"layer": "observed", "codes": codes, "x": shared.along.values[rows], "y": fit.y[rows]}


def _own_table(shared: Lines, codes: Array, x: Array, y: Array) -> dict[str, object]:
    seen = ~np.isnan(x)
    repeated = np.repeat(codes, x.shape[1]).reshape(x.shape)
    return {"layer": "own line", "codes": repeated[seen], "x": x[seen], "y": y[seen]}


def _mean_table(shared: Lines, mean: Mean, note: str) -> dict[str, object]:
    nobody = np.full(len(mean.x), -1)
    bounds = {"conf_low": mean.low, "conf_high": mean.high}
    own = {"layer": "average", "codes": nobody, "x": mean.x, "y": mean.fit}
    return {**own, **bounds, "split": mean.level, "held": note}


def _table(tables: list[dict], shared: Lines, by: str | None) -> pd.DataFrame:
    """layer, group, x, outcome; for averages conf_low, conf_high, the split, and what is held.

    Long: one row per drawn point. The user's columns keep their names.
    """
    sizes = [len(t["x"]) for t in tables]

    def joined(key: str, filler: object, dtype: object) -> Array:
        pieces = [
            t[key] if isinstance(t.get(key), np.ndarray) else np.full(n, t.get(key, filler), dtype)
            for t, n in zip(tables, sizes, strict=True)
        ]
        return np.concatenate(pieces) if pieces else np.empty(0, dtype)

    levels = np.array([*shared.grouping.levels, None], dtype=object)
    x: Array = joined("x", np.nan, float)
    if shared.along.kind == "category":
        x = np.array(shared.along.levels, dtype=object)[x.astype(np.intp)]
    columns = [
        ("layer", joined("layer", "", object)),
        (shared.grouping.name, levels[joined("codes", -1, int)]),
        (shared.along.label, x),
        (outcome_name(shared.fit), joined("y", np.nan, float)),
        ("conf_low", joined("conf_low", np.nan, float)),
        ("conf_high", joined("conf_high", np.nan, float)),
    ]
    if by is not None:
        columns.append((by, joined("split", None, object)))
    if any(t.get("held") for t in tables):
        columns.append(("held", joined("held", "", object)))
    named: dict[str, Array] = {}
    for name, values in columns:
        # A user's column may be called "layer" as well.
        while name in named:
            name += "_"
        named[name] = values
    return pd.DataFrame(named)
