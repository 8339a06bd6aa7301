"""An analysis as a small JSON file: data, reading, preparation, model, ladder; without the data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lmm_core.data.samples import sample_names
from lmm_core.data.step import Step
from lmm_core.data.steps import complete
from lmm_core.data.table import Table
from lmm_core.errors import DataError, LMMError
from lmm_core.inference.ladder import Rung
from lmm_core.model.residual import ResidualStructure
from lmm_core.model.spec import ModelSpec
from lmm_core.report.scripts.analysis import Analysis

VERSION = 1
"""Version of the layout; it is raised when an older program couldn't read a newer file."""

LARGEST = 1_000_000
"""Bytes above which a file is no recipe."""

_KIND = "lmm_core recipe"
_READING = ("sheet", "delimiter", "decimal", "encoding", "header_row")
_OPTIONS = ("reml", "df_method", "ci_level", "reference", "optimizer", "weights")

_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Version -> what makes the layout of the next version of a file of it."""


@dataclass(frozen=True)
class Recipe:
    """What is needed to do an analysis again, given the data.

    ``fingerprint`` is that of the file as it was read, ``columns`` and ``rows`` describe it.
    """

    name: str
    sample: str | None
    fingerprint: str
    columns: tuple[str, ...]
    rows: int
    reading: Mapping[str, Any]
    steps: tuple[Step, ...]
    spec: ModelSpec
    ladder: tuple[Rung, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def recipe_of(analysis: Analysis, options: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe of an analysis; ``options`` are plain settings of the screen."""
    base = analysis.base
    return Recipe(
        analysis.plain_file_name,
        analysis.sample,
        base.fingerprint,
        tuple(map(str, base.frame.columns)),
        len(base.frame),
        dict(base.options),
        analysis.table.steps,
        analysis.fit.spec,
        analysis.ladder,
        dict(options or {}),
    )


def recipe_json(recipe: Recipe) -> bytes:
    """The file."""
    content = {
        "kind": _KIND,
        "version": VERSION,
        "data": {
            "name": recipe.name,
            "sample": recipe.sample,
            "fingerprint": recipe.fingerprint,
            "columns": list(recipe.columns),
            "rows": recipe.rows,
        },
        "reading": dict(recipe.reading),
        "steps": [{"kind": s.kind, "params": s.params} for s in recipe.steps],
        "model": _model(recipe.spec),
        "ladder": [{"name": rung.name, "model": _model(rung.spec)} for rung in recipe.ladder],
        "options": dict(recipe.options),
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def read_recipe(data: bytes) -> Recipe:
    """Read a recipe back.

    Errors: DataError ``recipe_file`` (not a recipe, or damaged: which part), ``recipe_version``.
    """
    content = _content(data)
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _wrong("its version is missing")
    if version > VERSION:
        raise DataError(
            f"This recipe was saved by a newer program (its version is {version}, this program "
            f"reads up to {VERSION}).",
            "Update the program, or save the recipe again with this one.",
            "recipe_version",
        )
    while version < VERSION:
        upgrade = _UPGRADES.get(version)
        if upgrade is None:
            raise DataError(
                f"This recipe was saved in version {version}, which can't be read any more.",
                "Set the analysis up again and save a new recipe.",
                "recipe_version",
            )
        content, version = upgrade(content), version + 1
    return _recipe(content)


def _content(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise _wrong("it is too large")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _wrong("it isn't JSON") from None
    if not isinstance(content, dict) or content.get("kind") != _KIND:
        raise _wrong("it is another kind of file")
    return content


def _recipe(content: dict[str, Any]) -> Recipe:
    about, reading = _part(content, "data", dict), _part(content, "reading", dict)
    sample = about.get("sample")
    if sample is not None and sample not in sample_names():
        raise _wrong("it belongs to a sample that this program doesn't have")
    columns = _part(about, "columns", list)
    ladder = []
    for one in _part(content, "ladder", list):
        if not isinstance(one, dict):
            raise _wrong("its ladder can't be read")
        ladder.append(Rung(" ".join(str(one.get("name", "")).split())[:60], _spec(one)))
    steps = tuple(_step(one) for one in _part(content, "steps", list))
    return Recipe(
        str(about.get("name", "")),
        sample,
        str(about.get("fingerprint", "")),
        tuple(map(str, columns)),
        _part(about, "rows", int),
        {key: reading[key] for key in _READING if key in reading},
        steps,
        _spec(content),
        tuple(ladder),
        _part(content, "options", dict),
    )


def _step(one: Any) -> Step:
    if not isinstance(one, dict) or not isinstance(one.get("params"), dict):
        raise _wrong("one of its steps can't be read")
    return complete(Step(str(one.get("kind")), one["params"]))


def _model(spec: ModelSpec) -> dict[str, Any]:
    found: dict[str, Any] = {"formula": spec.formula}
    for option in _OPTIONS:
        value = getattr(spec, option)
        found[option] = [list(pair) for pair in value] if option == "reference" else value
    if spec.residual is not None:
        found["residual"] = list(spec.residual.texts)
    return found


def _spec(content: dict[str, Any]) -> ModelSpec:
    """The model: its formula by the safe grammar, its options checked."""
    model = _part(content, "model", dict)
    formula = _part(model, "formula", str)
    level = model.get("ci_level", 0.95)
    if not isinstance(model.get("reml", True), bool) or not isinstance(level, int | float):
        raise _wrong("the options of its model can't be read")
    pairs = model.get("reference", [])
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        raise _wrong("the reference levels of its model can't be read")
    weights = model.get("weights")
    residual = model.get("residual", ["", ""])
    if not isinstance(residual, list) or [type(text) for text in residual] != [str, str]:
        raise _wrong("the residual structure of its model can't be read")
    try:
        return ModelSpec.from_formula(
            formula,
            reml=model.get("reml", True),
            df_method=str(model.get("df_method", "satterthwaite")),
            ci_level=float(level),
            reference=tuple((str(a), str(b)) for a, b in pairs),
            optimizer=str(model.get("optimizer", "auto")),
            weights=None if weights is None else str(weights),
            residual=ResidualStructure.from_texts(*residual),
        )
    except LMMError as error:
        raise _wrong(f"its model can't be read. {error.message}") from None


def _part(content: dict[str, Any], key: str, kind: type) -> Any:
    value = content.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _wrong(f"the part “{key}” is missing or damaged")
    return value


def _wrong(why: str) -> DataError:
    return DataError(
        f"This file can't be opened as a recipe: {why.removesuffix('.')}.",
        "Choose a file that was saved by the button Save recipe.",
        "recipe_file",
    )


def changes_since(recipe: Recipe, table: Table) -> tuple[str, ...]:
    """What differs between the table of a recipe and the one that is there now, in sentences.

    Empty when it is the same data. Error: DataError ``recipe_columns`` when a column is missing.
    """
    there = tuple(map(str, table.frame.columns))
    missing = [name for name in recipe.columns if name not in there]
    if missing:
        shown = ", ".join(f"“{name}”" for name in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise DataError(
            f"The recipe needs columns that these data don't have: {shown}{more}.",
            f"Open the file that it was made from (it was called “{recipe.name}”), or a newer one "
            "with the same columns.",
            "recipe_columns",
            missing=missing,
        )
    if table.fingerprint == recipe.fingerprint:
        return ()
    found = []
    if len(table.frame) != recipe.rows:
        found.append(f"The data have {len(table.frame):,} rows now; they had {recipe.rows:,}.")
    new = [name for name in there if name not in recipe.columns]
    if new:
        shown = ", ".join(f"“{name}”" for name in new[:5])
        found.append(f"New columns: {shown}{' …' if len(new) > 5 else ''}.")
    return tuple(found) or ("The data aren't the same as when the recipe was saved.",)
