"""The describe page: the text, what it became, what is left to choose, and the button."""

from __future__ import annotations

import streamlit as st

from lmm_core.cache import remembered
from lmm_core.data.steps import describe as say_step
from lmm_core.errors import LMMError
from lmm_core.inference.ladder import Rung
from lmm_core.model.sentence import Note, Question, Wish, describe, preparation_steps
from lmm_core.report.markup import md, md_sentence
from pages.parts import ladder, preparation, state, wished

TEXT = "describe_text"
OVERVIEW = "pages/results/overview.py"
_SHOWN_CANDIDATES = 8


def box() -> str:
    """The text field; its content stays while other pages are looked at."""
    st.text_area(
        "In your own words, or as a formula",
        key=TEXT,
        height=120,
        max_chars=4_000,
        placeholder=(
            "Outcome, predictors, what groups the rows, options, and what you want to see; "
            "in any order."
        ),
        persist_state="session",
        help="Press Ctrl+Enter to read it. Nothing changes before you say so below.",
    )
    return st.session_state.get(TEXT) or ""


def echo(text: str) -> None:
    """What was understood, what wasn't, what is left to choose; and the button to use it."""
    done: Wish | None = st.session_state.get(state.WISH)
    if done is not None and done.text == text and _is_on_screen(done):
        _understood(done)
        st.markdown("This is the model on screen.")
        st.page_link(OVERVIEW, label="See the result", icon=":material/arrow_forward:")
        return
    try:
        wish = _read(text)
    except LMMError as error:
        st.write(f"{md(error.message)} {md(error.next_step)}")
        return
    for question in wish.questions:
        _ask(text, question)
    _not_understood(wish)
    _use(wish)
    _understood(wish)


def _read(text: str) -> Wish:
    table, current = state.table(), state.spec()
    key = ("wish", table.fingerprint, text, current)
    return remembered(key, lambda: describe(text, table.frame, current))


def _is_on_screen(wish: Wish) -> bool:
    return wish.spec is None or wish.spec == state.spec()


# -- the echo


def _understood(wish: Wish) -> None:
    if not wish.notes:
        return
    st.header("Understood", anchor=False)
    st.markdown("\n".join(f"- {_line(note)}" for note in wish.notes))


def _line(note: Note) -> str:
    phrase = " ".join(note.phrase.split()).strip(" ,;.")
    return f"{md(phrase)} → **{md(note.meaning)}**"


def _not_understood(wish: Wish) -> None:
    error = wish.formula_error
    if error is not None:
        st.header("The formula", anchor=False)
        st.code(error.marked, language=None)
        st.write(f"{md(error.message)} {md(error.next_step)}")
    rest = [phrase for phrase in wish.not_understood if not (error and "~" in phrase)]
    if rest:
        st.header("Not understood", anchor=False)
        st.markdown("\n".join(f"- {md(' '.join(phrase.split()))}" for phrase in rest))
        st.caption("Not done, or not all of it. Say it otherwise, or leave it out.")


def _ask(text: str, question: Question) -> None:
    """A choice that the text leaves open, as buttons that write it into the text."""
    with st.container(border=True):
        st.markdown(f"**{md(question.sentence)}**")
        if not question.candidates:
            st.page_link("pages/prepare/reshape.py", label="Choose the columns under Reshape")
            return
        with st.container(horizontal=True):
            for column in question.candidates[:_SHOWN_CANDIDATES]:
                st.button(
                    md(column),
                    key=f"choose:{question.start}:{question.phrase}:{column}",
                    on_click=_choose,
                    args=(text, question, column),
                )


def _choose(text: str, question: Question, column: str) -> None:
    st.session_state[TEXT] = question.answered(text, column)


# -- using it


def _use(wish: Wish) -> None:
    """The formula and what will be shown, and the button."""
    if wish.questions or (wish.spec is None and (wish.formula_error or not wish.outputs)):
        return
    several = len(wish.models) > 1
    steps = preparation_steps(wish, state.table().frame)
    if wish.spec is not None:
        st.header("The models" if several else "The model", anchor=False)
        for model in wish.models or (wish.spec,):
            st.code(model.title, language=None, wrap_lines=True)
    for step in steps or ():
        st.caption(md_sentence(f"First: {say_step(step)}"))
    if steps is None:
        st.write("Which columns or groups the preparation is about isn't certain.")
        st.page_link("pages/prepare/columns.py", label="Prepare the columns by hand")
        return
    if wish.outputs:
        names = ", ".join(wished.TITLES[name] for name in wish.outputs)
        st.caption(md_sentence(f"The overview will show: {names}."))
    label = "Use these models" if several else "Use this model"
    label = label if wish.spec is not None else "Show this"
    if st.button(label, key="use_wish"):
        preparation.later(use, wish, page=OVERVIEW)


def use(wish: Wish) -> None:
    """Prepare the data, set the sidebar, and remember what the overview shows.

    Error: DataError when a step can't be carried out; the model stays as it is then.
    """
    steps = preparation_steps(wish, state.table().frame) or ()
    for k, step in enumerate(steps):
        preparation.add(step, wish.spec if k == len(steps) - 1 else None)
    if wish.spec is not None:
        state.set_spec(wish.spec)
    if wish.models:
        ladder.put(Rung(f"Model {k + 1}", model) for k, model in enumerate(wish.models))
    st.session_state[state.WISH] = wish
