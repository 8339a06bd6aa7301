"""One walk over preparation steps for both languages: what each writes is its dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.report.scripts.quoting import comment


@dataclass(frozen=True)
class Stage:
    """One step with the tables before and after it; ``second`` is the variable that a join adds."""

    step: Step
    before: Table
    after: Table
    second: str = ""
    right: Table | None = None

    @property
    def params(self) -> Mapping[str, Any]:
        return self.step.params

    @property
    def new(self) -> list[str]:
        """Names that the step added, in order."""
        known = {str(c) for c in self.before.frame.columns}
        return [str(c) for c in self.after.frame.columns if str(c) not in known]

    def target(self, source: str) -> str:
        """The column that a step writes: a new one, or the one it came from."""
        return self.new[0] if self.new else source


Writer = Callable[[Stage], "list[str] | None"]
Dialect = Mapping[str, Writer]
"""Kind of step to what writes it; a writer gives None for settings that a language can't follow."""


def written_steps(
    stages: Sequence[Table],
    dialect: Dialect,
    others: Mapping[str, Table],
    seconds: Mapping[str, str],
) -> list[str] | None:
    """Lines that carry out the steps of ``stages[-1]`` on the frame ``data``; None when one can't.

    ``stages`` holds the table before each step and after the last one; ``others`` the tables to
    join, ``seconds`` the variables with them, both by fingerprint.
    """
    steps = stages[-1].steps[len(stages[0].steps) :]
    lines: list[str] = []
    for k, step in enumerate(steps):
        write = dialect.get(step.kind)
        fingerprint = str(step.params.get("fingerprint", ""))
        stage = Stage(
            step,
            stages[k],
            stages[k + 1],
            seconds.get(fingerprint, ""),
            others.get(fingerprint),
        )
        made = None if write is None else write(stage)
        if made is None:
            return None
        lines += ["", *comment(f"Step {k + 1}. {stages[k + 1].notes[-1]}"), *made]
    return lines
