"""Whether models can be compared at all, and whether one is a special case of another.

Fixed effects are nested when the smaller model matrix lies in the column space of the larger;
random effects when every covariance structure of the smaller one is a special case of one of the
larger; residual structures when the larger one holds the smaller one's parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.estimation.fit import Estimates
from lmm_core.formatting import whole
from lmm_core.model.design import Design, Grouping
from lmm_core.model.encoding import encode_levels
from lmm_core.model.factors import term_text

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray
TOLERANCE = 1e-6
MAX_EXTRA_LEVELS = 60


@dataclass(frozen=True)
class Candidate:
    """A fitted model of a comparison; ``frame`` holds its rows in use."""

    design: Design
    estimates: Estimates
    frame: pd.DataFrame

    @property
    def npar(self) -> int:
        return self.estimates.n_parameters

    @property
    def n_random(self) -> int:
        """Number of variances of random effects."""
        return sum(len(part.names) for part in parts_of(self.design))


@dataclass(frozen=True)
class Part:
    """Random effects of one grouping with a full covariance matrix of their own."""

    grouping: Grouping
    Z: Array
    names: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Nesting:
    """``reason`` is "" when the smaller model is nested in the larger.

    ``interior`` says that the smaller model holds no variance of the larger one at 0 although it
    has fewer random effects (compound symmetry within an unstructured covariance).
    """

    reason: str
    interior: bool = False

    @property
    def nested(self) -> bool:
        return not self.reason


def parts_of(design: Design) -> list[Part]:
    """The random effects in independent parts."""
    found = []
    for block in design.blocks:
        bar = "|" if block.term.correlated else "||"
        inside = " + ".join(
            ["1" if block.term.intercept else "0", *map(term_text, block.term.terms)]
        )
        text = f"({inside} {bar} {block.grouping.name})"
        if block.term.correlated:
            found.append(Part(block.grouping, block.matrix, block.names, text))
            continue
        for k, name in enumerate(block.names):
            found.append(Part(block.grouping, block.matrix[:, k : k + 1], (name,), text))
    return found


def same_space(one: Design, other: Design) -> bool:
    """Whether the fixed effects of two designs on the same rows describe the same means."""
    return one.p == other.p and not outside(one, other)


def outside(smaller: Design, larger: Design) -> tuple[str, ...]:
    """Labels of the columns of ``smaller`` that aren't in the column space of ``larger``."""
    if smaller is larger:
        return ()
    left = _rest(smaller.X, larger.basis.apply(larger.X), larger.weights)
    labels = smaller.labels
    return tuple(labels[k] for k in np.flatnonzero(left > TOLERANCE))


def _rest(columns: Array, basis: Array, weights: Array | None = None) -> Array:
    """(k,): the share of each column's length that an orthonormal basis leaves over."""
    if weights is not None:
        root = np.sqrt(weights)[:, None]
        columns, basis = columns * root, basis * root
    rest = columns - basis @ (basis.T @ columns)
    # Once more: the first pass leaves rounding of the size of a column with a large mean.
    rest -= basis @ (basis.T @ rest)
    length = np.linalg.norm(columns, axis=0)
    return np.linalg.norm(rest, axis=0) / np.where(length > 0, length, 1.0)


def nesting(smaller: Candidate, larger: Candidate) -> Nesting:
    """Whether ``smaller`` is a special case of ``larger`` (same rows, same outcome)."""
    missing = outside(smaller.design, larger.design)
    if missing:
        shown = ", ".join(missing[:4]) + (" …" if len(missing) > 4 else "")
        return Nesting(f"the larger one lacks the fixed effect {shown}")
    small, large = smaller.design.spec.residual, larger.design.spec.residual
    if small is not None and not (large is not None and large.contains(small)):
        return Nesting(f"the residual structure “{small.words}” isn't part of the larger one's")
    interior = False
    for part in parts_of(smaller.design):
        homes = parts_of(larger.design)
        if any(_within(part, home) for home in homes):
            continue
        if any(_symmetric(part, home, smaller.frame) for home in homes):
            interior = True
            continue
        return Nesting(f"the random effects {part.text} aren't a special case of the larger one's")
    return Nesting("", interior)


def _within(part: Part, home: Part) -> bool:
    """Same groups, and the columns are combinations of the home's columns."""
    if len(part.names) > len(home.names) or not _same_groups(part.grouping, home.grouping):
        return False
    return _spans(home.Z, part.Z)


def _spans(home: Array, columns: Array) -> bool:
    basis, upper = np.linalg.qr(home)
    size = np.abs(np.diag(upper))
    basis = basis[:, size > 1e-10 * max(float(size.max()), 1e-300)]
    return bool((_rest(columns, basis) <= TOLERANCE).all())


def _same_groups(one: Grouping, other: Grouping) -> bool:
    if one.n_levels != other.n_levels:
        return False
    if one.name == other.name:
        return True
    lookup = np.full(one.n_levels, -1)
    lookup[one.codes] = other.codes
    return bool((lookup[one.codes] == other.codes).all())


def _symmetric(part: Part, home: Part, frame: pd.DataFrame) -> bool:
    """(1 | g:c) within (0 + c | g): independent effects of the cells of a group are a special case
    of correlated ones.
    """
    extra = [c for c in part.grouping.columns if c not in home.grouping.columns]
    if not extra or not set(home.grouping.columns) < set(part.grouping.columns):
        return False
    codes = [encode_levels(frame[c]) for c in extra]
    combos = list(product(*(range(len(levels)) for _, levels in codes)))
    if len(combos) > MAX_EXTRA_LEVELS:
        return False
    columns = []
    for combo in combos:
        inside = np.all([c == k for (c, _), k in zip(codes, combo, strict=True)], axis=0)
        if inside.any():
            columns.append(part.Z * inside[:, None])
    return _spans(home.Z, np.concatenate(columns, axis=1))


def check_comparable(fitted: Sequence[FittedModel]) -> None:
    """Same outcome, weights and rows.

    Raises
    ------
    ModelError
        ``different_outcome``, ``different_weights``, ``different_data``, ``different_rows``
        (details: ``columns`` that are missing in some rows, ``rows`` per model).
    """
    first = fitted[0]
    for other in fitted[1:]:
        if other.spec.outcome != first.spec.outcome:
            one, two = (f.spec.outcome.replace("`", "") for f in (first, other))
            raise ModelError(
                f"The models have different outcomes, {one} and {two}, so their likelihoods can't "
                "be compared.",
                "Compare models of the same outcome.",
                code="different_outcome",
            )
        if other.spec.weights != first.spec.weights:
            raise ModelError(
                "The models use different weights, so their likelihoods can't be compared.",
                "Use the same weights in all models.",
                code="different_weights",
            )
        if len(first.y) != len(other.y) or not np.array_equal(first.rows, other.rows):
            _raise_rows(fitted)
        if not np.array_equal(first.y, other.y):
            raise ModelError(
                "The models were fitted to different data.",
                "Refit them to the same table.",
                code="different_data",
            )


def _raise_rows(fitted: Sequence[FittedModel]) -> None:
    shared = set.intersection(*(set(f.spec.columns()) for f in fitted))
    lost: dict[str, int] = {}
    for f in fitted:
        lost.update({c: k for c, k in f.dropped.by_column if c not in shared})
    counts = ", ".join(whole(f.n_obs) for f in fitted)
    why = ", ".join(f"{c} is missing in {whole(k)} rows" for c, k in lost.items())
    because = f": {why}" if why else ""
    raise ModelError(
        f"The models use different rows ({counts}){because}. Likelihoods of different rows can't "
        "be compared.",
        "Compare them on the rows that are complete for all models.",
        code="different_rows",
        columns=tuple(lost),
        rows=tuple(f.n_obs for f in fitted),
    )
