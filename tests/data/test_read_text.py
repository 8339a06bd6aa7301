"""Small ordinary and hostile texts: the frame they give and what is said about them."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data import read_table, text_cells

NA = math.nan
PLAIN = "Read as comma-separated text."

# id: (text or bytes, expected columns, expected notes)
CASES: dict[str, tuple[str | bytes, dict[str, list], tuple[str, ...]]] = {
    "comma": ("id,x\n1,2.5\n2,3\n", {"id": [1, 2], "x": [2.5, 3.0]}, (PLAIN,)),
    "no final line end": ("id,x\n1,2\n2,3", {"id": [1, 2], "x": [2, 3]}, (PLAIN,)),
    "windows line ends": ("id,x\r\n1,2\r\n", {"id": [1], "x": [2]}, (PLAIN,)),
    "old mac line ends": ("id,x\r1,2\r3,4\r", {"id": [1, 3], "x": [2, 4]}, (PLAIN,)),
    "mark": (b"\xef\xbb\xbfid,x\n1,2\n", {"id": [1], "x": [2]}, (PLAIN,)),
    "spellings of missing": (
        "id,x,s\n1,NA,a\n2,.,N/A\n3,-,null\n4,2,\n5,NaN,None\n",
        {"id": [1, 2, 3, 4, 5], "x": [NA, NA, NA, 2.0, NA], "s": ["a", NA, NA, NA, "None"]},
        (PLAIN,),
    ),
    "german": (
        (
            "Studie Übersicht\n\nErstellt am;12.05.2020\n"
            "id;monat;größe\n1;0;3,5\n1;1;4,25\n2;0;1,5\n"
        ).encode("cp1252"),
        {"id": [1, 1, 2], "monat": [0, 1, 0], "größe": [3.5, 4.25, 1.5]},
        (
            "Read as semicolon-separated text, decimal comma, Windows-1252; skipped 3 lines before"
            " the header.",
        ),
    ),
    "padded titles": (
        "Study;;;\n;;;\nid;month;arm;y\n1;0;a;2\n1;1;a;3\n",
        {"id": [1, 1], "month": [0, 1], "arm": ["a", "a"], "y": [2, 3]},
        ("Read as semicolon-separated text; skipped 2 lines before the header.",),
    ),
    "semicolon against comma": (
        "a;b;c\n1;2,5;x\n2;3,5;y\n",
        {"a": [1, 2], "b": [2.5, 3.5], "c": ["x", "y"]},
        ("Read as semicolon-separated text, decimal comma.",),
    ),
    "quoted decimal comma": (
        'a,b\n1,"2,5"\n2,"3,25"\n',
        {"a": [1, 2], "b": [2.5, 3.25]},
        ("Read as comma-separated text, decimal comma.",),
    ),
    "thousands, comma": (
        'a,b\n1,"1,234.5"\n2,"3,500"\n',
        {"a": [1, 2], "b": [1234.5, 3500.0]},
        (PLAIN, 'Column "b": thousands separators were recognised.'),
    ),
    "thousands, point": (
        "a;b;c\n1;1.234,5;0,5\n2;3.500;1,5\n",
        {"a": [1, 2], "b": [1234.5, 3500.0], "c": [0.5, 1.5]},
        (
            "Read as semicolon-separated text, decimal comma.",
            'Column "b": thousands separators were recognised.',
        ),
    ),
    "thousands, space": (
        "a;b\n1;1 234\n2;12 000\n",
        {"a": [1, 2], "b": [1234, 12000]},
        (
            "Read as semicolon-separated text.",
            'Column "b": spaces between thousands were recognised.',
        ),
    ),
    "either reading": (
        "a;b\n1;1,234\n2;3,500\n",
        {"a": [1, 2], "b": [1.234, 3.5]},
        (
            "Read as semicolon-separated text, decimal comma.",
            'Values such as "1,234" were read as 1.234.',
        ),
    ),
    "dates aren't thousands": (
        "a;d;y\n1;12.05.2020;1,5\n2;13.05.2020;2,5\n",
        {"a": [1, 2], "d": ["12.05.2020", "13.05.2020"], "y": [1.5, 2.5]},
        ("Read as semicolon-separated text, decimal comma.",),
    ),
    "mixed marks": (
        "a;b;c\n1;1,5;2.5\n2;2,5;3.5\n3;2,7;4.5\n4;,5;NA\n",
        {"a": [1, 2, 3, 4], "b": [1.5, 2.5, 2.7, 0.5], "c": [2.5, 3.5, 4.5, NA]},
        (
            "Read as semicolon-separated text, decimal comma.",
            'Column "c": decimal points were recognised.',
        ),
    ),
    "percent": (
        "a,b\n1,5%\n2,6.5 %\n",
        {"a": [1, 2], "b": [5.0, 6.5]},
        (PLAIN, 'Column "b": percent signs were recognised.'),
    ),
    "minus sign": ("a,b\n1,−5\n2,6\n", {"a": [1, 2], "b": [-5, 6]}, (PLAIN,)),
    "tab": (
        "a\tb\n1\tx, y\n2\tz\n",
        {"a": [1, 2], "b": ["x, y", "z"]},
        ("Read as tab-separated text.",),
    ),
    "bar": ("a|b\n1|2\n3|4\n", {"a": [1, 3], "b": [2, 4]}, ("Read as bar-separated text.",)),
    "spaces": (
        "a  b c\n1  2 3\n4  5 6\n",
        {"a": [1, 4], "b": [2, 5], "c": [3, 6]},
        ("Read as space-separated text.",),
    ),
    "row names of R": (
        '"a" "b"\n"1" 2 3\n"2" 4 5\n',
        {"row": [1, 2], "a": [2, 4], "b": [3, 5]},
        (
            "Read as space-separated text.",
            'The first column has no name (row names); it is called "row".',
        ),
    ),
    "sep line": (
        "sep=;\na;b\n1;2\n",
        {"a": [1], "b": [2]},
        ("Read as semicolon-separated text.",),
    ),
    "utf-16": (
        "a;b\n1;ä\n2;ö\n".encode("utf-16"),
        {"a": [1, 2], "b": ["ä", "ö"]},
        ("Read as semicolon-separated text, UTF-16.",),
    ),
    "utf-16 without a mark": (
        "a;b\n1;2\n".encode("utf-16-be"),
        {"a": [1], "b": [2]},
        ("Read as semicolon-separated text, UTF-16.",),
    ),
    "twice the same name": (
        "a,b,b,b_2\n1,2,3,4\n",
        {"a": [1], "b": [2], "b_3": [3], "b_2": [4]},
        (PLAIN, 'The name "b" occurs more than once; column 3 is "b_3".'),
    ),
    "no name": (
        ",b\n1,2\n2,3\n",
        {"column_1": [1, 2], "b": [2, 3]},
        (PLAIN, 'Column 1 has no name; it is called "column_1".'),
    ),
    "separator at the end": ("a,b,\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}, (PLAIN,)),
    "no header": (
        "1,2,3.5\n4,5,6\n",
        {"column_1": [1, 4], "column_2": [2, 5], "column_3": [3.5, 6.0]},
        (PLAIN, "No line with column names was found; they are column_1, column_2, ..."),
    ),
    "units below the header": (
        "id,kg\n,(kg)\n1,2\n2,3\n3,4\n",
        {"id": [1, 2, 3], "kg": [2, 3, 4]},
        (PLAIN, "Line 2 holds units, not values, and was skipped."),
    ),
    "notes below the table": (
        "id,t,y\n1,0,3\n1,1,4\n\nSource: WHO, 2020\nNo warranty\n",
        {"id": [1, 1], "t": [0, 1], "y": [3, 4]},
        ("Read as comma-separated text; left out 2 lines of notes at the end.",),
    ),
    "blank lines": (
        "id,y\n1,2\n\n,\n3,4\n",
        {"id": [1, 3], "y": [2, 4]},
        (PLAIN,),
    ),
    "quoted line end": (
        'id,note,"y\n(ms)"\n1,"a\nb",2\n2,c,3\n',
        {"id": [1, 2], "note": ["a\nb", "c"], "y (ms)": [2, 3]},
        (PLAIN,),
    ),
    "leading zeros are labels": (
        "id,y\n001,2\n002,3\n010,4\n",
        {"id": ["001", "002", "010"], "y": [2, 3, 4]},
        (PLAIN,),
    ),
    "very long whole numbers are labels": (
        "id,y\n18446744073709551615,2\n12345678901234567890123,3\n",
        {"id": ["18446744073709551615", "12345678901234567890123"], "y": [2, 3]},
        (PLAIN,),
    ),
    "infinite": (
        "id,y\n1,inf\n2,3\n",
        {"id": [1, 2], "y": [NA, 3.0]},
        (PLAIN, 'Column "y": infinite values were set missing (1).'),
    ),
    "truth values are text": (
        "id,y,f\n1,2,True\n2,3,False\n3,4,\n",
        {"id": [1, 2, 3], "y": [2, 3, 4], "f": ["True", "False", NA]},
        (PLAIN,),
    ),
    "spaces around text": (
        "id, sex ,y\n1, male,2\n2,male ,3\n",
        {"id": [1, 2], "sex": ["male", "male"], "y": [2, 3]},
        (PLAIN,),
    ),
    "short rows": ("a,b,c\n1,2\n3,4,5\n", {"a": [1, 3], "b": [2, 4], "c": [NA, 5.0]}, (PLAIN,)),
    "hostile names": (
        'id,=1+1,"__import__(""os"")",y`z\n1,2,3,4\n',
        {"id": [1], "=1+1": [2], '__import__("os")': [3], "y`z": [4]},
        (PLAIN,),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_text_gives_frame_and_notes(case: str) -> None:
    text, columns, notes = CASES[case]
    data = text if isinstance(text, bytes) else text.encode()
    table = read_table(data)
    expected = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    pd.testing.assert_frame_equal(table.frame, expected, check_column_type=False)
    assert table.notes == notes


OPTIONS = {
    "delimiter": ("a;b,c\n1;2,3\n", {"delimiter": ","}, ["a;b", "c"]),
    "decimal": ("a;b\n1;1.234\n", {"decimal": ","}, ["a", "b"]),
    "header row": ("x,y\na,b\n1,2\n", {"header_row": 2}, ["a", "b"]),
    "no header": ("a,1\nb,2\n", {"header_row": 0}, ["column_1", "column_2"]),
    "encoding": ("a;ä\n1;2\n".encode("latin-1"), {"encoding": "latin-1"}, ["a", "ä"]),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_options_override_what_is_recognised(case: str) -> None:
    text, options, names = OPTIONS[case]
    data = text if isinstance(text, bytes) else text.encode()
    table = read_table(data, **options)
    assert list(table.frame.columns) == names
    if case == "decimal":
        assert table.frame["b"].tolist() == [1234]
    assert table.fingerprint != read_table(b"a;b,c\n1;2,3\n").fingerprint


def test_sources_agree(tmp_path) -> None:
    data = b"id,y\n1,2\n2,3\n"
    path = tmp_path / "scores.csv"
    path.write_bytes(data)
    tables = [
        read_table(source) for source in (data, bytearray(data), path, str(path), io.BytesIO(data))
    ]
    assert len({table.fingerprint for table in tables}) == 1
    assert tables[2].name == "scores.csv"
    assert read_table(data, name="mine").name == "mine"
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table.frame, tables[0].frame)


def test_rows_are_counted_as_in_the_file() -> None:
    text = "Title\n\nid;y\n1;2\n\n2;x7\n3;4\n4;5\n5;6\n6;7\n7;8\n"
    table = read_table(text.encode())
    (cell,) = text_cells(table.frame, "y")
    assert (cell.row, cell.value) == (6, "x7")
    assert text.splitlines()[cell.row - 1] == "2;x7"


_WORDS = st.text(alphabet="abcdefgäöü ,;|\"'\n", min_size=1, max_size=8).map(
    lambda text: f"w{text.strip()}w"
)
_NUMBERS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 6))


def test_a_quoted_value_of_several_lines_ends_the_file() -> None:
    text = 'id,y,word\n1,2.5,a;b\n2,3.5,"w;\n\n;w"\n'
    assert read_table(text.encode()).frame["word"].tolist() == ["a;b", "w;\n\n;w"]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 10**9), _NUMBERS, _WORDS), min_size=2, max_size=30),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
)
def test_round_trip(rows: list[tuple[int, float, str]], delimiter: str, decimal: str) -> None:
    frame = pd.DataFrame(rows, columns=["id", "value", "word"])
    text = frame.to_csv(index=False, sep=delimiter, decimal=decimal)
    read = read_table(text.encode(), delimiter=delimiter, decimal=decimal).frame
    assert read["id"].tolist() == frame["id"].tolist()
    np.testing.assert_array_equal(read["value"].to_numpy(float), frame["value"].to_numpy())
    assert read["word"].tolist() == frame["word"].tolist()


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(_NUMBERS, min_size=3, max_size=30),
    delimiter=st.sampled_from([";", "\t"]),
    decimal=st.sampled_from([".", ","]),
)
def test_round_trip_without_being_told(values: list[float], delimiter: str, decimal: str) -> None:
    frame = pd.DataFrame({"id": range(len(values)), "value": values})
    frame.loc[0, "value"] = 0.25  # one value that shows the decimal mark
    text = frame.to_csv(index=False, sep=delimiter, decimal=decimal)
    read = read_table(text.encode()).frame
    np.testing.assert_array_equal(read["value"].to_numpy(float), frame["value"].to_numpy())
