"""Cells of text become the numbers that the program reads, or there is no short way to say it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmm_core.data.numbers import numbers_in
from lmm_core.report.scripts.number_text import NumberText, number_text

CELLS: dict[str, tuple[list[str], str, tuple[tuple[str, str], ...]]] = {
    "plain": (["1", "-2.5", " 3e2 ", ".5", "4."], ".", ()),
    "words": (["1", "x", "n/a", "1 2"], ".", ()),
    "decimal comma": (["1,5", "-2", "3,25"], ",", ((",", "."),)),
    "thousands": (["1,200.5", "3,000", "7"], ".", ((",", ""),)),
    "points as thousands": (["1.200,5", "3.000", "7"], ",", ((".", ""), (",", "."))),
    "percent": (["5%", "7 %", "8"], ".", (("%", ""), (" ", ""))),
    "money": (["$5", "€ 7.5", "CHF 8"], ".", (("CHF", ""), ("$", ""), ("€", ""), (" ", ""))),
    "minus sign": (["−4", "5"], ".", (("−", "-"),)),
    "none": (["a", "b"], ".", ()),
}


@pytest.mark.parametrize("key", CELLS)
def test_the_shortest_way_is_found(key: str):
    cells, decimal, replaced = CELLS[key]
    values = pd.Series(cells, dtype="str")
    wanted, _ = numbers_in(values, decimal)
    how = number_text(values, pd.Series(wanted))
    assert how is not None
    assert set(how.replaced) == set(replaced)
    found = how.numbers(cells)
    assert np.array_equal([found[c] for c in cells], wanted, equal_nan=True)


def test_odd_cells_are_written_out():
    values = pd.Series(["1,234.5", "3,5", "x"], dtype="str")
    how = number_text(values, pd.Series([1234.5, 3.5, np.nan]))
    assert how is not None
    assert len(how.odd) == 1
    found = how.numbers(values)
    assert (found["1,234.5"], found["3,5"], found["x"]) == (
        1234.5,
        3.5,
        pytest.approx(np.nan, nan_ok=True),
    )


def test_too_many_odd_cells_have_no_short_way():
    values = pd.Series([f"w{k}" for k in range(200)], dtype="str")
    assert number_text(values, pd.Series(np.arange(200.0))) is None


_CELL = st.text("0123456789.,-+eE %$€−' x", max_size=9)


@given(st.lists(_CELL, min_size=1, max_size=12), st.sampled_from(".,"))
def test_whatever_the_cells_are_the_numbers_are_the_same(cells: list[str], decimal: str):
    values = pd.Series(cells, dtype="str")
    wanted, _ = numbers_in(values, decimal)
    how = number_text(values, pd.Series(wanted))
    assert how is not None
    found = how.numbers(cells)
    assert np.array_equal([found[c] for c in cells], wanted, equal_nan=True)


def test_nothing_to_replace_is_the_usual_case():
    assert NumberText().numbers(["1", "a"]) == {"1": 1.0, "a": pytest.approx(np.nan, nan_ok=True)}
