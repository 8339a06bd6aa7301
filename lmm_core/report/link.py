"""An analysis of a sample or of public data in the query of an address, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from lmm_core.data.addresses import check_address, direct_address
from lmm_core.data.samples import sample_info, sample_names
from lmm_core.data.step import Step
from lmm_core.data.steps import complete, defaults_of
from lmm_core.errors import LMMError
from lmm_core.model.residual import ResidualStructure
from lmm_core.model.spec import ModelSpec

LONGEST = 2_000
"""Letters of a value that is read, and of a whole query that is offered."""

READING = ("sheet", "delimiter", "decimal", "encoding", "header_row")
_NEEDS_FILES = ("join", "read")
"""Kinds of steps that a link can't hold: they need a second file, or read the first one."""


@dataclass(frozen=True)
class Linked:
    """What an address asks for. ``ignored`` says in sentences what couldn't be used.

    ``url`` is the address of public data: checked in its form only, nothing has been fetched.
    ``steps`` prepare the table, ``reading`` are options of ``read_table``.
    """

    sample: str | None = None
    spec: ModelSpec | None = None
    ignored: tuple[str, ...] = ()
    url: str | None = None
    steps: tuple[Step, ...] = ()
    reading: Mapping[str, Any] = field(default_factory=dict)


def query_of(
    sample: str | None,
    spec: ModelSpec,
    steps: Sequence[Step] = (),
    url: str | None = None,
    reading: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """The query that opens this model of a sample, or of the data at ``url``; what is as usual is
    left out.
    """
    usual = ModelSpec(spec.outcome)
    query = {"sample": sample} if sample is not None else {"url": url or ""}
    asked = {k: v for k, v in (reading or {}).items() if v is not None}
    if asked:
        query["read"] = _json(asked)
    if steps:
        query["steps"] = _json([_short(step) for step in steps])
    query["formula"] = spec.formula
    if spec.reml != usual.reml:
        query["reml"] = "true" if spec.reml else "false"
    if spec.df_method != usual.df_method:
        query["df"] = spec.df_method
    if spec.ci_level != usual.ci_level:
        query["level"] = f"{spec.ci_level:g}"
    if spec.optimizer != usual.optimizer:
        query["optimizer"] = spec.optimizer
    if spec.weights:
        query["weights"] = spec.weights
    for column, level in spec.reference:
        query[f"reference:{column}"] = level
    if spec.residual is not None:
        parts = zip(("spread", "serial"), spec.residual.texts, strict=True)
        query |= {key: text for key, text in parts if text}
    return query


def why_no_link(query: Mapping[str, str], steps: Sequence[Step]) -> str:
    """Why an analysis doesn't go into a link; "" when it does."""
    if any(step.kind in _NEEDS_FILES for step in steps):
        return "A link can't hold a second table that was joined."
    if len(urlencode(query)) > LONGEST:
        return "The model and its preparation are too long for a link."
    return ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _short(step: Step) -> list[Any]:
    """A step as [kind, settings], without the settings that are as usual."""
    usual = defaults_of(step.kind)
    return [step.kind, {k: v for k, v in step.params.items() if usual.get(k, ...) != v}]


def read_query(query: Mapping[str, str]) -> Linked:
    """What a query asks for. Nothing in it is evaluated or fetched: the formula goes through the
    grammar, names are looked up, steps are checked; whatever isn't known is ignored and said.
    """
    name, url = query.get("sample"), query.get("url")
    if name is None and url is None:
        other = [f"“{key[:40]}”" for key in query][:3]
        said = f"The address holds no sample, so {', '.join(other)} was ignored." if other else ""
        return Linked(ignored=(said,) if said else ())
    if name is not None and name not in sample_names():
        said = f"There is no sample “{name[:40]}”. Samples: {', '.join(sample_names())}."
        return Linked(ignored=(said,))
    ignored: list[str] = []
    steps, reading = _steps(query.get("steps"), ignored), _reading(query.get("read"), ignored)
    if name is not None:
        columns: tuple[str, ...] | None = _columns(name, steps, ignored)
        usual = sample_info(name).formula
    else:
        try:
            url = _address(str(url))
        except LMMError as error:
            said = f"The address in the link can't be used: {error.message}"
            return Linked(ignored=(said,))
        columns, usual = None, ""
    options = _options(query, columns, ignored)
    found, why = _spec(query.get("formula", usual), columns)
    if why and (usual or "formula" in query):
        ignored.append(f"The formula in the address can't be used: {why}")
        found, _ = _spec(usual, columns)
    try:
        found = found.with_options(**options) if found else None
    except LMMError as error:
        ignored.append(f"The options in the address can't be used: {error.message}")
    return Linked(name, found, tuple(ignored), None if name is not None else url, steps, reading)


def _address(url: str) -> str:
    """The address, when its form is that of a public file. Error: DataError ``address``."""
    check_address(direct_address(url)[0])
    return url.strip()


def _options(
    query: Mapping[str, str], columns: tuple[str, ...] | None, ignored: list[str]
) -> dict[str, Any]:
    options: dict[str, Any] = {}
    reference: list[tuple[str, str]] = []
    residual = {"spread": "", "serial": ""}

    def there(column: str) -> bool:
        return columns is None or column in columns

    for key, value in query.items():
        if key in ("sample", "url", "formula", "steps", "read"):
            continue
        if len(value) > LONGEST:
            ignored.append(f"“{key[:40]}” is too long and was ignored.")
        elif key == "reml" and value.casefold() in ("true", "false", "1", "0"):
            options["reml"] = value.casefold() in ("true", "1")
        elif key == "df":
            options["df_method"] = value
        elif key == "optimizer":
            options["optimizer"] = value
        elif key == "weights" and there(value):
            options["weights"] = value
        elif key.startswith("reference:") and there(key.removeprefix("reference:")):
            reference.append((key.removeprefix("reference:"), value))
        elif key == "level" and _level(value) is not None:
            options["ci_level"] = _level(value)
        elif key in residual:
            residual[key] = value
        else:
            ignored.append(f"“{key[:40]}” in the address isn't known or can't be used.")
    if reference:
        options["reference"] = tuple(reference)
    try:
        structure = ResidualStructure.from_texts(residual["spread"], residual["serial"])
    except LMMError as error:
        ignored.append(error.message)
    else:
        lacking = [] if structure is None else [c for c in structure.columns if not there(c)]
        if lacking:
            ignored.append(
                f"The residual structure needs “{lacking[0][:40]}”, which isn't there; it was "
                "ignored."
            )
        elif structure is not None:
            options["residual"] = structure
    return options


def _steps(text: str | None, ignored: list[str]) -> tuple[Step, ...]:
    """The preparation; when one of its steps can't be read, none of them."""
    if text is None:
        return ()
    try:
        if len(text) > LONGEST:
            raise ValueError
        steps = tuple(complete(Step(str(kind), dict(params))) for kind, params in json.loads(text))
        if any(step.kind in _NEEDS_FILES for step in steps):
            raise ValueError
    except (ValueError, TypeError, RecursionError, LMMError):
        ignored.append("The preparation in the address can't be read and was ignored.")
        return ()
    return steps


def _reading(text: str | None, ignored: list[str]) -> dict[str, Any]:
    """How the file is read; options that aren't known are ignored."""
    if text is None:
        return {}
    try:
        found = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        found = None
    kinds = {"header_row": int}
    if not isinstance(found, dict) or not all(
        k in READING and isinstance(v, kinds.get(k, str)) for k, v in found.items()
    ):
        ignored.append("How the file is read can't be told from the address; it is recognised.")
        return {}
    return found


def _columns(sample: str, steps: tuple[Step, ...], ignored: list[str]) -> tuple[str, ...]:
    """The columns of a sample after its preparation."""
    from lmm_core.cache import cached_steps, remembered
    from lmm_core.data.samples import load_sample

    table = remembered(("sample", sample), lambda: load_sample(sample))
    history = cached_steps(table, steps, {})
    if history.failed:
        ignored.append(f"{len(history.failed)} of {len(steps)} steps in the address don't apply.")
    return tuple(map(str, history.table.frame.columns))


def _level(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1 else None


def _spec(formula: str, columns: tuple[str, ...] | None) -> tuple[ModelSpec | None, str]:
    """The model, or why the formula can't be read."""
    if len(formula) > LONGEST:
        return None, "it is too long."
    try:
        return ModelSpec.from_formula(formula, columns), ""
    except LMMError as error:
        return None, error.message
