"""The session's state: every key, once, and the only functions that change it.

``SPEC`` is the model that is asked for. Widgets mirror it: ``set_spec`` writes their keys, and the
sidebar's callbacks make a new spec from them. ``FIT`` is the last model that could be fitted to the
current table; a model that can't be fitted leaves it and sets ``PROBLEM``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from lmm_core.cache import cached_fit, remembered
from lmm_core.data.chosen import describe_table
from lmm_core.data.columns import ColumnInfo
from lmm_core.data.roles import Roles, propose_roles
from lmm_core.data.samples import load_sample, sample_info, sample_names
from lmm_core.data.table import Table
from lmm_core.data.within import varies_within
from lmm_core.errors import LMMError, unexpected
from lmm_core.fitted import FittedModel
from lmm_core.model.factors import factor_of, quote
from lmm_core.model.nesting import Relation, relation
from lmm_core.model.spec import ModelSpec, RandomTerm
from pages.parts import cut_off
from pages.parts.residual_kinds import kind_of

TABLE = "table"
SAMPLE = "sample"
SPEC = "spec"
FIT = "fit"
SECONDS = "fit_seconds"
PROBLEM = "problem"
QUESTION = "question"
PROPOSED = "proposed"
NOTICE = "notice"
LADDER = "ladder"
WISH = "wish"

# The preparation: TABLE is BASE (as it was read) after STEPS; see preparation.py.
BASE = "base"
SOURCE = "source"
STEPS = "steps"
FAILED = "failed_steps"
OTHERS = "other_tables"
OTHER_FILES = "other_files"
ANSWERED = "answered_questions"

OUTCOME = "w_outcome"
FIXED = "w_fixed"
INTERACTIONS = "w_interactions"
GROUP = "w_group"
SLOPES = "w_slopes"
CORRELATED = "w_correlated"
MORE_GROUPS = "w_more_groups"
MORE_SLOPES = "w_more_slopes:"
WITHIN = "w_within:"
WEIGHTS = "w_weights"
RESIDUAL = "w_residual"
SPREAD = "w_spread"
TIME = "w_time"
INTERCEPT = "w_random_intercept"
REML = "w_reml"
DF_METHOD = "w_df_method"
CI_LEVEL = "w_ci_level"
OPTIMIZER = "w_optimizer"
CENTRED = "w_centred"
SCALED = "w_scaled"
FORMULA = "w_formula"
REFERENCE = "w_reference:"
OPTIONS = "sidebar_options"
MORE_OPTIONS = "sidebar_more_options"
PER_COLUMN = (MORE_SLOPES, WITHIN, REFERENCE)


def start() -> None:
    """The first run of a session loads and fits a sample; every run brings the fit up to date."""
    if TABLE not in st.session_state:
        use_sample(sample_names()[0])
    restore()
    refit()


# -- reading the state


def table() -> Table:
    return st.session_state[TABLE]


def spec() -> ModelSpec | None:
    return st.session_state.get(SPEC)


def fit() -> FittedModel | None:
    return st.session_state.get(FIT)


def problem() -> LMMError | None:
    return st.session_state.get(PROBLEM)


def units() -> Mapping[str, str]:
    """Units of the columns, where known."""
    return table().units


def columns() -> tuple[ColumnInfo, ...]:
    """Kinds of the current table's columns."""
    return columns_of(table())


def columns_of(data: Table) -> tuple[ColumnInfo, ...]:
    """Kinds of a table's columns."""
    return remembered(("columns", data.fingerprint), lambda: describe_table(data))


def columns_by_name() -> dict[str, ColumnInfo]:
    """Kinds of the current table's columns, by their names."""
    current = table()
    return remembered(
        ("columns by name", current.fingerprint), lambda: {i.name: i for i in columns_of(current)}
    )


def roles_of(data: Table) -> Roles:
    """What the columns of a table suggest."""
    key = ("roles", data.fingerprint)
    return remembered(key, lambda: propose_roles(data.frame, columns_of(data)))


def within(group: str) -> dict[str, bool]:
    """Which columns vary within the levels of ``group``."""
    current = table()
    return remembered(
        ("within", current.fingerprint, group), lambda: varies_within(current.frame, group)
    )


def relation_of(first: str, second: str) -> Relation:
    """How two grouping columns lie to each other."""
    current = table()
    key = ("relation", current.fingerprint, first, second)
    return remembered(key, lambda: relation(current.frame, first, second))


# -- changing it


def use_sample(name: str) -> None:
    """Load a sample with the model it opens with."""
    info = sample_info(name)
    loaded = remembered(("sample", name), lambda: load_sample(name))
    use_table(loaded, ModelSpec.from_formula(info.formula), name)


def use_table(new: Table, model: ModelSpec | None = None, sample: str | None = None) -> None:
    """Replace the data; without a model one is proposed from the columns."""
    put = st.session_state
    put[SAMPLE], put[BASE], put[SOURCE] = sample, new, None
    put[LADDER] = ()
    put[WISH] = None
    put[STEPS], put[FAILED], put[OTHERS], put[ANSWERED] = (), {}, {}, frozenset()
    put[OTHER_FILES] = {}
    _show(new, model)


def change_table(new: Table, model: ModelSpec | None) -> None:
    """The same data, prepared otherwise: the model stays while its columns are there."""
    if model is not None and set(model.columns()) <= set(map(str, new.frame.columns)):
        st.session_state[TABLE] = new
        set_spec(model)
    else:
        _show(new, None)


def _show(new: Table, model: ModelSpec | None) -> None:
    if model is None:
        # What takes long comes before the first change: a click may end the run in between.
        roles_of(new)
    st.session_state[TABLE] = new
    st.session_state[FIT] = None
    st.session_state[PROBLEM] = None
    st.session_state[QUESTION] = None
    st.session_state[PROPOSED] = None
    if model is None:
        model = st.session_state[PROPOSED] = _proposal(new)
    if model is None:
        _mirror_nothing()
    else:
        set_spec(model)


def set_spec(model: ModelSpec) -> None:
    """Ask for a model; all widgets follow. Only before widgets are drawn, or in a callback."""
    st.session_state[SPEC] = model
    st.session_state[QUESTION] = None
    st.session_state[PROBLEM] = None
    mirror(model)


def fail(error: LMMError) -> None:
    """Keep the last good model and say what is wrong."""
    st.session_state[PROBLEM] = error


def _proposal(new: Table) -> ModelSpec | None:
    roles = roles_of(new)
    st.session_state[QUESTION] = roles.question
    st.session_state[OUTCOME] = quote(roles.outcome) if roles.outcome else None
    st.session_state[GROUP] = roles.group
    st.session_state[FIXED] = [quote(name) for name in roles.fixed]
    if roles.outcome is None or roles.group is None:
        return None
    fixed = tuple((quote(name),) for name in roles.fixed)
    return ModelSpec(quote(roles.outcome), fixed, random=(RandomTerm((roles.group,)),))


def mirror(model: ModelSpec) -> None:
    """Write the model into the keys of the sidebar's widgets."""
    found = _mirrored(model)
    # A column's own widgets mustn't remember another model, or another file's column.
    for key in [k for k in st.session_state if str(k).startswith(PER_COLUMN) and k not in found]:
        del st.session_state[key]
    for key, value in found.items():
        st.session_state[key] = value


def restore() -> None:
    """Fill widget keys that are gone: a run that is interrupted before the sidebar was drawn
    empties them, and a widget without its key would show its first option.
    """
    model = spec()
    if model is not None:
        for key, value in _mirrored(model).items():
            if st.session_state.get(key) is None:
                st.session_state[key] = value


def _mirrored(model: ModelSpec) -> dict[str, object]:
    main = model.random[0] if model.random else None
    group = main.group[0] if main else None
    others = [t for t in model.random[1:] if t.group[0] != group]
    texts = {text for term in model.fixed for text in term}
    found: dict[str, object] = {
        OUTCOME: model.outcome,
        FIXED: [term[0] for term in model.fixed if len(term) == 1],
        INTERACTIONS: [":".join(term) for term in model.fixed if len(term) > 1],
        GROUP: group,
        SLOPES: [":".join(term) for term in main.terms] if main else [],
        CORRELATED: main.correlated if main else True,
        INTERCEPT: main.intercept if main else True,
        MORE_GROUPS: list(dict.fromkeys(t.group[0] for t in others)),
        REML: model.reml,
        DF_METHOD: model.df_method,
        CI_LEVEL: model.ci_level,
        OPTIMIZER: model.optimizer,
        WEIGHTS: model.weights,
        **_residual(model),
        FORMULA: model.formula,
        CENTRED: _with_call(texts, "center"),
        SCALED: _with_call(texts, "scale"),
    }
    for term in (*model.random[:1], *others):
        found[WITHIN + term.group[0]] = len(term.group) > 1
    for term in others:
        found[MORE_SLOPES + term.group[0]] = [":".join(t) for t in term.terms]
    for column, level in model.reference:
        found[REFERENCE + column] = level
    return found


def _residual(model: ModelSpec) -> dict[str, object]:
    structure = model.residual
    variance = structure.variance if structure is not None else None
    correlation = structure.correlation if structure is not None else None
    return {
        RESIDUAL: kind_of(structure),
        SPREAD: variance.column if variance is not None else None,
        TIME: correlation.time if correlation is not None else None,
    }


def _with_call(texts: set[str], call: str) -> list[str]:
    """Columns that enter the model centred or scaled."""
    factors = map(factor_of, texts)
    return sorted(f.column for f in factors if f.calls == ((call, None),))


def _mirror_nothing() -> None:
    put = st.session_state
    put[SPEC] = None
    put[INTERACTIONS], put[SLOPES], put[MORE_GROUPS] = [], [], []
    put[WEIGHTS] = None
    put[RESIDUAL], put[SPREAD], put[TIME] = kind_of(None), None, None
    put[CORRELATED], put[INTERCEPT], put[REML] = True, True, True
    put[DF_METHOD], put[CI_LEVEL], put[OPTIMIZER] = "satterthwaite", 0.95, "auto"
    put[CENTRED], put[SCALED], put[FORMULA] = [], [], ""


def refit() -> None:
    """Fit the model that is asked for; an error keeps the last good fit."""
    model = spec()
    if model is None:
        return
    current = table()
    try:
        timed = cached_fit(current.fingerprint, current.frame, model)
    except LMMError as error:
        st.session_state[PROBLEM] = error
        return
    except Exception:
        # No data may bring a traceback to the screen; the log keeps it.
        logging.getLogger(__name__).exception("The fit failed")
        st.session_state[PROBLEM] = unexpected()
        return
    st.session_state[FIT] = timed.fit
    st.session_state[SECONDS] = timed.seconds


def change_options(**changes) -> None:
    """A callback for buttons: the current model with some fields changed."""
    model = spec()
    if model is not None:
        set_spec(replace(model, **changes))


@cut_off.carried_out
def take_formula() -> None:
    """A callback: the widgets follow a typed formula; an error marks the place, nothing more."""
    text = st.session_state.get(FORMULA) or ""
    names = tuple(str(c) for c in table().frame.columns)
    old = spec()
    options = {}
    if old is not None:
        options = {
            "reml": old.reml,
            "df_method": old.df_method,
            "ci_level": old.ci_level,
            "optimizer": old.optimizer,
            "reference": old.reference,
            "weights": old.weights,
            "residual": old.residual,
        }
    try:
        model = ModelSpec.from_formula(text, names, **options)
    except LMMError as error:
        fail(error)
        return
    set_spec(model)
