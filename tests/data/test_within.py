from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data import varies_within
from lmm_core.errors import DataError

NA = math.nan
FRAME = pd.DataFrame(
    {
        "id": ["a", "a", "b", "b", None],
        "class": [1, 2, 1, 2, 1],
        "arm": ["x", "x", "y", "y", "z"],
        "dose": [1, 1, 2, 2, 7],
        "y": [1.0, 2.0, 3.0, 4.0, 5.0],
        "gap": [NA, 1.0, 2.0, NA, 3.0],
        "gap_text": pd.Categorical(["u", None, None, "v", "w"]),
        "when": pd.to_datetime(["2020-01-01", "2020-01-02"] * 2 + ["2020-01-01"]),
    }
)


@pytest.mark.parametrize(
    ("group", "varying"),
    [
        ("id", {"class", "y", "when"}),
        (["id"], {"class", "y", "when"}),
        (["id", "class"], set()),
        ("class", {"id", "arm", "dose", "y", "gap", "gap_text"}),
    ],
)
def test_varies_within(group: str | list[str], varying: set[str]) -> None:
    result = varies_within(FRAME, group)
    assert {name for name, varies in result.items() if varies} == varying
    assert set(result) == set(FRAME.columns) - ({group} if isinstance(group, str) else set(group))


def test_unknown_group() -> None:
    with pytest.raises(DataError, match='no column "z"'):
        varies_within(FRAME, "z")


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([0, 1, 2, None]), st.sampled_from([0.0, 1.0, NA]), st.sampled_from("ab")
        ),
        min_size=1,
        max_size=12,
    )
)
def test_agrees_with_groupby(rows: list[tuple]) -> None:
    frame = pd.DataFrame(rows, columns=["g", "x", "t"])
    counts = frame.groupby("g")[["x", "t"]].nunique()
    expected = {name: bool((counts[name] > 1).any()) for name in ("x", "t")}
    assert varies_within(frame, "g") == expected
    assert np.isin(list(expected.values()), [True, False]).all()
