"""Tests of random effects: likelihood ratios with the distribution that the boundary asks for.

The reduced models keep the fixed effects, so REML criteria may be compared; a residual structure
is estimated anew. Under the null the variance lies on the boundary: p is from the mixture of
chi-squared distributions with k - 1 and k df, k - 1 the covariances that vanish with the variance
(Self & Liang 1987; Stram & Lee 1994).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from lmm_core.estimation.certify import value_at
from lmm_core.estimation.fit import Estimates, estimate
from lmm_core.estimation.residual_structures.estimate import deviance_without_random
from lmm_core.inference.distributions import chi2_p_value
from lmm_core.model.design import Design
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import term_text
from lmm_core.model.spec import ModelSpec, RandomTerm, Term

Array = np.ndarray


def reduced_random(
    spec: ModelSpec, categorical: Callable[[Term], bool]
) -> list[tuple[str, tuple[RandomTerm, ...]]]:
    """Each way to leave one random effect out: what is dropped, and what stays.

    Names are lmerTest's. ``categorical`` says whether a term has categorical factors: without an
    intercept such a term holds one all the same, which stays.
    """
    found = []
    for k, term in enumerate(spec.random):
        before, after = spec.random[:k], spec.random[k + 1 :]
        if term.correlated:
            for name, kept in _reduced_term(term, categorical):
                found.append((name, (*before, *kept, *after)))
            continue
        parts = [replace(term, terms=(), correlated=True)] if term.intercept else []
        parts += [replace(term, terms=(t,), intercept=False, correlated=True) for t in term.terms]
        for i, part in enumerate(parts):
            kept = (*parts[:i], *parts[i + 1 :])
            inside = " + ".join(["1"] if part.intercept else ["0", *map(term_text, part.terms)])
            where = f"({inside} | {term.group_name})"
            name = where if part.intercept else f"{term_text(part.terms[0])} in {where}"
            found.append((name, (*before, *kept, *after)))
    return found


def _reduced_term(
    term: RandomTerm, categorical: Callable[[Term], bool]
) -> list[tuple[str, tuple[RandomTerm, ...]]]:
    inside = " + ".join(["1" if term.intercept else "0", *map(term_text, term.terms)])
    where = f"({inside} | {term.group_name})"
    if not term.terms:
        return [(where, ())]
    found = []
    for slope in term.terms:
        rest = tuple(t for t in term.terms if t != slope)
        intercept = term.intercept or (not rest and categorical(slope))
        kept = (replace(term, terms=rest, intercept=intercept),) if rest or intercept else ()
        found.append((f"{term_text(slope)} in {where}", kept))
    return found


def random_terms_table(design: Design, estimates: Estimates, refit) -> pd.DataFrame:
    """term, npar, loglik, aic, chi_sq, df, p_value (mixture), p_chi_sq (plain).

    ``refit(random)`` fits the model with other random terms and gives its ``Estimates``.
    """
    k = estimates.n_parameters
    rows: list[tuple] = [
        ("<none>", k, estimates.loglik, estimates.deviance + 2 * k, np.nan, np.nan, np.nan, np.nan)
    ]
    for name, random in reduced_random(
        design.spec,
        lambda term: any(isinstance(design.encoders[f], Categorical) for f in term),
    ):
        if random:
            other = refit(random)
            deviance, npar = other.deviance, other.n_parameters
        else:
            criterion = estimates.criterion
            at_zero = value_at(criterion, np.zeros(criterion.size))[0]
            shift = estimates.deviance - estimates.state.value
            deviance, npar = at_zero + shift, len(estimates.beta) + 1
            if estimates.residual is not None:
                deviance = deviance_without_random(estimates)
                npar += len(estimates.residual.free)
        df = k - npar
        chi_sq = max(0.0, deviance - estimates.deviance)
        rows.append(
            (
                name,
                npar,
                -0.5 * deviance,
                deviance + 2 * npar,
                chi_sq,
                df,
                mixture_p_value(chi_sq, df),
                chi2_p_value(chi_sq, df),
            )
        )
    columns = ["term", "npar", "loglik", "aic", "chi_sq", "df", "p_value", "p_chi_sq"]
    return pd.DataFrame(rows, columns=columns)


def mixture_p_value(statistic: float, df: int) -> float:
    """Half chi-squared with df - 1, half with df: one variance and df - 1 covariances at 0."""
    return 0.5 * chi2_p_value(statistic, df - 1) + 0.5 * chi2_p_value(statistic, df)


def refitted(design: Design, frame: pd.DataFrame, random: tuple[RandomTerm, ...]) -> Estimates:
    """Estimates of the model with other random terms on the same rows."""
    from lmm_core.model.design import build_design

    spec = replace(design.spec, random=random, residual=None)
    rows = frame if design.rows is None else frame.iloc[design.rows]
    # Residuals stay correlated within the groups of the full model, also where these are left out.
    return estimate(replace(build_design(spec, rows), residual=design.residual))
