"""Describe: say the model in a sentence; what was understood, and one button that uses it."""

import streamlit as st

from pages.parts import describe_examples, describe_view

st.title("Say what you want to know", anchor=False)
text = describe_view.box()
describe_examples.show()
if text.strip():
    describe_view.echo(text)
describe_examples.scenarios()
