"""The numbers on screen that a script compares itself with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmm_core.fitted import FittedModel
from lmm_core.model.matrices import INTERCEPT

DIGITS = 4


@dataclass(frozen=True)
class Expected:
    """A number, what it is, where a script finds it, and how far off it may be.

    ``kind`` is "estimate", "std_error", "df", "p_value" (``index`` is the row of the fixed
    effects), "sd" or "correlation" (row of the variance components, the residual last) or
    "loglik".
    """

    name: str
    kind: str
    index: int
    value: float
    tolerance: float


def expected_numbers(
    fit: FittedModel, kinds: tuple[str, ...], digits: int = DIGITS
) -> tuple[Expected, ...]:
    """What is compared, in the order of the tables; numbers that aren't known are left out.

    Estimates are compared on the scale of their standard error where that is larger than they are.
    Degrees of freedom get one digit less: lmerTest has them from numerical derivatives. At the
    boundary (a singular fit) they aren't compared, nor is what lies on it.
    """
    unit = 10.0**-digits
    found: list[Expected] = []
    table = fit.fixed_effects
    for k, term in enumerate(table["term"]):
        row = table.iloc[k]
        scales = {
            "estimate": max(abs(row["estimate"]), row["std_error"]),
            "std_error": row["std_error"],
            "df": 10 * row["df"],
            "p_value": 10.0,
        }
        for kind, scale in scales.items():
            if kind in kinds and not (fit.is_singular and kind in ("df", "p_value")):
                words = kind.replace("std_error", "SE").replace("p_value", "p")
                found.append(
                    Expected(f"{term}, {words}", kind, k, float(row[kind]), unit * float(scale))
                )
    for k, component in enumerate(fit.components):
        what = " with ".join(t for t in (component.term_1, component.term_2) if t)
        name = f"{component.group} {what.replace(INTERCEPT, 'intercept')}".strip()
        value = component.sdcor
        if component.term_2 is None:
            if "sd" in kinds and value > 0:
                loose = 100 if fit.is_singular and component.group != "Residual" else 1
                found.append(Expected(f"{name}, SD", "sd", k, value, unit * loose * value))
        elif "correlation" in kinds and not fit.is_singular:
            found.append(Expected(f"{name}, correlation", "correlation", k, value, 2 * unit))
    if "loglik" in kinds:
        found.append(Expected("log-likelihood", "loglik", 0, fit.loglik, 10 * unit))
    return tuple(e for e in found if np.isfinite(e.value) and np.isfinite(e.tolerance))
