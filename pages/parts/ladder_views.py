"""The compare page: all models of the ladder in one table; its other views are elsewhere."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.cache import cached_fit, remembered
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number
from lmm_core.inference.comparison import Comparison, comparison
from lmm_core.model.spec import ModelSpec
from lmm_core.report.columns import Units
from lmm_core.report.comparison_words import (
    comparison_headline,
    comparison_sentences,
)
from lmm_core.report.markup import md, md_sentence
from pages.parts import (
    ladder,
    ladder_changes,
    ladder_coefficient,
    ladder_progress,
    program_views,
    state,
    tables,
)
from pages.parts.effect_parts import in_words
from pages.parts.ladder import Fitted
from pages.parts.tables import Column

VIEWS = ("All models", ladder.ONE_COEFFICIENT, "Why do my numbers differ?")
COMMON = "ladder_common_rows"


@st.fragment
def show(fit: FittedModel, units: Units) -> None:
    title = st.container()
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key=ladder.VIEW,
        label_visibility="collapsed",
        persist_state="session",
    )
    if view == VIEWS[2]:
        program_views.show(fit, title)
        return
    progress = st.empty()
    bar = ladder_progress.begin(progress)
    found = ladder.entries(fit)
    if view == VIEWS[1]:
        fitted = ladder_coefficient.show(fit, found, units, title)
    else:
        fitted = ladder.fitted(fit, found, by_ml=True)
        _models(fitted, title)
    ladder_changes.show(fit, found)
    ladder_progress.end(progress, bar, fitted)


def _models(fitted: Fitted, title: Any) -> None:
    names = list(fitted.names)
    if len(names) < 2 and fitted.waiting:
        title.title("The models are being fitted", anchor=False)
        return
    base = _base(names)
    if len(names) < 2:
        title.title("A comparison needs two models", anchor=False)
        st.write("Change the model in the sidebar and add it here, or take the usual models.")
        ladder.say_refused(fitted)
        return
    try:
        result = _compared(tuple(f.spec for f in fitted.fits), base)
    except LMMError as error:
        title.title("These models can't be compared", anchor=False)
        st.write(f"{md(error.message)} {md(error.next_step)}")
        if error.code == "different_rows":
            st.button("Use the rows that all models can use", key="common", on_click=_use_common)
        ladder.say_refused(fitted)
        return
    so_far = "So far: " if fitted.waiting else ""
    title.title(md(so_far + comparison_headline(result, names)), anchor=False)
    sentences = comparison_sentences(result, names)
    _table(result, names)
    st.write(md_sentence(sentences[0]))
    notes = [result.notes[0], *_rows_note(fitted, result), *_apart_note(fitted)]
    st.caption(md_sentence(" ".join(notes)))
    ladder.say_refused(fitted)
    in_words([*sentences[1:], *_renamed(result.notes[1:], names)], "ladder")


def _base(names: list[str]) -> int | None:
    """Against which model each is tested."""
    options = ["", *names]
    chosen = st.selectbox(
        "Test each model against",
        options,
        format_func=lambda name: name or "the one before it",
        key=f"ladder_base:{'|'.join(names)}",
        width=320,
        persist_state="session",
    )
    return names.index(chosen) if chosen in names else None


def _compared(specs: tuple[ModelSpec, ...], base: int | None) -> Comparison:
    """The comparison by ML, made once."""
    table = state.table()
    common = bool(st.session_state.get(COMMON))

    def fit_one(spec: ModelSpec, frame: pd.DataFrame) -> FittedModel:
        whole = frame is table.frame
        mark = "" if whole else f"|complete:{'|'.join(sorted(_columns(specs)))}"
        return cached_fit(f"{table.fingerprint}{mark}", frame, spec).fit

    def make() -> Comparison:
        return comparison(specs, table.frame, base=base, common_rows=common, fit=fit_one)

    key = ("comparison", table.fingerprint, specs, base, common)
    return remembered(key, make)


def _columns(specs: tuple[ModelSpec, ...]) -> set[str]:
    return {column for spec in specs for column in spec.columns()}


def _use_common() -> None:
    st.session_state[COMMON] = True


def _rows_note(fitted: Fitted, result: Comparison) -> list[str]:
    if result.n_obs < max(f.n_obs for f in fitted.fits):
        return ["Only rows that are complete for all models are used."]
    return []


def _apart_note(fitted: Fitted) -> list[str]:
    if not fitted.apart:
        return []
    names = ", ".join(f"“{name}”" for name in fitted.apart)
    verb = "stands" if len(fitted.apart) == 1 else "stand"
    return [
        f"{names} {verb} under {VIEWS[1]} only: with fewer rows a likelihood is another quantity, "
        "so that AIC and tests can't compare it."
    ]


def _table(result: Comparison, names: list[str]) -> None:
    table = result.table.assign(
        name=[
            f"{md(name)}  \n:gray[{md(_in_pieces(formula))}]"
            for name, formula in zip(names, result.table["formula"], strict=True)
        ]
    )
    columns = [
        Column("name", "Model", str),
        Column("npar", "Parameters", tables.WHOLE),
        Column("aic", "AIC", _criterion),
        Column("bic", "BIC", _criterion),
        Column("loglik", "Log-likelihood", _criterion),
        Column("chi_sq", "χ²", tables.ESTIMATE),
        Column("df", "df", _blank_df),
        Column("p_value", "p", tables.P_VALUE),
        Column("weight", "Weight", tables.PERCENT),
    ]
    tables.show(table, columns, "Comparison of the models", "comparison")


def _in_pieces(formula: str) -> str:
    """On a narrow screen a formula breaks before its random terms and nowhere else."""
    pieces = formula.replace("; ", ";\0").replace(" + (", "\0+ (").split("\0")
    return " ".join(piece.replace(" ", "\u00a0") for piece in pieces)


def _criterion(value: float) -> str:
    return f"{value:,.1f}".replace("-", "−")


def _blank_df(value: float) -> str:
    return "–" if pd.isna(value) else number(value, 1)


def _renamed(notes: tuple[str, ...], names: list[str]) -> list[str]:
    """Notes with the models' names; why there is no test stands among the sentences already."""
    found = []
    for note in notes:
        if "no likelihood-ratio test" in note:
            continue
        for k in reversed(range(len(names))):
            note = note.replace(f"Model {k + 1} ", f"{names[k]} ")
        head, colon, rest = note.partition(":")
        parts = head.removeprefix("Models ").split(" and ")
        if head.startswith("Models ") and colon and all(p.isdigit() for p in parts):
            note = f"{' and '.join(names[int(p) - 1] for p in parts)}:{rest}"
        found.append(note)
    return found
