"""A line-up: the observed picture among seven of data that the model itself made.

Whoever can't tell which one is observed sees no departure that matters (Buja et al. 2009, Phil.
Trans. R. Soc. A 367). The simulated data are refitted, so that all eight went the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.assess.simulation.outcomes import draw
from lmm_core.estimation.fit import estimate
from lmm_core.inference.prediction import random_part
from lmm_core.model.design import Design

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray

PANELS = 8
MOST_ROWS = 2_000

VIEWS = {
    "fitted": "Residuals over fitted values",
    "residuals": "Residuals against a bell curve",
    "groups": "Groups against a bell curve",
}


@dataclass(frozen=True)
class Panel:
    """Points of one small picture."""

    x: Array
    y: Array


@dataclass(frozen=True)
class Lineup:
    """Eight panels of one view; ``place`` (0-based) is the observed one."""

    view: str
    panels: tuple[Panel, ...]
    place: int
    x_title: str
    y_title: str


def views(fit: FittedModel) -> tuple[str, ...]:
    """Views that this fit has: groups need a variance above 0 and a few groups."""
    has_groups = any(
        G[0, 0] > 0 and f.n_levels >= 8
        for f, G in zip(fit.estimates.conditioned.factors, fit.estimates.covariances, strict=True)
    )
    return tuple(v for v in VIEWS if v != "groups" or has_groups)


def lineup(fit: FittedModel, view: str, seed: int) -> Lineup:
    """The observed picture at a place drawn from ``seed``, among seven simulated ones."""
    rng = np.random.default_rng(seed)
    place = int(rng.integers(PANELS))
    rows = np.arange(fit.n_obs)
    if fit.n_obs > MOST_ROWS:
        rows = np.sort(rng.choice(fit.n_obs, MOST_ROWS, replace=False))
    panels = []
    for k in range(PANELS):
        if k == place:
            panels.append(_panel(fit.design, fit.estimates, view, rows))
            continue
        design = replace(fit.design, y=draw(fit.design, fit.estimates, rng))
        # From the estimates' own theta, unless that lies on the boundary.
        start = fit.estimates.theta if fit.estimates.theta.all() else None
        panels.append(_panel(design, estimate(design, start=start), view, rows))
    titles = {
        "fitted": ("fitted", "residual"),
        "residuals": ("expected", "residual"),
        "groups": ("expected", "group"),
    }
    return Lineup(view, tuple(panels), place, *titles[view])


def _panel(design: Design, estimates, view: str, rows: Array) -> Panel:
    if view == "groups":
        k = max(
            (i for i, G in enumerate(estimates.covariances) if True),
            key=lambda i: estimates.conditioned.factors[i].n_levels,
        )
        values = np.sort(estimates.modes[k][:, 0])
        spread = values.std()
        return Panel(_expected(len(values)), values / spread if spread > 0 else values)
    blocks = [(block, block.matrix) for block in design.blocks]
    codes = {name: grouping.codes for name, grouping in design.groupings.items()}
    fitted = design.X @ estimates.beta + random_part(estimates, blocks, codes)
    residual = estimates.normalised(design.y - fitted, design.weights)
    if view == "fitted":
        return Panel(fitted[rows], residual[rows])
    values = np.sort(residual)
    keep = np.linspace(0, len(values) - 1, min(len(values), 400)).astype(np.intp)
    return Panel(_expected(len(values))[keep], values[keep])


def _expected(n: int) -> Array:
    from scipy.special import ndtri

    return ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
