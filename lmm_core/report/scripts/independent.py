"""Random terms whose columns are independent, where one of them is a category.

lme4 lets the levels of a category correlate within ``||``; here every column is independent.
Columns of 0 and 1 say the same in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lmm_core.fitted import FittedModel
from lmm_core.model.encoding import Categorical
from lmm_core.model.spec import RandomTerm
from lmm_core.report.scripts.layout_recipes import Piece, column_recipes
from lmm_core.report.scripts.quoting import plain_names


@dataclass(frozen=True)
class Independent:
    """``columns`` maps the names of the new columns to the pieces that are multiplied."""

    term: RandomTerm
    columns: dict[str, tuple[Piece, ...]]


def independent_terms(fit: FittedModel, taken: Iterable[str]) -> tuple[Independent, ...]:
    """Every uncorrelated random term with a category in it, with plain names for its columns."""
    known = list(taken)
    found = []
    for block in fit.design.blocks:
        texts = {text for term in block.term.terms for text in term}
        categories = any(isinstance(fit.design.encoders[t], Categorical) for t in texts)
        if block.term.correlated or not categories:
            continue
        recipes = column_recipes(block.layout, fit.design.encoders)
        pairs = [(n, r) for n, r in zip(block.layout.names, recipes, strict=True) if r]
        names = plain_names([*known, *(name for name, _ in pairs)])[len(known) :]
        known += names
        columns = dict(zip(names, (recipe for _, recipe in pairs), strict=True))
        found.append(Independent(block.term, columns))
    return tuple(found)
