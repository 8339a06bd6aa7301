"""Open a recipe: the sample or the present file, its preparation, model and ladder."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lmm_core.cache import cached_steps
from lmm_core.data.read import read_table
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.formatting import whole
from lmm_core.model.spec import ModelSpec
from lmm_core.report.recipe import Recipe, changes_since
from pages.parts import ladder, preparation, state

SAID = "recipe_said"


def apply(recipe: Recipe) -> tuple[str, ...]:
    """Bring everything to where the recipe left it; says in sentences what is different now.

    For callbacks. Error: DataError ``recipe_columns`` or one of reading; nothing has changed then.
    """
    if recipe.sample is not None:
        state.use_sample(recipe.sample)
        base = preparation.base()
    else:
        base = _read_as(recipe)
    said = list(changes_since(recipe, base))
    said += carry(base, recipe.steps, recipe.spec)
    st.session_state[state.LADDER] = tuple(
        ladder.Entry(k, rung) for k, rung in enumerate(recipe.ladder)
    )
    return tuple(said)


def carry(base: Table, steps: tuple[Step, ...], spec: ModelSpec | None) -> tuple[str, ...]:
    """Prepare a table by these steps and fit a model (None: one is proposed).

    Says in sentences what doesn't apply.
    """
    said: list[str] = []
    history = cached_steps(base, steps, st.session_state.get(state.OTHERS) or {})
    st.session_state[state.BASE] = base
    st.session_state[state.STEPS] = steps
    st.session_state[state.FAILED] = history.failed
    if history.failed:
        said.append(
            f"{whole(len(history.failed))} of {whole(len(steps))} steps of the preparation "
            "don't apply; the page Data says why."
        )
    there = set(map(str, history.table.frame.columns))
    missing = [c for c in spec.columns() if c not in there] if spec is not None else []
    if missing:
        said.append(f"Its model needs a column that isn't there now: {missing[0]}.")
    state.change_table(history.table, spec)
    return tuple(said)


def _read_as(recipe: Recipe) -> Table:
    """The present file, read as the recipe says."""
    base, source = preparation.base(), preparation.source()
    if source is None or dict(base.options) == dict(recipe.reading):
        return base
    again = read_table(source.data, name=source.name, **recipe.reading)
    return replace(again, name=base.name)
