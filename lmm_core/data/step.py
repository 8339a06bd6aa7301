"""One preparation step as plain data: a kind and its parameters, the same in Python and JSON."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lmm_core.errors import DataError


@dataclass(frozen=True, eq=False)
class Step:
    """A step of the preparation: what is done, and with which settings.

    ``params`` holds JSON values only; constants that are learned from the data (a mean, cut points)
    aren't among them: they are computed again whenever the step is carried out. Tuples become
    lists, whole floats become integers. Two steps are equal when their JSON text is.

    Error: DataError ``step_params`` for a value that JSON can't hold.
    """

    kind: str
    params: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        params = {str(k): _plain(v) for k, v in self.params.items()}
        object.__setattr__(self, "params", {k: params[k] for k in sorted(params)})

    @property
    def text(self) -> str:
        """The step as one line of JSON, the same for equal steps."""
        return json.dumps({"kind": self.kind, "params": self.params}, ensure_ascii=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def steps_to_json(steps: Iterable[Step]) -> str:
    """Return the list of steps as JSON text, one step a line."""
    return "[\n" + ",\n".join(step.text for step in steps) + "\n]\n"


def steps_from_json(text: str) -> tuple[Step, ...]:
    """Read a list of steps back. Error: DataError ``steps_file``."""
    try:
        found = json.loads(text)
        return tuple(Step(str(one["kind"]), dict(one.get("params", {}))) for one in found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise DataError(
            "This is not a list of preparation steps.",
            "Choose a file that was saved with the steps of an analysis.",
            "steps_file",
        ) from None


def _plain(value: Any) -> Any:
    """Return the value as JSON has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _not_plain(value)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(v) for v in value]
    raise _not_plain(value)


def _not_plain(value: Any) -> DataError:
    return DataError(
        f"A setting of the step can't be recorded: {str(value)[:60]}.",
        "Use texts, finite numbers, lists and names of columns.",
        "step_params",
    )
