"""Describe: say the model in a sentence; what was understood, and one button that uses it."""

import streamlit as st

from pages.parts import describe_examples, describe_view, page, preparation


@st.fragment
def _conversation() -> None:
    """A word changes what is understood, not the model: nothing else is drawn again."""
    preparation.carry_on()
    text = describe_view.box()
    describe_examples.show()
    if text.strip():
        describe_view.echo(text)


@page.contents
def _contents() -> None:
    st.title("Say what you want to know", anchor=False)
    _conversation()
    describe_examples.scenarios()
