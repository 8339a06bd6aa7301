"""What scripts read and prepare is the table on screen, for every kind of step and of file."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lmm_core.data.steps import step_kinds
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.scripts.companion import companion_csv, prepared_name
from lmm_core.report.scripts.pandas_data import helpers
from lmm_core.report.scripts.pandas_reading import PYTHON
from lmm_core.report.scripts.prepared import Prepared, prepared
from lmm_core.report.scripts.quoting import ascii_lines
from lmm_core.report.scripts.r_data import r_helpers
from lmm_core.report.scripts.r_reading import R_LANGUAGE
from lmm_core.report.scripts.sources import main_source, second_sources
from tests.report.preparation_cases import FILES, STEPS, Case, analysis_of, chains
from tests.report.scripts_run import has_r, run_python, run_r

CASES: dict[str, Case] = {
    **{f"{kind} {k}": case for kind, cases in STEPS.items() for k, case in enumerate(cases)},
    **{f"file: {key}": case for key, case in FILES.items()},
    **{f"chain {k}": case for k, case in enumerate(chains(12))},
}

_PYTHON_END = """
import json
def plain(v):
    if pd.isna(v):
        return None
    return float(v) if isinstance(v, (int, float, np.number)) else str(v)
out = []
for name in data.columns:
    values = data[name]
    if isinstance(values.dtype, pd.CategoricalDtype):
        levels = [str(v) for v in values.cat.categories]
        out.append(["category", name, [plain(v) for v in values], levels, bool(values.cat.ordered)])
    elif values.dtype.kind == "M":
        stamps = values.astype("datetime64[us]")
        texts = [None if pd.isna(v) else v.isoformat() for v in stamps]
        out.append(["date", name, texts, [], False])
    else:
        kind = "number" if values.dtype.kind in "iuf" else "text"
        out.append([kind, name, [plain(v) for v in values], [], False])
json.dump([out, list(data.index) == list(range(len(data)))], open("python.json", "w"))
print("done")
"""
_R_END = """
out <- lapply(names(data), function(name) {
  x <- data[[name]]
  ordered <- is.ordered(x)
  if (is.factor(x)) list("category", name, as.character(x), levels(x), ordered)
  else if (inherits(x, "POSIXct")) list("date", name, format(x, "%Y-%m-%dT%H:%M:%S", tz = "UTC"),
                                        character(0), FALSE)
  else if (is.numeric(x)) list("number", name, ifelse(is.na(x), NA, sprintf("%.17g", x)),
                               character(0), FALSE)
  else list("text", name, as.character(x), character(0), FALSE)
})
writeLines(enc2utf8(jsonlite::toJSON(
  list(out, identical(as.integer(rownames(data)), seq_len(nrow(data)))), auto_unbox = FALSE,
  na = "null", digits = NA)), "r.json", useBytes = TRUE)
cat("done")
"""


@cache
def given(key: str) -> Analysis:
    return analysis_of(CASES[key])


@cache
def found(key: str, language: str) -> Prepared:
    return prepared(given(key), PYTHON if language == "python" else R_LANGUAGE)


def _folder(home: Path, k: int, key: str) -> Path:
    """The user's files, and the tables that a script asks for."""
    folder, analysis = home / str(k), given(key)
    folder.mkdir()
    for source in (main_source(analysis), *second_sources(analysis).values()):
        if source.data is not None:
            (folder / source.file).write_bytes(source.data)
    for made in (found(key, "python"), found(key, "r")):
        for name in made.companions:
            (folder / name).write_bytes(companion_csv(analysis, name))
    lines = list(found(key, "python").lines)
    start = ["import numpy as np", "import pandas as pd", *helpers(lines)]
    text = "\n".join([*start, *lines, _PYTHON_END])
    (folder / "prepare.py").write_text(text, encoding="utf-8")
    lines = list(found(key, "r").lines)
    text = "\n".join(ascii_lines([*r_helpers(lines), *lines, _R_END]))
    (folder / "prepare.R").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("prepare")
    return {key: _folder(home, k, key) for k, key in enumerate(CASES)}


def difference(table: pd.DataFrame, columns: list, counted: bool) -> str:
    """What is different, or nothing."""
    if [c[1] for c in columns] != [str(c) for c in table.columns]:
        return f"columns {[c[1] for c in columns]} instead of {list(table.columns)}"
    for kind, name, values, levels, ordered in columns:
        wanted = table[name]
        if isinstance(wanted.dtype, pd.CategoricalDtype):
            there = [str(v) for v in wanted.cat.categories]
            if (kind, levels, ordered) != ("category", there, bool(wanted.cat.ordered)):
                return f"{name}: {kind} {levels} {ordered} instead of {there}"
        elif wanted.dtype.kind == "M":
            wanted = wanted.map(lambda v: v.isoformat(), na_action="ignore")
        if wanted.dtype.kind in "iuf":
            numbers = np.array([np.nan if v is None else float(v) for v in values])
            same = len(numbers) == len(wanted) and np.allclose(
                numbers, wanted.to_numpy(float), rtol=1e-9, atol=1e-9, equal_nan=True)  # fmt: skip
        else:
            texts = [None if pd.isna(v) else str(v) for v in wanted]
            same = values == texts
        if not same:
            return f"{name}: {values} instead of {list(wanted)}"
    return "" if counted else "the rows aren't numbered anew"


def plain(kind: str, found: list) -> list:
    """R's JSON: every vector is a list."""
    made = [[c[0][0], c[1][0], c[2], c[3], c[4][0]] for c in found]
    return made if kind == "r" else found


def test_every_kind_of_step_has_cases():
    assert set(STEPS) == set(step_kinds()) - {"read"}


def test_pandas_prepares_the_same_table(folders: dict[str, Path]):
    run_python([(folder, "prepare.py") for folder in folders.values()])
    wrong = {}
    for key, folder in folders.items():
        made = folder / "python.json"
        if not made.exists():
            done = run_python([(folder, "prepare.py")])
            wrong[key] = next(iter(done.values()))[-400:]
            continue
        columns, counted = json.loads(made.read_text())
        said = difference(given(key).table.frame, columns, counted)
        if said:
            wrong[key] = said
    assert wrong == {}


def test_r_prepares_the_same_table(folders: dict[str, Path], tmp_path: Path):
    if not has_r():
        assert all(found(key, "r").lines for key in CASES)
        return
    printed = run_r([(folder, "prepare.R") for folder in folders.values()], tmp_path)
    wrong = {}
    for key, folder in folders.items():
        made = folder / "r.json"
        if not made.exists():
            wrong[key] = printed.get((folder, "prepare.R"), "")[-400:]
            continue
        columns, counted = json.loads(made.read_text(encoding="utf-8"))
        said = difference(given(key).table.frame, plain("r", columns), bool(counted[0]))
        if said:
            wrong[key] = said
    assert wrong == {}


FILE_NAMES = ["../../etc/passwd", "=HYPERLINK('x').csv", "", "...", "a\nb\0.csv", "C:\\x\\y.xlsx",
              "-rf.csv", "é" * 300 + ".csv", "<b>.csv", "$(rm) `x`;'.csv"]  # fmt: skip


@pytest.mark.parametrize("name", FILE_NAMES)
def test_names_of_tables_beside_a_script_are_plain(name: str):
    from dataclasses import replace

    named = replace(analysis_of(STEPS["join"][1]), file_name=name)
    for source in (main_source(named), *second_sources(named).values()):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,90}\.csv", source.companion)
        assert "/" not in source.file.replace("\\", "/")
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*\.csv", prepared_name(named))


def test_user_text_in_prepared_code_is_only_ever_a_literal():
    """What is called is the same whatever the columns are called."""
    known = {"read_csv", "removeprefix", "print", "text", "map", "astype", "fillna"}
    for key in ("file: hostile names", "file: risky text"):
        tree = ast.parse("\n".join(found(key, "python").lines))
        called = {n.func.attr if isinstance(n.func, ast.Attribute) else n.func.id  # type: ignore[union-attr]
                  for n in ast.walk(tree) if isinstance(n, ast.Call)}  # fmt: skip
        assert called <= known
