"""The corpus of hostile files, made anew and read from a folder: all must come out right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.hostile.make_corpus import all_cases, write
from lmm_core.data import read_table
from lmm_core.errors import DataError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("corpus")
    write(at)
    return at


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, dict[str, Any]]:
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def _plain(values: pd.Series) -> list[Any]:
    if values.dtype.kind == "M":
        return [None if pd.isna(v) else v.isoformat(" ").removesuffix(" 00:00:00") for v in values]
    return [None if pd.isna(v) else v for v in values.astype(object)]


FILES = [case.file for case in all_cases()]


def test_there_are_enough_and_all_are_small(folder: Path) -> None:
    assert len(FILES) == len(set(FILES)) >= 60
    assert all((folder / name).stat().st_size < 2_000_000 for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_reading(name: str, folder: Path, expected: dict[str, dict[str, Any]]) -> None:
    wanted = expected[name]
    if wanted["code"] is not None:
        with pytest.raises(DataError) as caught:
            read_table(folder / name, **wanted["options"])
        assert caught.value.code == wanted["code"]
        assert caught.value.message.endswith((".", '".'))
        assert caught.value.next_step
        return
    table = read_table(folder / name, **wanted["options"])
    if wanted["shape"] is not None:
        assert list(table.frame.shape) == wanted["shape"]
    else:
        assert {n: _plain(table.frame[n]) for n in table.frame.columns} == wanted["columns"]
        assert list(table.frame.columns) == list(wanted["columns"])
    assert wanted["note"] in " ".join(table.notes)
    if wanted["units"] is not None:
        assert table.units == wanted["units"]
    if wanted["questions"] is not None:
        assert [q.key for q in table.questions] == wanted["questions"]


def test_a_single_line_of_50_megabytes() -> None:
    with pytest.raises(DataError) as caught:
        read_table(b"1,2.5," * 8_500_000)
    assert caught.value.code == "too_many_columns"
    with pytest.raises(DataError) as caught:
        read_table(b"x" * 50_000_000)
    assert caught.value.code == "one_column"
