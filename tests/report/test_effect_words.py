"""Every sentence is true of its numbers: null, reversed, huge, boundary and missing cases."""

import re

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelSpec, fit_model
from lmm_core.inference.comparison import comparison
from lmm_core.inference.ladder import coefficient_ladder, standard_ladder
from lmm_core.inference.marginal_means import contrasts, marginal_means
from lmm_core.inference.programs import programs
from lmm_core.inference.slopes import johnson_neyman, simple_effects, slope_contrasts, slopes
from lmm_core.report.comparison_words import (
    coefficient_ladder_sentence,
    comparison_sentences,
    program_sentence,
)
from lmm_core.report.effect_words import (
    contrast_sentences,
    means_sentences,
    region_sentences,
    slope_sentences,
)
from tests.inference.effects import model
from tests.support import data, reference_fit

UNITS = {"y": "ms", "x": "years", "distance": "mm", "age": "years"}


def frame_of(effect, between=1.0, seed=0, rows=8):
    """20 groups; treatment b adds ``effect``, x adds ``effect`` per unit."""
    rng = np.random.default_rng(seed)
    n = 20 * rows
    g = np.repeat(np.arange(20), rows)
    t = np.tile(["a", "b"], n // 2)
    x = rng.uniform(0, 10, n)
    noise = rng.normal(size=n)
    level = between * rng.normal(size=20)[g]
    if between == 0:
        # Groups that are more alike than chance: the variance is estimated as 0.
        noise -= (np.bincount(g, noise) / rows)[g]
    y = 50 + effect * (t == "b") + effect * x + level + noise
    return pd.DataFrame({"y": y, "t": t, "x": x, "g": g.astype(str)})


CASES = {
    "null": (0.0, 1.0),
    "up": (2.0, 1.0),
    "down": (-2.0, 1.0),
    "huge": (4e6, 1.0),
    "tiny": (2e-7, 1e-7),
    "singular": (0.5, 0.0),
}


def case(name):
    effect, between = CASES[name]
    frame = frame_of(effect, between)
    if name == "tiny":
        frame["y"] = frame["y"] * 1e-9
    return fit_model("y ~ t * x + (1 | g)", frame)


def everything(fit):
    """All sentences of all tables of one fit."""
    found = []
    found += means_sentences(fit, marginal_means(fit, "t"), UNITS)
    found += contrast_sentences(fit, contrasts(fit, "t"), UNITS)
    found += slope_sentences(fit, slopes(fit, "x", "t"), "x", UNITS)
    found += contrast_sentences(fit, slope_contrasts(fit, "x", "t"), UNITS)
    found += contrast_sentences(fit, simple_effects(fit, "t", "x"), UNITS)
    found += region_sentences(fit, johnson_neyman(fit, "t", "x"))
    return found


@pytest.mark.parametrize("name", list(CASES))
def test_sentences_are_whole_and_careful(name):
    sentences = everything(case(name))
    for sentence in sentences:
        assert sentence.endswith(".")
        assert "nan" not in sentence
        assert "−−" not in sentence
        for claim in ("no effect", "no difference", "not significant", "significant", "proves"):
            assert claim not in sentence
        if " p " in sentence and "CI" in sentence:
            assert sentence.index("CI") < sentence.index(" p ")


@pytest.mark.parametrize("name", list(CASES))
def test_direction_and_openness_follow_the_numbers(name):
    fit = case(name)
    table = contrasts(fit, "t")
    row = table.iloc[0]
    text = contrast_sentences(fit, table, UNITS)[0]
    assert ("higher" in text) == (row["estimate"] > 0)
    assert ("lower" in text) == (row["estimate"] < 0)
    assert ("leave open" in text) == (row["conf_low"] <= 0 <= row["conf_high"])
    for row, text in zip(
        slopes(fit, "x", "t").to_dict("records"),
        slope_sentences(fit, slopes(fit, "x", "t"), "x", UNITS),
        strict=False,
    ):
        assert ("rises" in text) == (row["estimate"] > 0)
        assert ("leave open" in text) == (row["conf_low"] <= 0 <= row["conf_high"])


def test_means():
    fit = reference_fit("orth_rs|REML")
    assert means_sentences(fit, marginal_means(fit, "Sex"), UNITS) == [
        "With Sex = Female, distance is 22.6 mm on average (95 % CI 21.4 to 23.9).",
        "With Sex = Male, distance is 25.0 mm on average (95 % CI 24.0 to 26.0).",
        "Two means whose intervals overlap may still differ clearly: compare them directly.",
        "At age = its mean, 11.",
    ]
    assert means_sentences(fit, marginal_means(fit), {})[0] == (
        "distance is 23.8 on average (95 % CI 23.0 to 24.6)."
    )


def test_many_means_are_summarised():
    sentences = means_sentences(
        model("oats"), marginal_means(model("oats"), ["dose", "Variety"]), {}
    )
    assert sentences[0].startswith("Of 12 means of yield, the highest is that of dose = N0.6 and")
    assert len(sentences) == 2


def test_contrasts():
    fit = reference_fit("orth_rs|REML")
    assert contrast_sentences(fit, contrasts(fit, "Sex"), UNITS)[0] == (
        "distance is 2.32 mm lower on average for Female than for Male (95 % CI −3.89 to −0.753, "
        "p = .005)."
    )
    open_one = contrast_sentences(model("oats"), contrasts(model("oats"), "dose"), {})[5]
    assert open_one == (
        "yield is 9.17 lower on average for N0.4 than for N0.6, but the data leave open everything "
        "from 21.0 less to 2.67 more (95 % CI −21.0 to 2.67, p = .180)."
    )


def test_levels_that_are_numbers_have_their_column():
    fit = reference_fit("bodywt|REML")
    assert (
        "for Diet = 1 than for Diet = 2" in contrast_sentences(fit, contrasts(fit, "Diet"), {})[0]
    )


def test_many_contrasts_are_summarised():
    fit = model("oats")
    clear = contrast_sentences(fit, contrasts(fit, ["dose", "Variety"]), {})
    assert clear[0] == "Of 66 comparisons, the intervals of 18 exclude 0."
    assert clear[1].startswith("The largest of these: yield is 55.3 higher")
    assert clear[-1].startswith("p-values and intervals by Tukey's method for all 66")
    none = contrast_sentences(fit, contrasts(fit, "Variety", by="dose"), {})
    assert none[0].startswith("The intervals of all 12 comparisons include 0")


def test_own_contrasts_and_slopes_are_named():
    fit = model("oats")
    text = contrast_sentences(fit, contrasts(fit, "dose", custom={"linear": [-3, -1, 1, 3]}), {})[0]
    assert text.startswith("linear is 147 (95 % CI ")
    orth = reference_fit("orth_rs|REML")
    text = contrast_sentences(orth, slope_contrasts(orth, "age", "Sex"), UNITS)[0]
    assert text.startswith("The slope of age is 0.305 mm per year lower for Female than for Male (")


def test_holms_p_and_bonferronis_interval_may_part():
    fit = case("up")
    table = pd.DataFrame(
        {
            "contrast": ["a - b"],
            "estimate": [1.0],
            "std_error": [0.45],
            "p_value": [0.04],
            "conf_low": [-0.1],
            "conf_high": [2.1],
        }
    )
    table.attrs["sides"] = (("a", "b"),)
    assert "fall on different sides" in contrast_sentences(fit, table, {})[0]


def test_an_estimate_of_exactly_zero():
    fit = case("null")
    row = {"std_error": 1.0, "df": 9.0, "statistic": 0.0, "p_value": 1.0}
    table = pd.DataFrame([{"estimate": 0.0, **row, "conf_low": -2.0, "conf_high": 2.0}])
    assert (
        "estimated to stay the same per year of x, but the data leave open"
        in (slope_sentences(fit, table, "x", UNITS)[0])
    )
    table.insert(0, "contrast", ["a - b"])
    table.attrs["sides"] = (("a", "b"),)
    assert "estimated as equal for a and b" in contrast_sentences(fit, table, UNITS)[0]


def test_logarithms_are_given_as_ratios():
    frame = frame_of(0.0)
    frame["y"] = np.exp(frame["y"] / 50 + 0.3 * (frame["t"] == "b"))
    fit = fit_model("log(y) ~ t + (1 | g)", frame)
    table = contrasts(fit, "t")
    text = contrast_sentences(fit, table, UNITS)[0]
    ratio = np.exp(table["estimate"].iloc[0])
    assert f"a ratio of {ratio:.3f} in y" in text
    assert "ms" not in text


def test_cells_without_rows():
    fit = model("empty")
    means = means_sentences(fit, marginal_means(fit, "recipe"), {})
    assert sum(text.startswith("With recipe") for text in means) == 2
    assert means[-1].startswith("“–” stands where the data can't determine")
    table = marginal_means(fit, "recipe", {"recipe": "C"})
    assert means_sentences(fit, table, {})[0].startswith("The data can't determine any of these")


# -- regions


def test_regions():
    fit = reference_fit("orth_rs|REML")
    assert region_sentences(fit, johnson_neyman(fit, "Sex", "age")) == [
        "The 95 % interval of the difference Male minus Female: for age below 8.73 it includes 0 "
        "(25 % of the rows); above 8.73 it lies above 0 (75 % of the rows).",
        "A boundary is where the interval touches 0, not where the effect starts or stops.",
    ]


def test_one_region():
    schools = model("schools")
    text = region_sentences(schools, johnson_neyman(schools, "IQ", "SES"))[0]
    assert text == (
        "Over the whole observed range of SES (10.0 to 50.0) the 95 % interval of the slope of IQ "
        "lies above 0."
    )
    null = case("null")
    found = johnson_neyman(null, "t", "x")
    assert [r.sign for r in found.regions] == [0]
    assert "leave its direction open throughout" in region_sentences(null, found)[0]


def test_a_model_without_the_interaction_says_so():
    fit = fit_model("y ~ t + x + (1 | g)", frame_of(2.0))
    text = region_sentences(fit, johnson_neyman(fit, "t", "x"))[-1]
    assert "takes the effect as the same everywhere" in text


# -- comparisons


def sleep(*formulas):
    return comparison(list(formulas), data("sleepstudy", ("Subject",)))


BOTH = "Reaction ~ Days + (1 + Days | Subject)"


def test_comparison_of_the_ladder():
    ladder = standard_ladder(ModelSpec.from_formula(BOTH))
    found = comparison([r.spec for r in ladder], data("sleepstudy", ("Subject",)))
    sentences = comparison_sentences(found, [r.name for r in ladder])
    assert sentences[0] == (
        "Uncorrelated intercept and slope has the lowest AIC (1,762.0), but the data hardly tell "
        "it from Intercept and slope (1.94 above); its Akaike weight is 72 %."
    )
    assert "Random intercept fits clearly better than Null model" in sentences[1]
    assert "can't be tested against each other" in sentences[2]
    assert sentences[4] == (
        "Intercept and slope doesn't fit clearly better than Uncorrelated intercept and slope "
        "(χ² = 0.0639 against χ²(1), p = .800), which doesn't show that what it adds is absent."
    )


def test_comparison_with_a_clear_winner():
    found = sleep("Reaction ~ 1 + (1 | Subject)", "Reaction ~ Days + (1 | Subject)")
    text = comparison_sentences(found)[0]
    assert text.startswith("Model 2 has the lowest AIC (1,802.1), 114 below the next")


def test_bic_may_prefer_another():
    frame = frame_of(0.0, seed=4).assign(z=lambda f: f["x"] ** 2)
    aic, found = None, None
    for seed in range(40):
        frame["z"] = np.random.default_rng(seed).normal(size=len(frame))
        found = comparison(["y ~ x + (1 | g)", "y ~ x + z + (1 | g)"], frame)
        if found.best == 1:
            break
    aic = comparison_sentences(found)
    assert found.best == 1
    assert any("BIC, which counts a parameter as" in s and "Model 1" in s for s in aic)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ([1, 2, 1], [3, 4, 2], "doesn't hang on the choice"),
        ([-3, -4, -2], [-1, -2, -1], "lies below 0: this conclusion doesn't hang"),
        ([-1, -2, -1], [3, 4, 2], "the direction stays open in each"),
        ([1, -2, 1], [3, 4, 2], "excludes 0 in model 1, model 3 but not in the others"),
        ([1, -4, 1], [3, -2, 2], "on both sides of 0: the conclusion hangs on the choice"),
    ],
)
def test_whether_a_conclusion_hangs_on_the_model(low, high, words):
    low, high = np.array(low, float), np.array(high, float)
    table = pd.DataFrame({"estimate": (low + high) / 2, "conf_low": low, "conf_high": high})
    assert words in coefficient_ladder_sentence(table, "Days")


def test_coefficients_that_models_lack():
    frame = data("sleepstudy", ("Subject",))
    fits = [fit_model(m, frame) for m in (BOTH, "Reaction ~ 1 + (1 | Subject)")]
    text = coefficient_ladder_sentence(coefficient_ladder(fits, "Days"), "Days")
    assert text == "Only model 1 has the coefficient Days."
    text = coefficient_ladder_sentence(coefficient_ladder(fits, "Sex"), "Sex")
    assert text == "None of the models has the coefficient Sex."


def test_programs():
    found = {r.key: program_sentence(r) for r in programs(reference_fit("orth_rs|REML"))}
    same = "The same fit: the log-likelihood (−213.981) and every fitted value are equal"
    assert found["lmer"] == f"{same}, and so is every cell."
    assert re.search(r"; 10 of 20 cells differ", found["spss"])
    assert found["ols"].startswith("Without the grouping it is another model")
    ml = {r.key: program_sentence(r) for r in programs(reference_fit("orth_rs|ML"), ("lmer",))}
    assert ml["lmer"].startswith("The estimates differ")


def test_the_singular_case_is_one():
    assert case("singular").is_singular
