"""What a prediction needs, its three bands, and predictions for a table of rows."""

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelError, fit_model, load_sample
from lmm_core.inference.prediction_table import prediction_table
from lmm_core.inference.what_if import bands, group_columns, inputs, own_values, rows_of
from tests.inference.effects import model
from tests.support import data, fitted

ORTH = "distance ~ age * Sex + (1 + age | Subject)"


def orth(**options):
    return fit_model(ORTH, data("Orthodont"), **options)


# -- inputs


def test_inputs_of_a_model():
    age, sex = inputs(orth())
    assert (age.column, age.low, age.high, age.middle, age.whole) == ("age", 8, 14, 11, True)
    assert (age.lowest, age.highest) == (7, 15)
    assert sex.levels == ("Female", "Male")
    assert not sex.numeric
    assert age.numeric


@pytest.mark.parametrize(
    ("value", "outside"), [(8, False), (14, False), (7.9, True), (14.1, True), (11, False)]
)
def test_outside(value, outside):
    assert inputs(orth())[0].outside(value) is outside


def test_two_numbers_are_a_choice():
    assert inputs(model("npk"))[0].values == (0.0, 1.0)


def test_random_slopes_need_their_column_too():
    fit = fitted("Reaction ~ 1 + (1 + Days | Subject)", "sleepstudy")
    assert [item.column for item in inputs(fit)] == ["Days"]


def test_a_logarithm_does_not_reach_below_the_data():
    (dose, _) = inputs(model("rabbit"))
    assert dose.lowest == dose.low
    assert dose.highest > dose.high


def test_a_category_made_of_numbers_offers_what_was_observed():
    fit = fit_model("distance ~ age + factor(age) + (1 | Subject)", data("Orthodont"))
    assert inputs(fit)[0].values == (8.0, 10.0, 12.0, 14.0)
    assert np.isfinite(bands(fit, rows_of(fit, {"age": 10.0}), "average", 0.95).average["fit"][0])


def test_own_values_are_those_that_never_change():
    fit = orth()
    level = fit.groups["Subject"].levels[0]
    assert own_values(fit, "Subject", level) == {"Sex": "Female"}
    assert own_values(fit, "Subject", "nobody") == {}


def test_nested_groups_have_two_columns():
    fit = fit_model("yield ~ dose + (1 | Block/Variety)", data("oats", (), "data_extra"))
    assert group_columns(fit) == ("Variety", "Block")
    pupils = fit_model("diameter ~ 1 + (1 | plate) + (1 | sample)", data("Penicillin"))
    assert group_columns(pupils) == ("sample", "plate")


# -- bands

MODELS = [
    ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy"),
    (ORTH, "Orthodont"),
    ("score ~ Machine + (1 | Worker) + (1 | wm)", "Machines"),
    ("Yield ~ 1 + (1 | Batch)", "Dyestuff2"),
]


def width(part):
    return (part["conf_high"] - part["conf_low"]).to_numpy()


@pytest.mark.parametrize(("formula", "name"), MODELS)
@pytest.mark.parametrize("target", ["average", "new"])
def test_bands_are_nested(formula, name, target):
    fit = fitted(formula, name)
    found = bands(fit, fit.frame.head(12), target, 0.9)
    assert (width(found.own) >= width(found.average) * (1 - 1e-12)).all()
    assert (width(found.single) > width(found.own)).all()


def test_without_variance_between_groups_a_new_group_is_the_average():
    fit = fitted("Yield ~ 1 + (1 | Batch)", "Dyestuff2")
    assert fit.is_singular
    found = bands(fit, rows_of(fit, {}), "new", 0.95)
    assert width(found.own) == pytest.approx(width(found.average), rel=1e-6)


def test_bands_agree_with_predict():
    fit = orth()
    level = fit.groups["Subject"].levels[3]
    frame = rows_of(fit, {"Sex": "Male"}, {"Subject": level}, ("age", [8.0, 14.0]))
    found = bands(fit, frame, "group", 0.95)
    by_hand = pd.DataFrame({"age": [8, 14], "Sex": "Male", "Subject": level})
    expected = fit.predict(by_hand, "group", "confidence")
    assert found.own["fit"].to_numpy() == pytest.approx(expected["fit"].to_numpy())
    assert width(found.own) == pytest.approx(width(expected))
    assert found.average["fit"].to_numpy() == pytest.approx(fit.predict(by_hand)["fit"].to_numpy())


def test_no_number_where_the_data_do_not_determine_it():
    fit = model("aliased")
    frame = pd.DataFrame({"age": [10.0, 10.0], "months": [120.0, 130.0], "Sex": "Male"})
    found = bands(fit, frame, "average", 0.95)
    for part in (found.average, found.own, found.single):
        assert part["fit"].isna().tolist() == [False, True]


# -- a table of rows


def pain():
    return fit_model("pain_score ~ treatment + month + (1 | patient_id)", load_sample("pain").frame)


def rows(**columns):
    return pd.DataFrame(columns)


def test_every_kind_of_row():
    fit = pain()
    known = fit.groups["patient_id"].levels[0]
    frame = rows(
        treatment=["treated", "control", "other", None, "treated"],
        month=[3, 12, 1, 2, "x"],
        patient_id=[known, "zz", None, "zz", "zz"],
    )
    found = prediction_table(fit, frame)
    assert found.table["average"].notna().tolist() == [True, True, False, False, False]
    assert found.n_predicted == 2
    assert found.n_missing == 2
    assert found.new_groups == {"patient_id": 4}
    assert found.outside == {"month": (1, 0.0, 6.0)}
    assert found.unknown == {"treatment": ("other",)}
    notes = found.table["note"].tolist()
    assert notes[0] == ""
    assert "outside the observed range" in notes[1]
    assert "level that the model doesn't know" in notes[2]
    assert "treatment is missing" in notes[3]
    assert "month is missing" in notes[4]


def test_numbers_are_those_of_predict():
    fit = pain()
    frame = fit.frame[["treatment", "month", "patient_id"]].head(8)
    table = prediction_table(fit, frame, 0.9).table
    expected = fit.predict(frame, "group", "prediction", 0.9)
    assert table["own"].to_numpy() == pytest.approx(expected["fit"].to_numpy())
    assert table["single_low"].to_numpy() == pytest.approx(expected["conf_low"].to_numpy())
    average = fit.predict(frame, "average", "confidence", 0.9)
    assert table["average_high"].to_numpy() == pytest.approx(average["conf_high"].to_numpy())


def test_without_the_grouping_column_every_row_is_new():
    found = prediction_table(pain(), rows(treatment=["control"], month=[2]))
    assert found.new_groups == {"patient_id": 1}
    assert found.table["own"].iloc[0] == pytest.approx(found.table["average"].iloc[0])


def test_taken_names_get_a_mark():
    frame = rows(treatment=["control"], month=[2], average=["mine"], note=["x"])
    found = prediction_table(pain(), frame)
    assert found.columns["average"] == "average_"
    assert found.table["average"].tolist() == ["mine"]
    assert found.table["note_"].tolist() == ["new patient_id"]


def test_lacking_columns_are_named():
    with pytest.raises(ModelError, match="lacks treatment") as caught:
        prediction_table(pain(), rows(month=[1]))
    assert caught.value.details["columns"] == ("treatment",)
    with pytest.raises(ModelError, match="no rows"):
        prediction_table(pain(), rows(treatment=[], month=[]))


def test_an_empty_cell_has_no_prediction():
    frame = rows(recipe=["A", "C"], temperature=["t225", "t225"])
    found = prediction_table(model("empty"), frame)
    assert found.table["average"].notna().tolist() == [True, False]
    assert "the data don't determine it" in found.table["note"].iloc[1]


def test_the_index_of_the_rows_does_not_matter():
    frame = rows(treatment=["control", "treated"], month=[2, 3])
    frame.index = [7, 7]
    assert prediction_table(pain(), frame).n_predicted == 2
