"""Trajectories: observed lines, each group's own line, and the population mean with its band."""

from lmm_core.figures.trajectories.horizontal import default_by, x_choices
from lmm_core.figures.trajectories.picture import AUTO, LAYERS, MAX_GROUPS, trajectories

__all__ = ["AUTO", "LAYERS", "MAX_GROUPS", "default_by", "trajectories", "x_choices"]
