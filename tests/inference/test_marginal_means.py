"""Marginal means and contrasts against emmeans."""

import numpy as np
import pytest

from lmm_core import ModelError, fit_model
from lmm_core.inference.marginal_means import contrasts, group_weights, marginal_means
from lmm_core.inference.own_contrasts import difference, grid_cells, own_contrasts, weighted
from lmm_core.inference.reference_grid import predictors
from tests.inference.effects import agrees, effects, model
from tests.support import data, inference, reference_fit

# -- inference.json and extra.json

KEYS = [key for key, value in inference().items() if value.get("emmeans_satterthwaite")]
ADJUSTED = {
    "pairs_tukey": "tukey",
    "pairs_holm": "holm",
    "pairs_bonferroni": "bonferroni",
    "pairs_ci_unadjusted": "none",
    "pairs_ci_tukey": "tukey",
}
PAIRS = [(key, name) for key in KEYS for name in ADJUSTED if inference()[key].get(name)]


# Where each kind of reference is tested: here, in test_slopes, or in test_comparison. The other
# kinds (F tests, tests of random terms, R², ICC, nlme) aren't about effects.
TESTED = {
    *ADJUSTED,
    "emmeans_satterthwaite",
    "emmeans_kr",
    "emtrends_satterthwaite",
    "emtrends_pairs",
}


def test_every_reference_about_effects_is_tested():
    kinds = {name for value in inference().values() for name in value}
    assert {name for name in kinds if name.startswith(("em", "pairs"))} == TESTED
    with_means = {k for k, v in inference().items() if v.get("emmeans_kr")}
    assert with_means <= set(KEYS)


def factors_of(key):
    first = inference()[key]["emmeans_satterthwaite"][0]
    return [c for c in first if c not in ("emmean", "SE", "df", "lower.CL", "upper.CL")]


@pytest.mark.parametrize("method", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize("key", KEYS)
def test_means(key, method):
    reference = inference()[key].get("emmeans_satterthwaite" if method[0] == "s" else "emmeans_kr")
    fit = reference_fit(f"{key}|REML").with_df_method(method)
    table = marginal_means(fit, factors_of(key))
    for factor in factors_of(key):
        assert table[factor].tolist() == [row[factor] for row in reference]
    agrees(table, reference)


@pytest.mark.parametrize(("key", "name"), PAIRS)
def test_pairs(key, name):
    reference = inference()[key][name]
    table = contrasts(reference_fit(f"{key}|REML"), factors_of(key), adjust=ADJUSTED[name])
    assert table["contrast"].tolist() == [row["contrast"] for row in reference]
    agrees(table, reference)


# -- effects.json

MEANS = {
    "orth_means_at": ("orth", ["Sex", "age"], {"age": [8, 14]}),
    "orth_overall": ("orth", [], None),
    "npk_overall": ("npk", [], None),
    "npk_means": ("npk", "N", None),
    "npk_cells": ("npk", ["N", "P"], None),
    "schools_comb": ("schools", "COMB", None),
    "rabbit_means": ("rabbit", "Treatment", {"Dose": 50}),
    "boys_mean": ("boys", "age", {"age": [-1, 0.5]}),
    "empty_cells": ("empty", ["recipe", "temperature"], None),
    "empty_recipe": ("empty", "recipe", None),
    "aliased_means": ("aliased", "Sex", None),
    "ham_means": ("ham", ["Gender", "Product"], None),
}


@pytest.mark.parametrize("name", list(MEANS))
def test_other_means(name):
    key, factors, at = MEANS[name]
    agrees(marginal_means(model(key), factors, at), effects()["tables"][name])


THIRD = 1 / 3
CUSTOM = {
    "linear": [-3, -1, 1, 3],
    "bend": [1, -1, -1, 1],
}
SINGLE = {
    "none_vs_some": {"N0": 1, "N0.2": -THIRD, "N0.4": -THIRD, "N0.6": -THIRD},
    "first_two": {"N0": 1, "N0.2": -1},
    "ends": group_weights(["N0.6"], ["N0"]),
}
CONTRASTS = {
    "orth_pairs_by_age": ("orth", "Sex", {"by": "age", "at": {"age": [8, 14]}}),
    "orth_asymptotic": ("orth", "Sex", {"adjust": "none"}),
    "oats_tukey_by": ("oats", "Variety", {"by": "dose"}),
    "oats_holm_by": ("oats", "Variety", {"by": "dose", "adjust": "holm"}),
    "oats_two_factors": ("oats", ["Variety", "dose"], {}),
    "oats_kr_pairs": ("oats", "dose", {}),
    "oats_custom": ("oats", "dose", {"custom": CUSTOM}),
    "oats_custom_bonferroni": ("oats", "dose", {"custom": SINGLE, "adjust": "bonferroni"}),
    "empty_pairs": ("empty", "recipe", {"by": "temperature", "adjust": "none"}),
    "aliased_pairs": ("aliased", "Sex", {"at": {"age": 9}}),
    "ham_pairs": ("ham", "Information", {"by": "Product", "adjust": "sidak"}),
}
METHODS = {"orth_asymptotic": "normal", "oats_kr_pairs": "kenward-roger"}


@pytest.mark.parametrize("name", list(CONTRASTS))
def test_other_contrasts(name):
    key, factors, options = CONTRASTS[name]
    fit = model(key, METHODS.get(name, "satterthwaite"))
    table = contrasts(fit, factors, **options)
    reference = effects()["tables"][name]
    assert table["contrast"].tolist() == [row["contrast"] for row in reference]
    agrees(table, reference)


# -- what a mean stands for


def test_a_number_with_two_values_is_averaged_like_a_factor():
    found = predictors(model("npk"))
    assert found["N"].points == (0.0, 1.0)
    assert not found["N"].categorical
    table = marginal_means(model("npk"), "K")
    assert "Averaged over N, P with equal weights." in table.attrs["notes"]


def test_the_reference_level_changes_nothing():
    formula, *_ = ("angle ~ recipe * temperature + (1 | rr)",)
    other = fit_model(formula, data("cake"), reference=(("recipe", "C"), ("temperature", "t205")))
    own = marginal_means(reference_fit("cake|REML"), "recipe").set_index("recipe")
    table = marginal_means(other, "recipe").set_index("recipe")
    assert table["estimate"].to_numpy() == pytest.approx(own.loc[table.index, "estimate"])
    assert table["std_error"].to_numpy() == pytest.approx(own.loc[table.index, "std_error"])


def test_a_column_with_two_texts_keeps_them_together():
    """Mean of I(x^2) over both values of x, not the square of x's mean."""
    frame = data("npk", ("block",), "data_extra").assign(d=lambda f: 1.0 + 2.0 * f["N"])
    one = fit_model("yield ~ d + d:P + I(d^2):P + P + (1 | block)", frame)
    found = marginal_means(one, "P")
    average = [
        marginal_means(one, "P", {"d": value})["estimate"].to_numpy() for value in (1.0, 3.0)
    ]
    assert found["estimate"].to_numpy() == pytest.approx(np.mean(average, axis=0))


def test_notes_say_what_is_held_and_hidden():
    notes = marginal_means(model("orth"), "Sex").attrs["notes"]
    assert notes == ("At age = its mean, 11.",)
    notes = marginal_means(model("oats"), "Variety").attrs["notes"]
    assert notes[0] == "Averaged over dose with equal weights."
    assert "depend on dose" in notes[1]
    assert "“–” stands" in marginal_means(model("empty"), "recipe").attrs["notes"][-1]
    frame = data("sleepstudy", ("Subject",))
    log = fit_model("log(Reaction) ~ Days + (1 | Subject)", frame)
    assert marginal_means(log).attrs["notes"][-1] == "On the scale of log(Reaction)."


def test_the_family_is_stated():
    table = contrasts(model("oats"), "Variety", by="dose")
    assert table.attrs["family"] == (
        "p-values and intervals by Tukey's method for all 3 comparisons of 3 means. Each level of "
        "dose is a family of its own."
    )
    assert contrasts(model("oats"), "dose", custom=CUSTOM).attrs["adjust"] == "sidak"
    assert contrasts(model("orth"), "Sex").attrs["adjust"] == "none"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: marginal_means(model("orth"), "Subject"), "unknown_predictor"),
        (lambda: marginal_means(model("orth"), "Sex", {"Sex": "Boy"}), "unknown_level"),
        (lambda: marginal_means(model("orth"), "Sex", {"age": "old"}), "not_a_number"),
        (lambda: marginal_means(model("orth"), "age", {"age": range(6000)}), "too_many_cells"),
        (lambda: contrasts(model("orth"), "age"), "one_mean"),
        (lambda: contrasts(model("orth"), "age", at={"age": range(200)}), "too_many_comparisons"),
        (lambda: contrasts(model("oats"), "dose", "scheffe"), "adjust"),
        (lambda: contrasts(model("oats"), "dose", custom={"a": [1, 1, 0, 0]}), "weights"),
        (lambda: contrasts(model("oats"), "dose", custom={"a": [1, -1]}), "weights"),
        (lambda: contrasts(model("oats"), "dose", custom={"a": {"N1": 1}}), "weights"),
        (lambda: group_weights(["A"], ["A"]), "weights"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(ModelError) as error:
        call()
    assert error.value.code == code
    assert error.value.next_step


# -- contrasts over the cells of several factors

ELEVENTH = 1 / 11
CELLS = {
    "oats_cells_custom": (
        "oats",
        ["Variety", "dose"],
        "holm",
        {
            "two_cells": {0: 1, 11: -1},
            "difference_of_differences": {0: 1, 1: -1, 9: -1, 10: 1},
            "one_vs_rest": {0: 1, **dict.fromkeys(range(1, 12), -ELEVENTH)},
        },
    ),
    "oats_cells_kr": (
        "oats",
        ["Variety", "dose"],
        "bonferroni",
        {
            "halves": {k: 1 / 6 if k < 6 else -1 / 6 for k in range(12)},
            "slope_of_one": {0: -3, 3: -1, 6: 1, 9: 3},
        },
    ),
    "ham_cells_custom": (
        "ham",
        ["Gender", "Information", "Product"],
        "none",
        {
            "informed_by_product": {k: w / 2 for k, w in enumerate((1, 1, -1, -1, -1, -1, 1, 1))},
            "women_informed_first": {2: 1, 3: -1},
        },
    ),
    "empty_cells_custom": (
        "empty",
        ["recipe", "temperature"],
        "none",
        {"known": {1: 1, 2: -1}, "diagonal": {4: 1, 17: -1}},
    ),
}


@pytest.mark.parametrize("name", list(CELLS))
def test_contrasts_over_cells(name):
    key, factors, adjust, weights = CELLS[name]
    fit = model(key, "kenward-roger" if name.endswith("_kr") else "satterthwaite")
    chosen = [weighted(title, given) for title, given in weights.items()]
    table = own_contrasts(fit, factors, chosen, adjust)
    reference = effects()["tables"][name]
    assert table["contrast"].tolist() == [row["contrast"] for row in reference]
    agrees(table, reference)
    if adjust != "none":
        assert adjust.capitalize() in table.attrs["family"]


def test_sides_are_weights():
    fit = model("oats")
    cells = grid_cells(fit, ["Variety", "dose"])
    found = difference(cells[:6], cells[6:])
    assert dict(found.weights) == pytest.approx(CELLS["oats_cells_kr"][3]["halves"])
    pair = difference(cells[:1], cells[-1:])
    assert pair.sides == (cells[0].name, cells[11].name)
    table = own_contrasts(fit, ["Variety", "dose"], [pair, found], "holm")
    assert table["estimate"][0] == pytest.approx(
        effects()["tables"]["oats_cells_custom"][0]["estimate"]
    )


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1, -0.5], r"sum to 0\.5; those of a comparison sum to 0"),
        ([0, 0], "All weights are 0"),
        ([1, float("nan")], "has to be a number"),
        ([1e-9, 1e-9], "sum to"),
    ],
)
def test_what_is_wrong_with_weights_is_said(weights, words):
    with pytest.raises(ModelError, match=words):
        weighted("mine", dict(enumerate(weights)))


def test_a_contrast_that_the_model_sets_to_0_says_so():
    chosen = [
        weighted("threeway", dict(enumerate((1, -1, -1, 1, -1, 1, 1, -1)))),
        weighted("plain", {0: 1, 1: -1}),
    ]
    table = own_contrasts(model("ham"), ["Gender", "Information", "Product"], chosen, "none")
    assert table["estimate"][0] == pytest.approx(0, abs=1e-12)
    assert any(note.startswith("threeway is 0 by the model") for note in table.attrs["notes"])
