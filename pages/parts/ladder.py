"""The ladder of models: its rungs in the session, and the clicks that change them.

Until something is changed the ladder holds the usual models around the current one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from lmm_core.cache import cached_fit
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.inference.ladder import Rung, standard_ladder
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import factor_of
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md
from pages.parts import state

MINE = "My model"


@dataclass(frozen=True)
class Entry:
    """A rung and a number that stays its own when others are removed."""

    id: int
    rung: Rung


@dataclass(frozen=True)
class Fitted:
    """The rungs that could be fitted with their fits, and (name, reason) of the others."""

    names: tuple[str, ...]
    fits: tuple[FittedModel, ...]
    refused: tuple[tuple[str, LMMError], ...]


def entries(fit: FittedModel) -> tuple[Entry, ...]:
    """The rungs, in their order."""
    return st.session_state.get(state.LADDER) or usual(fit)


def rungs(fit: FittedModel) -> tuple[Rung, ...]:
    """The rungs without their numbers; for the report."""
    return tuple(entry.rung for entry in entries(fit))


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


def fitted(fit: FittedModel, found: tuple[Entry, ...], by_ml: bool = False) -> Fitted:
    """Every rung with the estimation, df method and level of the current model, or by ML."""
    table, own = state.table(), fit.spec
    names, fits, refused = [], [], []
    for entry in found:
        spec = entry.rung.spec.with_options(
            reml=own.reml, df_method=own.df_method, ci_level=own.ci_level
        )
        if by_ml:
            # Kenward–Roger's df need REML; a comparison has no df.
            spec = spec.with_options(reml=False, df_method="satterthwaite")
        try:
            # A spinner per model says how far it is; it only shows when a fit takes a while.
            with st.spinner(f"Fitting {md(entry.rung.name)} …"):
                fits.append(cached_fit(table.fingerprint, table.frame, spec).fit)
            names.append(entry.rung.name)
        except LMMError as error:
            refused.append((entry.rung.name, error))
    return Fitted(tuple(names), tuple(fits), tuple(refused))


def say_refused(found: Fitted) -> None:
    """Which rungs can't be fitted, and why."""
    for name, error in found.refused:
        st.write(f"**{md(name)}** is left out: {md(error.message)} {md(error.next_step)}")


# -- callbacks


def add(found: tuple[Entry, ...], new: tuple[Rung, ...]) -> None:
    """New rungs at the end; a model that is there already isn't added again."""
    present = {entry.rung.spec for entry in found}
    number = max((entry.id for entry in found), default=-1) + 1
    names = [entry.rung.name for entry in found]
    result = list(found)
    for rung in new:
        if rung.spec not in present:
            names.append(_free(rung.name, names))
            result.append(Entry(number, Rung(names[-1], rung.spec)))
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
        Entry(e.id, Rung(_free(name, others), e.rung.spec)) if e.id == number else e for e in found
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
