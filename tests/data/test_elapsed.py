from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lmm_core.data.elapsed import UNITS, elapsed
from lmm_core.errors import DataError

NA = math.nan
MONTH = 365.25 / 12
TEXT = ["2020-01-01", "2020-01-31", "2020-07-02", "2021-01-01", None]
FRAME = pd.DataFrame({"id": [1, 1, 2, 2, 2], "seen": TEXT, "day": pd.to_datetime(TEXT)})

# id: (unit, origin, expected)
CASES = {
    "days since first visit": ("days", "subject", [0, 30, 0, 183, NA]),
    "weeks since first visit": ("weeks", "subject", [0, 30 / 7, 0, 183 / 7, NA]),
    "months since first date": ("months", "first", [0, 30 / MONTH, 183 / MONTH, 366 / MONTH, NA]),
    "years since first date": ("years", "first", [0, 30 / 365.25, 183 / 365.25, 366 / 365.25, NA]),
    "calendar years": ("years", "calendar", [2020, 2020 + 30 / 366, 2020.5, 2021, NA]),
    "calendar days": ("days", "calendar", [0, 30, 183, 366, NA]),
    "hours": ("hours", "subject", [0, 720, 0, 4392, NA]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("column", ["seen", "day"])
def test_elapsed(case: str, column: str) -> None:
    unit, origin, expected = CASES[case]
    made = elapsed(FRAME, column, unit, origin, "id", into="t")
    np.testing.assert_allclose(made.frame["t"].to_numpy(float), expected, atol=1e-6)
    assert made.units["t"] == ("calendar year" if case == "calendar years" else unit)
    assert made.note.endswith(".")


# id: (texts, days since the first)
WRITTEN = {
    "german": (["31.12.2019", "01.01.2020", "15.01.2020"], [0, 1, 15]),
    "slashes, day first": (["31/12/2019", "01/01/2020"], [0, 1]),
    "slashes, month first": (["12/31/2019", "01/01/2020"], [0, 1]),
    "with a time": (["2020-01-01 06:00", "2020-01-01 18:00"], [0, 0.5]),
    "iso": (["2020-01-01T06:00:00Z", "2020-01-02T06:00:00.000Z"], [0, 1]),
    "month names": (["1 Jan 2020", "3-Jan-2020"], [0, 2]),
    "one bad cell": (["2020-01-01"] * 5 + ["soon"], [0, 0, 0, 0, 0, NA]),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_ways_to_write_dates(case: str) -> None:
    texts, days = WRITTEN[case]
    made = elapsed(pd.DataFrame({"d": texts}), "d", "days", "first")
    np.testing.assert_allclose(made.frame["days"].to_numpy(float), days)
    assert ("1 cell" in made.note) is (case == "one bad cell")


# id: (frame, keyword arguments, code)
ERRORS = {
    "not dates": ({"d": ["a", "b"]}, {}, "not_a_date"),
    "numbers": ({"d": [1, 2]}, {}, "not_a_date"),
    "empty": ({"d": pd.to_datetime([None])}, {"origin": "first"}, "not_a_date"),
    "no such format": (
        {"d": ["2020-01-01"]},
        {"date_format": "%q", "origin": "first"},
        "date_format",
    ),
    "an empty group": ({"d": ["2020-01-01"]}, {"group": []}, "no_group"),
    "no group": ({"d": ["2020-01-01"]}, {}, "no_group"),
    "unit": ({"d": ["2020-01-01"]}, {"unit": "fortnights"}, "step_params"),
    "wrong format": (
        {"d": ["2020-01-01"]},
        {"date_format": "%d.%m.%Y", "origin": "first"},
        "not_a_date",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case: str) -> None:
    columns, options, code = ERRORS[case]
    with pytest.raises(DataError) as caught:
        elapsed(pd.DataFrame(columns), "d", **options)
    assert caught.value.code == code


@pytest.mark.parametrize("unit", UNITS)
def test_all_units_agree(unit: str) -> None:
    made = elapsed(FRAME, "day", unit, "first").frame[unit]
    assert made[3] == pytest.approx(366 / UNITS[unit], rel=1e-6)
