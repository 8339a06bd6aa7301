"""Links: of a sample at once, of web data after a click only; nothing else comes of an address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data import remote
from pages.parts import state
from tests.pages import driver
from tests.pages.test_report import FORMULA, MODES, PAGE, at
from tests.report.documents import HOSTILE, hostile


def linked(**query: str) -> AppTest:
    app = driver.new_app()
    for key, value in query.items():
        app.query_params[key] = value
    return driver.assert_whole(app.run())


def test_a_link_opens_its_model_and_later_runs_leave_it_alone():
    app = linked(sample="sleepstudy", formula=FORMULA, reml="false")
    assert (driver.spec(app).formula, driver.spec(app).reml) == (FORMULA, False)
    driver.assert_in_step(app)
    driver.type_formula(app, "Reaction ~ Days + (1 | Subject)")
    assert driver.spec(app).formula == "Reaction ~ Days + (1 | Subject)"


@pytest.mark.parametrize(
    ("query", "sample", "said"),
    [
        ({"sample": "no<b>"}, "pain", "no sample"),
        ({"sample": "sleepstudy", "formula": "y ~ x"}, "sleepstudy", "formula in the address"),
        ({"sample": "sleepstudy", "df": "?"}, "sleepstudy", "options in the address"),
        ({"utm": "1"}, "pain", "holds no sample"),
    ],
)
def test_what_a_link_cannot_have_is_said_once(query, sample, said):
    app = linked(**query)
    assert app.session_state[state.SAMPLE] == sample
    assert any(said in text for text in driver.texts(app.main))
    driver.assert_whole(app.run())
    assert not any(said in text for text in driver.texts(app.main))


def test_the_link_on_the_page_opens_the_same_model():
    app = at(driver.open_app(PAGE, sample="orthodont"), "recipe")
    query = dict(parse_qsl(urlsplit(app.code[0].value).query))
    assert driver.spec(linked(**query)) == driver.spec(app)


# -- links to web data

URL = "https://data.example.org/growth.csv"
WEB = {
    "url": URL,
    "formula": "y ~ time_centred * arm + (1 | id)",
    "steps": '[["center",{"column":"time"}]]',
    "reml": "false",
}


@pytest.fixture
def fetched(monkeypatch) -> list[str]:
    """The addresses that were asked for; each gives the same file."""
    asked: list[str] = []

    def fetch(url: str, **options) -> remote.Fetched:
        assert options == {"allow_private": False}
        asked.append(url)
        return remote.Fetched(driver.growth().to_csv(index=False).encode(), "growth.csv", url, ())

    monkeypatch.setattr(remote, "fetch", fetch)
    return asked


def test_a_link_to_web_data_fetches_nothing_before_the_click(fetched: list[str]):
    app = linked(**WEB)
    assert fetched == []
    assert app.session_state[state.SAMPLE] == "pain"
    assert any(code.value == URL for code in app.main.code)
    driver.go(app, PAGE)
    assert fetched == []
    app.button(key="link:load").click().run()
    assert fetched == [URL]
    assert (driver.spec(app).formula, driver.spec(app).reml) == (WEB["formula"], False)
    assert driver.fit(app).n_obs == 48
    assert "link:load" not in [b.key for b in app.button]
    at(app, "recipe")
    query = dict(parse_qsl(urlsplit(app.code[0].value).query))
    assert query == WEB
    at(app, "code")
    assert f"downloaded from {URL}" in " ".join(app.code[0].value.replace("\n# ", " ").split())


def test_a_link_to_web_data_can_be_left_alone(fetched: list[str]):
    app = linked(**WEB)
    app.button(key="link:leave").click().run()
    assert fetched == []
    assert "link:load" not in [b.key for b in app.button]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a.csv", "http://localhost/a.csv",
                                 "http://169.254.169.254/latest/meta-data", "http://[::1]/a",
                                 "http://10.0.0.1/a.csv", "http://0x7f000001/"])  # fmt: skip
def test_a_private_address_in_a_link_is_refused_at_the_click(url: str):
    app = linked(**{**WEB, "url": url})
    app.button(key="link:load").click().run()
    said = "private network|can't be looked up"
    assert any(re.search(said, text.replace("\\", "")) for text in driver.texts(app.main))
    assert app.session_state[state.SAMPLE] == "pain"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.org/b", "javascript:alert(1)",
                                 "https://user:pass@a.org/b", "", "https://" + "a" * 5000],
)  # fmt: skip
def test_an_address_of_another_kind_is_refused_at_once(url: str):
    app = linked(**{**WEB, "url": url})
    assert "link:load" not in [b.key for b in app.button]
    assert any("address in the link" in text for text in driver.texts(app.main))


def test_a_sample_with_steps_has_a_link():
    steps = '[["filter",{"column":"Days","comparison":">=","value":2}]]'
    app = linked(sample="sleepstudy", steps=steps, formula="Reaction ~ Days + (1 | Subject)")
    assert driver.fit(app).n_obs == 144
    at(driver.go(app, PAGE), "recipe")
    query = dict(parse_qsl(urlsplit(app.code[0].value).query))
    assert query == {"sample": "sleepstudy", "steps": steps, "formula": driver.spec(app).formula}


def test_an_own_file_has_no_link_and_hostile_names_stay_text():
    given = hostile()
    app = driver.upload(driver.open_app(), given.data, HOSTILE["file"])
    driver.type_formula(driver.go(app, PAGE), given.fit.spec.formula)
    for mode in MODES:
        at(app, mode)
        for element in (*app.main.markdown, *app.main.caption):
            assert not element.proto.allow_html
            assert not re.search(r"(?<!\\)[<$`]", str(element.value))
    assert any(
        "A link can open a sample or a file from the web" in text for text in driver.texts(app.main)
    )
