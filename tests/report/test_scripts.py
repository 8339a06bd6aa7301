"""The scripts run from the file to the last assertion, for every sample and a matrix of models."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelSpec, fit_model, load_sample, read_table, sample_names
from lmm_core.data.samples import sample_info
from lmm_core.data.step import Step
from lmm_core.data.steps import apply_steps
from lmm_core.data.table import Table
from lmm_core.inference.ladder import standard_ladder
from lmm_core.report.scripts import (
    OUTPUTS,
    Analysis,
    companion_csv,
    companion_name,
    write_scripts,
)
from tests.pages import driver
from tests.pages.driver import growth
from tests.report.scripts_run import has_r, run_python, run_r
from tests.support import data as reference_data

SLEEP, JAW, PAIN = "sleepstudy", "orthodont", "pain"
#: sample -> formulas with options
MODELS: dict[str, list[tuple[str, dict]]] = {
    SLEEP: [
        ("Reaction ~ Days + (1 | Subject)", {"reml": False}),
        ("Reaction ~ Days + (1 + Days || Subject)", {"df_method": "kenward-roger"}),
        ("log(Reaction) ~ scale(Days) + I(Days^2) + (1 | Subject)", {"ci_level": 0.9}),
        ("Reaction ~ factor(Days) + (1 | Subject)", {"reference": (("Days", "3"),)}),
        ("Reaction ~ 0 + Days + (0 + Days | Subject)", {}),
        ("Reaction ~ Days + (1 | Subject) + (1 | Days)", {"df_method": "normal"}),
        ("Reaction ~ 1 + (1 | Subject)", {}),
    ],
    JAW: [
        ("distance ~ Sex * poly(age, 2) + (1 | Subject)", {}),
        ("distance ~ center(age) * Sex + (1 + center(age) | Subject)", {"reml": False}),
        ("distance ~ age:Sex + (1 | Sex:Subject)", {"reference": (("Sex", "Male"),)}),
        ("distance ~ age + (1 | Sex/Subject)", {}),
        ("distance ~ age + Sex + (1 | Subject)", {"weights": "age"}),
    ],
    PAIN: [
        ("pain_score ~ treatment * month + I(month^2) + (1 + month || patient_id)", {}),
        ("sqrt(pain_score) ~ treatment * factor(month) + (1 | patient_id)", {}),
        ("pain_score ~ treatment / month + (1 | patient_id)", {"df_method": "kenward-roger"}),
    ],
}
CASES = [(name, sample_info(name).formula, {}) for name in sample_names()]
CASES += [(name, formula, options) for name, found in MODELS.items() for formula, options in found]


def analysis_of(name: str, formula: str, options: dict) -> Analysis:
    table = load_sample(name)
    fit = fit_model(ModelSpec.from_formula(formula, **options), table.frame)
    outputs = OUTPUTS if options == {} and formula == sample_info(SLEEP).formula else OUTPUTS[:4]
    ladder = standard_ladder(fit.spec)
    return Analysis(fit, table, table, name, f"{name}.csv", outputs=outputs, ladder=ladder)


# -- files of one's own

HOSTILE_COLUMN = 'a"; system("touch r_was_here"); "'
HOSTILE_NAMES = {
    "y": "=1+1",
    "time": HOSTILE_COLUMN,
    "arm": "`arm` \\n ${x} <b> \\",
    "id": "naïve 𝛽 '); import os #",
}
HOSTILE_LEVELS = {"new": '"); stop("x") #', "old": "=cmd|' /C calc'!A0"}


def hostile_frame() -> pd.DataFrame:
    frame = growth().drop(columns="age").rename(columns=HOSTILE_NAMES)
    frame[HOSTILE_NAMES["arm"]] = frame[HOSTILE_NAMES["arm"]].map(HOSTILE_LEVELS)
    frame[HOSTILE_NAMES["id"]] = frame[HOSTILE_NAMES["id"]] + "\\\"'\u2028é$(x)"
    return frame


STEPS: dict[str, list[Step]] = {
    "none": [],
    "columns": [
        Step("transform", {"column": "y", "function": "log"}),
        Step("center", {"column": "time"}),
        Step("combine", {"left": "age", "operator": "/", "right": 10}),
        Step("split", {"column": "age", "group": "id"}),
        Step("standardise", {"column": "age", "into": "age_z"}),
        Step("rename", {"names": {"time_centred": "t c"}}),
        Step("filter", {"column": "time", "comparison": "<", "value": 5}),
        Step("filter", {"column": "id", "comparison": "!=", "value": "s3"}),
        Step("recode", {"column": "arm", "mapping": {"new": "it's new"}}),
        Step("set_kind", {"column": "arm", "kind": "category", "levels": ["old", "it's new"]}),
        Step("na_value", {"columns": ["age"], "values": [31]}),
        Step("drop_duplicates", {"columns": ["id", "time"], "keep": "last"}),
        Step("drop", {"columns": ["age"]}),
    ],
    "pandas only": [
        Step("change", {"column": "y", "group": "id", "time": "time", "measure": "difference"}),
        Step("merge_levels", {"column": "id", "levels": ["s1", "s2"], "name": "s1 or s2"}),
        Step("unite", {"columns": ["id", "arm"], "into": "who"}),
    ],
    "table only": [Step("bins", {"column": "age", "n": 3})],
}
STEP_FORMULAS = {
    "none": "y ~ time + arm + (1 | id)",
    "columns": "log_y ~ `t c` * arm + age_within + age_between + (1 | id)",
    "pandas only": "y_change ~ arm + (1 | who)",
    "table only": "y ~ age_class + (1 | id)",
}


def table_of(frame: pd.DataFrame, sep: str = ",", decimal: str = ".") -> tuple[bytes, Table]:
    data = frame.to_csv(index=False, sep=sep, decimal=decimal).encode()
    return data, read_table(data, name="my data.csv")


def file_analysis(key: str) -> Analysis:
    semicolons = key == "none"
    data, base = table_of(growth(), *((";", ",") if semicolons else ()))
    table = apply_steps(base, STEPS[key])
    fit = fit_model(STEP_FORMULAS[key], table.frame)
    return Analysis(fit, table, base, None, "my data.csv", data)


def independent_levels() -> Analysis:
    """Uncorrelated slopes of a category, which lme4 lets correlate."""
    frame = reference_data("Machines")
    table_data = frame.to_csv(index=False).encode()
    base = read_table(table_data, name="machines.csv")
    fit = fit_model("score ~ Machine + (1 + Machine || Worker)", base.frame)
    return Analysis(fit, base, base, None, "machines.csv", table_data)


def other_files() -> dict[str, Analysis]:
    """A workbook, and texts in other encodings and marks."""
    frame = growth()
    frame["arm"] = frame["arm"].map({"new": "größer", "old": "é"})
    text = frame.rename(columns={"y": "Größe"})
    made = {
        "workbook": (driver.workbook({"Mä": frame}), "book.xlsx", "y"),
        "latin-1": (text.to_csv(index=False, sep=";", decimal=",").encode("cp1252"), "a.txt",
                    "Größe"),
        "cp1252": (text.to_csv(index=False).replace("é", "“€”").encode("cp1252"), "b.csv",
                   "Größe"),
        "tabs with BOM": (text.to_csv(index=False, sep="\t").encode("utf-8-sig"), "c.tsv",
                          "Größe"),
        "BOM": (frame.drop(columns="arm").assign(arm=growth()["arm"]).to_csv(
            index=False).encode("utf-8-sig"), "f.csv", "y"),
        "lines above": (b"Made by hand\n\n" + text.to_csv(index=False).encode(), "d.csv", "Größe"),
        "with gaps": (frame.assign(y=frame["y"].where(frame["y"] > 8)).to_csv(
            index=False, na_rep="NA").encode(), "=e.csv", "y"),
    }  # fmt: skip
    found = {}
    for key, (data, name, outcome) in made.items():
        base = read_table(data, name=name)
        fit = fit_model(f"{outcome} ~ time + arm + (1 | id)", base.frame)
        found[f"file: {key}"] = Analysis(fit, base, base, None, name, data)
    return found


def hostile_analysis(encoding: str = "utf-8") -> Analysis:
    frame = hostile_frame()
    data = frame.to_csv(index=False).encode(encoding)
    base = read_table(data, name="x.csv")
    fit = fit_model(hostile_spec(base.frame), base.frame)
    return Analysis(fit, base, base, None, "$(rm) `x`;'\".csv", data, outputs=OUTPUTS)


def hostile_spec(frame: pd.DataFrame) -> ModelSpec:
    def quoted(name: str) -> str:
        return "`" + str(name).replace("`", "``") + "`"

    time, arm, y, who = (quoted(n) for n in _columns_in_order(frame))
    return ModelSpec.from_formula(f"{y} ~ {time} * {arm} + (1 | {who})")


def _columns_in_order(frame: pd.DataFrame) -> list[str]:
    found = list(frame.columns)
    return [found[1], found[2], found[3], found[0]]


def hostile_in_companion() -> Analysis:
    """The same with a step that no other language has, so that the scripts read the companion."""
    given = hostile_analysis()
    time = given.base.frame.columns[1]
    table = apply_steps(given.base, [Step("bins", {"column": time, "n": 2, "into": "=half"})])
    found = [table.frame.columns[k] for k in (3, 2, 0)]
    quoted = ["`" + name.replace("`", "``") + "`" for name in found]
    fit = fit_model(f"{quoted[0]} ~ {quoted[1]} * `=half` + (1 | {quoted[2]})", table.frame)
    return Analysis(fit, table, given.base, None, given.file_name, given.data)


@cache
def analyses() -> dict[str, Analysis]:
    found = {f"{name}: {f} {o}": analysis_of(name, f, o) for name, f, o in CASES}
    found |= {f"steps: {key}": file_analysis(key) for key in STEPS}
    return found | {
        **other_files(),
        "independent levels": independent_levels(),
        "hostile file": hostile_analysis(),
        "hostile companion": hostile_in_companion(),
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    """A folder per analysis with the file, the companion and the scripts."""
    folders = {}
    for k, (key, analysis) in enumerate(analyses().items()):
        folder = tmp_path_factory.mktemp(f"analysis{k}")
        if analysis.data is not None:
            (folder / analysis.plain_file_name).write_bytes(analysis.data)
        (folder / companion_name(analysis)).write_bytes(companion_csv(analysis))
        for script in write_scripts(analysis):
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
    "steps: pandas only": ("file", "table", "file", "file"),
    "steps: table only": ("file", "table", "table", "table"),
    "file: workbook": ("file", "file", "file", "file"),
    "file: latin-1": ("file", "table", "file", "file"),
    "file: cp1252": ("file", "table", "file", "file"),
    "file: tabs with BOM": ("file", "table", "file", "file"),
    "file: BOM": ("file", "file", "file", "file"),
    "file: with gaps": ("file", "file", "file", "file"),
    "hostile file": ("file", "file", "file", "file"),
    "hostile companion": ("file", "table", "table", "table"),
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
    plain = analyses()["steps: table only" if "companion" in key else "steps: none"]
    for script, model in zip(write_scripts(analyses()[key]), write_scripts(plain), strict=True):
        if script.text is None or model.text is None or script.language == "R":
            continue
        assert called(script.text) <= called(model.text) | {
            "caterpillar", "trajectories", "test_random_terms", "anova", "confint", "icc", "r2",
        }  # fmt: skip


def called(text: str) -> set[str]:
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in calls}  # type: ignore[union-attr]


def test_companion_is_harmless_and_exact():
    given = hostile_in_companion()
    text = companion_csv(given).decode()
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
