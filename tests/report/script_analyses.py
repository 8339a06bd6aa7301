"""Analyses that scripts are written of: every sample, a matrix of models, files of all kinds."""

from __future__ import annotations

import gzip
from functools import cache

import pandas as pd

from lmm_core import ModelSpec, fit_model, load_sample, read_table, sample_names
from lmm_core.data.samples import sample_info
from lmm_core.data.step import Step
from lmm_core.data.steps import apply_steps
from lmm_core.data.table import Table
from lmm_core.inference.ladder import standard_ladder
from lmm_core.report.scripts import OUTPUTS, Analysis
from tests.pages import driver
from tests.pages.driver import growth
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
    "groups": [
        Step("change", {"column": "y", "group": "id", "time": "time", "measure": "difference"}),
        Step("merge_levels", {"column": "id", "levels": ["s1", "s2"], "name": "s1 or s2"}),
        Step("unite", {"columns": ["id", "arm"], "into": "who"}),
    ],
    "classes": [Step("bins", {"column": "age", "n": 3})],
}
STEP_FORMULAS = {
    "none": "y ~ time + arm + (1 | id)",
    "columns": "log_y ~ `t c` * arm + age_within + age_between + (1 | id)",
    "groups": "y_change ~ arm + (1 | who)",
    "classes": "y ~ age_class + (1 | id)",
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
    """The same in a compressed file with a step, so that the scripts read the companion."""
    given = hostile_analysis()
    data = gzip.compress(given.data or b"")
    base = read_table(data, name="x.csv.gz")
    time = base.frame.columns[1]
    table = apply_steps(base, [Step("bins", {"column": time, "n": 2, "into": "=half"})])
    found = [table.frame.columns[k] for k in (3, 2, 0)]
    quoted = ["`" + name.replace("`", "``") + "`" for name in found]
    fit = fit_model(f"{quoted[0]} ~ {quoted[1]} * `=half` + (1 | {quoted[2]})", table.frame)
    return Analysis(fit, table, base, None, given.file_name, data)


def wide_and_joined() -> Analysis:
    """A wide file made long, with columns of a second one, whose own steps come first."""
    long = load_sample(SLEEP)
    wide = apply_steps(
        long, [Step("reshape_wide", {"id": "Subject", "time": "Days", "value": "Reaction"})]
    )
    data = wide.frame.to_csv(index=False).encode()
    base = read_table(data, name="wide.csv")
    people = b"Subject;sex;room\n" + b"".join(
        f"{s};{'fm'[k % 2]};{k}\n".encode() for k, s in enumerate(base.frame["Subject"])
    )
    second = apply_steps(
        read_table(people, name="people.csv"), [Step("drop", {"columns": ["room"]})]
    )
    values = [c for c in map(str, base.frame.columns) if c != "Subject"]
    join = {"name": second.name, "fingerprint": second.fingerprint, "left_on": ["Subject"],
            "right_on": ["Subject"]}  # fmt: skip
    others = {second.fingerprint: second}
    table = apply_steps(
        base,
        [Step("reshape_long", {"values": {"Reaction": values}, "time_name": "Day"}),
         Step("join", join)],
        others,
    )  # fmt: skip
    fit = fit_model("Reaction ~ Day + sex + (1 + Day | Subject)", table.frame)
    files = {second.fingerprint: (people, "people.csv")}
    return Analysis(fit, table, base, None, "wide.csv", data, others=others, other_files=files)


def sample_with_steps() -> Analysis:
    base = load_sample(SLEEP)
    table = apply_steps(base, [
        Step("filter", {"column": "Days", "comparison": ">=", "value": 2}),
        Step("baseline", {"column": "Reaction", "group": "Subject", "time": "Days"}),
        Step("bins", {"column": "Reaction_baseline", "n": 2, "into": "start"}),
    ])  # fmt: skip
    fit = fit_model("Reaction ~ Days * start + (1 | Subject)", table.frame)
    return Analysis(fit, table, base, SLEEP, f"{SLEEP}.csv")


@cache
def analyses() -> dict[str, Analysis]:
    found = {f"{name}: {f} {o}": analysis_of(name, f, o) for name, f, o in CASES}
    found |= {f"steps: {key}": file_analysis(key) for key in STEPS}
    return found | {
        **other_files(),
        "independent levels": independent_levels(),
        "hostile file": hostile_analysis(),
        "hostile companion": hostile_in_companion(),
        "wide and joined": wide_and_joined(),
        "sample with steps": sample_with_steps(),
    }
