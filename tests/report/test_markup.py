"""User text inside Markdown is text."""

from __future__ import annotations

import re

import pytest

from lmm_core.report.markup import md, md_sentence

HOSTILE = [
    "a*b", "_x_", "$\\alpha$", ":red[x]", "<script>alert(1)</script>", "[link](javascript:x)",
    "`code`", "# head", "| a | b |", "~~gone~~", "line\nbreak", "&amp;", "a\\b", "x^2", "1. list",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_escaped_and_read_back(text: str):
    escaped = md(text)
    assert "\n" not in escaped
    assert re.sub(r"\\(.)", r"\1", escaped) == text.replace("\n", " ")
    # Every sign that Markdown acts on stands behind a backslash.
    bare = re.sub(r"\\.", "", escaped)
    assert not re.search(r"[*_$:<>\[\]()`#|~&]", bare)


@pytest.mark.parametrize("text", HOSTILE)
def test_sentences_keep_their_words(text: str):
    bare = re.sub(r"\\.", "", md_sentence(f"The effect of {text} is 3.2 (p = .04)."))
    assert not re.search(r"[*_$:<>\[\]`#|~]", bare)
