"""What is measured: the rows of the speed table, their models, their data, their targets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parents[1] / "tests/reference/data"
MODELS = Path(__file__).resolve().parents[1] / "tests/reference/models.json"


@dataclass(frozen=True)
class MixedLM:
    """How statsmodels writes a model: its formula interface. ``groups=None``: one big group."""

    fixed: str
    groups: str | None
    slopes: str | None = None
    components: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Workload:
    """One line of the table.

    ``task`` is what is timed: "fit" (estimates with standard errors), "inference" (the same with
    Satterthwaite df and conditional modes), "kenward-roger" and "profile" (from a fitted model),
    "memory" (peak of the fit above the loaded data, bytes). ``divisor``: to be met is at most
    1/divisor of the other side's time. ``limit``: seconds that statsmodels gets for one fit.
    """

    row: str
    name: str
    data: str
    formula: str
    task: str
    divisor: int
    repetitions: int
    statsmodels: MixedLM | None = None
    limit: float = 60.0

    @property
    def times(self) -> int:
        """How many fits in a row are timed together (lmm_core and lme4): what takes a millisecond
        can't be told from the waking up of a process that waited.
        """
        return {"small": 20, "small-inference": 20, "mathach": 10}.get(self.row, 1)

    @property
    def key(self) -> str:
        return f"{self.row}-{self.name}-{self.task}".replace(" ", "_").replace(",", "")


_SLEEP = "Reaction ~ Days"
_SMALL: dict[str, MixedLM | None] = {
    "sleep_ri": MixedLM(_SLEEP, "Subject"),
    "sleep_rs": MixedLM(_SLEEP, "Subject", "~Days"),
    "sleep_uc": MixedLM(_SLEEP, "Subject", None, (("i", "1"), ("Days", "0+Days"))),
    "dye": MixedLM("Yield ~ 1", "Batch"),
    "cake": MixedLM("angle ~ recipe*temperature", "rr"),
    "orth_ri": MixedLM("distance ~ age*Sex", "Subject"),
    "orth_rs": MixedLM("distance ~ age*Sex", "Subject", "~age"),
    "bodywt": MixedLM("weight ~ Time*Diet", "Rat", "~Time"),
    "penicillin": MixedLM(
        "diameter ~ 1", None, None, (("plate", "0+C(plate)"), ("sample", "0+C(sample)"))
    ),
    "pastes": MixedLM("strength ~ 1", "batch", None, (("b", "1"), ("s", "0+C(sample)"))),
    "machines_ns": MixedLM("score ~ Machine", "Worker", None, (("w", "1"), ("wm", "0+C(wm)"))),
}
_MATHACH = "MathAch ~ SES + MEANSES + (1 + SES | School)"
_SIMULATED = "y ~ x1 + x2 + x3 + treated + (1 + x1 | g)"
_SIMULATED_MIXEDLM = MixedLM("y ~ x1 + x2 + x3 + treated", "g", "~x1")
_SCHOOLS = "score ~ gcse + age + girl + (1 | school)"
_SCHOOLS_SLOPE = "score ~ gcse + age + girl + (1 + gcse | school)"
_SCHOOLS_IN_AREAS = "score ~ gcse + age + girl + (1 | area) + (1 | school)"


def workloads() -> tuple[Workload, ...]:
    """Every line of the table, in its order."""
    known = {model["key"]: model for model in json.loads(MODELS.read_text(encoding="utf-8"))}
    lines = [
        Workload(row, key, known[key]["data"], known[key]["lme4"], task, divisor, 11, mixedlm)
        for row, task, divisor in (("small", "fit", 10), ("small-inference", "inference", 15))
        for key, mixedlm in _SMALL.items()
    ]
    lines += [
        Workload(
            "mathach",
            "MathAchieve, random slope",
            "MathAchieve",
            _MATHACH,
            "fit",
            30,
            7,
            MixedLM("MathAch ~ SES + MEANSES", "School", "~SES"),
        ),
        Workload(
            "slope-100k",
            "100,000 rows, 10,000 groups",
            "slope-100000-10000",
            _SIMULATED,
            "fit",
            25,
            5,
            _SIMULATED_MIXEDLM,
            180.0,
        ),
        Workload(
            "slope-1m",
            "1,000,000 rows, 100,000 groups",
            "slope-1000000-100000",
            _SIMULATED,
            "fit",
            25,
            3,
            _SIMULATED_MIXEDLM,
            300.0,
        ),
        Workload(
            "slope-1m",
            "1,000,000 rows, 100,000 groups",
            "slope-1000000-100000",
            _SIMULATED,
            "memory",
            1,
            1,
        ),
        Workload(
            "insteval",
            "InstEval, two crossed factors",
            "InstEval",
            "y ~ service + (1 | s) + (1 | d)",
            "fit",
            12,
            3,
        ),
        Workload("kr", "MathAchieve", "MathAchieve", _MATHACH, "kenward-roger", 30, 3),
        Workload(
            "kr",
            "Chem97-sized, schools",
            "chem97-sized",
            _SCHOOLS,
            "kenward-roger",
            30,
            3,
        ),
        Workload(
            "kr",
            "Chem97-sized, schools, random slope",
            "chem97-sized",
            _SCHOOLS_SLOPE,
            "kenward-roger",
            30,
            3,
        ),
        Workload(
            "kr-nested",
            "Chem97-sized, schools in areas",
            "chem97-sized",
            _SCHOOLS_IN_AREAS,
            "kenward-roger",
            30,
            3,
        ),
        Workload(
            "profile",
            "sleepstudy, random slope",
            "sleepstudy",
            "Reaction ~ Days + (1 + Days | Subject)",
            "profile",
            30,
            3,
        ),
    ]
    return tuple(lines)


def make_data(name: str) -> pd.DataFrame:
    """The data set of a workload; category where R should see a factor, integers for plain IDs."""
    if name == "chem97-sized":
        return _chem97_sized()
    if name.startswith("slope-"):
        rows, groups = (int(part) for part in name.split("-")[1:])
        return _random_slopes(rows, groups)
    frame = pd.read_csv(DATA / f"{name}.csv")
    known = json.loads(MODELS.read_text(encoding="utf-8"))
    factors = {f for model in known if model["data"] == name for f in model["factors"]}
    return frame.astype({factor: "category" for factor in factors if factor in frame})


def _random_slopes(rows: int, groups: int, seed: int = 20240501) -> pd.DataFrame:
    """y with a correlated intercept and slope per group; 5 to about 20 rows per group."""
    rng = np.random.default_rng(seed)
    sizes = 5 + rng.multinomial(rows - 5 * groups, np.full(groups, 1 / groups))
    g = np.repeat(np.arange(groups), sizes)
    x1, x2 = rng.normal(size=(2, rows))
    x3 = rng.normal(size=groups)[g]
    treated = rng.integers(0, 2, size=groups)[g].astype(float)
    intercept, slope = rng.multivariate_normal([0, 0], [[1.0, 0.3], [0.3, 0.5]], size=groups).T
    y = 10 + 0.5 * x1 - 0.3 * x2 + 0.2 * x3 + treated + intercept[g] + slope[g] * x1
    y += rng.normal(scale=1.5, size=rows)
    return pd.DataFrame({"y": y, "x1": x1, "x2": x2, "x3": x3, "treated": treated, "g": g})


def _chem97_sized(seed: int = 1997) -> pd.DataFrame:
    """As many rows (31,022), schools (2,410) and areas (131) as Chem97 (Fielding et al. 2003)."""
    rng = np.random.default_rng(seed)
    rows, schools, areas = 31_022, 2_410, 131
    area_of = np.concatenate([np.arange(areas), rng.integers(0, areas, size=schools - areas)])
    sizes = 1 + rng.multinomial(rows - schools, rng.dirichlet(np.full(schools, 2.0)))
    school = np.repeat(np.arange(schools), sizes)
    gcse = rng.normal(scale=0.8, size=rows)
    age = rng.integers(-6, 6, size=rows).astype(float)
    girl = rng.integers(0, 2, size=rows).astype(float)
    score = 5.7 + 2.5 * gcse - 0.04 * age - 0.7 * girl
    score += rng.normal(scale=1.1, size=schools)[school]
    score += rng.normal(scale=0.3, size=schools)[school] * gcse
    score += rng.normal(scale=0.12, size=areas)[area_of[school]]
    score += rng.normal(scale=2.3, size=rows)
    return pd.DataFrame(
        {
            "score": score,
            "gcse": gcse,
            "age": age,
            "girl": girl,
            "school": school,
            "area": area_of[school],
        }
    )
