from __future__ import annotations

import pytest

from lmm_core.data import read_table
from lmm_core.data.fixed import find_fixed

# id: (text, columns)
CASES = {
    "missing cells": (
        "id   month  score\n1    0      2.5\n2           3.5\n3    1\n4    1      4.0\n",
        {"id": [1, 2, 3, 4], "month": [0, None, 1, 1], "score": [2.5, 3.5, None, 4.0]},
    ),
    "names of two words": (
        "city          year  y\nNew York      2000  1\nLos Angeles   2001  2\n"
        "Rio           2002  3\n",
        {"city": ["New York", "Los Angeles", "Rio"], "year": [2000, 2001, 2002], "y": [1, 2, 3]},
    ),
    "right-aligned": (
        "  id score name\n   1   2.5 Ann Lee\n  20  12.5 Bob\n 300 112.5 Cy de Vries\n",
        {
            "id": [1, 20, 300],
            "score": [2.5, 12.5, 112.5],
            "name": ["Ann Lee", "Bob", "Cy de Vries"],
        },
    ),
    "a title above": (
        "Results of the pain study\n\nid   arm            y\n1    new drug       2\n"
        "2    placebo        3\n3    no treatment   4\n",
        {"id": [1, 2, 3], "arm": ["new drug", "placebo", "no treatment"], "y": [2, 3, 4]},
    ),
    "quotes inside": (
        'id  word        y\n1   5" pipe     2\n2   a "b c" d   3\n3   x           4\n',
        {"id": [1, 2, 3], "word": ['5" pipe', 'a "b c" d', "x"], "y": [2, 3, 4]},
    ),
    "header in words": (
        "id  y\n1   10.5\n22  3.5\n3\n4   4.25\n",
        {"id": [1, 22, 3, 4], "y": [10.5, 3.5, None, 4.25]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_columns_by_position(case: str) -> None:
    text, columns = CASES[case]
    table = read_table(text.encode())
    assert table.notes[0].startswith("Read as fixed-width text")
    found = table.frame.astype(object).where(table.frame.notna(), None).to_dict("list")
    assert found == columns
    assert table.reading["fixed_starts"][0] == 0


# Plain tables with blanks between values need no positions; prose isn't a table.
OTHER = {
    "every cell filled": "a  b\n1  2\n33 4\n5  6\n",
    "prose": "This is a letter about\nthe patients that we saw\nlast year in our clinic\nand so.\n",
    "one column": "value\n1\n2\n3\n4\n",
    "too short": "id  word\n1   a b\n",
}


@pytest.mark.parametrize("case", OTHER)
def test_not_fixed(case: str) -> None:
    fixed = find_fixed(OTHER[case].splitlines(keepends=True))
    assert fixed is None or case == "every cell filled"


def test_rows_are_counted_as_in_the_file() -> None:
    text = CASES["a title above"][0]
    assert read_table(text.encode()).frame.attrs["first_row"] == 4
