"""Examples to click: about the table that is open, and three scenarios with their samples."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lmm_core.data.samples import sample_info
from lmm_core.data.step import Step
from lmm_core.model.factors import PLAIN_NAME, factor_of
from lmm_core.model.sentence.preparation import longer
from lmm_core.report.markup import md_sentence
from pages.parts import preparation, public_file, state
from pages.parts.describe_view import TEXT


@dataclass(frozen=True)
class Scenario:
    """A question from practice, the sample that answers it, and how one would say it."""

    title: str
    sample: str
    text: str


SCENARIOS = (
    Scenario(
        "Patient recovery over time",
        "pain",
        "Pain over the months in patients, treated vs control. "
        "Random intercept and slope of month for each patient. "
        "Show individual trajectories and the population mean with a confidence band, "
        "the fixed effects with 95 % confidence intervals, and the missing data.",
    ),
    Scenario(
        "Student achievement in schools",
        "mathachieve",
        "Math achievement of students in schools, explained by SES and the mean SES of the school. "
        "The slope of SES varies across schools. "
        "Variance components, ICC, caterpillar plot of the schools.",
    ),
    Scenario(
        "Income growth across countries",
        "gapminder",
        "Income growth over the years by region, with a random intercept for each country. "
        "Show the fixed effects, trajectories per country and the caterpillar plot.",
    ),
)


def show() -> None:
    """Examples with the columns of the open table."""
    found = examples()
    if not found:
        return
    st.pills(
        "Examples",
        list(found),
        key="describe_example",
        on_change=_take,
        help="Each writes a text with the columns of your model.",
    )


def _take() -> None:
    label = st.session_state.get("describe_example")
    st.session_state["describe_example"] = None
    text = examples().get(label)
    if text == _WIDE_TEXT:
        preparation.pend(_open_wide_sample)
    if text:
        st.session_state[TEXT] = text


RESHAPE = "Reshape"
_WIDE_TEXT = (
    "First turn the wide table into long format. Outcome: pain score. "
    "Predictors: time and treatment. Random intercept for each patient."
)


def examples() -> dict[str, str]:
    """Label and text of each example that the open table allows."""
    table = state.table()
    roles = state.roles_of(table)
    wide = longer(table.frame) if roles.outcome is None or roles.group is None else None
    if wide is not None:
        first = _said(wide.families[0].name)
        group = next((i.name for i in state.columns() if i.kind == "id"), None)
        tail = f" Random intercept for each {_said(group)}." if group else ""
        time = _said(wide.families[0].time_name)
        text = f"First turn the wide table into long format. Outcome: {first}. Predictor: {time}."
        return {RESHAPE: text + tail}
    parts = _parts()
    if parts is None:
        return {}
    outcome, group, fixed = parts
    y, g, x = _said(outcome), _said(group), [_said(name) for name in fixed]
    varies = state.within(group)
    slope = next((_said(name) for name in fixed if _is_slope(name, varies)), None)
    by = f" by {' and '.join(x)}" if x else ""
    found = {"Random intercept": f"{y}{by or ': null model'}, random intercept for each {g}."}
    if slope:
        found["Random slope"] = (
            f"{y}{by}, random intercept and random slope of {slope} for each {g}."
        )
    if len(x) > 1:
        found["Interaction"] = (
            f"Does the effect of {x[0]} on {y} depend on {x[1]}? Random intercept for each {g}."
        )
    explained = f" explained by {' and '.join(x)}" if x else ": null model"
    found["Clustered data"] = f"{y}{explained}, clustered within {g}. ICC."
    if slope:
        found["Model comparison"] = (
            f"{y} by {slope}, grouped by {g}. Fit three models: random intercept only; "
            "random slope only; both. AIC, BIC and likelihood-ratio test."
        )
    found["Variance components"] = (
        f"How much of the variance in {y} lies between {g}? Variance components."
    )
    found["Missing data"] = (
        f"{y}{by}, random intercept for each {g}. Missing-data report, observations per {g}, "
        "comparison with listwise RM-ANOVA."
    )
    found["Predictions"] = (
        f"{y}{by}, random intercept for each {g}. Predictions, and the population mean with a "
        "confidence band."
    )
    if st.session_state.get(state.SAMPLE):
        found[RESHAPE] = _WIDE_TEXT
    return found


def _parts() -> tuple[str, str, tuple[str, ...]] | None:
    """Outcome, grouping column and one or two predictors: of the model, else as proposed."""
    model = state.spec()
    if model is not None and model.random:
        names = [factor_of(text).column for term in model.fixed for text in term]
        return model.outcome_column, model.random[0].group[0], tuple(dict.fromkeys(names))[:2]
    roles = state.roles_of(state.table())
    if roles.outcome is None or roles.group is None:
        return None
    return roles.outcome, roles.group, roles.fixed[:2]


def _is_slope(name: str, varies: dict[str, bool]) -> bool:
    kinds = {info.name: info.kind for info in state.columns()}
    return varies.get(name, False) and kinds.get(name) == "number"


def _said(name: str) -> str:
    """A name as it stands in a sentence; odd ones in back-ticks."""
    return name if PLAIN_NAME.match(name) else "`" + name.replace("`", "``") + "`"


def _open_wide_sample() -> None:
    """The pain trial with one row per patient, as many hospitals keep it."""
    state.use_sample("pain")
    step = Step(
        "reshape_wide", {"id": ["patient_id", "treatment"], "time": "month", "value": "pain_score"}
    )
    preparation.try_add(step)


def scenarios() -> None:
    """Three ready questions; each opens its sample."""
    st.header("Three questions to start from", anchor=False)
    grid = st.grid(3, min_column_width=220)
    for scenario in SCENARIOS:
        with grid.cell(), st.container(border=True, height="stretch"):
            st.markdown(f"**{scenario.title}**")
            st.caption(md_sentence(f"Sample: {sample_info(scenario.sample).title}"))
            with st.container(horizontal=True):
                st.button(
                    "Try it", key=f"scenario:{scenario.sample}", on_click=_start, args=(scenario,)
                )
                public_file.button(scenario.sample)
    public_file.say_problem()


def _start(scenario: Scenario) -> None:
    state.use_sample(scenario.sample)
    public_file.forget_problem()
    st.session_state[TEXT] = scenario.text
