"""A list of steps that is changed in the middle: what still applies is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lmm_core.data.step import Step
from lmm_core.data.steps import Others, apply_steps
from lmm_core.data.table import Table
from lmm_core.errors import DataError


@dataclass(frozen=True)
class History:
    """A table after a list of steps.

    Attributes
    ----------
    table:
        The table after the steps that could be carried out; those are its ``steps``.
    failed:
        Position of each step that couldn't (0-based), and why; the table is as if it weren't there.
    """

    table: Table
    failed: dict[int, DataError] = field(default_factory=dict)


def carry_out(table: Table, steps: Sequence[Step], others: Others | None = None) -> History:
    """Carry out the steps one after the other, leaving out those that don't apply.

    A step may lose its column when an earlier one is taken back. When all apply, the table is that
    of ``apply_steps``. ``others`` holds the tables to join, by their fingerprint.
    """
    wanted = list(range(len(steps)))
    failed: dict[int, DataError] = {}
    while True:
        try:
            made = apply_steps(table, [steps[k] for k in wanted], others)
        except DataError as error:
            at = wanted.pop(int(error.details["step"]))
            failed[at] = error
        else:
            return History(made, dict(sorted(failed.items())))
