"""The ladder of models: its rungs in the session, and the clicks that change them.

Until something is changed the ladder holds the usual models around the current one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from lmm_core.cache import cached_fit, is_fitted, remembered
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.inference.ladder import Rung, Without, standard_ladder
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import factor_of
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md
from pages.parts import state

MINE = "My model"
PATIENCE = 0.5
STOPPED = "ladder_stopped"
VIEW = "compare_view"
ONE_COEFFICIENT = "One coefficient"


@dataclass(frozen=True)
class Entry:
    """A rung and a number that stays its own when others are removed."""

    id: int
    rung: Rung


@dataclass(frozen=True)
class Fitted:
    """The rungs that could be fitted with their fits, (name, reason) of those that can't be, and
    the names of those whose turn hasn't come and of those that have fewer rows.
    """

    names: tuple[str, ...]
    fits: tuple[FittedModel, ...]
    refused: tuple[tuple[str, LMMError], ...]
    waiting: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


def entries(fit: FittedModel) -> tuple[Entry, ...]:
    """The rungs, in their order."""
    return st.session_state.get(state.LADDER) or usual(fit)


def rungs(fit: FittedModel) -> tuple[Rung, ...]:
    """The rungs that can be compared, without their numbers; for the report."""
    return tuple(entry.rung for entry in entries(fit) if entry.rung.without is None)


def is_usual() -> bool:
    """Whether nothing has been changed yet."""
    return not st.session_state.get(state.LADDER)


def usual(fit: FittedModel, slope: str | None = None) -> tuple[Entry, ...]:
    """The usual models of the current one, and the current one itself."""
    found: dict[ModelSpec, Rung] = {}
    offered = slope_candidates(fit)
    for rung in standard_ladder(fit.spec, slope or (offered[0] if offered else None)):
        found.setdefault(rung.spec, rung)
    found.setdefault(fit.spec, Rung(MINE, fit.spec))
    return tuple(Entry(k, rung) for k, rung in enumerate(found.values()))


def slope_candidates(fit: FittedModel) -> list[str]:
    """Fixed effects that vary within the first grouping column, numeric ones first."""
    group = fit.spec.random[0].group[0]
    varies = state.within(group)
    texts = [t[0] for t in fit.spec.fixed if len(t) == 1 and varies.get(factor_of(t[0]).column)]
    return sorted(texts, key=lambda text: isinstance(fit.design.encoders[text], Categorical))


def has_slope(spec: ModelSpec) -> bool:
    return any(term.terms for term in spec.random if term.group == spec.random[0].group)


# -- fits


def fitted(
    fit: FittedModel, found: tuple[Entry, ...], by_ml: bool = False, at_once: bool = False
) -> Fitted:
    """Every rung with the estimation, df method and level of the current model; or by ML, for a
    comparison, in which those with fewer rows can't take part.

    Unless all are wanted ``at_once``, models that take a fit wait for the next run after
    ``PATIENCE`` seconds, and once it was stopped: what is there is shown, and a click on Stop is
    heard; see ``ladder_progress``.
    """
    table, own = state.table(), fit.spec
    names, fits, refused, waiting = [], [], [], []
    apart = tuple(entry.rung.name for entry in found if by_ml and entry.rung.without)
    start, worked = time.perf_counter(), False
    stopped = st.session_state.get(STOPPED) == table.fingerprint
    for entry in found:
        if entry.rung.name in apart:
            continue
        fingerprint, frame = _data(table, entry.rung.without)
        spec = entry.rung.spec.with_options(
            reml=own.reml, df_method=own.df_method, ci_level=own.ci_level
        )
        if by_ml:
            # Kenward–Roger's df need REML; a comparison has no df.
            spec = spec.with_options(reml=False, df_method="satterthwaite")
        if not at_once and not is_fitted(fingerprint, spec):
            if stopped or (worked and time.perf_counter() - start > PATIENCE):
                waiting.append(entry.rung.name)
                continue
            worked = True
        try:
            fits.append(cached_fit(fingerprint, frame, spec).fit)
            names.append(entry.rung.name)
        except LMMError as error:
            refused.append((entry.rung.name, error))
    return Fitted(tuple(names), tuple(fits), tuple(refused), tuple(waiting), apart)


def _data(table: Table, without: Without | None) -> tuple[str, pd.DataFrame]:
    """Fingerprint and rows of a rung."""
    if without is None or without.column not in table.frame.columns:
        return table.fingerprint, table.frame
    mark = f"{table.fingerprint}|without:{without.column}:{'|'.join(without.levels)}"
    return mark, remembered(("rows", mark), lambda: without.rows(table.frame))


def say_refused(found: Fitted) -> None:
    """Which rungs can't be fitted, and why."""
    for name, error in found.refused:
        st.write(f"**{md(name)}** is left out: {md(error.message)} {md(error.next_step)}")


# -- callbacks


def add(found: tuple[Entry, ...], new: tuple[Rung, ...]) -> None:
    """New rungs at the end; a model that is there already isn't added again."""
    present = {(entry.rung.spec, entry.rung.without) for entry in found}
    number = max((entry.id for entry in found), default=-1) + 1
    names = [entry.rung.name for entry in found]
    result = list(found)
    for rung in new:
        if (rung.spec, rung.without) not in present:
            names.append(_free(rung.name, names))
            result.append(Entry(number, replace(rung, name=names[-1])))
            number += 1
    st.session_state[state.LADDER] = tuple(result)


def _free(name: str, taken: list[str]) -> str:
    """The name, with a number when it is taken."""
    free, k = name, 2
    while free in taken:
        free, k = f"{name} {k}", k + 1
    return free


def remove(found: tuple[Entry, ...], number: int) -> None:
    st.session_state[state.LADDER] = tuple(entry for entry in found if entry.id != number)


def rename(found: tuple[Entry, ...], number: int, key: str) -> None:
    """From a text field; an empty name changes nothing."""
    name = " ".join(str(st.session_state.get(key) or "").split())[:60]
    if not name:
        return
    others = [entry.rung.name for entry in found if entry.id != number]
    st.session_state[state.LADDER] = tuple(
        Entry(e.id, replace(e.rung, name=_free(name, others))) if e.id == number else e
        for e in found
    )


def put(found: Iterable[Rung]) -> None:
    """A whole ladder, as a recipe keeps it."""
    st.session_state[state.LADDER] = tuple(Entry(k, rung) for k, rung in enumerate(found))


def start_over() -> None:
    st.session_state[state.LADDER] = ()


def use(spec: ModelSpec) -> None:
    """A rung becomes the current model; estimation and level stay as they are."""
    own = state.spec()
    if own is not None:
        spec = spec.with_options(reml=own.reml, df_method=own.df_method, ci_level=own.ci_level)
    state.set_spec(spec)
