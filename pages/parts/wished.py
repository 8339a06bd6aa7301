"""What a description asked to see: the outputs on the overview, in the asked order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.model.sentence import Wish
from lmm_core.report.columns import Units
from pages.parts import state, wished_comparison, wished_views

View = Callable[[FittedModel, Units], None]

TITLES: dict[str, str] = {
    "fixed_effects": "Fixed effects",
    "confidence_intervals": "Confidence intervals",
    "p_values": "p-values",
    "variance_components": "Variance components",
    "icc": "ICC",
    "trajectories": "Individual trajectories",
    "population_mean": "Population mean",
    "confidence_band": "Confidence band",
    "blup_lines": "Each group's own line",
    "caterpillar": "Caterpillar plot",
    "residual_plots": "Residual plots",
    "qq_residuals": "Q-Q plot of the residuals",
    "qq_random_effects": "Q-Q plots of the random effects",
    "observations_per_subject": "Observations per group",
    "missing_data": "Missing data",
    "rm_anova": "Beside repeated-measures ANOVA",
    "compare_models": "Comparison of the models",
    "information_criteria": "AIC and BIC",
    "likelihood_ratio_test": "Likelihood-ratio test",
    "predictions": "Predictions",
}

VIEWS: dict[str, View] = {
    "fixed_effects": wished_views.fixed_effects,
    "confidence_intervals": wished_views.confidence_intervals,
    "p_values": wished_views.p_values,
    "variance_components": wished_views.variance_components,
    "icc": wished_views.icc,
    "caterpillar": wished_views.caterpillar,
    "residual_plots": wished_views.residual_plots,
    "qq_residuals": wished_views.qq_residuals,
    "qq_random_effects": wished_views.qq_random_effects,
    "observations_per_subject": wished_views.observations,
    "missing_data": wished_views.missing_data,
    "rm_anova": wished_views.rm_anova,
    "predictions": wished_views.predictions,
}
"""Outputs that stand alone; those of ``LAYERS`` and ``COMPARISON`` share one figure or table."""

LAYERS: dict[str, tuple[str, ...]] = {
    "trajectories": ("observed",),
    "population_mean": ("population",),
    "confidence_band": ("population", "band"),
    "blup_lines": ("groups",),
}
COMPARISON = ("compare_models", "information_criteria", "likelihood_ratio_test")


def outputs() -> tuple[str, ...]:
    """What the last description asked to see; empty when it asked for nothing."""
    wish: Wish | None = st.session_state.get(state.WISH)
    return wish.outputs if wish is not None else ()


def show(fit: FittedModel, units: Units) -> None:
    """The asked outputs, each with its sentence, and the way back to the usual overview."""
    for names in together(outputs()):
        st.header(_title(names), anchor=False)
        if names[0] in LAYERS:
            layers = tuple(dict.fromkeys(layer for n in names for layer in LAYERS[n]))
            wished_views.lines(fit, units, layers)
        elif names[0] in COMPARISON:
            wished_comparison.show(fit, names)
        else:
            VIEWS[names[0]](fit, units)
    st.button("Show the usual overview", key="forget_wish", on_click=forget)


def together(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Neighbours that share one figure or one table stand together."""
    found: list[tuple[str, ...]] = []
    for name in names:
        kin = next((k for k in (tuple(LAYERS), COMPARISON) if name in k), ())
        if found and found[-1][0] in kin:
            found[-1] = (*found[-1], name)
        else:
            found.append((name,))
    return found


def _title(names: tuple[str, ...]) -> str:
    titles = [TITLES[name] for name in names]
    low = [title if title[:3] == "AIC" else title[0].lower() + title[1:] for title in titles[1:]]
    if not low:
        return titles[0]
    return f"{', '.join([titles[0], *low[:-1]])} and {low[-1]}"


def forget() -> None:
    """Callback: the usual overview again; the model stays."""
    st.session_state[state.WISH] = None
