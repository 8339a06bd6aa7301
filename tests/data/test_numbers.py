from __future__ import annotations

import pytest

from lmm_core.data.numbers import decimal_evidence, number_of

NUMBERS = [
    ("3", ".", 3.0),
    (" -2.50 ", ".", -2.5),
    ("1e-3", ".", 0.001),
    (".5", ".", 0.5),
    ("5.", ".", 5.0),
    ("1,234", ".", 1234.0),
    ("1,234", ",", 1.234),
    ("1.234", ".", 1.234),
    ("1.234", ",", 1234.0),
    ("1,234.5", ",", 1234.5),
    ("1.234,5", ".", 1234.5),
    ("1.234.567", ".", 1234567.0),
    ("3,5", ".", 3.5),
    ("3.5", ",", 3.5),
    ("1 234,5", ",", 1234.5),
    ("1\u00a0234", ".", 1234.0),
    ("1'234.5", ".", 1234.5),
    ("−4", ".", -4.0),
    ("12 %", ".", 12.0),
    ("1e999", ".", None),
    ("12 kg", ".", None),
    ("1.2.3", ".", None),
    ("12.05.2020", ",", None),
    ("1,2,3", ".", None),
    ("0x1A", ".", None),
    ("1_000", ".", None),
    ("٣", ".", 3.0),
    ("inf", ".", None),
    ("", ".", None),
]


@pytest.mark.parametrize(("text", "decimal", "expected"), NUMBERS)
def test_number_of(text: str, decimal: str, expected: float | None) -> None:
    assert number_of(text, decimal) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["3,5", "2"], (1, 0, "")),
        (["3.5", "2"], (0, 1, "")),
        (["1,234"], (0, 0, "1,234")),
        (["0,123"], (1, 0, "")),
        (["1.234,5"], (1, 0, "")),
        (["1,234.5"], (0, 1, "")),
        (["12.05.2020", "a,b", "x"], (0, 0, "")),
    ],
)
def test_decimal_evidence(cells: list[str], expected: tuple[int, int, str]) -> None:
    assert decimal_evidence(cells) == expected
