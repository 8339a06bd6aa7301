"""Sentences about effects: true for every sign, size and boundary."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from lmm_core import FittedModel, fit_model
from lmm_core.formatting import number
from lmm_core.report.model_text import equation, in_words
from lmm_core.report.variance_words import (
    caterpillar_sentence,
    dropped_sentence,
    icc_sentence,
    singular_sentence,
    variance_sentences,
)
from lmm_core.report.words import fixed_effects_sentences, headline, main_result


@lru_cache(maxsize=32)
def fit(
    effect: float = 1.0, arm: float = 0.0, spread: float = 2.0, formula: str = ""
) -> FittedModel:
    """30 groups of 6 rows; ``effect`` per unit of time, ``arm`` for b against a."""
    random = np.random.default_rng(8)
    group = np.repeat(np.arange(30), 6)
    time = np.tile(np.arange(6.0), 30)
    in_b = group % 2
    # The two arms have the same levels, and the groups' own means of the errors are taken out.
    levels, errors = np.repeat(random.normal(size=15), 2), random.normal(size=180)
    errors -= np.repeat(errors.reshape(30, 6).mean(axis=1), 6)
    y = 10.0 + effect * time + arm * in_b + spread * levels[group] + errors
    frame = pd.DataFrame(
        {
            "y": y,
            "time": time,
            "arm": np.where(in_b, "treated", "control"),
            "site": np.where(in_b, "1", "2"),
            "g": [f"p{k}" for k in group],
        }
    )
    return fit_model(formula or "y ~ time + arm + (1 | g)", frame)


UNITS = {"y": "points", "time": "weeks"}
SENTENCES = {
    "rise": (
        {"effect": 2.0},
        1,
        ("For each week more, y rises by", "points on average", "p < .001"),
    ),
    "fall": ({"effect": -2.0}, 1, ("For each week more, y falls by",)),
    "null": ({"effect": 0.0}, 1, ("leave open everything from a fall of", "to a rise of")),
    "higher": ({"arm": 9.0}, 2, ("higher on average for treated than for control",)),
    "lower": ({"arm": -9.0}, 2, ("lower on average for treated than for control",)),
    "no difference": ({"arm": 0.0}, 2, ("leave open everything from", "less to", "more")),
    "huge": ({"effect": 2e7}, 1, ("rises by", "p < .001")),
    "levels that are no words": (
        {"arm": 9.0, "formula": "y ~ site + (1 | g)"},
        1,
        ("for site = 2 than for site = 1",),
    ),
    "interaction": (
        {"formula": "y ~ time * arm + (1 | g)", "effect": 3.0},
        3,
        ("The change of y per time is",),
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentence_of_a_coefficient(name: str):
    options, k, words = SENTENCES[name]
    model = fit(**options)
    text = fixed_effects_sentences(model, UNITS)[k]
    for part in words:
        assert part in text
    row = model.fixed_effects.iloc[k]
    covers_zero = row["conf_low"] <= 0 <= row["conf_high"]
    assert ("leave" in text) == covers_zero
    assert "no effect" not in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"effect": 2.0}, "y rises by"),
        ({"effect": -2.0}, "y falls by"),
        ({"formula": "y ~ 1 + (1 | g)"}, "on average"),
        ({"effect": 0.0, "formula": "y ~ time + (1 | g)"}, "the direction stays open"),
        ({"arm": -9.0, "effect": 0.0, "formula": "y ~ arm + (1 | g)"}, "lower for treated"),
    ],
)
def test_headline(options, words):
    assert words in headline(fit(**options), UNITS)
    assert main_result(fit(**options), UNITS)


def test_variance_of_a_singular_fit():
    model = fit(spread=0.0)
    assert model.is_singular
    assert "the ICC is 0" in icc_sentence(model)
    assert "boundary" in singular_sentence(model)
    assert (
        "all g groups have the same level"
        in caterpillar_sentence(model, "g", "(Intercept)").lower()
    )


def test_variance_of_a_usual_fit():
    model = fit()
    assert singular_sentence(model) == ""
    assert dropped_sentence(model) == ""
    assert "of the variance that the predictors leave lies between g groups" in icc_sentence(model)
    level, residual = variance_sentences(model, UNITS)
    assert "about 95 % lie within" in level
    assert "Around its own line" in residual
    assert "stand out from the average" in caterpillar_sentence(model, "g", "(Intercept)")


def test_without_predictors_nothing_is_said_of_them():
    model = fit(formula="y ~ 1 + (1 | g)")
    assert "predictors" not in icc_sentence(model)
    assert "Around the level of its group" in variance_sentences(model, UNITS)[-1]


WORDS = {
    "y ~ time + (1 | g)": "Each g has its own level of y.",
    "y ~ time + (1 + time | g)": (
        "Each g has its own level of y and its own effect of time; the two may be related."
    ),
    "y ~ time + (1 + time || g)": (
        "Each g has its own level of y and its own effect of time; the two are taken to be "
        "unrelated."
    ),
    "y ~ time + (0 + time | g)": "Each g has its own effect of time.",
}


@pytest.mark.parametrize("formula", WORDS)
def test_model_in_words(formula: str):
    assert in_words(fit(formula=formula)) == WORDS[formula]


def test_equation_has_the_numbers_of_the_fit():
    model = fit(effect=-2.0)
    found = equation(model)
    assert found.fixed.startswith(number(model.estimates.beta[0]))
    assert "− " in found.fixed
    assert "[arm = treated]" in found.fixed
    assert found.random == ("u₀",)
    assert found.legend[-1].startswith("ε: residual, SD")
