from __future__ import annotations

import pytest

from lmm_core.data import read_table, unit_renames
from lmm_core.data.units import is_unit, unit_in, units_of

# id: (column name, name without unit and unit, or None)
NAMES = {
    "brackets": ("weight (kg)", ("weight", "kg")),
    "square brackets": ("RT [ms]", ("RT", "ms")),
    "composed": ("CRP (mg/l)", ("CRP", "mg/l")),
    "power": ("BMI (kg/m²)", ("BMI", "kg/m²")),
    "power of ten": ("leukocytes (10^9/l)", ("leukocytes", "10^9/l")),
    "degrees": ("temp (°C)", ("temp", "°C")),
    "percent": ("growth (%)", ("growth", "%")),
    "percent per year": ("growth (% per year)", ("growth", "% per year")),
    "money": ("income (€)", ("income", "€")),
    "a scale": ("pain (0-10)", ("pain", "0-10")),
    "a scale with a word": ("pain (0-100 points)", ("pain", "0-100 points")),
    "in": ("time (in days)", ("time", "in days")),
    "comma": ("height, cm", ("height", "cm")),
    "underscore": ("weight_kg", ("weight", "kg")),
    "pressure": ("sbp_mmHg", ("sbp", "mmHg")),
    "no unit": ("sex (m/f)", None),
    "a note": ("score (baseline)", None),
    "a year": ("GDP [YR2001]", None),
    "a code": ("GDP (NY.GDP.MKTP)", None),
    "a plain name": ("time_s", None),
    "a word": ("date, time", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize("case", NAMES)
def test_unit_in(case: str) -> None:
    name, expected = NAMES[case]
    assert unit_in(name) == expected


@pytest.mark.parametrize("text", ["", "abc", "m/f", "yes/no", "0=no", "1,2,3"])
def test_no_unit(text: str) -> None:
    assert not is_unit(text)


def test_row_of_units_comes_first() -> None:
    found = units_of(["a", "b (kg)", "c"], ["(ms)", "g", ""])
    assert found == {"a": "ms", "b (kg)": "g"}


def test_units_of_a_table() -> None:
    table = read_table(b"id,dose (mg),rt\n,mg,(ms)\n1,2,3\n2,3,4\n3,4,5\n")
    assert table.units == {"dose (mg)": "mg", "rt": "ms"}
    assert unit_renames(table.units, table.frame.columns) == {"dose (mg)": "dose"}


def test_short_names_stay_different() -> None:
    names = ["w (kg)", "w (lb)", "h (cm)", "h"]
    assert unit_renames(units_of(names), names) == {"w (kg)": "w"}
