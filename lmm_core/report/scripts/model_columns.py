"""The columns of a model under plain names, as scripts in other languages need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lmm_core.fitted import FittedModel
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import factor_of
from lmm_core.model.residual import VarianceByLevel
from lmm_core.model.spec import ModelSpec
from lmm_core.report.scripts.quoting import plain_names


@dataclass(frozen=True)
class ModelColumn:
    """A column of the model's data frame.

    ``levels`` is None for numbers, and empty for a grouping column, whose levels needn't be listed.
    """

    alias: str
    source: str
    levels: tuple[str, ...] | None


@dataclass(frozen=True)
class ModelColumns:
    """``numeric`` and ``category`` map a column (a factor's text for a category) to its alias;
    ``group`` maps a grouping column to the alias to group by. ``spread`` and ``time`` are the
    columns of the residual structure.
    """

    columns: tuple[ModelColumn, ...]
    numeric: dict[str, str]
    category: dict[str, str]
    group: dict[str, str]
    outcome: str
    weights: str | None
    spread: str | None = None
    time: str | None = None


def model_columns(fit: FittedModel, cell: Callable[[str], str] = str) -> ModelColumns:
    """The columns in the order outcome, predictors, grouping columns, weights.

    ``cell`` turns a column's name or level into what stands in the file that the script reads.
    """
    spec, encoders = fit.spec, fit.design.encoders
    texts = dict.fromkeys(
        text for term in (*spec.fixed, *(t for r in spec.random for t in r.terms)) for text in term
    )
    categories = [text for text in texts if isinstance(encoders[text], Categorical)]
    numbers = [spec.outcome_column]
    numbers += [factor_of(text).column for text in texts if text not in categories]
    numbers += [spec.weights] if spec.weights else []
    by_level, power, time = _residual_columns(spec)
    numbers += [name for name in (power, time) if name]
    numbers = list(dict.fromkeys(numbers))
    sources = {text: factor_of(text).column for text in categories}
    groups = dict.fromkeys(g for term in spec.random for g in term.group)
    # A column that is a number in one place and a category in another is there twice.
    wanted = {("number", name): name for name in numbers}
    for text, name in sources.items():
        wanted["category", text] = f"{name}_factor" if name in numbers else name
    for name in groups:
        if name not in sources.values() and name not in numbers:
            wanted["group", name] = name
    if by_level and by_level not in [*sources.values(), *groups]:
        # Of a number that is a predictor, too, its levels.
        wanted["group", by_level] = f"{by_level}_level" if by_level in numbers else by_level
    found = dict(zip(wanted, plain_names(wanted.values()), strict=True))
    columns, numeric, category, group = [], {}, {}, {}
    for (kind, key), alias in found.items():
        if kind == "number":
            numeric[key] = alias
            columns.append(ModelColumn(alias, cell(key), None))
        elif kind == "category":
            category[key] = alias
            group.setdefault(sources[key], alias)
            levels = tuple(cell(level) for level in encoders[key].levels)
            columns.append(ModelColumn(alias, cell(sources[key]), levels))
        else:
            group[key] = alias
            columns.append(ModelColumn(alias, cell(key), ()))
    for name in groups:
        group.setdefault(name, numeric.get(name, ""))
    return ModelColumns(
        tuple(columns),
        numeric,
        category,
        {name: group[name] for name in groups},
        numeric[spec.outcome_column],
        numeric[spec.weights] if spec.weights else None,
        group.get(by_level) if by_level else numeric.get(power or ""),
        numeric.get(time or ""),
    )


def _residual_columns(spec: ModelSpec) -> tuple[str | None, str | None, str | None]:
    """The column whose levels spread differently, that of a power, and the time."""
    if spec.residual is None:
        return None, None, None
    variance, correlation = spec.residual.variance, spec.residual.correlation
    time = correlation.time if correlation is not None else None
    if isinstance(variance, VarianceByLevel):
        return variance.column, None, time
    return None, variance.column if variance is not None else None, time
