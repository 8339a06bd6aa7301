"""User text stays text: literals read back, comments stay comments, names are plain."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmm_core.report.harmless import harmless_text
from lmm_core.report.scripts.quoting import (
    ascii_lines,
    comment,
    plain_names,
    py,
    r,
    r_number,
    r_strings,
)


@given(st.text())
def test_python_literals_read_back(text: str):
    assert ast.literal_eval(py(text)) == text


def read_r(literal: str) -> str:
    """An R string by R's rules (only the escapes that are written)."""
    assert literal[0] == literal[-1] == '"'
    inner = literal[1:-1]
    assert re.fullmatch(r'(?:[ !#-\[\]-~]|\\["\\]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*', inner)
    return re.sub(
        r'\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(["\\]))',
        lambda m: m.group(3) or chr(int(m.group(1) or m.group(2), 16)),
        inner,
    )


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_r_literals_read_back_and_are_ascii(text: str):
    literal = r(text)
    assert literal.isascii()
    assert read_r(literal) == text


@given(st.text())
def test_comments_stay_comments(text: str):
    for line in comment(text):
        assert line.startswith("#")
        assert len(line.splitlines()) == 1
        assert line.isprintable()
    assert all(line.isascii() for line in ascii_lines(comment(text)))


@given(st.lists(st.text()))
def test_names_are_plain_and_different(names: list[str]):
    found = plain_names(names)
    assert len(found) == len(names)
    assert len({name.casefold() for name in found}) == len(found)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in found)


@pytest.mark.parametrize(
    ("names", "plain"),
    [
        (["Days", "Subject"], ["Days", "Subject"]),
        (["a b", "a-b", "a b"], ["a_b", "a_b_2", "a_b_3"]),
        (["if", "T", "class", "log"], ["if_", "T_", "class_", "log_"]),
        (["1st", "", "π", "Größe"], ["v_1st", "v", "v_2", "Gr_e"]),
    ],
)
def test_plain_names(names: list[str], plain: list[str]):
    assert plain_names(names) == plain


@pytest.mark.parametrize(
    ("value", "text"), [(1.5, "1.5"), (float("nan"), "NA"), (float("-inf"), "-Inf"), (3, "3.0")]
)
def test_r_numbers(value: float, text: str):
    assert r_number(value) == text


def test_long_lists_of_strings_are_broken():
    text = r_strings(f"level number {k}" for k in range(40))
    assert max(map(len, text.split("\n"))) <= 100
    assert text.count('"level') == 40


@given(st.text())
def test_harmless_text_starts_with_nothing_that_runs(text: str):
    found = harmless_text(text)
    assert found[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")
    assert found in (text, f"'{text}")
