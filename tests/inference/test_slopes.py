"""Slopes, simple effects and Johnson-Neyman regions against emmeans and lmerTest."""

import numpy as np
import pytest

from lmm_core import ModelError, fit_model
from lmm_core.inference.marginal_means import marginal_means
from lmm_core.inference.slopes import (
    johnson_neyman,
    moderator_values,
    simple_effects,
    slope_contrasts,
    slopes,
)
from tests.inference.effects import agrees, effects, model
from tests.support import data, inference, reference_fit

TRENDS = {
    "orth_rs": ("age", "Sex"),
    "bodywt": ("Time", "Diet"),
    "oats_slope": ("nitro", "Variety"),
    "ratpup_threeway": ("Lsize", "Treatment"),
    "carrots_missing": ("sens2", "Income"),
    "chick_slope": ("Time", "Diet"),
    "exam_slope": ("standLRT", "sex"),
}


def test_every_reference_is_used():
    assert set(TRENDS) == {k for k, v in inference().items() if v.get("emtrends_satterthwaite")}


@pytest.mark.parametrize("key", list(TRENDS))
def test_slopes_per_level(key):
    reference = inference()[key]["emtrends_satterthwaite"]
    variable, by = TRENDS[key]
    table = slopes(reference_fit(f"{key}|REML"), variable, by)
    assert table[by].tolist() == [row[by] for row in reference]
    agrees(table, reference)


@pytest.mark.parametrize("key", list(TRENDS))
def test_differences_of_slopes(key):
    reference = inference()[key]["emtrends_pairs"]
    table = slope_contrasts(reference_fit(f"{key}|REML"), *TRENDS[key])
    assert table["contrast"].tolist() == [row["contrast"] for row in reference]
    agrees(table, reference)


OTHER = {
    "npk_slope": ("npk", "N", "P", None),
    "schools_slopes": ("schools", "IQ", "SES", None),
    "schools_slopes_kr": ("schools", "IQ", "SES", None),
    "chick_slopes": ("chick", "Time", "Diet", None),
    "chick_slopes_at": ("chick", "Time", "Diet", {"Time": 2}),
    "rabbit_slopes": ("rabbit", "Dose", "Treatment", {"Dose": 50}),
    "boys_slope": ("boys", "age", None, {"age": 0.5}),
}


@pytest.mark.parametrize("name", list(OTHER))
def test_other_slopes(name):
    key, variable, by, at = OTHER[name]
    method = "kenward-roger" if name.endswith("_kr") else "satterthwaite"
    agrees(slopes(model(key, method), variable, by, at), effects()["tables"][name])


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("schools_slope_pairs", lambda: slope_contrasts(model("schools"), "IQ", "SES")),
        ("chick_slope_pairs", lambda: slope_contrasts(model("chick"), "Time", "Diet", {"Time": 2})),
    ],
)
def test_other_differences(name, call):
    agrees(call(), effects()["tables"][name])


def test_the_derivative_is_exact():
    """Against a difference quotient of the marginal mean."""
    fit, h = model("rabbit"), 1e-4
    means = marginal_means(fit, "Dose", {"Dose": [50 - h, 50 + h], "Treatment": "MDL"})
    quotient = np.diff(means["estimate"])[0] / (2 * h)
    found = slopes(fit, "Dose", None, {"Dose": 50, "Treatment": "MDL"})
    assert found["estimate"].iat[0] == pytest.approx(quotient, rel=1e-8)


# -- points of a moderator


def test_moderator_values():
    fit = model("schools")
    labels, values = zip(*moderator_values(fit, "SES"), strict=True)
    assert labels == ("mean − SD", "mean", "mean + SD")
    assert values[1] - values[0] == pytest.approx(fit.frame["SES"].std())
    assert [v for _, v in moderator_values(fit, "SES", "percentiles")] == pytest.approx(
        np.percentile(fit.frame["SES"], [25, 50, 75])
    )
    assert moderator_values(fit, "SES", [10, 30]) == (("10", 10.0), ("30", 30.0))
    assert moderator_values(model("oats"), "dose")[0] == ("N0", "N0")


def test_simple_effects_of_a_number():
    table = simple_effects(model("schools"), "IQ", "SES")
    assert table.columns[:3].tolist() == ["SES", "at", "estimate"]
    agrees(table, effects()["tables"]["schools_slopes"])


def test_simple_effects_of_categories():
    table = simple_effects(model("orth"), "Sex", "age", [8, 14])
    assert table["at"].tolist() == ["8", "14"]
    agrees(table, effects()["tables"]["orth_pairs_by_age"])


def test_points_outside_the_data_are_named():
    notes = simple_effects(model("orth"), "Sex", "age", [8, 20]).attrs["notes"]
    assert notes[-1] == (
        "age = 20 lies outside the observed range, 8 to 14: the model extrapolates there."
    )


# -- Johnson and Neyman

BOUNDS = {
    "iq_along_ses": ("schools", "IQ", "SES"),
    "ses_along_iq": ("schools", "SES", "IQ"),
    "sex_along_age": ("orth", "Sex", "age"),
}


@pytest.mark.parametrize("name", list(BOUNDS))
def test_boundaries(name):
    key, variable, moderator = BOUNDS[name]
    found = johnson_neyman(model(key), variable, moderator)
    expected = effects()["bounds"][name]
    expected = [] if expected in (None, {}) else np.atleast_1d(expected)
    assert found.boundaries == pytest.approx(expected, rel=1e-5)


def test_regions_cover_the_rows():
    found = johnson_neyman(model("orth"), "Sex", "age")
    assert (found.regions[0].low, found.regions[0].sign) == (8.0, 0)
    assert found.regions[-1].high == 14.0
    assert found.regions[-1].sign == 1
    assert sum(r.share for r in found.regions) == pytest.approx(1.0)
    assert found.contrast == ("Male", "Female")
    assert found.interacts
    assert set(found.curve["sign"]) == {0, 1}


def test_sides_of_a_comparison_can_be_swapped():
    one = johnson_neyman(model("orth"), "Sex", "age")
    other = johnson_neyman(model("orth"), "Sex", "age", ("Female", "Male"))
    assert other.boundaries == pytest.approx(one.boundaries)
    assert [r.sign for r in other.regions] == [-r.sign for r in one.regions]


def test_a_curved_moderator_can_have_a_region_between():
    """x helps in the middle of m only."""
    rng = np.random.default_rng(3)
    frame = data("sleepstudy", ("Subject",)).copy()
    m, x = rng.uniform(-3, 3, len(frame)), rng.normal(size=len(frame))
    frame["m"], frame["x"] = m, x
    frame["y"] = x * (2 - m**2) + 0.5 * rng.normal(size=len(frame))
    fit = fit_model("y ~ x * m + x:I(m^2) + I(m^2) + (1 | Subject)", frame)
    found = johnson_neyman(fit, "x", "m")
    assert [r.sign for r in found.regions] == [-1, 0, 1, 0, -1]
    low, high = found.regions[2].low, found.regions[2].high
    assert (low, high) == pytest.approx((-np.sqrt(2), np.sqrt(2)), abs=0.1)


def test_without_interaction_there_is_one_region_and_a_note():
    frame = data("Orthodont", ("Sex", "Subject"))
    found = johnson_neyman(fit_model("distance ~ age + Sex + (1 | Subject)", frame), "Sex", "age")
    assert len(found.regions) == 1
    assert not found.interacts
    assert found.notes[-1] == "The model has no interaction of Sex and age."


@pytest.mark.parametrize("method", ["kenward-roger", "normal"])
def test_other_df_methods(method):
    satterthwaite = johnson_neyman(model("orth"), "Sex", "age").boundaries
    found = johnson_neyman(model("orth", method), "Sex", "age")
    assert found.boundaries == pytest.approx(satterthwaite, rel=0.05)
    assert found.level == 0.95


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: slopes(model("orth"), "Sex"), "slope_of_categories"),
        (lambda: slopes(model("orth"), "Days"), "unknown_predictor"),
        (lambda: slope_contrasts(model("orth"), "age", []), "one_mean"),
        (lambda: moderator_values(model("orth"), "age", "quartiles"), "moderator_values"),
        (lambda: moderator_values(model("orth"), "Days"), "unknown_predictor"),
        (lambda: johnson_neyman(model("orth"), "age", "Sex"), "moderator_not_numeric"),
        (lambda: johnson_neyman(model("orth"), "age", "age"), "moderator_not_numeric"),
        (lambda: johnson_neyman(model("orth"), "age", "Days"), "unknown_predictor"),
        (lambda: johnson_neyman(model("orth"), "Sex", "age", ("a", "b")), "unknown_level"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(ModelError) as error:
        call()
    assert error.value.code == code
    assert error.value.next_step
