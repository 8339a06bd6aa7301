"""Frames and the record of one description with what it must become."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.data.samples import load_sample, sample_names
from lmm_core.model.sentence import Wish, describe
from lmm_core.model.spec import ModelSpec


@dataclass(frozen=True)
class Case:
    """A description and what it becomes.

    ``formula`` None: no model can be named for certain. ``asks`` holds the phrases of the
    questions, ``leaves`` words that must be among what wasn't understood.
    """

    frame: str
    text: str
    formula: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    preparation: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    current: str | None = None

    def wish(self) -> Wish:
        current = None if self.current is None else ModelSpec.from_formula(self.current)
        return describe(self.text, frame(self.frame), current)


def differences(case: Case, wish: Wish) -> list[str]:
    """What the wish has otherwise than the case asks for; empty when it is right."""
    found = []
    expected = None
    if case.formula is not None:
        expected = ModelSpec.from_formula(case.formula, **case.options)
    if _sorted(expected) != _sorted(wish.spec):
        found.append(f"spec: {_said(wish.spec)} instead of {_said(expected)}")
    found += [
        f"{name}: {getattr(wish, name)} instead of {getattr(case, name)}"
        for name in ("outputs", "preparation")
        if getattr(wish, name) != getattr(case, name)
    ]
    models = tuple(_sorted(model).formula for model in wish.models)
    wanted = tuple(_sorted(ModelSpec.from_formula(text)).formula for text in case.models)
    if models != wanted:
        found.append(f"models: {models} instead of {wanted}")
    asked = tuple(question.phrase for question in wish.questions)
    if asked != case.asks:
        found.append(f"asks: {asked} instead of {case.asks}")
    left = " | ".join(wish.not_understood)
    if case.leaves:
        found += [f"“{word}” isn't listed in: {left}" for word in case.leaves if word not in left]
    elif left:
        found.append(f"not understood: {left}")
    return found


def _sorted(spec: ModelSpec | None) -> ModelSpec | None:
    """The order of random terms makes no other model."""
    if spec is None:
        return None
    return replace(spec, random=tuple(sorted(spec.random, key=lambda term: term.group)))


def wrong_in_silence(case: Case, wish: Wish) -> bool:
    """The wish is another model, or lacks something, and neither asks nor lists anything.

    The order of terms makes no other model.
    """
    if wish.questions or wish.not_understood or not differences(case, wish):
        return False
    expected = None
    if case.formula is not None:
        expected = ModelSpec.from_formula(case.formula, **case.options)
    models = [ModelSpec.from_formula(text) for text in case.models]
    same = _terms_only(expected) == _terms_only(wish.spec)
    same &= [*map(_terms_only, models)] == [*map(_terms_only, wish.models)] or not models
    return not same or (case.outputs, case.preparation) != (wish.outputs, wish.preparation)


def _terms_only(spec: ModelSpec | None) -> tuple[Any, ...] | None:
    if spec is None:
        return None
    fixed = frozenset(frozenset(term) for term in spec.fixed)
    random = frozenset(
        (r.group, frozenset(frozenset(t) for t in r.terms), r.intercept, r.correlated)
        for r in spec.random
    )
    plain = replace(spec, fixed=(), random=())
    return (plain, fixed, random)


def _said(spec: ModelSpec | None) -> str:
    if spec is None:
        return "none"
    changed = {
        name: getattr(spec, name)
        for name in ("reml", "df_method", "ci_level", "reference", "weights", "optimizer")
        if getattr(spec, name) != getattr(ModelSpec("y"), name)
    }
    return f"{spec.formula} {changed or ''}".strip()


@lru_cache(maxsize=32)
def frame(name: str) -> pd.DataFrame:
    """A sample, or one of the frames made here."""
    return load_sample(name).frame if name in sample_names() else _MADE[name]()


def _crossed(n: int, **columns: list[Any]) -> pd.DataFrame:
    """``n`` rows; each column repeats its values in blocks or by turns."""
    made = {}
    for name, values in columns.items():
        made[name.replace("__", " ")] = [values[k % len(values)] for k in range(n)]
    return pd.DataFrame(made)


def _numbers(n: int, seed: int, digits: int = 2) -> list[float]:
    return np.random.default_rng(seed).normal(50, 10, n).round(digits).tolist()


def _exam() -> pd.DataFrame:
    n = 240
    school = [f"S{k // 60 + 1}" for k in range(n)]
    classes = [f"C{k // 20 % 3 + 1}" for k in range(n)]
    frame = _crossed(n, gender=["girl", "boy"], teaching_method=["lecture", "group work", "online"])
    return frame.assign(
        student_id=[k // 2 + 1 for k in range(n)],
        school=pd.Series(school) + "",
        school_name=[f"School {s[1:]} in town" for s in school],
        class_id=classes,
        test_score=_numbers(n, 1),
        hours_studied=[k % 7 for k in range(n)],
    ).drop(columns="school_name")


def _clinic() -> pd.DataFrame:
    n = 200
    return pd.DataFrame(
        {
            "PatientID": [k // 4 + 1 for k in range(n)],
            "Clinic": [f"clinic {k // 20 + 1}" for k in range(n)],
            "BloodPressure": _numbers(n, 2),
            "Dose": [(k // 4) % 3 * 10 for k in range(n)],
            "Visit": [k % 4 + 1 for k in range(n)],
            "Age": [40 + (k // 4) % 30 for k in range(n)],
            "Arm": ["placebo" if k // 4 % 2 else "active" for k in range(n)],
            "n_readings": [2 + k % 3 for k in range(n)],
        }
    )


def _wide() -> pd.DataFrame:
    n = 30
    return pd.DataFrame(
        {
            "id": range(1, n + 1),
            "arm": ["drug", "placebo"] * (n // 2),
            "pain_week0": _numbers(n, 3),
            "pain_week4": _numbers(n, 4),
            "pain_week8": _numbers(n, 5),
        }
    )


def _gdp() -> pd.DataFrame:
    places, years = [f"Country {k}" for k in range(12)], range(2000, 2010)
    n = len(places) * len(years)
    return pd.DataFrame(
        {
            "Country": [p for p in places for _ in years],
            "Region": [("North", "South", "East")[k % 3] for k in range(12) for _ in years],
            "Year": [y for _ in places for y in years],
            "gdp_per_capita": np.abs(_numbers(n, 6)) + 100,
            "population": np.abs(_numbers(n, 7)) + 10,
        }
    )


def _words() -> pd.DataFrame:
    n = 300
    return pd.DataFrame(
        {
            "subject": [k // 15 + 1 for k in range(n)],
            "item": [f"w{k % 15 + 1}" for k in range(n)],
            "condition": ["congruent" if k % 2 else "incongruent" for k in range(n)],
            "RT": _numbers(n, 8, 1),
            "trial": [k % 15 + 1 for k in range(n)],
        }
    )


def _odd() -> pd.DataFrame:
    n = 80
    return pd.DataFrame(
        {
            "Kind": [f"K{k // 4 + 1}" for k in range(n)],
            "Woche": [k % 4 for k in range(n)],
            "Gruppe": ["A-Gruppe" if k // 4 % 2 else "B-Gruppe" for k in range(n)],
            "Größe (cm)": _numbers(n, 9),
            "Test Score": _numbers(n, 10),
        }
    )


def _two_scores() -> pd.DataFrame:
    n = 120
    return pd.DataFrame(
        {
            "id": [k // 4 + 1 for k in range(n)],
            "week": [k % 4 for k in range(n)],
            "group": ["intervention" if k // 4 % 2 else "waitlist" for k in range(n)],
            "math_score": _numbers(n, 11),
            "reading_score": _numbers(n, 12),
            "age": [6 + (k // 4) % 5 for k in range(n)],
        }
    )


_MADE = {
    "exam": _exam,
    "clinic": _clinic,
    "wide": _wide,
    "gdp": _gdp,
    "words": _words,
    "odd": _odd,
    "two_scores": _two_scores,
}

ALL_FRAMES = (*sample_names(), *_MADE)
