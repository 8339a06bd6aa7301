"""Response, model matrices and grouping codes of a spec on a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.model import checks
from lmm_core.model.encoding import (
    Encoder,
    Numeric,
    encode_levels,
    is_numeric,
    learn_categorical,
    learn_numeric,
    numbers,
)
from lmm_core.model.factors import factor_of
from lmm_core.model.matrices import FactorValues, Layout, ModelMatrix, Parts, build_matrix, lay_out
from lmm_core.model.rank import Basis, find_basis
from lmm_core.model.residual_columns import ResidualColumns, residual_columns
from lmm_core.model.rows import Dropped, check_columns, usable_rows
from lmm_core.model.spec import ModelSpec, RandomTerm

Array = np.ndarray


@dataclass(frozen=True)
class Grouping:
    """One grouping column or combination: codes (n,) into ``levels``."""

    name: str
    columns: tuple[str, ...]
    codes: Array
    levels: tuple[str, ...]

    @property
    def n_levels(self) -> int:
        return len(self.levels)

    @property
    def sizes(self) -> Array:
        """Rows per level."""
        return np.bincount(self.codes, minlength=self.n_levels)


@dataclass(frozen=True)
class RandomBlock:
    """One random-effects term with its model matrix."""

    term: RandomTerm
    grouping: Grouping
    layout: Layout
    model_matrix: ModelMatrix

    @property
    def matrix(self) -> Array:
        """(n, q); of a large data set made anew at each use."""
        return self.model_matrix.whole()

    @property
    def names(self) -> tuple[str, ...]:
        return self.layout.names


@dataclass(frozen=True)
class Design:
    """Everything the estimator needs, and what is needed to build the same for other rows.

    ``values`` are the encoded factors of the rows in use (held for other codings).
    ``model_matrix`` holds the independent columns of X only; ``basis`` is their orthonormal basis.
    ``rows`` are positions in the original table, or None when all rows are used. ``residual``: the
    residual structure on these rows, None for independent residuals of equal spread.
    """

    spec: ModelSpec
    y: Array
    model_matrix: ModelMatrix
    layout: Layout
    basis: Basis
    blocks: tuple[RandomBlock, ...]
    encoders: Mapping[str, Encoder]
    rows: Array | None
    weights: Array | None
    dropped: Dropped
    outcome: Numeric
    values: FactorValues
    residual: ResidualColumns | None = None

    @property
    def X(self) -> Array:
        """(n, p), independent columns; of a large data set made anew at each use."""
        return self.model_matrix.whole()

    @property
    def kept(self) -> tuple[int, ...]:
        return self.basis.kept

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of X as R writes them: "treatmenttreated"."""
        return tuple(self.layout.names[k] for k in self.kept)

    @property
    def n(self) -> int:
        return len(self.y)

    @property
    def p(self) -> int:
        return len(self.kept)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names for people: "treatment: treated vs control"."""
        return tuple(self.layout.labels[k] for k in self.kept)

    @property
    def parts(self) -> tuple[Parts, ...]:
        """Per column of X its factors, each with its level (None when numeric)."""
        return tuple(self.layout.parts[k] for k in self.kept)

    @property
    def assign(self) -> tuple[int, ...]:
        """Term of each column of X, -1 for the intercept."""
        return tuple(self.layout.assign[k] for k in self.kept)

    @property
    def aliased(self) -> tuple[str, ...]:
        """Names of the fixed-effect columns that earlier ones determine; they were dropped."""
        kept = set(self.kept)
        return tuple(name for k, name in enumerate(self.layout.names) if k not in kept)

    @property
    def groupings(self) -> dict[str, Grouping]:
        return {block.grouping.name: block.grouping for block in self.blocks}

    def random_columns(self, group: str) -> Array:
        """(n, q): the random-effects columns of one grouping factor, term by term."""
        own = [block.matrix for block in self.blocks if block.grouping.name == group]
        return own[0] if len(own) == 1 else np.concatenate(own, axis=1)

    def fixed_matrix(self, frame: pd.DataFrame) -> Array:
        """(m, p) for other rows with the same columns; NaN where a level is unknown."""
        values = FactorValues(self.encoders, lambda name: frame[name])
        return build_matrix(self.layout, values, len(frame))[:, list(self.kept)]

    def random_matrix(self, block: RandomBlock, frame: pd.DataFrame) -> Array:
        """(m, q) of one random-effects term for other rows."""
        values = FactorValues(self.encoders, lambda name: frame[name])
        return build_matrix(block.layout, values, len(frame))


def build_design(spec: ModelSpec, frame: pd.DataFrame, like: Design | None = None) -> Design:
    """Matrices of ``spec`` on the complete rows of ``frame``.

    ``like`` is the design of another model of the same table. What both have in common, where they
    use the same rows, is taken from it: their arrays are shared, not copied.

    Raises
    ------
    ModelError
        When the model and the data don't go together; the message says why and what to do.
    """
    check_columns(spec, frame)
    if like is not None and not _on_same_rows(spec, like):
        like = None
    if like is None:
        rows, dropped = usable_rows(spec, {c: frame[c] for c in spec.columns()}, len(frame))
    else:
        rows, dropped = like.rows, like.dropped

    @cache
    def column(name: str) -> pd.Series:
        return frame[name] if rows is None else frame[name].iloc[rows]

    checks.check_random_terms(spec)
    texts = _factor_texts(spec)
    if like is not None and like.encoders.keys() >= set(texts):
        encoders: dict[str, Encoder] = {text: like.encoders[text] for text in texts}
        values = like.values
    else:
        encoders, codes = _learn_encoders(spec, texts, column)
        values = FactorValues(encoders, column, codes)
        for text, encoder in encoders.items():
            if isinstance(encoder, Numeric):
                checks.check_size(encoder.factor.column, values[text])
    if like is None:
        raw = numbers(column(spec.outcome_column))
        outcome = learn_numeric(factor_of(spec.outcome), raw)
        y, known = outcome.values(raw)[:, 0], {}
        checks.check_outcome(spec, y)
    else:
        outcome, y = like.outcome, like.y
        known = {grouping.columns: grouping for grouping in like.groupings.values()}
    groupings = {t.group: known.get(t.group) or _grouping(t.group, column) for t in spec.random}
    checks.check_groupings(spec, list(groupings.values()), len(y))
    checks.check_outcome_within(spec, y, list(groupings.values()))
    layout = lay_out(spec.fixed, spec.intercept, encoders)
    if layout.width == 0:
        raise ModelError(
            "The model has neither an intercept nor a predictor.",
            "Add a predictor, or the intercept.",
            code="no_fixed",
        )
    checks.check_width(layout, len(y))
    blocks = []
    for term in spec.random:
        random_layout = lay_out(term.terms, term.intercept, encoders)
        matrix = ModelMatrix(random_layout, values, len(y))
        blocks.append(RandomBlock(term, groupings[term.group], random_layout, matrix))
    checks.check_blocks(blocks, len(y))
    if like is not None and values is like.values and layout == like.layout:
        weights, X, basis = like.weights, like.model_matrix, like.basis
    else:
        weights = _weights(spec, column)
        whole = ModelMatrix(layout, values, len(y))
        basis = find_basis(whole, weights)
        X = whole.restricted(basis.kept)
    residual = None
    if spec.residual is not None:
        groups = {block.grouping.name: block.grouping for block in blocks}
        residual = residual_columns(spec.residual, column, groups, len(y))
    return Design(
        spec,
        y,
        X,
        layout,
        basis,
        tuple(blocks),
        encoders,
        rows,
        weights,
        dropped,
        outcome,
        values,
        residual,
    )


def _on_same_rows(spec: ModelSpec, like: Design) -> bool:
    """Whether the rows, the outcome, the weights and the codings of another model are this one's.

    It must use all columns of this one, and no other one with missing values.
    """
    old, used = like.spec, set(spec.columns())
    alone = ("outcome", "weights", "reference")
    return (
        all(getattr(spec, name) == getattr(old, name) for name in alone)
        and spec.residual is None
        and used <= set(old.columns())
        and used >= {name for name, _ in like.dropped.by_column}
        and {g for r in spec.random for g in r.group} == {g for r in old.random for g in r.group}
    )


def _factor_texts(spec: ModelSpec) -> tuple[str, ...]:
    """Every factor of the fixed and random terms, once."""
    terms = (*spec.fixed, *(t for r in spec.random for t in r.terms))
    return tuple(dict.fromkeys(factor for term in terms for factor in term))


def _learn_encoders(
    spec: ModelSpec, texts: Sequence[str], column: Callable[[str], pd.Series]
) -> tuple[dict[str, Encoder], dict[str, Array]]:
    """The encoders of all factors, and the codes of the categorical ones."""
    codes: dict[str, Array] = {}
    references = dict(spec.reference)
    encoders: dict[str, Encoder] = {}
    for text in texts:
        factor = factor_of(text)
        series = column(factor.column)
        if factor.is_categorical_call or not is_numeric(series):
            if any(call[0] != "factor" for call in factor.calls):
                raise ModelError(
                    f"{text} needs numbers, but {factor.column} holds categories.",
                    f"Use {factor.column} itself.",
                    code="not_numeric",
                    column=factor.column,
                )
            encoder: Encoder
            encoder, codes[text] = learn_categorical(factor, series, references.get(factor.column))
            checks.check_levels(factor.column, len(encoder.levels))
        elif not factor.calls:
            encoder = Numeric(factor)
        else:
            encoder = learn_numeric(factor, numbers(series))
        encoders[text] = encoder
    return encoders, codes


def _grouping(names: tuple[str, ...], column) -> Grouping:
    codes, levels = encode_levels(column(names[0]))
    for name in names[1:]:
        inner, inner_levels = encode_levels(column(name))
        combined = codes.astype(np.int64) * len(inner_levels) + inner
        present, codes = np.unique(combined, return_inverse=True)
        width = len(inner_levels)
        levels = tuple(f"{levels[k // width]}:{inner_levels[k % width]}" for k in present)
    # Half the memory; there are fewer levels than 2^31.
    return Grouping(":".join(names), names, codes.astype(np.int32), levels)


def _weights(spec: ModelSpec, column) -> Array | None:
    if spec.weights is None:
        return None
    series = column(spec.weights)
    values = numbers(series) if is_numeric(series) else np.array([np.nan])
    if not (values > 0).all():
        raise ModelError(
            f"The weights in {spec.weights} must all be numbers above 0.",
            "Choose another column, or leave rows with weight 0 out.",
            code="weights",
            column=spec.weights,
        )
    checks.check_size(spec.weights, values)
    return values
