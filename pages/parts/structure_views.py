"""Other residual structures beside the plain one, when opened."""

from __future__ import annotations

import streamlit as st

from lmm_core.assess.structures import offered_structures
from lmm_core.cache import cached_fit, remembered
from lmm_core.fitted import FittedModel
from lmm_core.inference.residual_structures import describe, fit_structure, structures_table
from lmm_core.model.residual import ResidualStructure
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.structure_words import structure_sentences
from pages.parts import preparation, state, tables
from pages.parts.tables import Column


@st.fragment
def show(fit: FittedModel) -> None:
    used = fit.spec.residual
    box = st.expander(
        "If residuals aren't equally spread and independent", on_change="rerun", key="structures"
    )
    if not box.open:
        return
    with box:
        table = state.table()
        plain = fit.spec.with_options(residual=None)
        fit = cached_fit(table.fingerprint, table.frame, plain).fit
        base = ("structures", table.fingerprint, plain)
        offered = remembered(base, lambda: offered_structures(fit))
        if used is not None and used not in offered:
            offered = (*offered, used)
        if not offered:
            st.write(
                "These data offer no residual structure: no column with a few levels, no time "
                "within groups, or too many rows."
            )
            return
        names = [describe(structure) for structure in offered]
        chosen = st.pills(
            "Allow for",
            names,
            selection_mode="multi",
            key=f"structure:{'|'.join(names)}",
            format_func=md,
            persist_state="session",
        )
        wanted = [s for s, name in zip(offered, names, strict=True) if name in (chosen or ())]
        if not wanted:
            st.caption(
                "Choose one or several; each is fitted beside constant, independent residuals."
            )
            _back(used)
            return
        level = fit.spec.ci_level
        found = []
        for structure in wanted:
            with st.spinner("Fitting …"):
                found.append(
                    remembered(
                        (*base, structure),
                        lambda s=structure: fit_structure(
                            fit.design, fit.frame, fit.estimates, s, level
                        ),
                    )
                )
        columns = [
            Column("structure", "Residuals"),
            Column("npar", "Parameters", tables.WHOLE),
            Column("loglik", "Log-likelihood", lambda v: f"{v:,.2f}".replace("-", "−")),
            Column("aic", "AIC", lambda v: f"{v:,.1f}"),
            Column("chi_sq", "χ²", tables.ESTIMATE),
            Column("p_value", "p", tables.P_VALUE),
        ]
        table = structures_table(fit.design, fit.estimates, found)
        tables.show(table, columns, "Fit with other residual structures", "structures")
        for one in found:
            name = describe(one.structure)
            st.markdown(f"**{md(name[0].upper() + name[1:])}**")
            st.write(md_sentence(" ".join(structure_sentences(fit, one))))
            if one.structure == used:
                st.caption("This is the structure in use; every page shows it.")
            elif one.fitted is not None:
                key = f"use_structure:{name}"
                if st.button("Use this structure", key=key):
                    preparation.later(_use, one.structure)
        _back(used)
        kind = "REML" if fit.spec.reml else "ML"
        st.caption(
            f"Each by {kind} with the same fixed effects, against constant, independent residuals."
        )


def _back(used: ResidualStructure | None) -> None:
    if used is not None and st.button("Use constant, independent residuals", key="no_structure"):
        preparation.later(_use, None)


def _use(structure: ResidualStructure | None) -> None:
    state.change_options(residual=structure)
