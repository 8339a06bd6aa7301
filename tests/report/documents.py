"""Analyses of many kinds for the tests of reports: signs, sizes, boundaries, gaps, hostile text."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from lmm_core import ModelSpec, fit_model, load_sample, read_table
from lmm_core.data.samples import sample_info
from lmm_core.data.table import Table
from lmm_core.inference.ladder import standard_ladder
from lmm_core.report.scripts import Analysis

SLEEP = "Reaction ~ Days + (1 + Days | Subject)"
MANY = "Reaction ~ factor(Days) + (1 | Subject)"


def of_sample(name: str, formula: str | None = None, **options) -> Analysis:
    table = load_sample(name)
    spec = ModelSpec.from_formula(formula or sample_info(name).formula, **options)
    fit = fit_model(spec, table.frame)
    return Analysis(fit, table, table, name, f"{name}.csv", ladder=standard_ladder(fit.spec))


def of_frame(frame: pd.DataFrame, formula: str, name: str = "study.csv", **options) -> Analysis:
    data = frame.to_csv(index=False).encode()
    return of_bytes(data, formula, name, **options)


def of_bytes(data: bytes, formula: str, name: str, **options) -> Analysis:
    table: Table = read_table(data, name=name)
    fit = fit_model(ModelSpec.from_formula(formula, **options), table.frame)
    ladder = standard_ladder(fit.spec)
    return Analysis(fit, table, table, None, name, data, ladder=ladder)


def sleep(**columns) -> pd.DataFrame:
    frame = load_sample("sleepstudy").frame
    return frame.assign(**{k: make(frame) for k, make in columns.items()})


def noise(n_groups: int = 8) -> pd.DataFrame:
    """An outcome that neither the predictor nor the groups have to do with; a singular fit."""
    random = np.random.default_rng(3)
    group = np.repeat(np.arange(n_groups), 6)
    error = random.normal(size=len(group)).reshape(n_groups, 6)
    error -= error.mean(axis=1, keepdims=True)
    frame = pd.DataFrame({"who": [f"p{g}" for g in group], "x": random.normal(size=len(group))})
    return frame.assign(y=error.ravel().round(4))


def gaps() -> pd.DataFrame:
    frame = load_sample("pain").frame.copy()
    frame.loc[frame.index % 7 == 0, "pain_score"] = np.nan
    return frame


@cache
def analyses() -> dict[str, Analysis]:
    """Key to analysis; every model is fitted once."""
    return {
        "sleep": of_sample("sleepstudy"),
        "sleep ML": of_sample("sleepstudy", reml=False),
        "kenward-roger": of_sample("sleepstudy", df_method="kenward-roger"),
        "normal": of_sample("sleepstudy", df_method="normal", ci_level=0.9),
        "interaction": of_sample("orthodont"),
        "schools": of_sample("mathachieve"),
        "countries": of_sample("gapminder"),
        "pain": of_sample("pain"),
        "reversed": of_frame(sleep(Reaction=lambda f: -f.Reaction), SLEEP),
        "huge": of_frame(sleep(Reaction=lambda f: f.Reaction * 1e9), SLEEP),
        "tiny": of_frame(sleep(Reaction=lambda f: f.Reaction * 1e-9), SLEEP),
        "noise": of_frame(noise(), "y ~ x + (1 | who)"),
        "gaps": of_frame(gaps(), "pain_score ~ treatment + month + (1 | patient_id)"),
        "average only": of_sample("sleepstudy", "Reaction ~ 1 + (1 | Subject)"),
        "no intercept": of_sample("orthodont", "distance ~ 0 + Sex + (1 | Subject)"),
        "slope only": of_sample("sleepstudy", "Reaction ~ Days + (0 + Days | Subject)"),
        "crossed": of_sample("sleepstudy", "Reaction ~ Days + (1 | Subject) + (1 | Days)"),
        "uncorrelated": of_sample("sleepstudy", "Reaction ~ scale(Days) + (1 + Days || Subject)"),
        "many": of_sample("sleepstudy", MANY),
        "weights": of_sample("orthodont", "distance ~ Sex + (1 | Subject)", weights="age"),
        "aliased": of_frame(
            sleep(twice=lambda f: 2 * f.Days), "Reaction ~ Days + twice + (1 | Subject)"
        ),
    }


# -- a data set that tries to come alive

HOSTILE = {
    "column": '<script>alert("x")</script>',
    "outcome": "=cmd|' /C calc'!A0",
    "arm": "@SUM(1+1)*`$x^2$` %{y} [a](javascript:alert(1))",
    "levels": ('+1+1"><img src=x onerror=alert(1)>', "-2+3 \\input{secret} </script><b>'"),
    "file": "=HYPERLINK('http'); <script>alert(1)</script> `$(x)`.csv",
}


@cache
def hostile() -> Analysis:
    frame = load_sample("orthodont").frame
    names = {
        "age": HOSTILE["column"],
        "distance": HOSTILE["outcome"],
        "Sex": HOSTILE["arm"],
        "Subject": "{{who}}|&<b>",
    }
    levels = dict(zip(("Female", "Male"), HOSTILE["levels"], strict=True))
    frame = frame.assign(Sex=frame["Sex"].astype(object).map(levels))
    frame["Subject"] = "=" + frame["Subject"].astype(str) + "<i>"
    data = frame.rename(columns=names).to_csv(index=False).encode()
    table = read_table(data, name=HOSTILE["file"])
    quoted = ["`" + c.replace("`", "``") + "`" for c in table.frame.columns]
    spec = ModelSpec.from_formula(f"{quoted[0]} ~ {quoted[1]} * {quoted[3]} + (1 | {quoted[2]})")
    fit = fit_model(spec, table.frame)
    return Analysis(fit, table, table, None, HOSTILE["file"], data, standard_ladder(spec))
