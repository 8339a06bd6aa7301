"""How two grouping columns lie to each other, on textbook designs and in small tables."""

from __future__ import annotations

import pandas as pd
import pytest

from lmm_core.model.nesting import relation
from tests.support import data


def _table(first: str, second: str) -> pd.DataFrame:
    return pd.DataFrame({"a": list(first), "b": list(second)})


CASES = {
    "pupils in classes": (("112233", "xxxxyy"), "nested", "a", "b", False),
    "the other way round": (("xxxxyy", "112233"), "nested", "b", "a", False),
    "the same groups": (("1122", "xxyy"), "same", "a", "b", False),
    "crossed, one row each": (("pqrspqrs", "wwwwxxxx"), "crossed", "a", "b", False),
    "numbered anew": (("112211221122", "wwwwxxxxyyyy"), "crossed", "a", "b", True),
    "missing cells don't count": (("1122-1", "xxyyy-"), "same", "a", "b", False),
}


@pytest.mark.parametrize("name", CASES)
def test_small_tables(name: str):
    columns, kind, inner, outer, reused = CASES[name]
    found = relation(_table(*columns).replace("-", None), "a", "b")
    assert (found.kind, found.reused) == (kind, reused)
    if kind == "nested" or reused:
        assert (found.inner, found.outer) == (inner, outer)


@pytest.mark.parametrize(
    ("name", "first", "second", "kind", "reused"),
    [
        ("Penicillin", "plate", "sample", "crossed", False),
        ("Pastes", "sample", "batch", "nested", False),
        ("Pastes", "cask", "batch", "crossed", True),
        ("InstEval", "s", "d", "crossed", False),
    ],
)
def test_textbook_designs(name: str, first: str, second: str, kind: str, reused: bool):
    found = relation(data(name), first, second)
    assert (found.kind, found.reused) == (kind, reused)
    assert first in found.sentence
    assert second in found.sentence


def test_row_order_and_names_of_levels_do_not_matter():
    frame = data("Pastes")
    shuffled = frame.sample(frac=1.0, random_state=1)
    renamed = frame.assign(batch=frame["batch"].astype(str) + "\N{GREEK SMALL LETTER ALPHA}")
    assert relation(shuffled, "cask", "batch") == relation(frame, "cask", "batch")
    assert relation(renamed, "sample", "batch") == relation(frame, "sample", "batch")
