"""Tests of random effects: likelihood ratios with the distribution that the boundary asks for.

The reduced models keep the fixed effects, so REML criteria may be compared. Under the null the
variance lies on the boundary: p is from the mixture of chi-squared distributions with k - 1 and k
df, k - 1 the covariances that vanish with the variance (Self & Liang 1987; Stram & Lee 1994).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lmm_core.estimation.certify import value_at
from lmm_core.estimation.fit import Estimates, estimate
from lmm_core.inference.distributions import chi2_p_value
from lmm_core.model.design import Design
from lmm_core.model.factors import term_text
from lmm_core.model.spec import ModelSpec, RandomTerm

Array = np.ndarray


def reduced_random(spec: ModelSpec) -> list[tuple[str, tuple[RandomTerm, ...]]]:
    """Each way to leave one random effect out: what is dropped, and what stays."""
    found = []
    for k, term in enumerate(spec.random):
        others = (*spec.random[:k], *spec.random[k + 1 :])
        bar = "|" if term.correlated else "||"
        inside = " + ".join(["1" if term.intercept else "0", *map(term_text, term.terms)])
        where = f"({inside} {bar} {term.group_name})"
        if not term.terms:
            found.append((where, others))
            continue
        for slope in term.terms:
            rest = tuple(t for t in term.terms if t != slope)
            kept = replace(term, terms=rest) if rest or term.intercept else None
            if kept is not None and kept.n_parts < 2:
                kept = replace(kept, correlated=True)
            random = (*spec.random[:k], *([kept] if kept else []), *spec.random[k + 1 :])
            found.append((f"{term_text(slope)} in {where}", random))
        if term.intercept and not term.correlated:
            kept = replace(term, intercept=False)
            kept = replace(kept, correlated=kept.n_parts < 2)
            found.append((f"1 in {where}", (*spec.random[:k], kept, *spec.random[k + 1 :])))
    return found


def random_terms_table(design: Design, estimates: Estimates, refit) -> pd.DataFrame:
    """term, npar, loglik, aic, chi_sq, df, p_value (mixture), p_chi_sq (plain).

    ``refit(random)`` fits the model with other random terms and gives its ``Estimates``.
    """
    k = estimates.n_parameters
    rows: list[tuple] = [
        ("<none>", k, estimates.loglik, estimates.deviance + 2 * k, np.nan, np.nan, np.nan, np.nan)
    ]
    for name, random in reduced_random(design.spec):
        if random:
            other = refit(random)
            deviance, npar = other.deviance, other.n_parameters
        else:
            criterion = estimates.criterion
            at_zero = value_at(criterion, np.zeros(criterion.size))[0]
            shift = estimates.deviance - estimates.state.value
            deviance, npar = at_zero + shift, len(estimates.beta) + 1
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

    spec = replace(design.spec, random=random)
    rows = frame if design.rows is None else frame.iloc[design.rows]
    return estimate(build_design(spec, rows))
