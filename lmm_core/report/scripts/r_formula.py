"""Formulas and columns of a model matrix in R, with the short names of the data frame ``d``."""

from __future__ import annotations

from collections.abc import Sequence

from lmm_core.model.factors import factor_of
from lmm_core.model.spec import ModelSpec, RandomTerm, Term
from lmm_core.report.scripts.independent import Independent
from lmm_core.report.scripts.layout_recipes import Piece
from lmm_core.report.scripts.model_columns import ModelColumns
from lmm_core.report.scripts.quoting import r


def r_piece(piece: Piece, columns: ModelColumns) -> str:
    """One factor of a column: a level as 0 and 1, or a number."""
    text, level, k = piece
    if level is None:
        made = _numeric_text(text, columns, "d$")
        return f"{made}[, {k + 1}]" if "poly(" in made else made
    return f"(d${columns.category[text]} == {r(level)})"


def _numeric_text(text: str, columns: ModelColumns, start: str = "") -> str:
    """A numeric factor in R: "scale(log(x))"."""
    found = factor_of(text)
    made = start + columns.numeric[found.column]
    for call, number in found.calls:
        if call == "poly":
            made = f"poly({made}, {number})"
        elif call == "I":
            made = f"I({made}^{number})"
        else:
            made = f"{call}({made})"
    return made


def r_formula(
    spec: ModelSpec, columns: ModelColumns, independent: Sequence[Independent] = ()
) -> str | None:
    """The formula with the short names; None when it uses other columns."""
    own = {one.term: list(one.columns) for one in independent}

    def factor(text: str) -> str:
        if text in columns.category:
            return columns.category[text]
        return _numeric_text(text, columns)

    def term(one: Term) -> str:
        return ":".join(factor(text) for text in one)

    def categories(one: RandomTerm) -> bool:
        return any(text in columns.category for t in one.terms for text in t)

    def random(one: RandomTerm) -> str:
        texts = own.get(one) or [term(t) for t in one.terms]
        if one not in own and not one.correlated and categories(one):
            raise KeyError(one.group_name)
        inner = ["1" if one.intercept else "0", *texts]
        group = ":".join(columns.group[g] for g in one.group)
        return f"({' + '.join(inner)} {'|' if one.correlated else '||'} {group})"

    try:
        right = ["1" if spec.intercept else "0", *(term(t) for t in spec.fixed)]
        right += [random(one) for one in spec.random]
        return f"{factor(spec.outcome)} ~ {' + '.join(right)}"
    except KeyError:
        return None
