"""Reshape and join on the page: proposals, counts, the model that follows, undo."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data import replay, reshape_wide
from pages.parts import state
from tests.pages import driver
from tests.pages.test_prepare_data import text
from tests.pages.test_prepare_steps import steps, table

RESHAPE = "pages/prepare/reshape.py"
LONG = driver.growth(10, 4)


def wide(prefix: str = "pain_") -> pd.DataFrame:
    """One row per subject; ``y`` at four times, mood at three."""
    made = reshape_wide(LONG, ["id", "arm"], "time", "y")
    made = made.rename(columns={f"y_{time}": f"{prefix}{time}" for time in range(4)})
    for time in (0, 1, 3):
        made[f"mood_{time}"] = [3 + (k * time + k) % 5 for k in range(len(made))]
    return made


def opened(frame: pd.DataFrame | bytes, name: str = "study.csv") -> AppTest:
    return driver.go(driver.upload(driver.open_app(), frame, name), RESHAPE)


def inputs(app: AppTest, label: str) -> list:
    return [field for field in app.main.text_input if field.label == label]


def done(app: AppTest, key: str = "long_done") -> AppTest:
    return driver.assert_whole(app.button(key=key).click().run())


def test_families_are_proposed_counted_and_the_model_is_fitted():
    app = opened(wide())
    assert app.title[0].value == "This table seems to be wide"
    assert [f.value for f in inputs(app, "Name of the values")] == ["pain", "mood"]
    assert '10 rows × 4 values of "time" = 40 rows' in text(app)
    done(app)
    assert table(app).frame.shape == (40, 5)
    assert driver.spec(app).formula == "pain ~ time + arm + (1 | id)"
    assert driver.fit(app).n_obs == 40
    assert "The model is fitted: pain ~ time" in text(app)
    driver.assert_in_step(app)
    again = replay(driver.csv(wide()), list(steps(app)), name="study.csv")
    assert again.fingerprint == table(app).fingerprint
    pd.testing.assert_frame_equal(again.frame, table(app).frame)
    driver.assert_whole(app.button(key="undo:0").click().run())
    assert table(app).frame.shape == (10, 9)
    assert app.title[0].value == "This table seems to be wide"


def test_names_times_and_empty_rows_can_be_set():
    frame = wide().drop(columns=["mood_0", "mood_1", "mood_3"])
    frame.loc[[2, 5], "pain_3"] = None
    app = opened(frame)
    inputs(app, "Name of the values")[0].set_value("Schmerz").run()
    inputs(app, "Name of the time")[0].set_value("Monat").run()
    inputs(app, "Times")[0].set_value("0, 2, 4, 12").run()
    next(t for t in app.toggle if t.label == "Leave out rows without a value").set_value(True).run()
    assert "40 rows, less 2 rows without a value = 38 rows" in text(app)
    done(app)
    made = table(app).frame
    assert len(made) == 38
    assert sorted(made["Monat"].unique()) == [0, 2, 4, 12]
    assert driver.spec(app).formula == "Schmerz ~ Monat + arm + (1 | id)"


def test_a_table_without_labels_of_its_rows_gets_numbers():
    app = opened(wide().drop(columns="id"))
    assert inputs(app, "Number the rows as")[0].value == "row"
    done(app)
    assert table(app).frame["row"].nunique() == 10
    assert driver.spec(app).random[0].group == ("row",)
    driver.assert_in_step(app)


def test_columns_are_chosen_by_hand():
    frame = wide("pain_").rename(columns={"pain_0": "alpha", "pain_1": "beta", "pain_2": "gamma"})
    app = opened(frame[["id", "arm", "alpha", "beta", "gamma"]])
    assert app.title[0].value == "Reshape or join"
    pick = next(m for m in app.main.multiselect if m.label == "Columns of one measure")
    pick.set_value(["alpha", "beta", "gamma"]).run()
    inputs(app, "Times")[0].set_value("0, 1, 2").run()
    done(app)
    assert table(app).frame["time"].tolist()[:3] == [0, 1, 2]
    assert driver.spec(app).formula == "value ~ time + arm + (1 | id)"


def test_a_name_that_is_taken_is_said():
    app = opened(wide())
    inputs(app, "Name of the time")[0].set_value("arm").run()
    driver.assert_whole(app)
    assert 'There would be two columns "arm"' in text(app)
    assert not [b for b in app.button if b.key == "long_done"]


@pytest.mark.parametrize("place", ["sheet", "file"])
def test_join_by_the_proposed_key(place: str):
    about = pd.DataFrame(
        {"Id": [f"s{k}" for k in range(1, 10)] + ["s99"], "bmi": [20.5 + k for k in range(10)]}
    )
    if place == "sheet":
        app = opened(driver.workbook({"visits": LONG, "people": about}), "study.xlsx")
        app.segmented_control(key="reshape_mode").set_value("join").run()
    else:
        app = opened(LONG)
        app.segmented_control(key="reshape_mode").set_value("join").run()
        app.file_uploader[0].upload("people.csv", driver.csv(about)).run()
    driver.assert_whole(app)
    assert "36 of 40 rows have a partner" in text(app)
    assert 'without a partner: "s10"' in text(app)
    before = driver.spec(app)
    done(app, "join_done")
    assert table(app).frame["bmi"].notna().sum() == 36
    assert driver.spec(app) == before  # a join adds columns; the model stays
    others = app.session_state[state.OTHERS]
    data = app.session_state[state.SOURCE].data
    options = table(app).options
    from lmm_core.data import apply_steps, read_table

    again = apply_steps(read_table(data, name="x", **options), steps(app), others)
    pd.testing.assert_frame_equal(again.frame, table(app).frame)
    driver.assert_whole(app.button(key="undo:0").click().run())
    assert "bmi" not in table(app).frame


def test_join_without_a_common_key_says_so():
    app = opened(LONG)
    app.segmented_control(key="reshape_mode").set_value("join").run()
    other = pd.DataFrame({"town": ["A", "B"], "people": [1000, 2000]})
    app.file_uploader[0].upload("towns.csv", driver.csv(other)).run()
    driver.assert_whole(app)
    assert "Not possible." in text(app)
    assert not [b for b in app.button if b.key == "join_done"]


def test_long_to_wide_and_back():
    app = opened(LONG)
    app.segmented_control(key="reshape_mode").set_value("wide").run()
    assert "40 rows became 10 rows" in text(app)
    done(app, "wide_done")
    assert [c for c in table(app).frame if c.startswith("y_")] == ["y_0", "y_1", "y_2", "y_3"]
    driver.assert_whole(app.button(key="undo:0").click().run())
    assert table(app).frame.shape == LONG.shape
    driver.assert_in_step(app)
