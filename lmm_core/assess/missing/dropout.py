"""Who leaves when, and whether a missed occasion is related to what was measured before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from lmm_core.assess.missing.logistic import logistic
from lmm_core.assess.missing.pattern import Pattern, group_codes
from lmm_core.inference.distributions import normal_quantile
from lmm_core.model.encoding import Categorical, encode_levels
from lmm_core.model.factors import factor_of

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray

# With fewer missed (or kept) occasions nothing can be related to them.
LEAST_EVENTS = 5
EVENTS_PER_COLUMN = 2


@dataclass(frozen=True)
class _Term:
    """One column of the regression: per ``sd``, or ``level`` against ``reference``."""

    column: str
    kind: Literal["previous", "time", "number", "level"]
    sd: float | None = None
    level: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Dropout:
    """``table``: time, n_observed, n_left (whose last value this is although later times exist),
    n_gap (missed here, seen later), n_late (not seen yet). Of the G groups ``n_complete`` have all
    times, ``n_left`` end early, ``n_gap`` miss one in between, ``n_never`` have no outcome at all.
    """

    table: pd.DataFrame
    n_groups: int
    n_complete: int
    n_left: int
    n_gap: int
    n_late: int
    n_never: int


@dataclass(frozen=True)
class Relation:
    """What a missed next occasion is related to, by a logistic regression with Firth's penalty.

    ``table``: column, kind ("previous", "time", "number" or "level"), sd (the step that the odds
    ratio is for; None for a level), level, reference, odds_ratio, conf_low, conf_high, p_value; the
    previous value of the outcome is the first row. ``n_at_risk`` occasions follow an observed one,
    ``n_missed`` of them are missed. ``reason`` says why there is no table.
    """

    table: pd.DataFrame | None
    n_at_risk: int
    n_missed: int
    level: float
    reason: str = ""


def dropout(found: Pattern) -> Dropout:
    """Timing of what is missing, over the ordered times of a pattern."""
    seen = found.observed
    G, T = seen.shape
    anything = seen.any(axis=1)
    first = np.where(anything, seen.argmax(axis=1), T)
    last = np.where(anything, T - 1 - seen[:, ::-1].argmax(axis=1), -1)
    at = np.arange(T)
    between = (at > first[:, None]) & (at < last[:, None])
    left = anything & (last < T - 1)
    gaps = between & ~seen
    late = anything[:, None] & (at < first[:, None])
    table = pd.DataFrame(
        {
            "time": list(found.times),
            "n_observed": seen.sum(axis=0),
            "n_left": [int((left & (last == t)).sum()) for t in range(T)],
            "n_gap": gaps.sum(axis=0),
            "n_late": late.sum(axis=0),
        }
    )
    return Dropout(
        table,
        G,
        int(seen.all(axis=1).sum()),
        int(left.sum()),
        int(gaps.any(axis=1).sum()),
        int(late.any(axis=1).sum()),
        int((~anything).sum()),
    )


def missing_next(fit: FittedModel, found: Pattern) -> Relation:
    """Relate "the next occasion is missed" to the present value of the outcome, to time and to the
    model's predictors, over all occasions that follow an observed one.
    """
    seen = found.observed
    T = seen.shape[1]
    at_risk = np.argwhere(seen[:, :-1])
    missed = ~seen[at_risk[:, 0], at_risk[:, 1] + 1]
    n, events = len(at_risk), int(missed.sum())
    level = fit.spec.ci_level
    few = min(events, n - events)
    if few < LEAST_EVENTS:
        count = "no occasion" if events == 0 else f"only {events} of {n:,} occasions"
        what = f"{count} that could follow a measurement {'is' if events < 2 else 'are'} missed"
        if events > n - events:
            what = f"nearly all occasions ({events:,} of {n:,}) are missed"
        return Relation(None, n, events, level, what)
    columns, known = _columns(fit, found, at_risk, T)
    allowed = max(1, few // EVENTS_PER_COLUMN - 1)
    X, terms = _design(columns, known, allowed)
    keep = np.isfinite(X).all(axis=1)
    X, y = X[keep], missed[keep].astype(float)
    if min(y.sum(), len(y) - y.sum()) < LEAST_EVENTS or np.linalg.matrix_rank(X) < X.shape[1]:
        return Relation(None, n, events, level, "the values before them don't vary enough")
    result = logistic(X, y)
    z = float(normal_quantile(np.asarray(0.5 + 0.5 * level)))
    beta, se = result.beta[1:], result.std_error[1:]
    table = pd.DataFrame(
        {
            "column": [term.column for term in terms],
            "kind": [term.kind for term in terms],
            "sd": [term.sd for term in terms],
            "level": [term.level for term in terms],
            "reference": [term.reference for term in terms],
            "odds_ratio": np.exp(beta),
            "conf_low": np.exp(beta - z * se),
            "conf_high": np.exp(beta + z * se),
            "p_value": 2 * ndtr(-np.abs(beta / se)),
        }
    )
    return Relation(table, n, events, level)


def _columns(
    fit: FittedModel, found: Pattern, at_risk: Array, T: int
) -> tuple[list[Array], list[_Term]]:
    """Standardised numbers and indicators (n,) at each occasion, most wanted first."""
    assert found.time is not None
    codes, _ = group_codes(fit, found.group)
    values, _ = encode_levels(fit.source[found.time])
    G = len(found.levels)
    placed = np.flatnonzero((codes >= 0) & (values >= 0))
    place = codes[placed] * T + values[placed]
    cell = at_risk[:, 0] * T + at_risk[:, 1]
    outcome = fit.spec.outcome_column

    def mean_of(column: str) -> Array:
        numbers = fit.source[column].to_numpy(dtype=float, na_value=np.nan)[placed]
        known = np.isfinite(numbers)
        count = np.bincount(place[known], minlength=G * T)
        with np.errstate(invalid="ignore"):
            return (np.bincount(place[known], numbers[known], G * T) / count)[cell]

    columns: list[Array] = []
    terms: list[_Term] = []

    def add(name: str, kind: Literal["previous", "time", "number"], numbers: Array) -> None:
        known = numbers[np.isfinite(numbers)]
        if len(known) and np.ptp(known) > 0:
            sd = float(known.std())
            columns.append((numbers - known.mean()) / sd)
            terms.append(_Term(name, kind, sd))

    add(outcome, "previous", mean_of(outcome))
    add(found.time, "time", found.positions[at_risk[:, 1]])
    own = {outcome, found.time, *fit.groups[found.group].columns}
    texts = dict.fromkeys(f for term in fit.spec.fixed for f in term)
    for column in dict.fromkeys(factor_of(text).column for text in texts):
        if column in own:
            continue
        text = next(t for t in texts if factor_of(t).column == column)
        encoder = fit.design.encoders[text]
        if not isinstance(encoder, Categorical):
            add(column, "number", mean_of(column))
            continue
        levels = np.full(G * T, -1)
        levels[place] = encoder.codes(fit.source[column])[placed]
        here = levels[cell]
        for k, level in enumerate(encoder.levels[1:], start=1):
            indicator = np.where(here < 0, np.nan, (here == k).astype(float))
            if len(np.unique(indicator[np.isfinite(indicator)])) > 1:
                columns.append(indicator)
                terms.append(_Term(column, "level", None, level, encoder.levels[0]))
    return columns, terms


def _design(columns: list[Array], terms: list[_Term], allowed: int) -> tuple[Array, list[_Term]]:
    """Intercept and as many columns as the events bear; columns that others determine are left
    out.
    """
    n = len(columns[0]) if columns else 0
    X = np.ones((n, 1))
    chosen: list[_Term] = []
    for column, term in zip(columns, terms, strict=True):
        if len(chosen) >= allowed:
            break
        trial = np.column_stack([X, column])
        known = np.isfinite(trial).all(axis=1)
        if np.linalg.matrix_rank(trial[known]) == trial.shape[1]:
            X, chosen = trial, [*chosen, term]
    return X, chosen
