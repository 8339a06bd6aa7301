"""User text inside Markdown: nothing that a user wrote comes alive."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&\"'])")
_SPACES = re.compile(r"[\r\n\t]+")


def md(text: object) -> str:
    """Text as literal text of Streamlit's Markdown (which knows $, :directives: and HTML)."""
    return _SPECIAL.sub(r"\\\1", _SPACES.sub(" ", str(text)))


def md_sentence(text: str) -> str:
    """A sentence of ours with user words in it: what Markdown would act on is escaped."""
    return re.sub(r"([\\`*_\[\]<>#|~$:])", r"\\\1", _SPACES.sub(" ", text))
