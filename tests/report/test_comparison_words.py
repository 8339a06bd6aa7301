"""Sentences about comparisons and other programs: null, reversed, huge, tiny and singular fits."""

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.inference.comparison import comparison
from lmm_core.inference.ladder import coefficient_ladder, standard_ladder
from lmm_core.inference.programs import programs
from lmm_core.report.comparison_words import (
    coefficient_ladder_headline,
    coefficient_ladder_sentence,
    comparison_headline,
    comparison_sentences,
    program_headline,
    program_sentence,
)
from tests.inference.effects import model
from tests.report.test_effect_words import CASES, case
from tests.support import reference_fit


def ladder(name):
    fit = case(name)
    rungs = standard_ladder(fit.spec, "x")
    found = comparison([rung.spec for rung in rungs], fit.source)
    return fit, [rung.name for rung in rungs], found


@pytest.mark.parametrize("name", list(CASES))
def test_words_of_a_ladder_follow_its_numbers(name):
    _, names, found = ladder(name)
    aic = found.table["aic"].to_numpy()
    close = {names[k] for k in np.flatnonzero(aic - aic.min() < 2)}
    headline = comparison_headline(found, names)
    if len(close) == 1:
        assert headline == f"{close.pop()} is preferred by AIC"
    elif len(close) <= 3:
        assert all(one in headline for one in close)
    else:
        assert f"hardly tells {len(close)} of the models apart" in headline
    sentences = comparison_sentences(found, names)
    assert sentences[0].startswith(f"{names[found.best]} has the lowest AIC")
    for sentence in sentences:
        assert sentence.endswith(".")
        assert "nan" not in sentence
    for test in found.tests:
        if test is None or test.reason:
            continue
        told = [s for s in sentences if names[test.larger] in s and names[test.smaller] in s]
        clearly = any("fits clearly better than" in s and "doesn't" not in s for s in told)
        assert clearly == (test.p_value < 0.05)


@pytest.mark.parametrize("name", list(CASES))
def test_one_coefficient_over_the_ladder(name):
    fit, names, found = ladder(name)
    table = coefficient_ladder([fit_model(spec, fit.source) for spec in found.specs], "tb")
    known = table[table["estimate"].notna()]
    low, high = known["conf_low"], known["conf_high"]
    headline = coefficient_ladder_headline(table, "b vs a")
    text = coefficient_ladder_sentence(table, "b vs a", 0.95, names)
    if (low > 0).all():
        assert headline == "b vs a lies above 0 in every model"
    elif (high < 0).all():
        assert headline == "b vs a lies below 0 in every model"
    elif ((low <= 0) & (high >= 0)).all():
        assert headline == "b vs a stays open in every model"
    else:
        assert headline == "What b vs a says hangs on the model"
    assert ("doesn't hang" in text) == ("lies" in headline)
    assert "nan" not in text


@pytest.mark.parametrize("name", list(CASES))
def test_words_about_programs(name):
    fit = case(name)
    for result in programs(fit):
        text, headline = program_sentence(result), program_headline(result)
        assert text.endswith(".")
        assert "nan" not in text + headline
        count = len(result.changes)
        if result.key == "ols":
            same = result.fitted_gap < 1e-6
            assert ("the same here" in text) == same
            assert same == fit.is_singular
        elif count:
            assert f"{count} of {5 * len(result.table)} cells differ" in text
            assert f"{count} of {5 * len(result.table)} cells differ" in headline
        else:
            assert headline.endswith("shows the same numbers")


def test_rows_that_cannot_be_laid_side_by_side():
    (result,) = programs(model("empty"), ("spss",))
    assert (result.table["counterpart"] < 0).all()
    assert "can't be laid beside those here" in program_sentence(result)
    assert "every cell" not in program_sentence(result)
    assert program_headline(result) == "SPSS MIXED names its coefficients otherwise"


def test_estimates_by_ml_differ():
    (result,) = programs(reference_fit("orth_rs|ML"), ("lmer",))
    assert program_headline(result) == "The estimates of R: lme4 with lmerTest differ"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ([1.0], [2.0], "Days lies above 0 in the only model that has it"),
        ([-1.0, -2.0], [1.0, 2.0], "Days stays open in every model"),
        ([1.0, -2.0], [3.0, 2.0], "What Days says hangs on the model"),
        ([np.nan], [np.nan], "No model has Days"),
    ],
)
def test_headline_of_a_coefficient(low, high, words):
    low, high = np.array(low), np.array(high)
    table = pd.DataFrame({"estimate": (low + high) / 2, "conf_low": low, "conf_high": high})
    assert coefficient_ladder_headline(table, "Days") == words


def test_the_intercept_has_its_article():
    table = pd.DataFrame({"estimate": [1.0], "conf_low": [0.5], "conf_high": [1.5]})
    text = coefficient_ladder_sentence(table, "the intercept", 0.95, ["Null model"])
    assert text == "Only Null model has the intercept."
