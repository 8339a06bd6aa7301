"""Comparison of models of the same rows: AIC, BIC, weights, and likelihood-ratio tests.

Models are compared by ML (as R's ``anova`` does), or by REML when all have the same fixed effects.
Akaike weights: Burnham & Anderson (2002), Model Selection and Multimodel Inference, sec. 2.9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lmm_core.errors import LMMError, ModelError
from lmm_core.formatting import p_phrase, whole
from lmm_core.inference.distributions import chi2_p_value
from lmm_core.inference.nested_models import Candidate, check_comparable, nesting, same_space
from lmm_core.inference.random_terms import mixture_p_value
from lmm_core.model.spec import ModelSpec

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray
Method = Literal["ML", "REML"]
Fit = Callable[[ModelSpec, pd.DataFrame], "FittedModel"]


@dataclass(frozen=True)
class LikelihoodRatio:
    """The test of one model against another, or the reason why there is none.

    ``smaller`` and ``larger`` are rows of the comparison. ``p_value`` follows ``distribution``
    ("χ²(1)", "½χ²(0) + ½χ²(1)"); ``p_chi_sq`` is from the plain χ²(df).
    """

    smaller: int
    larger: int
    chi_sq: float
    df: int
    p_value: float
    p_chi_sq: float
    distribution: str
    reason: str = ""


@dataclass(frozen=True)
class Comparison:
    """``table``: formula, npar, aic, bic, loglik, chi_sq, df, p_value, weight, p_chi_sq,
    distribution, against (row); ``tests`` has one entry per row, None for the base.

    ``refused`` lists (formula, reason) of models that couldn't be fitted.
    """

    table: pd.DataFrame
    specs: tuple[ModelSpec, ...]
    tests: tuple[LikelihoodRatio | None, ...]
    method: Method
    n_obs: int
    same_fixed: bool
    notes: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def best(self) -> int:
        """Row with the lowest AIC."""
        return int(self.table["aic"].to_numpy().argmin())


def compare_models(
    models: Sequence[ModelSpec | str | FittedModel],
    frame: pd.DataFrame | None = None,
    method: Method = "ML",
    base: int | None = None,
    common_rows: bool = False,
    fit: Fit | None = None,
) -> pd.DataFrame:
    """The table of ``comparison``; its notes are in ``attrs["notes"]``."""
    found = comparison(models, frame, method, base, common_rows, fit)
    found.table.attrs["notes"] = found.notes
    return found.table


def comparison(
    models: Sequence[ModelSpec | str | FittedModel],
    frame: pd.DataFrame | None = None,
    method: Method = "ML",
    base: int | None = None,
    common_rows: bool = False,
    fit: Fit | None = None,
) -> Comparison:
    """Compare models in the given order.

    Parameters
    ----------
    models:
        Specs, formulas, or fitted models; what isn't fitted by ``method`` is refitted.
    frame:
        The data; needed for specs, else the fitted models' own.
    method:
        "ML", or "REML" when all models have the same fixed effects.
    base:
        Row against which every other is tested; by default each is tested against the one before.
    common_rows:
        Use only rows that are complete for all models. Without it, different rows are refused.
    fit:
        How to fit, e.g. from a cache; by default ``fit_model``.

    Raises
    ------
    ModelError
        ``too_few_models``, ``different_rows`` (details: columns, rows), ``different_outcome``,
        ``different_weights``, ``reml_fixed``, ``no_frame``, ``base``.
    """
    if method not in ("ML", "REML"):
        raise ModelError("Models are compared by ML or REML.", "Use ML.", code="method")
    fitted, refused = _fits(models, frame, method, common_rows, fit)
    if len(fitted) < 2:
        why = f" {refused[0][0]}: {refused[0][1]}" if refused else ""
        raise ModelError(
            f"A comparison needs at least two models that can be fitted.{why}",
            "Add another model.",
            code="too_few_models",
        )
    if base is not None and not 0 <= base < len(fitted):
        raise ModelError("The base isn't one of the models.", "Choose a model.", code="base")
    candidates = [Candidate(f.design, f.estimates, f.frame) for f in fitted]
    check_comparable(fitted)
    same_fixed = all(same_space(candidates[0].design, c.design) for c in candidates[1:])
    if method == "REML" and not all(_same_matrix(fitted[0], f) for f in fitted[1:]):
        raise ModelError(
            "The models' fixed effects differ, so their REML likelihoods can't be compared.",
            "Compare them by ML.",
            code="reml_fixed",
        )
    tests: list[LikelihoodRatio | None] = []
    for k in range(len(fitted)):
        other = base if base is not None else k - 1
        tests.append(None if other in (k, -1) else _test(candidates, k, other))
    table = _table(fitted, tests)
    notes = _notes(fitted, tests, method, same_fixed, refused)
    specs = tuple(f.spec for f in fitted)
    n = fitted[0].n_obs
    return Comparison(table, specs, tuple(tests), method, n, same_fixed, notes, refused)


# -- fits


def _fits(
    models: Sequence[ModelSpec | str | FittedModel],
    frame: pd.DataFrame | None,
    method: Method,
    common_rows: bool,
    fit: Fit | None,
) -> tuple[list[FittedModel], tuple[tuple[str, str], ...]]:
    if fit is None:
        from lmm_core.fitted import fit_model as fit
    source, specs = frame, []
    for model in models:
        if isinstance(model, str):
            columns = None if frame is None else tuple(map(str, frame.columns))
            model = ModelSpec.from_formula(model, columns)
        if isinstance(model, ModelSpec):
            specs.append((model, None))
        else:
            specs.append((model.spec, model))
            source = model.source if source is None else source
    if source is None:
        raise ModelError("The models need data.", "Pass the table.", code="no_frame")
    if common_rows:
        whole_frame = source
        source = _complete(source, [spec for spec, _ in specs])
        if len(source) < len(whole_frame):
            specs = [(spec, None) for spec, _ in specs]
    fitted, refused = [], []
    for spec, done in specs:
        reml = method == "REML"
        usable = done is not None and spec.reml == reml and done.source is source
        try:
            fitted.append(done if usable else fit(spec.with_options(reml=reml), source))
        except LMMError as error:
            refused.append((spec.title, str(error)))
    return fitted, tuple(refused)


def _complete(frame: pd.DataFrame, specs: Sequence[ModelSpec]) -> pd.DataFrame:
    """The rows without a missing value in any column that a model uses."""
    used = dict.fromkeys(column for spec in specs for column in spec.columns())
    keep = frame[[c for c in used if c in frame.columns]].notna().all(axis=1).to_numpy()
    return frame if keep.all() else frame.loc[keep]


def _same_matrix(one: FittedModel, other: FittedModel) -> bool:
    """The REML criterion depends on the coding of X as well as on its column space."""
    a, b = one.design.X, other.design.X
    return a.shape == b.shape and (a is b or bool(np.array_equal(a, b)))


# -- tests and table


def _test(candidates: Sequence[Candidate], k: int, other: int) -> LikelihoodRatio:
    small, large = (k, other) if candidates[k].npar < candidates[other].npar else (other, k)
    a, b = candidates[small], candidates[large]
    df = b.npar - a.npar
    found = nesting(a, b)
    nothing = (np.nan, df, np.nan, np.nan, "")
    if df == 0:
        reason = "they have equally many parameters, so neither is a special case of the other"
        if found.nested and nesting(b, a).nested:
            reason = "both are the same model, written differently"
        return LikelihoodRatio(small, large, *nothing, reason)
    if not found.nested:
        return LikelihoodRatio(small, large, *nothing, found.reason)
    chi_sq = max(0.0, a.estimates.deviance - b.estimates.deviance)
    plain = chi2_p_value(chi_sq, df)
    added = b.n_random - a.n_random
    if added == 1 and not found.interior:
        distribution = f"½χ²({df - 1}) + ½χ²({df})"
        return LikelihoodRatio(
            small, large, chi_sq, df, mixture_p_value(chi_sq, df), plain, distribution
        )
    bound = "at most " if added > 1 and not found.interior else ""
    return LikelihoodRatio(small, large, chi_sq, df, plain, plain, f"{bound}χ²({df})")


def _table(fitted: Sequence[FittedModel], tests: Sequence[LikelihoodRatio | None]) -> pd.DataFrame:
    k = np.array([f.n_parameters for f in fitted])
    loglik = np.array([f.loglik for f in fitted])
    aic = -2 * loglik + 2 * k
    relative = np.exp(-0.5 * (aic - aic.min()))

    def column(name: str) -> list:
        return [np.nan if t is None else getattr(t, name) for t in tests]

    against = [
        -1 if t is None else (t.smaller if t.larger == row else t.larger)
        for row, t in enumerate(tests)
    ]
    return pd.DataFrame(
        {
            "formula": [f.spec.title for f in fitted],
            "npar": k,
            "aic": aic,
            "bic": -2 * loglik + np.log(fitted[0].n_obs) * k,
            "loglik": loglik,
            "chi_sq": column("chi_sq"),
            "df": [np.nan if t is None or t.reason else float(t.df) for t in tests],
            "p_value": column("p_value"),
            "weight": relative / relative.sum(),
            "p_chi_sq": column("p_chi_sq"),
            "distribution": ["" if t is None else t.distribution for t in tests],
            "against": against,
        }
    )


def _notes(
    fitted: Sequence[FittedModel],
    tests: Sequence[LikelihoodRatio | None],
    method: Method,
    same_fixed: bool,
    refused: Sequence[tuple[str, str]],
) -> tuple[str, ...]:
    n = whole(fitted[0].n_obs)
    notes = []
    if method == "REML":
        notes.append(f"Compared by REML on {n} rows: all models have the same fixed effects.")
    elif same_fixed:
        notes.append(f"All models are fitted by ML to {n} rows; REML would be possible too.")
    else:
        notes.append(
            f"All models are fitted by ML to {n} rows, because REML likelihoods of different fixed "
            "effects can't be compared."
        )
    for test in tests:
        if test is None:
            continue
        pair = (
            f"Models {min(test.smaller, test.larger) + 1} and {max(test.smaller, test.larger) + 1}"
        )
        if test.reason:
            notes.append(f"{pair}: no likelihood-ratio test, because {test.reason}.")
        elif test.distribution.startswith("½"):
            notes.append(
                f"{pair}: a variance of 0 lies on the boundary, so p is from {test.distribution}; "
                f"the plain χ²({test.df}) gives {p_phrase(test.p_chi_sq)}."
            )
        elif test.distribution.startswith("at most"):
            notes.append(
                f"{pair}: several variances are added at once; p from χ²({test.df}) is too large "
                "rather than too small."
            )
    for row, f in enumerate(fitted):
        if f.convergence.singular:
            text = "; ".join(s.text for s in f.convergence.singular)
            notes.append(f"Model {row + 1} lies at its boundary: {text}.")
        if not f.convergence.converged:
            notes.append(f"Model {row + 1} isn't certified to have reached its optimum.")
    notes += [f"{formula} is left out: {reason}" for formula, reason in refused]
    notes.append("BIC counts rows as observations.")
    return tuple(notes)
