"""Sentences about predictions are true of their numbers, on every kind of fit."""

import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.formatting import number
from lmm_core.inference.prediction_table import prediction_table
from lmm_core.inference.what_if import bands, inputs, rows_of
from lmm_core.report.prediction_words import (
    band_names,
    cautions,
    prediction_headline,
    settings,
    table_sentences,
    what_if_sentences,
)
from tests.report.test_effect_words import CASES, UNITS, case, frame_of

TARGETS = ("average", "group", "new")


def told(fit, target, values, groups):
    found = bands(fit, rows_of(fit, values, groups), target, 0.95)
    sentences = what_if_sentences(fit, target, values, groups, found, 0.95, UNITS)
    return found, sentences, prediction_headline(fit, target, found, UNITS)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", list(CASES))
def test_numbers_of_the_sentences(name, target):
    fit = case(name)
    groups = {"g": fit.groups["g"].levels[0]} if target == "group" else {}
    found, sentences, headline = told(fit, target, {"t": "b", "x": 3.0}, groups)
    text = " ".join(sentences)
    part = found.own if target == "group" else found.average
    assert number(float(part["fit"].iloc[0])) in headline
    assert number(float(part["fit"].iloc[0])) in text
    assert number(float(found.own["conf_low"].iloc[0])) in text
    assert "nan" not in text
    assert "−−" not in text
    for sentence in sentences:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    if target == "group":
        gap = float(found.own["fit"].iloc[0]) - float(found.average["fit"].iloc[0])
        assert ("above" in text) == (gap > 1e-9 * 50)
        assert ("below" in text) == (gap < -1e-9 * 50)


def test_exact_words():
    fit = case("up")
    _, sentences, headline = told(fit, "new", {"t": "a", "x": 2.5}, {})
    assert headline.startswith("Predicted y: 5")
    assert headline.endswith(" ms")
    assert sentences[0].startswith(
        "With t = a and x = 2.5, the 95 % interval for the mean of a new"
    )
    assert sentences[1].startswith("The 95 % interval for a single row of a new g is ")


def test_without_predictors():
    fit = fit_model("y ~ 1 + (1 | g)", frame_of(0.0))
    _, sentences, _ = told(fit, "group", {}, {"g": "3"})
    assert sentences[0].startswith("The mean of g 3 is predicted as ")


def test_names_of_the_bands():
    fit = case("up")
    assert band_names(fit, "new", {})["own"] == "Mean of a new g"
    assert band_names(fit, "group", {"g": "4"})["single"] == "One row of g 4"


def test_settings():
    assert settings({}) == ""
    assert settings({"a": "x"}) == "a = x"
    assert settings({"a": "x", "b": 3.0, "c": -0.25}) == "a = x, b = 3 and c = −0.25"


def test_cautions():
    fit = case("up")
    known = inputs(fit)
    assert cautions(fit, known, {"t": "a", "x": 5.0}) == []
    (text,) = cautions(fit, known, {"t": "a", "x": 12.0})
    assert text.startswith("x = 12 lies outside the observed range")
    (text,) = cautions(fit, known, {"t": "a", "x": 5.0}, {"t": "b"})
    assert text.startswith("In all of its own rows t = b")
    assert cautions(fit, known, {"t": "b", "x": 5.0}, {"t": "b"}) == []
    frame = frame_of(0.0)
    log = fit_model("log(y) ~ x + (1 | g)", frame)
    assert cautions(log, inputs(log), {"x": 5.0}) == ["On the scale of log(y)."]


def test_table_sentences():
    fit = case("up")
    frame = pd.DataFrame(
        {"t": ["a", "b", "c", None], "x": [1.0, 99.0, 2.0, 3.0], "g": ["0", "zz", "0", "0"]}
    )
    text = " ".join(table_sentences(fit, prediction_table(fit, frame)))
    assert text.startswith("2 rows of 4 predicted.")
    assert "1 row can't be predicted because a predictor is missing." in text
    assert "doesn't know t = c" in text
    assert "1 row belongs to a g that isn't in the data" in text
    assert "1 row lies outside the observed range of x" in text
    fine = pd.DataFrame({"t": ["a"], "x": [1.0], "g": ["0"]})
    assert table_sentences(fit, prediction_table(fit, fine)) == ["1 row of 1 predicted."]
