""" "What is this?" beside a result, and the equation in its three colours."""

from __future__ import annotations

import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.report.concepts import CONCEPTS
from lmm_core.report.markup import md
from lmm_core.report.model_text import equation


@st.fragment
def what_is(*keys: str) -> None:
    """One quiet menu that explains the concepts of this page."""
    menu = st.popover("What is this?", type="tertiary", key=f"explain:{keys[0]}", on_change="rerun")
    if not menu.open:
        return
    with menu:
        for key in keys:
            concept = CONCEPTS[key]
            title = concept.title[0].upper() + concept.title[1:]
            st.markdown(f"**{title}.** {concept.text}")
            if concept.formula:
                st.latex(concept.formula)


def coloured_equation(fit: FittedModel) -> None:
    """Fixed, random and residual part in the colours that they have everywhere."""
    parts = equation(fit)
    random = " + ".join(f":orange[{md(text)}]" for text in parts.random)
    st.markdown(
        f"{md(parts.outcome)} = :blue[{md(parts.fixed)}] + {random} + :gray[{parts.residual}]"
    )
    st.caption("  \n".join(md(line) for line in parts.legend))
