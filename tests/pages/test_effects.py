"""The effects page: what it shows for each kind of predictor, and that words follow the clicks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lmm_core import ModelSpec, load_sample, sample_names
from lmm_core.data.samples import sample_info
from lmm_core.model.factors import quote
from pages.parts import state
from pages.parts.effect_choices import read_numbers
from tests.pages import driver
from tests.support import data

PAGE = "pages/results/effects.py"
FRAMES = {
    "empty": ("cake_empty_cell", ("recipe", "temperature", "rr"), "data_extra"),
    "aliased": ("orthodont_aliased", ("Subject", "Sex"), "data_extra"),
    "oats": ("oats", ("Block", "Variety", "dose"), "data_extra"),
    "dyestuff2": ("Dyestuff2", ("Batch",), "data"),
}


def opened(
    name: str,
    page: str,
    formula: str | None = None,
    frame: pd.DataFrame | None = None,
    **options: Any,
) -> AppTest:
    """A session on a sample, a reference data set or a frame, with a model; at once on a page."""
    app = driver.new_app()
    if name in FRAMES or frame is not None:
        frame = data(*FRAMES[name]) if frame is None else frame
        loaded = replace(load_sample("sleepstudy"), frame=frame, fingerprint=f"test:{name}")
    else:
        loaded = load_sample(name)
        formula = formula or sample_info(name).formula
    assert formula is not None
    put = app.session_state
    put[state.TABLE] = put[state.BASE] = loaded
    put[state.SAMPLE] = None if frame is not None else name
    put[state.SOURCE], put[state.STEPS], put[state.FAILED] = None, (), {}
    put[state.OTHERS], put[state.ANSWERED] = {}, frozenset()
    put[state.SPEC] = ModelSpec.from_formula(formula, **options)
    driver.assert_whole(app.run())
    return driver.go(app, page)


def choose(app: AppTest, label: str, value: str) -> AppTest:
    """Click one option of a control by its label."""
    for kind in ("selectbox", "button_group"):
        for element in getattr(app.main, kind):
            if element.label.replace("\\", "") == label:
                return driver.assert_whole(element.set_value(value).run())
    raise AssertionError(f"no control {label}")


def labels(app: AppTest) -> list[str]:
    kinds = ("selectbox", "button_group", "slider", "text_input")
    return [e.label.replace("\\", "") for kind in kinds for e in getattr(app.main, kind)]


def title(app: AppTest) -> str:
    (found,) = app.title
    return found.value.replace("\\", "")


def text(app: AppTest) -> str:
    return " ".join(driver.texts(app.main))


def table(app: AppTest) -> pd.DataFrame:
    """The first table without the escapes of Markdown."""
    found = driver.behind(app.main.table[0])
    texts = {c: [v.replace("\\", "") if isinstance(v, str) else v for v in found[c]] for c in found}
    return pd.DataFrame({c.replace("\\", ""): values for c, values in texts.items()})


@pytest.mark.parametrize("sample", sample_names())
def test_every_sample_has_figure_sentence_and_table(sample):
    app = opened(sample, PAGE)
    assert len(app.get("plotly_chart")) == 1
    assert len(app.main.table) == 1
    assert "CI" in text(app)


def test_two_levels():
    app = opened("pain", PAGE)
    assert title(app) == "pain_score is 12.3 points lower for treated than for control"
    assert table(app)["treatment"].tolist() == ["control", "treated"]
    choose(app, "Show", "Comparisons")
    assert title(app) == "pain_score is 12.3 points higher for control than for treated"
    # One comparison: there is nothing to adjust.
    assert "Adjust for the number of comparisons" not in labels(app)


def test_adjustment_is_named_and_changes_p():
    app = opened("oats", PAGE, "yield ~ dose + Variety + (1 | Block)")
    choose(app, "Show", "Comparisons")
    assert "Tukey's method for all 6 comparisons of 4 means" in text(app)
    tukey = table(app)["p"].tolist()
    choose(app, "Adjust for the number of comparisons", "none")
    assert "Not adjusted for the number of comparisons (6)" in text(app)
    assert all(a <= b for a, b in zip(table(app)["p"], tukey, strict=True))
    for method, words in (("holm", "Holm's method"), ("bonferroni", "Bonferroni's method")):
        choose(app, "Adjust for the number of comparisons", method)
        assert words in text(app)


def test_comparisons_of_ones_own():
    app = opened("oats", PAGE, "yield ~ dose + Variety + (1 | Block)")
    choose(app, "Show", "Comparisons")
    choose(app, "Compare", "My own choice")
    assert len(table(app)) == 1
    choose(app, "The average of", ["N0.4", "N0.6"])
    choose(app, "minus the average of", ["N0", "N0.2"])
    assert "for the average of N0.4 and N0.6 than for the average of N0 and N0.2" in text(app)
    by_hand = driver.fit(app).contrasts(
        "dose", custom={"c": {"N0.4": 0.5, "N0.6": 0.5, "N0": -0.5, "N0.2": -0.5}}
    )
    assert table(app)["Difference"].iloc[0] == pytest.approx(by_hand["estimate"].iloc[0])
    app.button(key="keep_own").click().run()
    choose(app, "The average of", ["N0.6"])
    assert len(table(app)) == 2
    assert "Holm's method for 2 comparisons" in text(app)
    app.button(key="clear_own").click().run()
    assert len(table(app)) == 1
    choose(app, "The average of", [])
    assert "at least one level on each side" in text(app)


def cells(app: AppTest, label: str, names: list[str]) -> AppTest:
    """Choose combinations on one side of a comparison."""
    (box,) = [m for m in app.main.multiselect if m.label == label]
    return driver.assert_whole(box.set_value([c for c in box.options if c in names]).run())


def test_comparisons_of_combinations():
    app = opened("oats", PAGE, "yield ~ Variety * dose + (1 | Block/Variety)")
    choose(app, "Show", "Comparisons")
    choose(app, "Compare", "Combinations")
    assert len(table(app)) == 1
    cells(app, "The average of", ["Victory and N0.6", "Marvellous and N0.6"])
    cells(app, "minus the average of", ["Victory and N0"])
    assert "than for Victory and N0" in text(app)
    weights = {("Victory", "N0.6"): 0.5, ("Marvellous", "N0.6"): 0.5, ("Victory", "N0"): -1}
    by_hand = driver.fit(app).contrasts(["Variety", "dose"], custom={"c": weights})
    assert table(app)["Difference"].iloc[0] == pytest.approx(by_hand["estimate"].iloc[0])
    app.button(key="keep_cells").click().run()
    cells(app, "The average of", ["Golden Rain and N0.2"])
    assert len(table(app)) == 2
    assert "Holm's method for 2 comparisons" in text(app)
    app.button(key="clear_cells").click().run()
    cells(app, "The average of", [])
    assert "at least one combination on each side" in text(app)


def _edited(frame: pd.DataFrame, changes: dict[str, Any]) -> pd.DataFrame:
    """What the editor returns after these changes; AppTest can't type into one."""
    found = frame.copy()
    for row, values in changes["edited_rows"].items():
        for column, value in values.items():
            found.loc[row, column] = value
    return found


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({0: -1.0, 11: 1.0}, "The weights sum to 0: 1 against −1."),
        ({0: -0.5, 11: 1.0}, "The weights sum to 0.5; those of a comparison sum to 0."),
        ({}, "All weights are 0."),
    ],
)
def test_typed_weights_are_checked_in_words(weights, words):
    app = opened("oats", PAGE, "yield ~ Variety * dose + (1 | Block/Variety)")
    choose(app, "Show", "Comparisons")
    choose(app, "Compare", "Combinations")
    choose(app, "How", "By weights")
    edits = {k: {"Weight": weights.get(k, 0.0)} for k in (0, 11)}
    edited = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
    with mock.patch("streamlit.data_editor", lambda frame, **options: _edited(frame, edited)):
        driver.assert_whole(app.run())
    assert words in text(app)
    assert len(app.main.table) == (1 if "against" in words else 0)


def test_one_factor_has_no_combinations():
    app = opened("oats", PAGE, "yield ~ dose + (1 | Block)")
    choose(app, "Show", "Comparisons")
    (control,) = [b for b in app.main.button_group if b.label == "Compare"]
    assert list(control.options) == ["All pairs", "My own choice"]


def test_slopes_by_level():
    app = opened("orthodont", PAGE)
    assert title(app).startswith("The slope of age is 0.305 mm per year higher for Male")
    assert table(app)["Sex"].tolist() == ["Female", "Male"]
    choose(app, "Show", "Differences")
    assert "lower for Female than for Male" in text(app)
    choose(app, "Show", "Along age")
    assert title(app) == "The difference Male minus Female is clearly above 0 for 75 % of the rows"


def test_a_numeric_moderator():
    app = opened("mathachieve", PAGE, "MathAch ~ SES * MEANSES + (1 + SES | School)")
    assert len(table(app)) == 3
    choose(app, "MEANSES at", "own")
    app.main.text_input[0].set_value("0 0,5; 9 x").run()
    assert table(app)["MEANSES"].tolist() == ["0", "0.5", "9"]
    assert "Not a number: x." in text(app)
    assert "How the slope of SES changes with MEANSES stays open" in title(app)
    choose(app, "Show", "Differences")
    assert len(table(app)) == 3
    # One coefficient in three sizes is one test.
    assert "one test in different sizes" in text(app)
    assert "Adjust for the number of comparisons" not in labels(app)
    assert table(app)["p"].std() < 1e-9
    choose(app, "Show", "Along MEANSES")
    assert "observed range of MEANSES" in text(app)


def test_a_category_at_values_of_a_number():
    app = opened("pain", PAGE, "pain_score ~ treatment * month + (1 | patient_id)")
    assert "month at" in labels(app)
    choose(app, "Show", "Comparisons")
    assert len(table(app)) == 3
    choose(app, "Show", "Along month")
    assert "treated minus control" in title(app)


def test_without_the_interaction_it_is_offered():
    app = opened("pain", PAGE)
    choose(app, "Depending on", "month")
    assert "The model has no interaction of treatment and month" in text(app)
    app.button(key="add_interaction").click().run()
    driver.assert_whole(app)
    assert driver.spec(app).formula == "pain_score ~ treatment * month + (1 | patient_id)"
    assert driver.fit(app).spec == driver.spec(app)
    assert "no interaction" not in text(app)


def test_others_can_be_held_at_a_value():
    app = opened("mathachieve", PAGE, "MathAch ~ SES * MEANSES * Sex + (1 | School)")
    averaged = table(app)["Slope"].tolist()
    held = next(b for b in app.main.selectbox if b.key.startswith("effect_held:Sex"))
    driver.assert_whole(held.select_index(1).run())
    assert table(app)["Slope"].tolist() != averaged
    level = held.options[1]
    assert f"At Sex = {level}" in text(app)
    by_hand = driver.fit(app).slopes("SES", "MEANSES", {"Sex": level})
    assert table(app)["Slope"].tolist() == pytest.approx(by_hand["estimate"].tolist())
    for view in ("Differences", "Along MEANSES"):
        choose(app, "Show", view)


def test_the_data_can_be_left_out_of_the_figure():
    app = opened("pain", PAGE)

    def traces() -> int:
        return len(json.loads(app.get("plotly_chart")[0].proto.spec)["data"])

    drawn = traces()
    driver.assert_whole(app.toggle(key="effect_data").set_value(False).run())
    assert traces() == drawn - 1


def test_without_predictors():
    app = opened("sleepstudy", PAGE, "Reaction ~ 1 + (1 | Subject)")
    assert title(app) == "The model has no predictor of Reaction"
    assert "On average Reaction is 299 ms" in text(app)


def test_empty_cells_are_said():
    app = opened("empty", PAGE, "angle ~ recipe * temperature + (1 | rr)")
    assert "stands where the data can't determine a value" in text(app)
    choose(app, "Show", "Comparisons")
    assert "stands where the data can't determine a value" in text(app)


def test_predictors_that_determine_each_other():
    app = opened("aliased", PAGE, "distance ~ age + months + Sex + (1 | Subject)")
    assert title(app) == "distance: the data can't determine the slope of age"


def test_a_singular_fit():
    app = opened("dyestuff2", PAGE, "Yield ~ 1 + (1 | Batch)")
    assert driver.fit(app).is_singular
    assert "On average Yield is 5.67" in text(app)


@pytest.mark.parametrize("method", ["kenward-roger", "normal"])
def test_other_df(method):
    app = opened("orthodont", PAGE, df_method=method)
    assert ("z" in table(app).columns) == (method == "normal")


def test_logarithms_are_said():
    app = opened("orthodont", PAGE, "log(distance) ~ Sex + (1 | Subject)")
    assert "On the scale of log(distance)." in text(app)
    assert "a ratio of" in text(app)


HOSTILE = ["<b>y</b>", "x:red[*a*]", "t_`$1$`", "g|#h"]


def hostile() -> tuple[pd.DataFrame, str]:
    """Names and levels that Markdown, HTML or LaTeX would act on; groups that don't differ."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            HOSTILE[0]: rng.normal(size=120),
            HOSTILE[1]: rng.normal(size=120),
            HOSTILE[2]: ["=1+1", "<i>b</i>", "$c$"] * 40,
            HOSTILE[3]: [f"[{k}](http://x)" for k in range(12)] * 10,
        }
    )
    y, x, t, g = map(quote, HOSTILE)
    return frame, f"{y} ~ {x} * {t} + (1 | {g})"


PAGES = (PAGE, "pages/checks/compare.py", "pages/results/predictions.py")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_user_wrote_stays_text(page):
    frame, formula = hostile()
    app = opened("hostile", page, formula, frame)
    raw = [str(e.value) for e in (*app.title, *app.main.markdown, *app.main.caption)]
    raw += [str(c) for f in app.main.table for c in f.value.to_numpy().ravel()]
    raw += [
        e.label for kind in ("slider", "selectbox", "button_group") for e in getattr(app.main, kind)
    ]
    for text_ in raw:
        bare = text_.replace("\\", "")
        if text_ != bare or not any(name in bare for name in HOSTILE):
            continue
        raise AssertionError(f"not escaped: {text_}")
    assert any("\\<b\\>" in text_ or "\\:red" in text_ for text_ in raw)


@pytest.mark.parametrize(
    ("typed", "numbers", "wrong"),
    [
        ("1 2 3", (1, 2, 3), ()),
        ("1, 2, 3", (1, 2, 3), ()),
        ("1,5; 2.5", (1.5, 2.5), ()),
        ("−3 1e2", (-3, 100), ()),
        ("a 1 inf", (1,), ("a", "inf")),
        ("", (), ()),
        ("2 2", (2,), ()),
    ],
)
def test_typed_values(typed, numbers, wrong):
    assert read_numbers(typed) == (numbers, wrong)
