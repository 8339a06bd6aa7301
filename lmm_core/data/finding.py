"""One line of the checklist before a fit."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from lmm_core.data.step import Step

LEVELS = ("stop", "warn", "fine")


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    level:
        "stop": no model can be fitted like this; "warn": look before you trust the result; "fine".
    key:
        Which check it is, short and stable.
    sentence, next_step:
        What was found, in the user's words, and what to do ("" when there is nothing to do).
    action:
        A preparation step that does it, where one can.
    columns:
        The columns that it is about.
    listing:
        The rows or values concerned, to be shown in a table; None when there are none.
    """

    level: str
    key: str
    sentence: str
    next_step: str = ""
    action: Step | None = None
    columns: tuple[str, ...] = ()
    listing: pd.DataFrame | None = field(default=None, compare=False)
