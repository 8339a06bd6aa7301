"""The analysis on screen, as the report and the scripts need it."""

from __future__ import annotations

import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.report.scripts import OUTPUTS, Analysis
from pages.parts import ladder, preparation, state

#: What a script shows besides its checks; profile intervals take long for large models.
SHOWN = tuple(name for name in OUTPUTS if name != "profile")


def of(fit: FittedModel, own_ladder_only: bool = False) -> Analysis:
    """The fit with its data, preparation and ladder.

    Until the ladder is changed it holds the usual models; ``own_ladder_only`` leaves those out.
    """
    source, sample = preparation.source(), st.session_state.get(state.SAMPLE)
    usual = own_ladder_only and ladder.is_usual()
    name = source.name if source is not None else f"{sample or state.table().name}.csv"
    return Analysis(
        fit,
        state.table(),
        preparation.base(),
        sample,
        name,
        None if source is None else source.data,
        () if usual else ladder.rungs(fit),
        SHOWN,
        st.session_state.get(state.OTHERS) or {},
        {k: (f.data, f.name) for k, f in (st.session_state.get(state.OTHER_FILES) or {}).items()},
        None if source is None else source.url,
    )


def key(fit: FittedModel) -> tuple[object, ...]:
    """What a report or script depends on, for ``remembered``."""
    return (
        state.table().fingerprint,
        st.session_state.get(state.SAMPLE),
        fit.spec,
        tuple((rung.name, rung.spec) for rung in ladder.rungs(fit)),
    )


def file_stem(fit: FittedModel) -> str:
    """A plain start for the names of files: "report_sleepstudy"."""
    from lmm_core.report.scripts import plain_stem

    given = of(fit)
    return given.sample or plain_stem(given.plain_file_name)
