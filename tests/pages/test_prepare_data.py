"""The data page: how a file was read and may be read, questions, checklist, types, addresses."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import sources, state
from tests.pages import driver
from tests.pages.test_prepare_steps import steps, table, visits


def text(app: AppTest) -> str:
    return " ".join(driver.texts(app.main))


def click(app: AppTest, label: str) -> AppTest:
    found = driver.buttons(app, label)
    assert found, f"no button {label!r}: {[b.label for b in app.button]}"
    return driver.assert_whole(found[0].click().run())


GERMAN = (
    "Klinikstudie;;;\nExport 2024;;;\n;;;\nPatient;Monat;Gruppe;Schmerz\n"
    + "".join(
        f"{p};{m};{'neu' if p % 2 else 'alt'};{50 + p - 3 * m + (7 * p + 3 * m) % 5},5\n"
        for p in range(1, 13)
        for m in (0, 1, 3)
    )
    + ";;;\nQuelle: Müller;;;\n"
).encode("cp1252")


def test_what_was_read_is_one_sentence():
    app = driver.upload(driver.open_app(), GERMAN, "studie.csv")
    shown = text(app)
    assert "semicolon-separated text, decimal comma, Windows-1252" in shown
    assert "skipped 3 lines before the header" in shown
    assert driver.spec(app).formula == "Schmerz ~ Monat + Gruppe + (1 | Patient)"


# id: (choice of the menu, its value, part of what is said, columns)
READING = {
    "decimal": ("decimal", ".", "semicolon-separated text, Windows", 4),
    "header": ("header_row", 5, "", 4),
    "encoding": ("encoding", "mac_roman", "decimal comma", 4),
}


@pytest.mark.parametrize("case", READING)
def test_reading_is_changed_and_changed_back(case: str):
    option, value, said, columns = READING[case]
    app = driver.upload(driver.open_app(), GERMAN, "studie.csv")
    first = table(app).fingerprint
    app.session_state["reading"] = True
    app.run()
    field = next(w for w in (*app.selectbox, *app.number_input) if w.key == f"read:{option}")
    driver.assert_whole(field.set_value(value).run())
    assert table(app).options == {option: value}
    assert table(app).fingerprint != first
    assert said in text(app)
    assert table(app).frame.shape[1] == columns
    field = next(w for w in (*app.selectbox, *app.number_input) if w.key == f"read:{option}")
    driver.assert_whole(field.set_value(None if option == "header_row" else "").run())
    assert table(app).fingerprint == first
    driver.assert_in_step(app)


def test_reading_that_fails_says_so_and_changes_nothing():
    app = driver.upload(driver.open_app(), GERMAN, "studie.csv")
    first = table(app).fingerprint
    app.session_state["reading"] = True
    app.run()
    driver.assert_whole(app.selectbox(key="read:delimiter").set_value("|").run())
    assert len(app.error) == 1
    assert table(app).fingerprint == first
    assert app.selectbox(key="read:delimiter").value == ""


def test_steps_survive_another_reading():
    app = driver.upload(driver.open_app(), GERMAN, "studie.csv")
    driver.go(app, "pages/prepare/columns.py")
    app.selectbox(key="form_kind").set_value("standardise").run()
    app.selectbox(key="form:standardise:column").set_value("Schmerz").run()
    app.button(key="form_done").click().run()
    driver.go(app, driver.DATA)
    app.session_state["reading"] = True
    app.run()
    driver.assert_whole(app.selectbox(key="read:encoding").set_value("cp1252").run())
    assert "Schmerz_standardised" in table(app).frame
    assert [step.kind for step in steps(app)] == ["standardise"]


def test_another_sheet():
    long = driver.growth(6, 4)
    book = driver.workbook({"first": long, "second": long.rename(columns={"y": "other"})})
    app = driver.upload(driver.open_app(), book, "study.xlsx")
    driver.assert_whole(app.selectbox(key=sources.SHEET).set_value("second").run())
    assert "other" in table(app).frame
    driver.assert_in_step(app)


# id: (column of the question, answer, dtype afterwards, kinds of the steps)
ANSWERS = {
    "missing code": ("weight", "yes", "float64", ["na_value"]),
    "a real -99": ("weight", "no", "int64", []),
    "codes": ("region", "yes", "category", ["set_kind"]),
    "amounts": ("region", "no", "int64", []),
    "stray word": ("grip", "yes", "float64", ["to_number"]),
    "text": ("grip", "no", "str", []),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_question_is_answered_and_can_be_asked_again(case: str):
    column, answer, dtype, kinds = ANSWERS[case]
    app = driver.upload(driver.open_app(), visits())
    before = text(app)
    assert "3 questions about the data" in before
    assert "row 9: “n/e”" in before
    key = next(b.key for b in app.button if b.key.startswith(f"{answer}:") and column in b.key)
    driver.assert_whole(app.button(key=key).click().run())
    assert str(table(app).frame[column].dtype) == dtype
    assert [step.kind for step in steps(app)] == kinds
    assert "2 questions about the data" in text(app)
    app.button(key="undo:0" if kinds else "ask_again").click().run()
    assert "3 questions about the data" in text(app)
    driver.assert_in_step(app)


def test_an_answer_lets_an_untouched_proposal_follow():
    frame = driver.growth(8, 4).rename(columns={"y": "pain"})
    frame["pain"] = frame["pain"].astype(str).where(frame.index != 3, "n/e")
    app = driver.upload(driver.open_app(), frame)
    assert driver.spec(app) is None  # nothing else could be an outcome
    click(app, "Yes")
    assert driver.spec(app).outcome_column == "pain"
    driver.assert_in_step(app)


def test_an_answer_leaves_a_chosen_model_alone():
    app = driver.upload(driver.open_app(), visits())
    driver.type_formula(app, "weight ~ age + (1 | patient)")
    key = next(b.key for b in app.button if b.key.startswith("yes:") and "grip" in b.key)
    app.button(key=key).click().run()
    assert driver.spec(app).formula == "weight ~ age + (1 | patient)"


def test_checklist_says_what_it_can_do_and_does_it():
    app = driver.upload(
        driver.open_app(), visits().drop(columns=["visit", "age", "weight", "grip"])
    )
    assert "A model can be fitted; " in text(app)
    click(app, "Turn the dates into elapsed time")
    assert "days" in table(app).frame
    assert [step.kind for step in steps(app)] == ["elapsed"]
    driver.assert_in_step(app)


def test_reused_labels_are_joined_and_the_model_groups_by_them():
    rows = [
        {"school": s, "pupil": p, "year": y, "score": 10 + s + p * 0.7 + y + (s * p * y) % 3}
        for s in range(1, 7) for p in range(1, 6) for y in range(3)
    ]  # fmt: skip
    app = driver.upload(driver.open_app(), pd.DataFrame(rows))
    driver.type_formula(app, "score ~ year + (1 | pupil)")
    click(app, "Join both to one label")
    assert driver.spec(app).formula == "score ~ year + (1 | school_pupil)"
    assert driver.fit(app).n_groups == {"school_pupil": 30}
    driver.assert_in_step(app)


def test_wide_table_leads_to_the_page_that_mends_it():
    wide = pd.DataFrame({"id": range(9), "pain_0": range(9), "pain_1": range(3, 12)})
    app = driver.upload(driver.open_app(), wide)
    assert "This table seems to be wide" in text(app)
    driver.go(app, driver.OVERVIEW)
    assert "This table seems to be wide" in text(app)


def test_type_is_changed():
    app = driver.upload(driver.open_app(), visits())
    app.session_state["types"] = True
    app.run()
    app.selectbox(key="type_of").set_value("region").run()
    app.selectbox(key="type_as").set_value("id").run()
    driver.assert_whole(app.button(key="set_type").click().run())
    kinds = {info.name: info.kind for info in _infos(app)}
    assert kinds["region"] == "id"
    said = str([t.value.to_numpy() for t in app.table]).replace("\\xa0", " ")
    assert "as you set it" in said


def _infos(app: AppTest):
    from lmm_core.data.chosen import describe_table

    return describe_table(table(app))


def test_new_data_start_a_new_list():
    app = driver.upload(driver.open_app(), visits())
    click(app, "Yes")
    assert steps(app)
    driver.choose_sample(app, "sleepstudy")
    assert steps(app) == ()
    assert app.session_state[state.SOURCE] is None
    assert "Preparation" not in text(app)


HOSTILE = {
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "data.csv"),
    "empty": (b"", "data.csv"),
    "words": (b"just a letter to nobody\n" * 5, "letter.txt"),
    "damaged workbook": (b"PK\x03\x04" + bytes(300), "book.xlsx"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_in_a_sentence(case: str):
    data, name = HOSTILE[case]
    app = driver.upload(driver.open_app(), visits())
    first = table(app).fingerprint
    driver.upload(app, data, name)
    assert len(app.error) == 1
    assert app.error[0].value.count(".") >= 2  # what is wrong, and what to do
    assert table(app).fingerprint == first


@pytest.fixture
def web():
    """A server on this machine that gives a table."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = driver.csv(driver.growth(6, 4))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/growth.csv"
    server.shutdown()
    server.server_close()


def test_private_address_is_refused_unless_allowed(web: str, monkeypatch: pytest.MonkeyPatch):
    app = driver.go(driver.open_app(), driver.DATA)
    first = table(app).fingerprint
    driver.assert_whole(app.text_input(key=sources.ADDRESS).set_value(web).run())
    assert len(app.error) == 1
    assert table(app).fingerprint == first
    monkeypatch.setenv(sources.ALLOW_PRIVATE, "1")
    app.text_input(key=sources.ADDRESS).set_value("").run()
    driver.assert_whole(app.text_input(key=sources.ADDRESS).set_value(web).run())
    assert table(app).name == "growth.csv"
    assert "Downloaded from 127.0.0.1" in text(app)
    assert driver.spec(app).formula == "y ~ time + arm + (1 | id)"
