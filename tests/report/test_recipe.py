"""Recipes come back whole, say why they can't, and links never run anything."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from functools import cache
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmm_core import ModelSpec, fit_model, load_sample, sample_names
from lmm_core.data.samples import sample_info
from lmm_core.data.step import Step
from lmm_core.data.steps import apply_steps, complete, step_kinds
from lmm_core.errors import DataError
from lmm_core.model.residual import ResidualStructure
from lmm_core.report import recipe as recipes
from lmm_core.report.link import query_of, read_query, why_no_link
from lmm_core.report.recipe import changes_since, read_recipe, recipe_json, recipe_of
from lmm_core.report.scripts import Analysis
from tests.report.documents import analyses, hostile


def prepared() -> Analysis:
    base = load_sample("sleepstudy")
    steps = [Step("center", {"column": "Days"}), Step("filter", {"column": "Days",
             "comparison": ">=", "value": 1})]  # fmt: skip
    table = apply_steps(base, steps)
    fit = fit_model("Reaction ~ Days_centred + (1 | Subject)", table.frame)
    return Analysis(fit, table, base, "sleepstudy", "sleepstudy.csv")


ALL = {**analyses(), "hostile": hostile(), "prepared": prepared()}


@pytest.mark.parametrize("key", ALL)
def test_a_recipe_comes_back_whole(key: str):
    made = recipe_of(ALL[key], {"figures": True})
    again = read_recipe(recipe_json(made))
    assert again == made
    assert changes_since(again, ALL[key].base) == ()


@cache
def saved() -> bytes:
    return recipe_json(recipe_of(prepared()))


def changed(**parts) -> bytes:
    content = json.loads(saved())
    for name, value in parts.items():
        target = content
        *path, last = name.split("__")
        for step in path:
            target = target[step]
        if value is ...:
            del target[last]
        else:
            target[last] = value
    return json.dumps(content).encode()


REFUSED = {
    "not JSON": (b"\xff\xfe{", "it isn't JSON"),
    "a list": (b"[1]", "another kind of file"),
    "other JSON": (b'{"kind": "x"}', "another kind of file"),
    "deep": (b"[" * 100_000, "isn't JSON"),
    "large": (b" " * (recipes.LARGEST + 1), "too large"),
    "no version": (changed(version=...), "version is missing"),
    "newer": (changed(version=99), "saved by a newer program"),
    "older": (changed(version=0), "can't be read any more"),
    "true version": (changed(version=True), "version is missing"),
    "no data": (changed(data=...), "“data” is missing"),
    "sample": (changed(data__sample="../secret"), "a sample that this program doesn't have"),
    "rows": (changed(data__rows="many"), "“rows” is missing"),
    "step": (changed(steps=[{"kind": "eval", "params": {}}]), "no step of the kind"),
    "step params": (changed(steps=[{"kind": "center", "params": {"x": 1}}]), "has no setting"),
    "step form": (changed(steps=["x"]), "one of its steps"),
    "formula": (changed(model__formula="y ~ I(__import__('os'))"), "its model can't be read"),
    "formula type": (changed(model__formula=3), "“formula” is missing"),
    "df": (changed(model__df_method="magic"), "df method"),
    "level": (changed(model__ci_level=7), "between 0 and 1"),
    "reml": (changed(model__reml="yes"), "options of its model"),
    "reference": (changed(model__reference=[["a"]]), "reference levels"),
    "ladder": (changed(ladder=[3]), "ladder"),
}


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_opened_says_why(key: str):
    data, why = REFUSED[key]
    with pytest.raises(DataError, match=why) as caught:
        read_recipe(data)
    assert caught.value.next_step


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_json_opens_or_says_why(content):
    for part in ("data", "steps", "model", "ladder", "options", "reading", "version"):
        with suppress(DataError):
            assert read_recipe(changed(**{part: content})).spec == prepared().fit.spec


def test_an_older_layout_is_brought_up_to_date(monkeypatch):
    monkeypatch.setitem(recipes._UPGRADES, 0, lambda old: {**old, "options": {"was": 0}})
    found = read_recipe(changed(version=0, options=...))
    assert found.options == {"was": 0}


def test_newer_data_with_the_same_columns_are_told():
    made = recipe_of(prepared())
    base = prepared().base
    more = replace(base, frame=base.frame.head(100), fingerprint="other")
    assert changes_since(made, more) == ("The data have 100 rows now; they had 180.",)
    wider = replace(base, frame=base.frame.assign(new=1), fingerprint="other")
    assert changes_since(made, wider) == ("New columns: “new”.",)
    same = replace(base, fingerprint="other")
    assert "aren't the same" in changes_since(made, same)[0]
    fewer = replace(base, frame=base.frame.drop(columns="Days"))
    with pytest.raises(DataError, match="columns that these data don't have: “Days”"):
        changes_since(made, fewer)


def test_every_kind_of_step_can_stand_in_a_recipe():
    assert {"reshape_long", "join", "bins"} <= set(step_kinds())


# -- links

SPECS = [
    ("sleepstudy", ModelSpec.from_formula("Reaction ~ Days + (1 | Subject)", reml=False)),
    ("orthodont", ModelSpec.from_formula("distance ~ age * Sex + (1 + age || Subject)",
        df_method="kenward-roger", ci_level=0.9, reference=(("Sex", "Male"),), weights="age",
        optimizer="powell")),
    *[(name, ModelSpec.from_formula(sample_info(name).formula)) for name in sample_names()],
]  # fmt: skip


@pytest.mark.parametrize(("sample", "spec"), SPECS)
def test_a_link_comes_back_whole(sample: str, spec: ModelSpec):
    found = read_query(query_of(sample, spec))
    assert (found.sample, found.spec, found.ignored) == (sample, spec, ())
    assert (found.url, found.steps, dict(found.reading)) == (None, (), {})


STEPS = (
    complete(Step("filter", {"column": "`a`\n=1", "comparison": "!=", "value": "<b>"})),
    complete(Step("center", {"column": "Days", "into": "é"})),
)


def test_a_link_to_web_data_comes_back_whole():
    structure = ResidualStructure.from_texts("by:Sex", "ar1:age")
    spec = SPECS[1][1].with_options(residual=structure)
    reading = {"sheet": "Data & more", "header_row": 3, "decimal": None}
    url = "https://example.org/a b.csv?x=1&y=2#z"
    query = query_of(None, spec, STEPS, url, reading)
    found = read_query(dict(parse_qsl(urlencode(query))))
    assert (found.url, found.sample, found.spec, found.ignored) == (url, None, spec, ())
    assert (found.steps, found.reading) == (STEPS, {"sheet": "Data & more", "header_row": 3})
    assert why_no_link(query, STEPS) == ""


def test_what_does_not_go_into_a_link_is_said():
    spec = SPECS[0][1]
    join = Step("join", {"name": "b", "fingerprint": "x", "left_on": ["a"], "right_on": ["a"]})
    assert "second table" in why_no_link(query_of("sleepstudy", spec, [join]), [join])
    many = [Step("rename", {"names": {"Days": "d" * 60 + str(k)}}) for k in range(40)]
    assert "too long" in why_no_link(query_of("sleepstudy", spec, many), many)


@pytest.mark.parametrize("text", ["{", "[]x", '[["bomb",{}]]', '[["join",{}]]', "[1]", "x" * 3000,
                                  '[["center",{"column":1}]]', '{"a":1}', "[" * 1500])  # fmt: skip
def test_steps_that_cannot_be_read_are_left_out(text: str):
    found = read_query({"sample": "sleepstudy", "steps": text})
    assert (found.sample, found.steps, len(found.ignored)) == ("sleepstudy", (), 1)


@pytest.mark.parametrize("text", ["{", "[]", '{"path":"x"}', '{"sheet":1}', "9" * 5000])
def test_reading_that_is_not_known_is_left_out(text: str):
    found = read_query({"url": "https://a.org/b", "read": text})
    assert (found.reading, found.spec, len(found.ignored)) == ({}, None, 1)


USUAL = sample_info("sleepstudy").formula
ODD = [
    ({}, None, None, 0),
    ({"formula": USUAL}, None, None, 1),
    ({"sample": "../../etc/passwd"}, None, None, 1),
    ({"sample": "sleepstudy"}, "sleepstudy", USUAL, 0),
    ({"sample": "sleepstudy", "formula": "Reaction ~ __import__('os')"}, "sleepstudy", USUAL, 1),
    ({"sample": "sleepstudy", "formula": "y ~ x + (1 | g)"}, "sleepstudy", USUAL, 1),
    ({"sample": "sleepstudy", "formula": "Reaction ~ " + "Days+" * 900}, "sleepstudy", USUAL, 1),
    ({"sample": "sleepstudy", "df": "magic"}, "sleepstudy", USUAL, 1),
    ({"sample": "sleepstudy", "level": "nan"}, "sleepstudy", USUAL, 1),
    ({"sample": "sleepstudy", "level": "2", "x": "<script>"}, "sleepstudy", USUAL, 2),
    ({"sample": "sleepstudy", "reml": "maybe"}, "sleepstudy", USUAL, 1),
    ({"sample": "sleepstudy", "weights": "none"}, "sleepstudy", USUAL, 1),
    ({"sample": "sleepstudy", "reference:Who": "a"}, "sleepstudy", USUAL, 1),
]


@pytest.mark.parametrize(("query", "sample", "formula", "n_ignored"), ODD)
def test_what_is_not_known_in_an_address_is_ignored_and_said(query, sample, formula, n_ignored):
    found = read_query(query)
    assert found.sample == sample
    assert (found.spec.formula if found.spec else None) == formula
    assert len(found.ignored) == n_ignored
