"""A sample's analysis in the query of an address, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lmm_core.data.samples import sample_info, sample_names
from lmm_core.errors import LMMError
from lmm_core.model.spec import ModelSpec

LONGEST = 2_000


@dataclass(frozen=True)
class Linked:
    """What an address asks for. ``ignored`` says in sentences what couldn't be used."""

    sample: str | None
    spec: ModelSpec | None
    ignored: tuple[str, ...]


def query_of(sample: str, spec: ModelSpec) -> dict[str, str]:
    """The query that opens this model of a sample; what is as usual is left out."""
    usual = ModelSpec(spec.outcome)
    query = {"sample": sample, "formula": spec.formula}
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
    return query


def read_query(query: Mapping[str, str]) -> Linked:
    """What a query asks for. Nothing in it is evaluated: the formula goes through the grammar,
    names are looked up; whatever isn't known is ignored and said.
    """
    name = query.get("sample")
    if name is None:
        other = [f"“{key[:40]}”" for key in query][:3]
        said = f"The address holds no sample, so {', '.join(other)} was ignored." if other else ""
        return Linked(None, None, (said,) if said else ())
    if name not in sample_names():
        return Linked(
            None,
            None,
            (f"There is no sample “{name[:40]}”. Samples: {', '.join(sample_names())}.",),
        )
    columns = _columns(name)
    ignored: list[str] = []
    options: dict[str, object] = {}
    reference: list[tuple[str, str]] = []
    for key, value in query.items():
        if key in ("sample", "formula"):
            continue
        if len(value) > LONGEST:
            ignored.append(f"“{key[:40]}” is too long and was ignored.")
        elif key == "reml" and value.casefold() in ("true", "false", "1", "0"):
            options["reml"] = value.casefold() in ("true", "1")
        elif key == "df":
            options["df_method"] = value
        elif key == "optimizer":
            options["optimizer"] = value
        elif key == "weights" and value in columns:
            options["weights"] = value
        elif key.startswith("reference:") and key.removeprefix("reference:") in columns:
            reference.append((key.removeprefix("reference:"), value))
        elif key == "level" and _level(value) is not None:
            options["ci_level"] = _level(value)
        else:
            ignored.append(f"“{key[:40]}” in the address isn't known or can't be used.")
    if reference:
        options["reference"] = tuple(reference)
    formula = query.get("formula", sample_info(name).formula)
    found, why = _spec(formula, columns)
    if why:
        ignored.append(f"The formula in the address can't be used: {why}")
        found, _ = _spec(sample_info(name).formula, columns)
    try:
        found = found.with_options(**options) if found else None
    except LMMError as error:
        ignored.append(f"The options in the address can't be used: {error.message}")
    return Linked(name, found, tuple(ignored))


def _columns(sample: str) -> tuple[str, ...]:
    from lmm_core.cache import remembered
    from lmm_core.data.samples import load_sample

    table = remembered(("sample", sample), lambda: load_sample(sample))
    return tuple(map(str, table.frame.columns))


def _level(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1 else None


def _spec(formula: str, columns: tuple[str, ...]) -> tuple[ModelSpec | None, str]:
    """The model, or why the formula can't be read."""
    if len(formula) > LONGEST:
        return None, "it is too long."
    try:
        return ModelSpec.from_formula(formula, columns), ""
    except LMMError as error:
        return None, error.message
