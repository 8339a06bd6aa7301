"""What the views of the effects page share: memory, notes, and where the others are held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.fitted import FittedModel
from lmm_core.inference.slopes import moderator_values
from lmm_core.report.columns import Units
from lmm_core.report.effect_headlines import comparisons_headline, is_one_test, moderation_headline
from lmm_core.report.markup import md_sentence
from pages.parts import state
from pages.parts.effect_choices import Choice


def kept(fit: FittedModel, what: str, key: Sequence[Any], make: Callable[[], Any]) -> Any:
    """A table or picture of this fit, made once."""
    units = tuple(state.units().items())
    return remembered((what, state.table().fingerprint, fit.spec, units, *key), make)


def in_words(sentences: Sequence[str], key: str) -> None:
    """Every row as a sentence, one click away."""
    box = st.expander("In words", on_change="rerun", key=f"in_words:{key}")
    if box.open:
        box.markdown("\n".join(f"- {md_sentence(s)}" for s in sentences))


def notes(table: pd.DataFrame) -> None:
    """How the rest was held, and which family was adjusted for."""
    found = table.attrs.get("notes", ())
    if found:
        st.caption(md_sentence(" ".join(found)))


def points(fit: FittedModel, choice: Choice) -> dict[str, Any]:
    """Where the others are held, and at which values a numeric moderator stands."""
    if choice.by is None or choice.by.categorical:
        return dict(choice.held)
    found = moderator_values(fit, choice.by.column, choice.values)
    return {**choice.held, choice.by.column: [value for _, value in found]}


def differences_headline(
    fit: FittedModel, choice: Choice, pairs: pd.DataFrame, units: Units
) -> str:
    """The finding of a table of differences of slopes."""
    assert choice.by is not None
    column, by = choice.predictor.column, choice.by.column
    if not choice.by.categorical and is_one_test(pairs):
        return moderation_headline(pairs, points(fit, choice)[by], column, by)
    return comparisons_headline(fit, pairs, by, units, pairs.attrs["of"])
