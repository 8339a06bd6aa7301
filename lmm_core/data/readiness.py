"""The checklist before a fit: what stops a model, what deserves a look, what is fine."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lmm_core.data.change import column_of
from lmm_core.data.finding import LEVELS, Finding
from lmm_core.data.ready_columns import (
    aliased_findings,
    constant_findings,
    missing_findings,
    variation_findings,
)
from lmm_core.data.ready_groups import group_findings, time_findings
from lmm_core.data.ready_outcome import outcome_findings


def check_readiness(
    frame: pd.DataFrame,
    outcome: str | None,
    group: str | Sequence[str] | None,
    fixed: Sequence[str] = (),
    time: str | None = None,
) -> tuple[Finding, ...]:
    """Check whether a model of these columns makes sense, before it is fitted.

    Parameters
    ----------
    outcome, group, time:
        Columns, or None while they aren't chosen. Several grouping columns are one nested factor.
    fixed:
        Columns of the fixed effects (columns, not terms).

    Returns the findings, what stops first, then warnings, then what is fine. Nothing is changed.
    Error: DataError ``unknown_column``.
    """
    groups = [] if group is None else [group] if isinstance(group, str) else list(group)
    columns = list(dict.fromkeys(fixed))
    for name in [*groups, *columns, *(n for n in (outcome, time) if n is not None)]:
        column_of(frame, name)
    used = list(dict.fromkeys([*(n for n in [outcome] if n is not None), *columns, *groups]))
    found = [*_roles(outcome, groups, columns), *outcome_findings(frame, outcome)]
    usable = None if any(f.key == "outcome" and f.level == "stop" for f in found) else outcome
    found += group_findings(frame, usable, groups, time)
    found += time_findings(frame, groups, time)
    found += missing_findings(frame, used)
    found += constant_findings(frame, columns, usable)
    found += aliased_findings(frame, columns)
    found += variation_findings(frame, groups, columns, time)
    return tuple(sorted(found, key=lambda f: LEVELS.index(f.level)))


def _roles(outcome: str | None, groups: list[str], fixed: list[str]) -> list[Finding]:
    found = []
    if outcome is not None and (outcome in fixed or outcome in groups):
        found.append(
            Finding(
                "stop",
                "roles",
                f'"{outcome}" is the outcome and explains itself.',
                "Take it out of the fixed effects and of the grouping.",
                columns=(outcome,),
            )
        )
    found += [
        Finding(
            "warn",
            "roles",
            f'"{name}" is both a grouping column and a fixed effect.',
            "Use it as one of the two.",
            columns=(name,),
        )
        for name in groups
        if name in fixed
    ]
    return found
