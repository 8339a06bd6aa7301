"""Ladders of models: the usual random structures of a model, and one coefficient over all rungs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.model.encoding import level_name
from lmm_core.model.spec import ModelSpec, RandomTerm, Term

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel


@dataclass(frozen=True)
class Without:
    """Rows that a rung leaves out: those with these levels of a column."""

    column: str
    levels: tuple[str, ...]

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that stay, in their order."""
        return frame.loc[~frame[self.column].map(level_name).isin(self.levels)]


@dataclass(frozen=True)
class Rung:
    """A model of a ladder and what it is called.

    With ``without`` it is fitted to fewer rows: its coefficients stand beside those of the others,
    but likelihoods, AIC and BIC of different rows say nothing about which model is better.
    """

    name: str
    spec: ModelSpec
    without: Without | None = None


def standard_ladder(spec: ModelSpec, slope: Term | str | None = None) -> tuple[Rung, ...]:
    """The null model, random intercept only, random slope only, intercept and slope uncorrelated,
    and correlated, for the first grouping column; its other random terms stay.

    ``slope`` is used when the model has no random slope; without any the slope models are left out.
    """
    first = spec.random[0].group
    own = [term for term in spec.random if term.group == first]
    others = tuple(term for term in spec.random if term.group != first)
    terms = tuple(dict.fromkeys(t for term in own for t in term.terms))
    if not terms and slope is not None:
        terms = ((slope,) if isinstance(slope, str) else tuple(slope),)

    def rung(name: str, random: RandomTerm) -> Rung:
        return Rung(name, replace(spec, random=(random, *others)))

    intercepts = tuple(dict.fromkeys(RandomTerm(t.group) for t in (RandomTerm(first), *others)))
    ladder = [
        Rung("Null model", replace(spec, fixed=(), intercept=True, random=intercepts)),
        rung("Random intercept", RandomTerm(first)),
    ]
    if terms:
        ladder += [
            rung("Random slope", RandomTerm(first, terms, intercept=False)),
            rung("Uncorrelated intercept and slope", RandomTerm(first, terms, correlated=False)),
            rung("Intercept and slope", RandomTerm(first, terms)),
        ]
    return tuple(ladder)


def coefficient_ladder(fits: Sequence[FittedModel], term: str) -> pd.DataFrame:
    """One coefficient in every model: formula, estimate, std_error, df, p_value, conf_low,
    conf_high; NaN where a model lacks it.
    """
    rows = []
    shown = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
    for f in fits:
        table = f.fixed_effects.set_index("term")
        values = table.loc[term, shown].tolist() if term in table.index else [np.nan] * 6
        rows.append((f.spec.title, *values))
    return pd.DataFrame(rows, columns=["formula", *shown])
