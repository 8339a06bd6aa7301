"""A step is plain data: JSON and back, equal and hashed by its text."""

from __future__ import annotations

import copy
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data import Step, steps_from_json, steps_to_json
from lmm_core.errors import DataError

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=6), _VALUES, max_size=4), max_size=4))
def test_json_round_trip(params: list[dict]) -> None:
    steps = tuple(Step("center", p) for p in params)
    back = steps_from_json(steps_to_json(steps))
    assert back == steps
    assert [s.text for s in back] == [s.text for s in steps]
    assert [hash(s) for s in back] == [hash(s) for s in steps]
    assert copy.deepcopy(steps) == steps


# id: (value, as it is recorded)
PLAIN = {
    "tuple": (("a", 1), ["a", 1]),
    "numpy": (np.float64(2.5), 2.5),
    "whole float": (3.0, 3),
    "numpy array": (np.array([1, 2]), [1, 2]),
    "date": (dt.date(2024, 1, 31), "2024-01-31"),
    "number as key": ({1: "a"}, {"1": "a"}),
}


@pytest.mark.parametrize("case", PLAIN)
def test_values_are_made_plain(case: str) -> None:
    value, plain = PLAIN[case]
    assert Step("filter", {"value": value}).params["value"] == plain


def test_order_of_parameters_does_not_matter() -> None:
    one = Step("center", {"column": "x", "at": 1.0})
    assert one == Step("center", {"at": 1, "column": "x"})
    assert (
        len({one, Step("center", {"at": 1, "column": "x"}), Step("center", {"column": "x"})}) == 2
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_values_that_json_lacks_are_refused(value: object) -> None:
    with pytest.raises(DataError, match="can't be recorded"):
        Step("filter", {"value": value})


@pytest.mark.parametrize("text", ["", "3", '{"a": 1}', '[{"params": {}}]', "[1]", "[" * 5000])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(DataError, match="not a list of preparation steps") as caught:
        steps_from_json(text)
    assert caught.value.code == "steps_file"
