"""Figures with their controls; each reruns alone when a control changes."""

from __future__ import annotations

from lmm_core.figures.trajectories import default_by
from lmm_core.figures.trajectories import trajectories as draw_trajectories
from lmm_core.fitted import FittedModel
from lmm_core.report.columns import Units
from pages.parts import charts


def trajectories(fit: FittedModel, units: Units, key: str) -> None:
    """Observed lines, each group's line and the average with its band."""
    charts.show(draw_trajectories(fit, by=default_by(fit), units=units), key)
