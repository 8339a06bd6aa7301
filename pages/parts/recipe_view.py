"""The recipe: save it, open it; and a link to an analysis of a sample."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.report.link import query_of, why_no_link
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.recipe import read_recipe, recipe_json, recipe_of
from pages.parts import analysis, preparation, recipe_open, state

_UPLOAD = "recipe_upload"


def show(fit: FittedModel) -> None:
    _said()
    st.write(
        "A recipe is a small file with everything that was set: how the file was read, the "
        "preparation, the model, the models compared. It doesn't hold the data."
    )
    if state.problem() is None:
        given = analysis.of(fit, own_ladder_only=True)
        st.download_button(
            "Save recipe", lambda: recipe_json(recipe_of(given)),
            f"recipe_{analysis.file_stem(fit)}.json", "application/json",
            key="recipe:save", on_click="ignore",
        )  # fmt: skip
    st.header("Open a recipe", anchor=False)
    st.file_uploader(
        "Recipe to open",
        type="json",
        max_upload_size=1,
        key=_UPLOAD,
        on_change=_open,
        help="Upload the data first, on the page Data: the same file, or a newer one with the same "
        "columns. A recipe of a sample opens the sample itself.",
    )
    st.header("A link to this analysis", anchor=False)
    _link(fit)


def _link(fit: FittedModel) -> None:
    sample, source = st.session_state.get(state.SAMPLE), preparation.source()
    url = source.url if source is not None else None
    if sample is None and url is None:
        st.write(
            "A link can open a sample or a file from the web; for your own file, save the recipe "
            "and send both."
        )
        return
    steps, reading = state.table().steps, preparation.base().options
    query = query_of(sample, fit.spec, steps, url, reading if sample is None else None)
    why = why_no_link(query, steps)
    if why:
        st.write(f"{why} Save the recipe to pass it on.")
        return
    # The address of this page, without the page: the link opens on the overview.
    start = (st.context.url or "").split("?")[0].rstrip("/").removesuffix("/report")
    st.code(f"{start}/?{urlencode(query)}", language=None, wrap_lines=True)
    if url is not None:
        st.caption("Whoever opens it is asked before anything is downloaded.")


def _open() -> None:
    file = st.session_state[_UPLOAD]
    if file is None:
        return
    try:
        said = recipe_open.apply(read_recipe(file.getvalue()))
    except LMMError as error:
        st.session_state[recipe_open.SAID] = error
    else:
        st.session_state[recipe_open.SAID] = said


def _said() -> None:
    """What came of the recipe that was opened."""
    said = st.session_state.pop(recipe_open.SAID, None)
    if isinstance(said, LMMError):
        st.error(f"{md(said.message)} {md(said.next_step)}")
    elif said is not None:
        st.write(md_sentence(" ".join(("The recipe is open.", *said))))
