"""How precise the variance parameters are: profile and bootstrap intervals, tests, on request."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from lmm_core import test_random_terms
from lmm_core.cache import remembered
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, whole
from lmm_core.inference.bootstrap import Bootstrap, bootstrap
from lmm_core.report.markup import md, md_sentence
from pages.parts import state, tables
from pages.parts.long_work import run_again
from pages.parts.tables import Column

REPLICATES = 1000
CHUNK = 25
RUN = "bootstrap_run"


@st.fragment
def intervals(fit: FittedModel) -> None:
    """Intervals of all parameters."""
    st.header("Intervals of all parameters", anchor=False)
    method = st.segmented_control(
        "Method",
        ["Profile", "Bootstrap"],
        key="interval_method",
        default=None,
        label_visibility="collapsed",
        persist_state="session",
    )
    if method == "Profile":
        key = ("profile", state.table().fingerprint, fit.spec)
        with st.spinner("Following the likelihood …"):
            table = remembered(key, lambda: fit.confint("profile"))
        _show(fit, table)
    elif method == "Bootstrap":
        _bootstrap(fit)
    else:
        st.caption("No estimate ± SE here: a variance can't be negative. Choose a method.")


def _bootstrap(fit: FittedModel) -> None:
    """Chunks of replicates, so that a click on Stop is heard; what is drawn stays."""
    key = (state.table().fingerprint, fit.spec)
    run = st.session_state.get(RUN)
    if run is None or run["key"] != key:
        run = st.session_state[RUN] = {"key": key, "draws": [], "names": (), "stopped": False}
    done = sum(len(part) for part in run["draws"])
    if done < REPLICATES and not run["stopped"]:
        drawn = bootstrap(fit.design, fit.estimates, CHUNK, seed=done + 1)
        run["draws"].append(drawn.draws)
        run["names"] = drawn.names
        done += len(drawn.draws)
    st.progress(min(1.0, done / REPLICATES), f"{whole(done)} of {whole(REPLICATES)} simulated fits")
    result = Bootstrap(run["names"], np.concatenate(run["draws"]))
    _show(fit, result.intervals(fit.spec.ci_level))
    if done < REPLICATES and not run["stopped"]:
        st.button("Stop", key="stop_bootstrap", on_click=_stop)
        run_again()
    elif run["stopped"] and done < REPLICATES:
        st.button("Go on", key="go_on_bootstrap", on_click=_go_on)


def _stop() -> None:
    st.session_state[RUN]["stopped"] = True


def _go_on() -> None:
    st.session_state[RUN]["stopped"] = False


def _show(fit: FittedModel, table: pd.DataFrame) -> None:
    names = [_sigma(fit) if name == "sigma" else _label(name) for name in table["parameter"]]
    shown = table.assign(label=names)
    level = level_text(fit.spec.ci_level)
    columns = [
        Column("label", "Parameter"),
        Column("conf_low", f"{level} CI low", tables.ESTIMATE),
        Column("conf_high", "high", tables.ESTIMATE),
    ]
    tables.show(shown, columns, "Intervals of all parameters", "intervals")


def _sigma(fit: FittedModel) -> str:
    """The residual SD, and with a structure where it holds."""
    residual = fit.estimates.residual
    variance = residual.structure.variance if residual is not None else None
    if residual is None or variance is None:
        return "residual SD"
    if residual.levels:
        return f"residual SD of {variance.column} = {residual.levels[0]}"
    return f"residual SD at the geometric mean of {variance.column or 'the fitted values'}"


def _label(name: str) -> str:
    """ "sd_Days|Subject" reads "SD of Days between Subject"."""
    inner, bar, group = name.rpartition("|")
    inner = inner.replace("(Intercept)", "level")
    if bar and name.startswith("ratio_"):
        return f"residual SD of {group} = {inner[6:]}, relative to the first level"
    if bar and name.startswith(("power|", "phi|")):
        of = "the fitted values" if name == "power|fitted" else group
        serial = f"residual correlation of neighbours in {group}"
        return f"power of {of}" if inner == "power" else serial
    if bar and name.startswith("sd_"):
        return f"SD of {inner[3:]} between {group}"
    if bar and name.startswith("cor_"):
        first, dot, _ = inner[4:].rpartition(".level")
        return f"correlation of {f'level and {first}' if dot else inner[4:]} in {group}"
    return "intercept" if name == "(Intercept)" else name


def random_tests(fit: FittedModel) -> None:
    """Likelihood-ratio tests of the random effects, when opened."""
    box = st.expander("Is each random effect needed?", on_change="rerun", key="random_tests")
    if not box.open:
        return
    with box:
        key = ("random_tests", state.table().fingerprint, fit.spec)
        try:
            table = remembered(key, lambda: test_random_terms(fit))
        except LMMError as error:
            st.write(f"{md(error.message)} {md(error.next_step)}")
            return
        columns = [
            Column("term", "Left out"),
            Column("chi_sq", "χ²", tables.ESTIMATE),
            Column("df", "df", tables.WHOLE),
            Column("p_value", "p (mixture)", tables.P_VALUE),
            Column("p_chi_sq", "p (plain χ²)", tables.P_VALUE),
        ]
        tables.show(table.iloc[1:], columns, "Tests of the random effects", "random_tests")
        kind = "REML" if fit.spec.reml else "ML"
        st.caption(
            md_sentence(
                f"Likelihood-ratio tests of {kind} fits with the same fixed effects. The mixture "
                "allows for a variance not being able to fall below 0."
            )
        )
