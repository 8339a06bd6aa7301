"""The list of preparation steps: carry them out, describe them, replay them from the file."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pandas as pd

from lmm_core.data.arrange import drop, rename, say_drop, say_rename, say_unite, unite
from lmm_core.data.bins import bins, say_bins
from lmm_core.data.change import Change
from lmm_core.data.convert import (
    na_value,
    number,
    say_na_value,
    say_number,
    say_set_kind,
    set_kind,
)
from lmm_core.data.elapsed import elapsed, say_elapsed
from lmm_core.data.join import join_step, say_join
from lmm_core.data.previous import baseline, change, say_baseline, say_change, say_split, split
from lmm_core.data.questions import find_questions
from lmm_core.data.read import Source, read_table
from lmm_core.data.recode import merge_levels, recode, say_merge_levels, say_recode
from lmm_core.data.reshape import long_step, say_long
from lmm_core.data.rows import drop_duplicates, filter_rows, say_drop_duplicates, say_filter
from lmm_core.data.step import Step
from lmm_core.data.table import Question, Table, fingerprint_of
from lmm_core.data.transform import (
    center,
    combine,
    say_center,
    say_combine,
    say_standardise,
    say_transform,
    standardise,
    transform,
)
from lmm_core.data.wide import say_wide, wide_step
from lmm_core.errors import DataError

Others = Mapping[str, Table]


@dataclass(frozen=True)
class Kind:
    """A kind of step: what carries it out (frame, then the parameters) and what describes it."""

    run: Callable[..., Change]
    say: Callable[..., str]


def _read(
    frame: pd.DataFrame,
    sheet: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> Change:
    raise DataError(
        "A file can be read as the first step only.",
        "Remove that step from the list.",
        "read_step",
    )


def _say_read(**options: Any) -> str:
    words = {
        "sheet": "sheet", "delimiter": "separator", "decimal": "decimal mark",
        "encoding": "encoding", "header_row": "column names in row",
    }  # fmt: skip
    asked = [f"{words[k]} {v!r}" for k, v in options.items() if v is not None]
    return "Read the file" + (f" with {', '.join(asked)}." if asked else ".")


def _join(
    frame: pd.DataFrame,
    name: str,
    fingerprint: str,
    left_on: list[str],
    right_on: list[str],
    match: str = "exact",
    *,
    others: Others,
) -> Change:
    second = others.get(fingerprint)
    if second is None:
        raise DataError(
            f'The second table "{name}" isn\'t there.',
            "Choose the file that was joined.",
            "second_table",
            fingerprint=fingerprint,
            name=name,
        )
    return join_step(frame, second.frame, second.units, name, left_on, right_on, match)


KINDS: Mapping[str, Kind] = types.MappingProxyType(
    {
        "read": Kind(_read, _say_read),
        "to_number": Kind(number, say_number),
        "set_kind": Kind(set_kind, say_set_kind),
        "na_value": Kind(na_value, say_na_value),
        "transform": Kind(transform, say_transform),
        "center": Kind(center, say_center),
        "standardise": Kind(standardise, say_standardise),
        "combine": Kind(combine, say_combine),
        "change": Kind(change, say_change),
        "baseline": Kind(baseline, say_baseline),
        "split": Kind(split, say_split),
        "elapsed": Kind(elapsed, say_elapsed),
        "bins": Kind(bins, say_bins),
        "recode": Kind(recode, say_recode),
        "merge_levels": Kind(merge_levels, say_merge_levels),
        "filter": Kind(filter_rows, say_filter),
        "drop_duplicates": Kind(drop_duplicates, say_drop_duplicates),
        "rename": Kind(rename, say_rename),
        "drop": Kind(drop, say_drop),
        "unite": Kind(unite, say_unite),
        "reshape_long": Kind(long_step, say_long),
        "reshape_wide": Kind(wide_step, say_wide),
        "join": Kind(_join, say_join),
    }
)
"""All kinds of steps, in the order in which a menu would show them."""


def step_kinds() -> tuple[str, ...]:
    """Return the names of all kinds of steps."""
    return tuple(KINDS)


def defaults_of(kind: str) -> dict[str, Any]:
    """Return the parameters of a kind with their defaults (``inspect.Parameter.empty``: needed)."""
    return {name: p.default for name, p, _ in _signature(kind)}


def complete(step: Step) -> Step:
    """Return the step with every parameter written out, and check names and types.

    Error: DataError ``step_kind``, ``step_params``.
    """
    known = _signature(step.kind)
    unknown = sorted(set(step.params) - {name for name, _, _ in known})
    if unknown:
        raise _wrong(step, f"has no setting {unknown[0]!r}")
    params: dict[str, Any] = {}
    for name, parameter, hint in known:
        value = step.params.get(name, parameter.default)
        if value is inspect.Parameter.empty:
            raise _wrong(step, f"needs the setting {name!r}")
        if not _fits(value, hint):
            raise _wrong(step, f"can't use {value!r} as {name!r}")
        params[name] = value
    return Step(step.kind, params)


def describe(step: Step) -> str:
    """Return one sentence that says what a step does, before it is carried out."""
    return KINDS[complete(step).kind].say(**complete(step).params)


def apply_steps(table: Table, steps: Iterable[Step], others: Others | None = None) -> Table:
    """Carry out steps one after the other.

    Parameters
    ----------
    others:
        Tables to join, by their fingerprint.

    The new table's ``steps`` are the old ones and these, written out in full; its ``notes`` say one
    sentence more for each step, its fingerprint depends on the old one and on the steps. A step
    "read" may stand in front when it asks for what ``table.options`` holds. Error: DataError with
    ``details["step"]``, the position of the step that failed (0-based).
    """
    done = list(steps)
    current = table
    for k, step in enumerate(done):
        try:
            if step.kind == "read" and k == 0 and not table.steps:
                _same_reading(table, complete(step))
                continue
            current = _carry_out(current, complete(step), others or {})
        except DataError as error:
            error.details.setdefault("step", k)
            raise
    if current is table:
        return table
    of_file = [q for q in table.questions if q.key in ("labels", "decimal")]
    kept = [q for q in of_file if _untouched(table, current, q)]
    return replace(current, questions=(*kept, *find_questions(current.frame)))


def _untouched(before: Table, after: Table, question: Question) -> bool:
    """Say whether the columns of a question about the file are still as they were read."""
    there = set(map(str, after.frame.columns))
    return all(
        c in there and after.frame[c].dtype == before.frame[c].dtype for c in question.columns
    )


def read_step(table: Table) -> Step:
    """Return the step that read a table: the options that were asked for."""
    return complete(Step("read", table.options))


def replay(
    source: Source, steps: Sequence[Step], name: str | None = None, others: Others | None = None
) -> Table:
    """Read a file and carry out the steps; the first may be "read" with the reading options."""
    options = steps[0].params if steps and steps[0].kind == "read" else {}
    return apply_steps(read_table(source, name=name, **options), steps, others)


def _carry_out(table: Table, step: Step, others: Others) -> Table:
    extra = {"others": others} if step.kind == "join" else {}
    made = KINDS[step.kind].run(table.frame, **step.params, **extra)
    if not made.frame.attrs:
        made.frame.attrs = dict(table.frame.attrs)
    return replace(
        table,
        frame=made.frame,
        notes=(*table.notes, made.note),
        fingerprint=fingerprint_of(table.fingerprint.encode(), step.text),
        units=_carried(table.units, made, made.units),
        labels=_carried(table.labels, made, dict.fromkeys(made.units, "")),
        steps=(*table.steps, step),
    )


def _carried(old: dict[str, str], made: Change, known: dict[str, str]) -> dict[str, str]:
    """Return the units (or labels) of the columns after a step."""
    new: dict[str, str] = {}
    for column in made.frame.columns:
        name = str(column)
        sources = made.inherits.get(name)
        if name in known:
            text = known[name]
        elif sources:
            found = {old.get(source, "") for source in sources}
            text = found.pop() if len(found) == 1 else ""
        else:
            text = old.get(name, "")
        if text:
            new[name] = text
    return new


def _same_reading(table: Table, step: Step) -> None:
    asked = {k: v for k, v in step.params.items() if v is not None}
    if asked != {k: v for k, v in table.options.items() if v is not None}:
        raise DataError(
            "The file was read with other options than the list of steps asks for.",
            "Read the file again with the options of the list.",
            "read_step",
            options=asked,
        )


@lru_cache(maxsize=64)
def _signature(kind: str) -> tuple[tuple[str, inspect.Parameter, Any], ...]:
    if kind not in KINDS:
        raise DataError(
            f'There is no step of the kind "{kind}".',
            "The list may come from a newer version of the program.",
            "step_kind",
        )
    run = KINDS[kind].run
    hints = typing.get_type_hints(run)
    parameters = list(inspect.signature(run).parameters.values())[1:]
    given = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    return tuple((p.name, p, hints[p.name]) for p in given)


def _fits(value: Any, hint: Any) -> bool:
    """Say whether a JSON value has a type such as ``list[str] | None``."""
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, one) for one in typing.get_args(hint))
    if origin is list:
        (inner,) = typing.get_args(hint)
        return isinstance(value, list) and all(_fits(v, inner) for v in value)
    if origin is dict:
        inner = typing.get_args(hint)[1]
        return isinstance(value, dict) and all(_fits(v, inner) for v in value.values())
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _wrong(step: Step, what: str) -> DataError:
    return DataError(
        f'The step "{step.kind}" {what}.',
        "Remove the step from the list and add it again.",
        "step_params",
    )
