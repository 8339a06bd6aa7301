"""One view for each output that a description can ask for."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.assess.assumptions import Check
from lmm_core.figures.caterpillar import caterpillar as draw_caterpillar
from lmm_core.figures.diagnostics import PICTURES
from lmm_core.figures.trajectories import default_by
from lmm_core.figures.trajectories import trajectories as draw_trajectories
from lmm_core.figures.variance import variance_bar
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text
from lmm_core.report.columns import Units
from lmm_core.report.markup import md_sentence
from lmm_core.report.trajectory_words import trajectory_sentence
from lmm_core.report.variance_words import (
    caterpillar_sentence,
    icc_sentence,
    variance_sentences,
)
from lmm_core.report.words import fixed_effects_sentences
from pages.parts import assumption_views, charts, model_tables, tables
from pages.parts.tables import Column

_MOST = 12


def fixed_effects(fit: FittedModel, units: Units) -> None:
    model_tables.fixed_effects(fit)
    _list(fixed_effects_sentences(fit, units)[:_MOST])


def confidence_intervals(fit: FittedModel, units: Units) -> None:
    """Intervals of the fixed effects; those of the variances are one click away."""
    level = level_text(fit.spec.ci_level)
    columns = [
        Column("label", "Term"),
        Column("estimate", "Estimate", tables.ESTIMATE),
        Column("conf_low", f"{level} CI low", tables.ESTIMATE),
        Column("conf_high", "high", tables.ESTIMATE),
    ]
    tables.show(_labelled(fit), columns, "Confidence intervals", "wished_intervals")
    st.caption(
        md_sentence(
            f"Each interval holds the values that the data are compatible with ({level}). "
            "Intervals of the variances are under Variance."
        )
    )


def p_values(fit: FittedModel, units: Units) -> None:
    columns = [
        Column("label", "Term"),
        Column("statistic", "z" if fit.spec.df_method == "normal" else "t", tables.ESTIMATE),
        Column("df", "df", tables.DEGREES),
        Column("p_value", "p", tables.P_VALUE),
    ]
    tables.show(_labelled(fit), columns, "Tests of the fixed effects", "wished_p_values")
    st.caption(
        "A p-value says how unusual these data would be if the true effect were 0; "
        "a large one doesn't show that there is no effect."
    )


def _labelled(fit: FittedModel) -> pd.DataFrame:
    return fit.fixed_effects.assign(label=list(fit.design.labels))


def variance_components(fit: FittedModel, units: Units) -> None:
    model_tables.variance_components(fit)
    _list(variance_sentences(fit, units))


def icc(fit: FittedModel, units: Units) -> None:
    st.write(md_sentence(icc_sentence(fit)))
    charts.show(variance_bar(fit), "wished_variance_bar")


def lines(fit: FittedModel, units: Units, layers: tuple[str, ...]) -> None:
    """Trajectories, the groups' own lines, the mean and its band, in one figure."""
    picture = draw_trajectories(fit, by=default_by(fit), show=layers, units=units)
    charts.show(picture, f"wished_lines:{'|'.join(layers)}")
    st.write(md_sentence(trajectory_sentence(fit)))


def caterpillar(fit: FittedModel, units: Units) -> None:
    """The first random effect of each grouping column; all others are on their page."""
    for group in fit.groups:
        term = str(fit.conditional_modes(group)["term"].iloc[0])
        st.write(md_sentence(caterpillar_sentence(fit, group, term)))
        picture = draw_caterpillar(fit, group=group, term=term, units=units)
        charts.show(picture, f"wished_caterpillar:{group}")


def residual_plots(fit: FittedModel, units: Units) -> None:
    _check(fit, units, "residuals_fitted", "homoscedasticity_fitted")


def qq_residuals(fit: FittedModel, units: Units) -> None:
    _check(fit, units, "normality_residuals")


def qq_random_effects(fit: FittedModel, units: Units) -> None:
    _check(fit, units, "normality_random")


def _check(fit: FittedModel, units: Units, *keys: str) -> None:
    """Pictures of the assumption checks with what they show."""
    checks: dict[str, Check] = {c.key: c for c in assumption_views.checks_of(fit)}
    for key in keys:
        picture = PICTURES[key](fit, units=units) if key in PICTURES else None
        if picture is not None:
            charts.show(picture, f"wished:{key}")
        if key in checks:
            st.write(md_sentence(checks[key].sentence))
            st.caption(md_sentence(f"How to read it: {checks[key].how_to_read}"))


def observations(fit: FittedModel, units: Units) -> None:
    from lmm_core.figures.missing import rows_histogram
    from lmm_core.report.missing_words import rows_sentence
    from pages.parts import missing_views

    found = missing_views.pattern_of(fit)
    charts.show(rows_histogram(found), "wished_rows")
    st.write(md_sentence(rows_sentence(fit, found)))


def missing_data(fit: FittedModel, units: Units) -> None:
    from lmm_core.report.missing_words import missing_headline
    from pages.parts import missing_views

    found = missing_views.pattern_of(fit)
    st.write(md_sentence(missing_headline(fit, found)))
    missing_views.show(fit, found, units)


def rm_anova(fit: FittedModel, units: Units) -> None:
    from pages.parts import rm_anova_view

    rm_anova_view.content(fit)


class _Inline:
    """Where a view puts its heading: a line of text here, since the page has its own title."""

    def __init__(self) -> None:
        self.place = st.container()

    def title(self, text: str, anchor: bool = False) -> None:
        self.place.markdown(f"**{text}**")


@st.fragment
def predictions(fit: FittedModel, units: Units) -> None:
    from pages.parts import what_if_view

    what_if_view.show(fit, units, _Inline())
    st.page_link("pages/results/predictions.py", label="Predict rows of a table")


def _list(sentences: list[str]) -> None:
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in sentences))
