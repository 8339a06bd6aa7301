"""Whether a model can be fitted to these data at all; each refusal names the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.errors import ModelError
from lmm_core.model.factors import quote
from lmm_core.model.matrices import Layout
from lmm_core.model.spec import ModelSpec

if TYPE_CHECKING:
    from lmm_core.model.design import Grouping, RandomBlock

Array = np.ndarray
MAX_LEVELS = 100
# Beyond these the squares that everything is computed from leave the range of numbers.
LARGEST, SMALLEST = 1e100, 1e-100


def check_random_terms(spec: ModelSpec) -> None:
    """At least one random-effects term; the outcome isn't a predictor or a grouping column."""
    if not spec.random:
        raise ModelError(
            "The model has no grouping column.",
            "Choose the column that says which rows belong together, e.g. the patient.",
            code="no_group",
        )
    groups = {g for term in spec.random for g in term.group}
    if spec.outcome_column in groups:
        raise ModelError(
            f"{spec.outcome_column} can't be both the outcome and the grouping column.",
            "Choose another grouping column.",
            code="outcome_is_group",
        )
    if any(spec.outcome in term for term in spec.fixed):
        raise ModelError(
            f"{spec.outcome_column} can't be both the outcome and a predictor.",
            f"Take {spec.outcome_column} out of the predictors.",
            code="outcome_is_predictor",
        )


def check_outcome(spec: ModelSpec, y: Array) -> None:
    if not np.ptp(y) > 0:
        raise ModelError(
            f"The outcome {spec.outcome_column} is {y[0]:g} in every row in use.",
            "Choose an outcome that varies.",
            code="constant_outcome",
            column=spec.outcome_column,
        )
    check_size(spec.outcome_column, y)


def check_size(column: str, values: Array) -> None:
    """Values (n,) of a size that can be squared and summed."""
    low, high = float(values.min()), float(values.max())
    if max(high, -low) > LARGEST:
        raise ModelError(
            f"{column} holds values of the size {max(high, -low):.0e}, too large to compute with.",
            f"Divide {column} by a constant first, e.g. by changing its unit.",
            code="too_large_values",
            column=column,
        )
    if 0 < high - low < SMALLEST:
        raise ModelError(
            f"The values of {column} differ by {high - low:.0e} at most, too little to compute "
            "with.",
            f"Multiply {column} by a constant first, e.g. by changing its unit.",
            code="too_small_values",
            column=column,
        )


def check_levels(column: str, n_levels: int) -> None:
    """A categorical predictor has at least 2 and not hundreds of levels."""
    if n_levels > MAX_LEVELS:
        raise ModelError(
            f"The predictor {column} has {n_levels:,} different values, "
            f"which would need {n_levels - 1:,} coefficients.",
            f"Use {column} as a grouping column, or merge its values.",
            code="too_many_levels",
            column=column,
        )
    if n_levels < 2:
        raise ModelError(
            f"The predictor {column} is the same in every row in use.",
            f"Take {column} out of the model.",
            code="constant_column",
            column=column,
        )


def check_groupings(spec: ModelSpec, groupings: Sequence[Grouping], n: int) -> None:
    for grouping in groupings:
        if grouping.n_levels < 2:
            raise ModelError(
                f"The grouping column {grouping.name} has only one group in the rows in use.",
                "Choose a column with at least 2 groups; 5 or more are better.",
                code="one_group",
                column=grouping.name,
            )
        if grouping.n_levels >= n:
            raise ModelError(
                f"In {grouping.name} every row is its own group, so the variance between groups "
                "and the residual variance can't be told apart.",
                "Choose a column whose values repeat, e.g. the patient or the school.",
                code="group_per_row",
                column=grouping.name,
            )


def check_width(layout: Layout, n: int) -> None:
    if layout.width >= n:
        raise ModelError(
            f"The model has {layout.width:,} fixed-effect coefficients for {n:,} complete rows.",
            "Leave out some predictors or interactions.",
            code="too_many_coefficients",
        )


def check_blocks(blocks: Sequence[RandomBlock], n: int) -> None:
    """Random slopes vary within groups, and a term has fewer random effects than rows."""
    for block in blocks:
        grouping, q = block.grouping, len(block.names)
        if block.term.intercept:
            _check_slopes_vary(block)
        if grouping.n_levels * q >= n:
            raise ModelError(
                f"The random effects of {grouping.name} would be {grouping.n_levels * q:,} numbers "
                f"({grouping.n_levels:,} groups × {q}) from {n:,} rows.",
                "Leave out random slopes, or choose a grouping column with more rows per group.",
                code="too_many_random_effects",
                column=grouping.name,
            )


def check_outcome_within(spec: ModelSpec, y: Array, groupings: Sequence[Grouping]) -> None:
    """The outcome changes within the groups of every column; else the groups explain all of it."""
    for grouping in groupings:
        # Neighbouring rows nearly always settle it.
        first, same = y[:1001], grouping.codes[:1001]
        if ((first[1:] != first[:-1]) & (same[1:] == same[:-1])).any():
            continue
        if not varies_within(y, grouping):
            raise ModelError(
                f"The outcome {spec.outcome_column} never changes within {grouping.name}, so "
                "nothing is left within the groups.",
                "Choose an outcome that was measured in each row, or another grouping column.",
                code="outcome_constant_within",
                column=spec.outcome_column,
                group=grouping.name,
            )


def _check_slopes_vary(block: RandomBlock) -> None:
    for k, name in enumerate(block.names):
        term = block.layout.assign[k]
        if term < 0:
            continue
        if not varies_within(block.model_matrix.column(k), block.grouping):
            slope = ":".join(block.layout.terms[term])
            raise ModelError(
                f"{slope} never changes within {block.grouping.name}, so each group can't have "
                "a slope of its own.",
                f"Take {slope} out of the random slopes; it can stay a fixed effect.",
                code="slope_constant_within",
                column=slope,
                name=name,
                group=quote(block.grouping.name),
            )


def varies_within(values: Array, grouping: Grouping) -> bool:
    """Whether any group holds two different values."""
    last = np.empty(grouping.n_levels)
    last[grouping.codes] = values
    return bool((last[grouping.codes] != values).any())
