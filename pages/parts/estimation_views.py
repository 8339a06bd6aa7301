"""The parts of the estimation page."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from lmm_core.assess.collinearity import HIGH, variance_inflation
from lmm_core.assess.cross_check import cross_check, why_not
from lmm_core.cache import cached_fit, remembered
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number
from lmm_core.model.design import RandomBlock
from lmm_core.model.factors import Factor, factor_of
from lmm_core.model.matrices import INTERCEPT
from lmm_core.model.spec import ModelSpec, RandomTerm
from lmm_core.report.markup import md, md_sentence
from pages.parts import choices, state, tables
from pages.parts.tables import Column


def simplified(fit: FittedModel) -> ModelSpec | None:
    """The model without the part that is at the boundary; None when nothing can be left out."""
    # Slopes go before intercepts.
    found = sorted(fit.convergence.singular, key=lambda s: s.names == (INTERCEPT,))
    for singular in found:
        for k, (term, block) in enumerate(zip(fit.spec.random, fit.design.blocks, strict=True)):
            if term.group_name != singular.group or not set(singular.names) <= set(block.names):
                continue
            random = list(fit.spec.random)
            if singular.kind == "correlation" and term.correlated and term.n_parts > 1:
                random[k] = replace(term, correlated=False)
                return fit.spec.with_options(random=tuple(random))
            kept = _without(term, block, singular.names)
            if kept.n_parts:
                random[k] = kept
                return fit.spec.with_options(random=tuple(random))
            if len(random) > 1:
                del random[k]
                return fit.spec.with_options(random=tuple(random))
    return None


def _without(term: RandomTerm, block: RandomBlock, names: tuple[str, ...]) -> RandomTerm:
    """The term without the slopes that have a column in ``names``, or without its intercept."""
    at = {block.layout.assign[j] for j, name in enumerate(block.names) if name in names}
    gone = [block.layout.terms[i] for i in at if i >= 0]
    slopes = tuple(t for t in term.terms if t not in gone)
    kept = replace(term, terms=slopes, intercept=term.intercept and bool(gone))
    return replace(kept, correlated=kept.correlated or kept.n_parts < 2)


def simpler_model(fit: FittedModel) -> None:
    """For a boundary fit: the simpler model beside it, as a button."""
    model = simplified(fit)
    if model is None:
        return
    table = state.table()
    try:
        other = cached_fit(table.fingerprint, table.frame, model).fit
    except LMMError:
        return
    loss = other.criterion - fit.criterion
    st.write(
        md_sentence(
            f"The simpler model {model.formula} has a criterion that is {number(max(loss, 0.0))} "
            f"higher with {fit.n_parameters - other.n_parameters} parameters fewer."
        )
    )
    st.button("Use the simpler model", key="simpler", on_click=state.set_spec, args=(model,))


def attempts(fit: FittedModel) -> None:
    """Every run of an optimiser."""
    frame = pd.DataFrame(
        [(a.optimizer, a.evaluations, a.end, a.message) for a in fit.convergence.attempts],
        columns=["optimizer", "evaluations", "end", "message"],
    )
    columns = [
        Column("optimizer", "Optimiser"),
        Column("evaluations", "Evaluations", tables.WHOLE),
        Column("end", "Criterion reached", lambda value: f"{value:,.6f}"),
        Column("message", "Message"),
    ]
    tables.show(frame, columns, "Runs of the optimiser", "attempts")


def advice(fit: FittedModel) -> None:
    """What to try, in this order, when a model doesn't converge; each step is a button."""
    box = st.expander(
        "If a model doesn't converge", expanded=not fit.convergence.converged, key="advice"
    )
    with box:
        for k, (text, label, model) in enumerate(_steps(fit)):
            words, button = st.columns([3, 2], vertical_alignment="center")
            words.write(md_sentence(f"{k + 1}. {text}"))
            if label and model is not None:
                button.button(
                    label,
                    key=f"advice:{k}",
                    on_click=state.set_spec,
                    args=(model,),
                    width="stretch",
                )
        _inflation(fit)


def _steps(fit: FittedModel) -> list[tuple[str, str, ModelSpec | None]]:
    spec = fit.spec
    slopes = [(k, term) for k, term in enumerate(spec.random) if term.terms]
    simple = simplified(fit)
    if simple is None and slopes:
        k, term = slopes[-1]
        kept = replace(term, terms=term.terms[:-1], intercept=True)
        random = list(spec.random)
        random[k] = replace(kept, correlated=kept.correlated or kept.n_parts < 2)
        simple = spec.with_options(random=tuple(random))
    found: list[tuple[str, str, ModelSpec | None]] = []
    if spec.residual is not None:
        plain = spec.with_options(residual=None)
        found = [("Take the residual structure out.", "Constant residuals", plain)]
    return [
        *found,
        ("Simplify the random effects.", "Simplify" if simple else "", simple),
        (
            "Centre and standardise numeric predictors. The fit itself doesn't need it here.",
            "Standardise",
            _standardised(fit),
        ),
        ("Look at collinearity: the table below.", "", None),
        (
            "Let the program try other starts and optimisers, with more iterations.",
            "Automatic",
            spec.with_options(optimizer="auto") if spec.optimizer != "auto" else None,
        ),
        ("Use another optimiser.", "L-BFGS-B", spec.with_options(optimizer="l-bfgs-b")),
        ("Drop a slope whose variance is near 0.", *_small_slope(fit)),
    ]


def _standardised(fit: FittedModel) -> ModelSpec | None:
    numeric = choices.numeric_fixed(fit.spec)
    if not numeric:
        return None

    def scaled(text: str) -> str:
        factor = factor_of(text)
        plain = factor.calls in ((), (("center", None),))
        use = factor.column in numeric and plain
        return Factor(factor.column, (("scale", None),)).text if use else text

    fixed = tuple(tuple(scaled(f) for f in term) for term in fit.spec.fixed)
    random = tuple(
        replace(r, terms=tuple(tuple(scaled(f) for f in t) for t in r.terms))
        for r in fit.spec.random
    )
    return fit.spec.with_options(fixed=fixed, random=random)


def _small_slope(fit: FittedModel) -> tuple[str, ModelSpec | None]:
    """The slope that adds least to the spread, if it adds less than a tenth of the residual SD."""
    best: tuple[float, int, tuple[str, ...]] | None = None
    for k, (block, covariance) in enumerate(
        zip(fit.design.blocks, _block_covariances(fit), strict=True)
    ):
        for j in range(len(block.names)):
            term = block.layout.assign[j]
            if term < 0:
                continue
            column = block.matrix[:, j]
            share = (
                float(covariance[j, j] ** 0.5 * (column.std() or 1.0))
                / fit.estimates.residual_variance**0.5
            )
            if share < 0.1 and (best is None or share < best[0]):
                best = (share, k, block.layout.terms[term])
    if best is None:
        return "", None
    _, k, slope = best
    term = fit.spec.random[k]
    kept = replace(term, terms=tuple(t for t in term.terms if t != slope))
    if not kept.n_parts:
        return "", None
    kept = replace(kept, correlated=kept.correlated or kept.n_parts < 2)
    random = (*fit.spec.random[:k], kept, *fit.spec.random[k + 1 :])
    return f"Drop {md(':'.join(slope))}", fit.spec.with_options(random=random)


def _block_covariances(fit: FittedModel) -> list:
    found = {}
    factors = zip(fit.estimates.conditioned.factors, fit.estimates.covariances, strict=True)
    for factor, covariance in factors:
        for block, (start, stop) in zip(factor.blocks, factor.spans, strict=True):
            found[block.term] = covariance[start:stop, start:stop]
    return [found[block.term] for block in fit.design.blocks]


def _inflation(fit: FittedModel) -> None:
    table = variance_inflation(fit.design)
    if table.empty:
        return
    columns = [Column("term", "Term"), Column("vif", "VIF", tables.ESTIMATE)]
    tables.show(table, columns, "Variance inflation of the fixed effects", "vif")
    high = table[table["vif"] > HIGH]["term"].tolist()
    text = (
        f"Hard to tell apart from the others (VIF above {HIGH:g}): {', '.join(high)}."
        if high
        else f"No term's VIF is above {HIGH:g}: the predictors can be told apart."
    )
    st.caption(md_sentence(text))


def second_opinion(fit: FittedModel) -> None:
    """The same model by statsmodels, on request."""
    st.header("A second opinion", anchor=False)
    reason = why_not(fit)
    if reason:
        st.caption(md_sentence(reason))
        return
    key = ("cross_check", state.table().fingerprint, fit.spec)
    if st.button("Fit with statsmodels", key="cross_check"):
        st.session_state["cross_check_key"] = key
    if st.session_state.get("cross_check_key") != key:
        st.caption("Fits the same model with statsmodels' MixedLM and compares the numbers.")
        return
    with st.spinner("statsmodels is fitting …"):
        found = remembered(key, lambda: cross_check(fit))
    st.write(md_sentence(found.verdict))
    if found.table is not None:
        columns = [
            Column("parameter", "Parameter"),
            Column("lmm_core", "This program", lambda v: number(v, 6)),
            Column("statsmodels", "statsmodels", lambda v: number(v, 6)),
        ]
        tables.show(found.table, columns, "Estimates of both programs", "second_opinion")
        st.caption(f"statsmodels took {found.seconds:.2f} s.")
