"""SPSS, Stata, SAS and Parquet files, written by pyreadstat and pyarrow (and R for sas7bdat)."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from lmm_core.data import Step, Table, apply_steps, read_table
from lmm_core.data import statfile as module
from lmm_core.errors import DataError

FILES = Path(__file__).with_name("files")
NA = math.nan
FRAME = pd.DataFrame(
    {
        "id": [1.0, 1.0, 2.0],
        "sex": [1.0, 1.0, 2.0],
        "pain": [1.0, 4.0, NA],
        "rt": [1.5, NA, 2.5],
        "seen": pd.to_datetime(["2020-01-01", "2020-02-01", None]),
        "word": pd.Series(["a", "ä", "b"], dtype="str"),
    }
)
LABELS = {"sex": {1: "male", 2: "female"}, "pain": {1: "not at all", 7: "very"}}
COLUMN_LABELS = {"sex": "Sex of the patient"}


@pytest.fixture(scope="module")
def spss(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("spss") / "a.sav"
    pyreadstat.write_sav(
        FRAME,
        str(path),
        column_labels=COLUMN_LABELS,
        variable_value_labels=LABELS,
        missing_ranges={"rt": [2.5]},
    )
    return path.read_bytes()


def test_spss(spss: bytes) -> None:
    table = read_table(spss, name="a.sav")
    frame = table.frame
    assert table.notes == (
        "Read as an SPSS file.",
        'The value labels of "sex" were used.',
        'Only some values of "pain" have labels; they stay numbers.',
    )
    assert frame["id"].tolist() == [1, 1, 2]
    assert frame["id"].dtype == np.int64
    assert frame["sex"].tolist() == ["male", "male", "female"]
    assert list(frame["sex"].cat.categories) == ["male", "female"]
    assert frame["pain"].tolist()[:2] == [1, 4]
    assert frame["rt"].isna().tolist() == [False, True, True]  # 2.5 is declared missing
    assert frame["seen"].dtype.kind == "M"
    assert frame["word"].tolist() == ["a", "ä", "b"]
    assert table.labels == COLUMN_LABELS
    assert table.reading == {"format": "spss"}


def test_labels_can_be_turned_back_into_numbers(spss: bytes) -> None:
    table = read_table(spss)
    (question,) = [q for q in table.questions if q.key == "labels"]
    assert question.likely
    assert question.otherwise == Step(
        "recode", {"column": "sex", "mapping": {"male": 1, "female": 2}}
    )
    assert apply_steps(table, [question.otherwise]).frame["sex"].tolist() == [1, 1, 2]


def test_stata(tmp_path: Path) -> None:
    for version in (10, 15):
        path = tmp_path / f"{version}.dta"
        pyreadstat.write_dta(
            FRAME.drop(columns="word"), str(path), version=version, variable_value_labels=LABELS
        )
        frame = read_table(path).frame
        assert frame["sex"].tolist() == ["male", "male", "female"]
        assert frame["rt"].tolist()[::2] == [1.5, 2.5]
        assert frame["seen"].iloc[1] == pd.Timestamp(2020, 2, 1)


def test_sas(tmp_path: Path) -> None:
    table = read_table(FILES / "scores.sas7bdat.gz")
    assert table.notes == ("Unpacked the gzip file.", "Read as a SAS file.")
    assert table.frame["id"].tolist() == [1, 1, 2]
    assert table.frame["arm"].tolist() == ["a", "a", "b"]
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(FRAME.drop(columns="word"), str(path))
    assert read_table(path).frame["rt"].tolist()[::2] == [1.5, 2.5]


def test_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [1, 1, 2],
            "y": [1.5, NA, np.inf],
            "arm": pd.Categorical(["b", "a", "b"], ["b", "a"]),
            "flag": [True, False, True],
            "seen": pd.to_datetime(["2020-01-01"] * 3).tz_localize("Europe/Vienna"),
            "list": [[1, 2], [3], None],
            "text": ["1,5", "2,5", "NA"],
            3: [1, 2, 3],
        }
    )
    path = tmp_path / "a.parquet"
    frame.rename(columns={3: "3"}).to_parquet(path)
    table = read_table(path)
    made = table.frame
    assert list(made["arm"].cat.categories) == ["b", "a"]
    assert made["flag"].tolist() == ["True", "False", "True"]
    assert made["seen"].dt.tz is None
    assert made["list"].tolist()[:2] == ["[1, 2]", "[3]"]
    assert made["y"].isna().tolist() == [False, True, True]
    assert made["text"].tolist()[:2] == [1.5, 2.5]
    assert table.notes[0] == "Read as a Parquet file."
    assert 'Column "y": infinite values were set missing (1).' in table.notes


# id: (kind, bytes made of a good SPSS file)
BROKEN = {
    "truncated": lambda data: data[: len(data) // 2],
    "noise": lambda data: data[:200] + bytes(range(256)) * 8,
    "only the start": lambda data: data[:12],
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_end_in_a_sentence(case: str, spss: bytes) -> None:
    with pytest.raises(DataError, match="an SPSS file that is damaged") as caught:
        read_table(BROKEN[case](spss))
    assert caught.value.code == "file_damaged"


@pytest.mark.parametrize("head", [b"PAR1", b"<stata_dta>", b"HEADER RECORD*******LIBRARY"])
def test_other_broken_files(head: bytes) -> None:
    with pytest.raises(DataError, match="that is damaged") as caught:
        read_table(head + bytes(range(200)))
    assert caught.value.code == "file_damaged"


# id: (what the separate process answers, code)
ANSWERS = {
    "no package": (b'{"error": "package_missing"}', 0, "package_missing"),
    "too large": (b'{"error": "too_large", "rows": 1000000, "columns": 99}', 0, "too_large"),
    "out of memory": (b'{"error": "too_large"}', 0, "too_large"),
    "crashed": (b"", -11, "file_damaged"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_the_separate_process_says(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, status, code = ANSWERS[case]
    monkeypatch.setattr(
        module.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, status, out)
    )
    with pytest.raises(DataError) as caught:
        read_table(b"$FL2@(#) SPSS" + bytes(100))
    assert caught.value.code == code
    assert caught.value.next_step


def test_every_value_labelled_with_a_number_stays_a_number() -> None:
    assert module._labels(pd.Series([1.0, 2.0]), [[1, "1"], [2, "2"]]) is None
    assert module._labels(pd.Series(["a"]), [["a", "x"], ["b", "y"]]) is None
    assert module._labels(pd.Series([1.0]), [[2, "x"], [1, "x"]]) == [(1, "x (1)"), (2, "x (2)")]


def test_a_step_on_labelled_data() -> None:
    frame = pd.DataFrame({"c": pd.Categorical(["never", "often"], ["never", "often"]), "y": [1, 2]})
    made = apply_steps(
        Table(frame, "t", (), "0"), [Step("set_kind", {"column": "c", "kind": "id"})]
    )
    assert made.frame["c"].tolist() == ["never", "often"]
