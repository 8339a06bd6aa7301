"""A model whose columns get other names, or give way to columns that were derived from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lmm_core.model.factors import factor_of, quote
from lmm_core.model.spec import ModelSpec, Term


def with_names(spec: ModelSpec, names: Mapping[str, str]) -> ModelSpec:
    """Return the model with each column of ``names`` (old to new) replaced, functions kept."""

    def text(factor_text: str) -> str:
        factor = factor_of(factor_text)
        return replace(factor, column=names.get(factor.column, factor.column)).text

    renamed = _each_text(spec, text)
    weights = spec.weights
    return replace(
        renamed,
        random=tuple(
            replace(one, group=tuple(names.get(g, g) for g in one.group)) for one in renamed.random
        ),
        reference=tuple((names.get(c, c), level) for c, level in spec.reference),
        weights=names.get(weights, weights) if weights is not None else None,
        residual=spec.residual.renamed(names) if spec.residual is not None else None,
    )


def _each_text(spec: ModelSpec, change: Callable[[str], str]) -> ModelSpec:
    """Return the model with each factor of outcome, fixed and random part replaced."""

    def term(old: Term) -> Term:
        return tuple(change(factor) for factor in old)

    return replace(
        spec,
        outcome=change(spec.outcome),
        fixed=tuple(term(t) for t in spec.fixed),
        random=tuple(replace(r, terms=tuple(term(t) for t in r.terms)) for r in spec.random),
    )


def with_column_for(spec: ModelSpec, old: str, new: str) -> ModelSpec:
    """Return the model with column ``new`` where ``old`` stood, plain or in a function."""
    return _each_text(spec, lambda text: quote(new) if factor_of(text).column == old else text)


def with_parts_for(spec: ModelSpec, old: str, within: str, between: str) -> ModelSpec:
    """Return the model with the within-group and the between-group part of a covariate.

    Where ``old`` is a fixed effect (alone or in an interaction) both parts take its place, in a
    random slope the within-group part does; where it isn't in the model both become fixed effects.
    """
    if old == spec.outcome_column:
        return with_fixed(spec, within, between)
    fixed: dict[Term, None] = {}
    for term in spec.fixed:
        for part in (within, between):
            fixed[tuple(quote(part) if factor_of(f).column == old else f for f in term)] = None
    inner = with_column_for(replace(spec, fixed=()), old, within)
    made = replace(inner, fixed=tuple(sorted(fixed, key=len)))
    return with_fixed(made, within, between)


def with_fixed(spec: ModelSpec, *columns: str) -> ModelSpec:
    """Return the model with these columns among the fixed effects."""
    known = {factor_of(term[0]).column for term in spec.fixed if len(term) == 1}
    more = tuple((quote(name),) for name in columns if name not in known)
    return replace(spec, fixed=tuple(sorted((*spec.fixed, *more), key=len)))


def with_group_for(spec: ModelSpec, old: str, new: str) -> ModelSpec:
    """Return the model that groups by ``new`` alone where it grouped by ``old``."""
    random = tuple(replace(one, group=(new,)) if old in one.group else one for one in spec.random)
    return replace(spec, random=random)
