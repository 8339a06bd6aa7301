"""What a page says when something is wrong or worth knowing, with the button that mends it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lmm_core.data.columns import text_cells
from lmm_core.data.step import Step
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.model.factors import factor_of
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.variance_words import dropped_sentence, singular_sentence
from pages.parts import preparation, reshape_view, state

_WITHOUT = ("too_many_levels", "constant_column", "no_complete_rows", "infinite", "domain")
"""Errors that go away without their column, when it is a predictor."""
_SLOPE_OUT = ("slope_constant_within", "correlation_unidentified")
"""Errors that go away without their column among the random slopes."""


class PageEnds(Exception):
    """The page has said what is missing and ends here."""


def fit_or_stop() -> FittedModel:
    """The fitted model, or the one question that is missing; then the page stops here."""
    fit = state.fit()
    if fit is not None:
        _say_outdated(fit)
        return fit
    question = st.session_state.get(state.QUESTION)
    error = state.problem()
    if question == "group":
        st.title("Which column says what belongs together?")
        st.write(
            "Choose the grouping column in the sidebar: the patient, the school, the country. "
            "Its values must repeat."
        )
        reshape_view.hint()
    elif question == "outcome":
        st.title("Which column is the outcome?")
        st.write("Choose the measured quantity in the sidebar: one number per row.")
        reshape_view.hint()
    elif error is not None:
        st.title("This model can't be fitted")
        st.write(f"{md(error.message)} {md(error.next_step)}")
        fix_buttons(error, "page")
    raise PageEnds


def _say_outdated(fit: FittedModel) -> None:
    """When the asked model can't be fitted, the page shows the last good one and says so."""
    error = state.problem()
    if error is None:
        return
    with st.container(border=True):
        st.markdown(f":orange[**Not fitted.**] {md(error.message)} {md(error.next_step)}")
        fix_buttons(error, "page")
        st.caption(f"Below is the last model that could be fitted: {md(fit.spec.title)}")


def fix_buttons(error: LMMError, place: str) -> None:
    """Buttons for the next step of an error, where the app can take it."""
    key = f"fix:{place}:{error.code}"
    column = error.details.get("column")
    model = state.spec()
    if error.code == "outcome_text" and column:
        _convert_button(column, key)
    elif error.code in _SLOPE_OUT and column and model is not None:
        st.button(
            f"Take {md(column)} out of the random slopes",
            key=key,
            on_click=_drop_slope,
            args=(str(column),),
        )
    elif error.code in ("too_many_random_effects",) and model is not None:
        st.button("Use a random intercept only", key=key, on_click=_intercept_only)
    elif error.code == "kr_needs_reml":
        st.button("Use REML", key=key, on_click=state.change_options, kwargs={"reml": True})
    elif error.code == "residual_structure" and model is not None:
        st.button(
            "Use constant, independent residuals",
            key=key,
            on_click=state.change_options,
            kwargs={"residual": None},
        )
    elif error.code in ("kr_too_large", "kr_structure"):
        st.button(
            "Use Satterthwaite",
            key=key,
            on_click=state.change_options,
            kwargs={"df_method": "satterthwaite"},
        )
    elif error.code in _WITHOUT and column and model is not None and _is_predictor(model, column):
        st.button(f"Take {md(column)} out", key=key, on_click=drop_column, args=(str(column),))
    elif error.code == "unknown_column" and place == "sidebar":
        for name in error.details.get("suggestions", ()):
            st.button(
                f"Use {md(name)}",
                key=f"{key}:{name}",
                on_click=_replace_name,
                args=(error, str(name)),
            )


def _is_predictor(model: ModelSpec, column: str) -> bool:
    terms = [*model.fixed, *(t for r in model.random for t in r.terms)]
    return any(factor_of(f).column == column for term in terms for f in term)


def _convert_button(column: str, key: str) -> None:
    current = state.table()
    cells = text_cells(current.frame, column)
    if not cells or len(cells) >= current.frame[column].notna().sum():
        return
    listed = "; ".join(f"row {cell.row}: “{cell.value}”" for cell in cells[:5])
    more = f" and {len(cells) - 5} more" if len(cells) > 5 else ""
    st.caption(md_sentence(f"Not numbers: {listed}{more}."))
    count = "1 cell becomes" if len(cells) == 1 else f"{len(cells)} cells become"
    st.button(f"Convert {md(column)}; {count} missing", key=key, on_click=_convert, args=(column,))


def _convert(column: str) -> None:
    preparation.try_add(Step("to_number", {"column": column}))


def _drop_slope(column: str) -> None:
    model = state.spec()
    if model is not None:
        random = tuple(
            replace(r, terms=tuple(t for t in r.terms if column not in (":".join(t), *t)))
            for r in model.random
        )
        random = tuple(r if r.terms or r.intercept else replace(r, intercept=True) for r in random)
        state.set_spec(replace(model, random=random))


def _intercept_only() -> None:
    model = state.spec()
    if model is not None:
        random = tuple(replace(r, terms=(), intercept=True, correlated=True) for r in model.random)
        state.set_spec(replace(model, random=random))


def drop_column(column: str) -> None:
    model = state.spec()
    if model is not None:
        fixed = tuple(t for t in model.fixed if all(factor_of(f).column != column for f in t))
        random = tuple(
            replace(
                r, terms=tuple(t for t in r.terms if all(factor_of(f).column != column for f in t))
            )
            for r in model.random
        )
        residual = model.residual
        if residual is not None and column in residual.columns:
            residual = None
        state.set_spec(replace(model, fixed=fixed, random=random, residual=residual))


def _replace_name(error: LMMError, name: str) -> None:
    from lmm_core.model.factors import quote

    text = str(error.details.get("text", ""))
    at, length = int(error.details.get("position", 0)), int(error.details.get("length", 1))
    st.session_state[state.FORMULA] = f"{text[:at]}{quote(name)}{text[at + length :]}"
    state.take_formula()


def warnings_that_matter(fit: FittedModel) -> None:
    """What a reader must know before trusting the numbers; nothing when all is fine."""
    texts = []
    if not fit.convergence.converged:
        texts.append(
            "The optimiser did not reach a certified optimum; don't use these numbers. "
            "Choose the automatic optimiser or a simpler model."
        )
    if singular_sentence(fit):
        texts.append(singular_sentence(fit))
    for name, count in fit.n_groups.items():
        if count < 5:
            texts.append(
                f"Only {count} {name} groups: the variance between groups can't be estimated "
                f"reliably. Consider {name} as a fixed effect."
            )
        elif count < 10:
            texts.append(
                f"Only {count} {name} groups: read the variance between groups with caution."
            )
    if fit.design.aliased:
        names = ", ".join(fit.design.aliased)
        texts.append(f"Left out because other predictors determine it: {names}.")
    if dropped_sentence(fit):
        texts.append(dropped_sentence(fit))
    if texts:
        with st.container(border=True):
            for text in texts:
                st.markdown(md_sentence(text))
