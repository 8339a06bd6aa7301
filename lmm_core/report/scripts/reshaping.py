"""What a reshape to long form comes to, as a list of pieces that any language can loop over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lmm_core.data.families import Time
from lmm_core.data.long_plan import long_plan
from lmm_core.data.reshape import measure_needs_text


@dataclass(frozen=True)
class LongShape:
    """``pieces`` holds for each time the measures with their columns (empty columns left out).

    ``as_text`` are the measures whose columns are of different kinds, so that they become text.
    """

    id: list[str]
    pieces: tuple[tuple[Time, dict[str, str]], ...]
    as_text: tuple[str, ...]
    drops_empty: bool


def long_shape(frame: pd.DataFrame, params: Mapping[str, Any]) -> LongShape:
    """The pieces of the step with these settings, carried out on ``frame``."""
    plan = long_plan(
        frame, params["id"], params["values"], params["time_name"], "value", params["times"],
        params["number_name"],
    )  # fmt: skip
    filled = {c for by in plan.families.values() for c in by.values() if frame[c].notna().any()}
    pieces = tuple(
        (time, {m: by[time] for m, by in plan.families.items() if by.get(time) in filled})
        for time in plan.times
    )
    as_text = tuple(
        m for m, by in plan.families.items() if measure_needs_text([frame[c] for c in by.values()])
    )
    return LongShape(plan.id, pieces, as_text, bool(params["drop_empty"] and filled))
