import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelError, fit_model
from lmm_core.figures.theme import FIXED, LEVELS, RANDOM, RESIDUAL
from lmm_core.figures.trajectories import default_by, trajectories, x_choices
from tests.support import data, fitted, reference_fit

SLEEP = ("sleepstudy", ("Subject",))
RATS = ("BodyWeight", ("Rat", "Diet"))
MATH = "MathAch ~ SES * Sex + MEANSES + Sex * Minority + (1 + SES | School)"
SCHOOLS = ("MathAchieve", ("School",))


def trace(picture, name):
    (found,) = [t for t in picture.figure.data if t.name == name]
    return found


def names(picture):
    return [t.name for t in picture.figure.data if t.showlegend is not False]


def layer(picture, name):
    return picture.data[picture.data["layer"] == name]


def simulated(n_groups, size, seed=1):
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(n_groups), size)
    t = np.tile(np.arange(size, dtype=float), n_groups)
    y = t + rng.normal(size=n_groups)[g] + rng.normal(size=len(g))
    return pd.DataFrame({"y": y, "t": t, "g": g})


# -- the horizontal axis and the split


@pytest.mark.parametrize(
    ("formula", "source", "choices", "title", "by"),
    [
        ("Reaction ~ Days + (1 + Days | Subject)", SLEEP, ("Days",), "Days", None),
        ("Reaction ~ 1 + (1 | Subject)", SLEEP, (), "Row within Subject", None),
        ("MathAch ~ MEANSES + SES + (SES | School)", SCHOOLS, ("SES",), "SES", None),
        ("MathAch ~ MEANSES + (1 | School)", SCHOOLS, (), "MEANSES", None),
        ("MathAch ~ Minority + Sex + (1 | School)", SCHOOLS, (), "Minority", "Sex"),
        ("MathAch ~ MEANSES + Sex + (1 | School)", SCHOOLS, (), "Sex", None),
        ("MathAch ~ SES + Minority + Sex + (1 | School)", SCHOOLS, ("SES",), "SES", None),
        ("weight ~ Diet * Time + (Time | Rat)", RATS, ("Time",), "Time", "Diet"),
        ("weight ~ Diet + (1 | Rat)", RATS, (), "Diet", None),
        ("weight ~ factor(Time) + (1 | Rat)", RATS, (), "Time", None),
    ],
)
def test_defaults_suit_the_model(formula, source, choices, title, by):
    fit = fitted(formula, *source)
    assert x_choices(fit) == choices
    assert default_by(fit) == by
    assert trajectories(fit).figure.layout.xaxis.title.text == title


def test_slopes_come_first():
    frame = simulated(12, 6).assign(u=lambda f: np.random.default_rng(2).normal(size=len(f)))
    assert x_choices(fit_model("y ~ t + u + (1 + u | g)", frame)) == ("u", "t")


@pytest.mark.parametrize(
    ("options", "averages"),
    [
        ({}, ["Average, Female", "Average, Male"]),
        ({"by": None}, ["Average"]),
        ({"by": "Sex"}, ["Average, Female", "Average, Male"]),
        ({"x": "Sex", "by": "Sex"}, ["Average"]),
    ],
)
def test_the_split(options, averages):
    picture = trajectories(reference_fit("orth_rs|REML"), **options)
    assert [n for n in names(picture) if n.startswith("Average")] == averages


def test_a_number_as_level_is_named_with_its_column():
    picture = trajectories(fitted("weight ~ Diet * Time + (Time | Rat)", *RATS))
    assert names(picture)[-3:] == [f"Average, Diet {k}" for k in (1, 2, 3)]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"x": "Age"}, "Age isn't a predictor of the model. Choose age or Sex"),
        ({"by": "age"}, "age isn't a categorical predictor of the model. Choose Sex"),
        ({"group": "Sex"}, "Sex isn't a grouping column of the model"),
    ],
)
def test_unknown_names_are_refused(options, match):
    with pytest.raises(ModelError, match=match):
        trajectories(reference_fit("orth_rs|REML"), **options)


# -- the population mean


@pytest.mark.parametrize(
    ("formula", "source", "by"),
    [
        ("Reaction ~ Days + (1 + Days | Subject)", SLEEP, None),
        ("Reaction ~ poly(Days, 3) + (1 | Subject)", SLEEP, None),
        ("Reaction ~ Days + I(Days^2) + (1 + Days || Subject)", SLEEP, None),
        ("log(Reaction) ~ scale(Days) + (1 | Subject)", SLEEP, None),
        ("weight ~ Diet * log(Time) + (log(Time) | Rat)", RATS, "Diet"),
        ("weight ~ Diet * poly(Time, 2) + (Time | Rat)", RATS, "Diet"),
        ("weight ~ 0 + Diet + Diet:Time + (Time | Rat)", RATS, "Diet"),
    ],
)
def test_the_mean_and_its_band_are_predictions(formula, source, by):
    fit = fitted(formula, *source)
    drawn = layer(trajectories(fit), "average")
    x = x_choices(fit)[0]
    columns = {x: drawn[x].astype(float)} | ({by: drawn[by]} if by else {})
    expected = fit.predict(pd.DataFrame(columns), interval="confidence")
    outcome = fit.spec.outcome
    np.testing.assert_allclose(drawn[outcome], expected["fit"])
    np.testing.assert_allclose(drawn["conf_low"], expected["conf_low"])
    np.testing.assert_allclose(drawn["conf_high"], expected["conf_high"])
    assert len(drawn) <= 60 * (3 if by else 1)


@pytest.mark.parametrize("by", [None, "Sex"])
def test_other_predictors_are_averaged_on_the_rows_of_x(by):
    fit = fitted(MATH, *SCHOOLS)
    picture = trajectories(fit, by=by)
    drawn = layer(picture, "average")
    drawn = drawn if by is None else drawn[drawn[by] == "Male"]
    at = drawn["SES"].iloc[3]
    frame = fit.frame.assign(SES=at, MEANSES=fit.frame["MEANSES"].mean())
    frame = frame if by is None else frame.assign(Sex="Male")
    row = fit.design.fixed_matrix(frame).mean(axis=0)
    assert drawn["MathAch"].iloc[3] == pytest.approx(row @ fit.estimates.beta)
    half = (drawn["conf_high"] - drawn["conf_low"]).iloc[3] / 2
    variance = row @ fit.df_source.vcov @ row
    assert half == pytest.approx(1.96 * np.sqrt(variance), rel=0.01)
    averaged = "Sex and Minority" if by is None else "Minority"
    assert f"MEANSES at its mean (0.00614), {averaged} averaged" in picture.alt
    assert set(drawn["held"]) == {picture.alt.split("; ")[1].removesuffix(".")}


def test_each_mean_spans_the_x_of_its_level():
    frame = simulated(20, 6).assign(arm=lambda f: np.where(f["g"] < 10, "long", "short"))
    frame = frame[(frame["arm"] == "long") | (frame["t"] < 3)]
    drawn = layer(trajectories(fit_model("y ~ t * arm + (1 | g)", frame)), "average")
    assert drawn.groupby("arm")["t"].max().to_dict() == {"long": 5, "short": 2}


def test_without_predictors_the_mean_is_level():
    fit = reference_fit("dye|REML")
    picture = trajectories(fit)
    assert set(layer(picture, "average")["Yield"].round(6)) == {1527.5}
    assert layer(picture, "observed")["row"].max() == 5
    own = layer(picture, "own line").groupby("Batch")["Yield"].first()
    modes = fit.conditional_modes().set_index("level")["estimate"]
    np.testing.assert_allclose(own, 1527.5 + modes[own.index])


# -- the groups' own lines


@pytest.mark.parametrize(
    ("formula", "source", "points"),
    [
        ("Reaction ~ Days + (1 + Days | Subject)", SLEEP, 2),
        ("Reaction ~ Days + (0 + Days | Subject)", SLEEP, 2),
        ("Reaction ~ center(Days) + (1 + scale(Days) || Subject)", SLEEP, 2),
        ("Reaction ~ poly(Days, 2) + (1 + poly(Days, 2) | Subject)", SLEEP, 25),
        ("log(Reaction) ~ sqrt(Days) + (1 | Subject)", SLEEP, 25),
        ("weight ~ Diet * Time + (Time | Rat)", RATS, 2),
        ("weight ~ Diet * log(Time) + (log(Time) | Rat)", RATS, 25),
        ("weight ~ Diet + Time + factor(Time) + (1 | Rat)", RATS, 11),
    ],
)
def test_own_lines_are_predictions_for_the_group(formula, source, points):
    fit = fitted(formula, *source)
    drawn = layer(trajectories(fit), "own line").reset_index(drop=True)
    group, x = next(iter(fit.groups)), x_choices(fit)[0]
    frame = pd.DataFrame({group: drawn[group], x: drawn[x].astype(float)})
    if "Diet" in fit.frame:
        frame["Diet"] = frame[group].map(fit.frame.groupby("Rat")["Diet"].first())
    expected = fit.predict(frame, target="group")["fit"]
    np.testing.assert_allclose(drawn[fit.spec.outcome], expected)
    assert set(drawn.groupby(group).size()) == {points}


def test_own_lines_average_over_the_rows_of_the_group():
    fit = fitted(MATH, *SCHOOLS)
    drawn = layer(trajectories(fit), "own line")
    line = drawn[drawn["School"] == "1224"].iloc[0]
    frame = fit.frame[fit.frame["School"] == "1224"].assign(SES=line["SES"])
    assert line["MathAch"] == pytest.approx(fit.predict(frame, target="group")["fit"].mean())
    assert line["SES"] == fit.frame.loc[fit.frame["School"] == "1224", "SES"].min()


@pytest.mark.parametrize("group", ["plate", "sample"])
def test_only_the_random_effects_of_the_drawn_column(group):
    fit = reference_fit("penicillin|REML")
    own = layer(trajectories(fit, group=group), "own line")
    own = own.groupby(group)["diameter"].first()
    modes = fit.conditional_modes(group).set_index("level")["estimate"]
    np.testing.assert_allclose(own, fit.estimates.beta[0] + modes[own.index])


def test_over_categories_a_line_visits_the_levels_that_its_group_has():
    frame = data("Machines")
    frame = frame[(frame["Worker"] != "w1") | (frame["Machine"] != "B")]
    fit = fit_model("score ~ Machine + (1 | Worker)", frame)
    picture = trajectories(fit)
    own = layer(picture, "own line")
    assert list(own.loc[own["Worker"] == "w1", "Machine"]) == ["A", "C"]
    np.testing.assert_allclose(
        own["score"], fit.predict(own[["Worker", "Machine"]], target="group")["fit"]
    )
    mean = trace(picture, "Average")
    np.testing.assert_allclose(mean.y + mean.error_y.array, layer(picture, "average")["conf_high"])
    assert list(picture.figure.layout.xaxis.ticktext) == ["A", "B", "C"]


# -- layers


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        (("observed", "groups", "population", "band"), ["Data", "Each Subject", "Average"]),
        (("observed",), ["Data"]),
        (("population",), ["Average"]),
        (("band",), ["95 % band"]),
        ((), []),
    ],
)
def test_layers(show, expected):
    picture = trajectories(reference_fit("sleep_rs|REML"), show=show)
    assert names(picture) == expected


def test_colours_and_order():
    traces = trajectories(reference_fit("sleep_rs|REML"), highlight=["308"]).figure.data
    assert [t.line.color for t in traces if t.name == "Average"] == [FIXED]
    assert [t.marker.color for t in traces if t.name == "Subject 308"] == [RANDOM]
    first, band = traces[:2]
    assert first.line.color.startswith(f"rgba({int(RESIDUAL[1:3], 16)},")
    assert band.fill == "toself"


def test_no_level_has_the_colour_of_the_groups():
    picture = trajectories(fitted("weight ~ Diet * Time + (Time | Rat)", *RATS))
    colours = [t.line.color for t in picture.figure.data if t.name.startswith("Average, ")]
    assert len(set(colours)) == 3
    assert set(colours) < set(LEVELS) - {RANDOM}


@pytest.mark.parametrize(
    ("formula", "source", "mode"),
    [
        ("Reaction ~ Days + (1 | Subject)", SLEEP, "lines"),
        ("weight ~ Time + (1 | Rat)", RATS, "lines"),
        ("MathAch ~ SES + (1 | School)", SCHOOLS, "markers"),
        ("score ~ Machine + (1 | Worker)", ("Machines", ()), "markers"),
        ("angle ~ temperature + (1 | rr)", ("cake", ()), "lines"),
    ],
)
def test_rows_are_joined_where_they_are_a_course(formula, source, mode):
    assert trace(trajectories(fitted(formula, *source)), "Data").mode == mode


def test_one_trace_holds_all_groups_sorted_by_x():
    frame = data(*SLEEP).sample(frac=1, random_state=1)
    drawn = trace(trajectories(fit_model("Reaction ~ Days + (1 | Subject)", frame)), "Data")
    gaps = np.flatnonzero(np.isnan(drawn.x))
    assert len(gaps) == 17
    assert (np.isnan(drawn.y) == np.isnan(drawn.x)).all()
    for part in np.split(drawn.x, gaps):
        assert (np.diff(part[~np.isnan(part)]) > 0).all()
    assert [t for t in drawn.customdata if t] == [f"Subject {s}" for s in sorted(frame["Subject"])]


def test_highlighted_groups_are_marked_and_named():
    picture = trajectories(reference_fit("sleep_rs|REML"), highlight=("308", "372", "nobody"))
    assert names(picture)[-2:] == ["Subject 308", "Subject 372"]
    marked = trace(picture, "Subject 308")
    assert (len(marked.x), marked.mode) == (10, "markers")
    assert marked.marker.symbol != trace(picture, "Subject 372").marker.symbol


def test_many_groups_are_sampled_and_said_so():
    fit = fit_model("y ~ t + (1 + t | g)", simulated(2500, 5))
    picture = trajectories(fit, highlight=["7"])
    again = trajectories(fit, highlight=["7"])
    assert picture.data.equals(again.data)
    assert {t.type for t in picture.figure.data} == {"scattergl"}
    assert trace(picture, "Data").mode == "markers"
    assert len(trace(picture, "Data").x) == 10_000
    drawn = layer(picture, "own line")["g"].nunique()
    assert 300 <= drawn <= 301
    assert "7" in set(layer(picture, "own line")["g"])
    assert picture.alt.endswith(
        f"the data are points and {drawn} of 2,500 groups have lines; "
        "10,000 of 12,500 rows are drawn."
    )
    assert layer(trajectories(fit, max_groups=20), "own line")["g"].nunique() == 20


def test_groups_at_one_x_have_points():
    picture = trajectories(fitted("MathAch ~ MEANSES + (1 | School)", *SCHOOLS))
    assert trace(picture, "Each School").mode == "markers"


def test_columns_of_the_user_may_have_the_names_of_ours():
    frame = simulated(12, 5).rename(columns={"t": "layer", "g": "conf_low"})
    drawn = trajectories(fit_model("y ~ layer + (1 | conf_low)", frame)).data
    assert list(drawn.columns) == ["layer", "conf_low", "layer_", "y", "conf_low_", "conf_high"]


@pytest.mark.parametrize(
    ("key", "alt"),
    [
        (
            "sleep_rs|REML",
            "Reaction over Days for 18 Subject groups: the average runs from 251 to 346.",
        ),
        (
            "orth_rs|REML",
            "distance over age for 27 Subject groups: the average runs from 21.2 to 24.1 "
            "(Sex Female), 22.6 to 27.3 (Sex Male).",
        ),
        (
            "dye|REML",
            "Yield in the order of the rows for 6 Batch groups: the average is 1,528 "
            "(95 % CI 1,478 to 1,577).",
        ),
    ],
)
def test_alt(key, alt):
    assert trajectories(reference_fit(key)).alt == alt
