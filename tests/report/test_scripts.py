"""The scripts run from the file to the last assertion, for every sample and a matrix of models."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lmm_core.data.samples import sample_info
from lmm_core.report.scripts import companion_csv, main_source, write_scripts
from tests.report.script_analyses import SLEEP, analyses, analysis_of, hostile_in_companion
from tests.report.scripts_run import has_r, run_python, run_r


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    """A folder per analysis with the file, the companion and the scripts."""
    folders = {}
    for k, (key, analysis) in enumerate(analyses().items()):
        folder = tmp_path_factory.mktemp(f"analysis{k}")
        if analysis.data is not None:
            (folder / analysis.plain_file_name).write_bytes(analysis.data)
        for data, name in analysis.other_files.values():
            (folder / name).write_bytes(data)
        for script in write_scripts(analysis):
            for name in script.companions:
                (folder / name).write_bytes(companion_csv(analysis, name))
            if script.text is not None:
                (folder / script.name).write_text(script.text, encoding="utf-8")
        folders[key] = folder
    return folders


def agreed(text: str) -> bool:
    return (
        isinstance(text, str)
        and re.fullmatch(r"All +\d+ +numbers agree with the screen to \d digits\.", text)
        is not None
    )


@pytest.mark.parametrize("name", ["analysis.py", "analysis_statsmodels.py"])
def test_python_scripts_agree_with_the_screen(written: dict[str, Path], name: str):
    jobs = [(folder, name) for folder in written.values() if (folder / name).exists()]
    found = run_python(jobs)
    failed = {k.name: text for (k, _), text in found.items() if not agreed(text)}
    assert failed == {}
    assert len(found) >= (len(written) if name == "analysis.py" else 15)
    assert not any((folder / "r_was_here").exists() for folder in written.values())


def test_r_scripts_agree_with_the_screen(written: dict[str, Path], tmp_path: Path):
    if not has_r():
        # Without R the text itself: every bracket is closed outside strings, all is quoted.
        for folder in written.values():
            assert_r_is_whole((folder / "analysis.R").read_text(encoding="utf-8"))
        return
    found = run_r([(folder, "analysis.R") for folder in written.values()], tmp_path)
    failed = {k.name: text for (k, _), text in found.items() if not agreed(text)}
    assert failed == {}
    assert len(found) == len(written)
    assert not any((folder / "r_was_here").exists() for folder in written.values())


def assert_r_is_whole(text: str) -> None:
    code = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    code = re.sub(r"#.*", "", code)
    for opening, closing in ("()", "[]", "{}"):
        assert code.count(opening) == code.count(closing)
    assert code.count('"') % 2 == 0
    assert text.isascii()
    assert "system(" not in code


@pytest.mark.parametrize("key", list(analyses()))
def test_scripts_are_python_and_whole_r(key: str):
    for script in write_scripts(analyses()[key]):
        if script.text is None:
            assert script.reason
        elif script.language == "R":
            assert_r_is_whole(script.text)
        else:
            compile(script.text, script.name, "exec")


READS = {
    "steps: none": ("file", "file", "file", "file"),
    "steps: columns": ("file", "file", "file", "file"),
    "steps: groups": ("file", "file", "file", "file"),
    "steps: classes": ("file", "file", "file", "file"),
    "file: workbook": ("file", "file", "file", "file"),
    "file: latin-1": ("file", "file", "file", "file"),
    "file: cp1252": ("file", "file", "file", "file"),
    "file: tabs with BOM": ("file", "file", "file", "file"),
    "file: BOM": ("file", "file", "file", "file"),
    "file: with gaps": ("file", "file", "file", "file"),
    "hostile file": ("file", "file", "file", "file"),
    "hostile companion": ("file", "table", "table", "table"),
    "wide and joined": ("file", "file", "file", "file"),
    "sample with steps": ("sample", "table", "table", "table"),
    f"{SLEEP}: {sample_info(SLEEP).formula} {{}}": ("sample", "table", "table", "table"),
}


@pytest.mark.parametrize("key", READS)
def test_what_is_read(key: str):
    found = {s.language: s.reads for s in write_scripts(analyses()[key])}
    wanted = dict(zip(("lmm_core", "R", "statsmodels", "pymer4"), READS[key], strict=True))
    silent = {s.language for s in write_scripts(analyses()[key]) if s.text is None}
    assert {k: v for k, v in found.items() if k not in silent} == {
        k: v for k, v in wanted.items() if k not in silent
    }


@pytest.mark.parametrize("key", ["hostile file", "hostile companion"])
def test_user_text_is_only_ever_a_literal(key: str):
    """In every Python script the only calls are those of an analysis of plain names."""
    plain = analyses()["steps: classes" if "companion" in key else "steps: none"]
    for script, model in zip(write_scripts(analyses()[key]), write_scripts(plain), strict=True):
        if script.text is None or model.text is None or script.language == "R":
            continue
        assert called(script.text) <= called(model.text) | {
            "caterpillar", "trajectories", "test_random_terms", "anova", "confint", "icc", "r2",
            "removeprefix",
        }  # fmt: skip


def called(text: str) -> set[str]:
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in calls}  # type: ignore[union-attr]


def test_companion_is_harmless_and_exact():
    given = hostile_in_companion()
    text = companion_csv(given, main_source(given).companion).decode()
    found = pd.read_csv(__import__("io").StringIO(text), keep_default_na=False, na_values=[""])
    cells = [*found.columns, *found.select_dtypes(exclude="number").to_numpy().ravel().tolist()]
    assert not [c for c in map(str, cells) if c.startswith(("=", "+", "-", "@"))]
    y = str(given.base.frame.columns[3])
    assert np.array_equal(found["'" + y], given.base.frame[y])


def test_singular_and_crossed_models_say_why_statsmodels_cannot():
    texts = {
        s.reason
        for key in analyses()
        for s in write_scripts(analyses()[key])
        if s.language == "statsmodels" and s.text is None
    }
    assert any("one grouping column" in text for text in texts)
    assert any("uncorrelated" in text for text in texts)


def test_ml_has_no_pymer4_script():
    given = analysis_of(SLEEP, "Reaction ~ Days + (1 | Subject)", {"reml": False})
    script = next(s for s in write_scripts(given) if s.language == "pymer4")
    assert script.text is None
    assert "REML only" in script.reason
