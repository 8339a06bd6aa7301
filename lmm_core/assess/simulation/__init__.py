"""Data simulated from the fitted model, to set what was observed among what the model makes."""

from __future__ import annotations

from lmm_core.assess.simulation.lineup import Lineup, Panel, lineup, views
from lmm_core.assess.simulation.outcomes import Simulated, simulated_outcomes

__all__ = ["Lineup", "Panel", "Simulated", "lineup", "simulated_outcomes", "views"]
