"""The missing data page: the map over time, rows per group, who leaves and after what."""

from __future__ import annotations

import streamlit as st

from lmm_core.assess.missing import (
    Dropout,
    Pattern,
    Relation,
    dropout,
    missing_next,
    pattern,
    time_columns,
)
from lmm_core.cache import remembered
from lmm_core.figures.missing import missing_map, rows_histogram
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text
from lmm_core.report.columns import Units
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.missing_words import (
    dropout_sentence,
    lost_sentence,
    no_time_sentence,
    relation_sentences,
    rows_sentence,
    what_of,
)
from pages.parts import charts, state, tables
from pages.parts.tables import Column
from pages.parts.trajectory_views import choose_group

GROUP = "missing_group"
NONE = "no common time"


def pattern_of(fit: FittedModel) -> Pattern:
    """The pattern of the chosen grouping column and time column."""
    group, time = _group(fit), _time(fit)
    key = ("missing", state.table().fingerprint, fit.spec, group, time)
    return remembered(key, lambda: pattern(fit, group, time))


def show(fit: FittedModel, found: Pattern, units: Units) -> None:
    _controls(fit)
    timing = None if found.status is None or not found.ordered else dropout(found)
    sentences = [rows_sentence(fit, found), lost_sentence(found)]
    if found.status is None:
        st.write(md_sentence(" ".join([*filter(None, sentences), no_time_sentence(found)])))
        charts.show(rows_histogram(found), "rows_histogram")
        _rows_table(found)
        return
    if timing is not None:
        sentences.insert(0, dropout_sentence(found, timing))
    st.write(md_sentence(" ".join(filter(None, sentences))))
    picture = missing_map(found, units)
    if picture is not None:
        charts.show(picture, "missing_map")
        if picture.data is not None:
            tables.take_along(picture.data, "missing_map")
    if timing is not None and found.n_missing:
        _reasons(fit, found, timing, units)
    if found.n_rows.min() < found.n_rows.max():
        box = st.expander(
            f"Rows per {md(found.group)}", on_change="rerun", key="rows_per_group", expanded=False
        )
        if box.open:
            with box:
                charts.show(rows_histogram(found), "rows_histogram")
                _rows_table(found)


def _reasons(fit: FittedModel, found: Pattern, timing: Dropout, units: Units) -> None:
    """What is missing when, and what that is related to."""
    key = ("missing_next", state.table().fingerprint, fit.spec, found.group, found.time)
    relation = remembered(key, lambda: missing_next(fit, found))
    st.header("What is missing related to?", anchor=False)
    sentences = relation_sentences(fit, found, relation, units)
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in sentences))
    box = st.expander("Numbers behind it", on_change="rerun", key="missing_numbers")
    if not box.open:
        return
    with box:
        columns = [
            Column("time", str(found.time)),
            Column("n_observed", "Observed", tables.WHOLE),
            Column("n_left", "Last value here", tables.WHOLE),
            Column("n_gap", "Missed, seen later", tables.WHOLE),
            Column("n_late", "Not seen yet", tables.WHOLE),
        ]
        tables.show(timing.table, columns, "What is missing when", "missing_timing")
        if relation.table is not None:
            _relation_table(relation)


def _relation_table(relation: Relation) -> None:
    table = relation.table
    assert table is not None
    rows = zip(
        table["kind"], table["column"], table["sd"], table["level"], table["reference"], strict=True
    )
    shown = table.assign(what=[what_of(*row) for row in rows])
    level = level_text(relation.level)
    columns = [
        Column("what", "Odds of missing the next"),
        Column("odds_ratio", "Odds ratio", tables.ESTIMATE),
        Column("conf_low", f"{level} CI low", tables.ESTIMATE),
        Column("conf_high", "high", tables.ESTIMATE),
        Column("p_value", "p", tables.P_VALUE),
    ]
    tables.show(shown, columns, "What a missed occasion is related to", "missing_relation")
    st.caption(
        md_sentence(
            f"Logistic regression with Firth's penalty of {relation.n_missed:,} missed among "
            f"{relation.n_at_risk:,} occasions that follow a measured one."
        )
    )


def _rows_table(found: Pattern) -> None:
    import pandas as pd

    table = pd.DataFrame({"group": list(found.levels), "rows": found.n_rows})
    tables.take_along(table.rename(columns={"group": found.group}), "rows_per_group")


# -- what is looked at


def _controls(fit: FittedModel) -> None:
    choose_group(fit, GROUP)
    offered = _times(fit, _group(fit))
    if len(offered) > 1:
        st.selectbox(
            "Time",
            [*offered, NONE],
            key=_time_key(offered),
            format_func=lambda name: name,
            persist_state="session",
        )


def _group(fit: FittedModel) -> str:
    names = list(fit.groups)
    chosen = st.session_state.get(f"{GROUP}:{'|'.join(names)}")
    return chosen if chosen in names else names[0]


def _times(fit: FittedModel, group: str) -> tuple[str, ...]:
    key = ("time_columns", state.table().fingerprint, fit.spec, group)
    return remembered(key, lambda: time_columns(fit, group))


def _time_key(offered: tuple[str, ...]) -> str:
    return f"missing_time:{'|'.join(offered)}"


def _time(fit: FittedModel) -> str | None:
    offered = _times(fit, _group(fit))
    if not offered:
        return None
    chosen = st.session_state.get(_time_key(offered), offered[0])
    if chosen == NONE:
        return None
    return chosen if chosen in offered else offered[0]
