"""A residual structure in scripts, recipe, address, words and document."""

from __future__ import annotations

import pytest

from lmm_core import ModelSpec, fit_model, load_sample
from lmm_core.errors import LMMError
from lmm_core.inference.ladder import standard_ladder
from lmm_core.model.residual import ResidualStructure
from lmm_core.report.document.material import Material
from lmm_core.report.document.texts import methods_paragraph, results_paragraph
from lmm_core.report.link import query_of, read_query
from lmm_core.report.model_text import equation, in_words
from lmm_core.report.recipe import read_recipe, recipe_json, recipe_of
from lmm_core.report.residual_words import residual_rows, residual_sentences
from lmm_core.report.scripts import Analysis, companion_csv, write_scripts
from lmm_core.report.variance_words import icc_sentence, variance_sentences
from tests.report.scripts_run import has_r, run_python, run_r

CASES = [
    ("orthodont", "distance ~ age * Sex + (1 + age | Subject)", ("by:Sex", ""), {}),
    ("orthodont", "distance ~ age * Sex + (1 + age || Subject)", ("by:Sex", "ar1:age"), {}),
    ("orthodont", "distance ~ age + (1 | Subject)", ("power:age", ""), {"reml": False}),
    ("sleepstudy", "Reaction ~ Days + (1 | Subject)", ("", "ar1:Days"), {"ci_level": 0.9}),
    ("sleepstudy", "Reaction ~ Days + (1 | Subject)", ("power", "car1:Days"), {}),
]
IDS = ["by", "by + ar1", "power", "ar1", "power + car1"]


def analysis_of(name: str, formula: str, texts: tuple[str, str], options: dict) -> Analysis:
    table = load_sample(name)
    spec = ModelSpec.from_formula(formula, residual=ResidualStructure.from_texts(*texts), **options)
    fit = fit_model(spec, table.frame)
    outputs = ("icc", "anova", "residuals", "comparison")
    ladder = standard_ladder(spec)
    return Analysis(fit, table, table, name, f"{name}.csv", outputs=outputs, ladder=ladder)


def scripts_of(case) -> dict:
    return {s.language: s for s in write_scripts(analysis_of(*case))}


def written(script, folder):
    folder.mkdir(exist_ok=True)
    (folder / script.name).write_text(script.text, encoding="utf-8")
    return folder, script.name


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The last line of every script in R, run in one process."""
    home = tmp_path_factory.mktemp("structured")
    jobs = []
    for k, case in enumerate(CASES):
        analysis = analysis_of(*case)
        script = next(s for s in write_scripts(analysis) if s.language == "R")
        job = written(script, home / str(k))
        if script.companions:
            (job[0] / script.companions[0]).write_bytes(
                companion_csv(analysis, script.companions[0])
            )
        jobs.append(job)
    found = run_r(jobs, home) if has_r() else dict.fromkeys(jobs, "")
    return [found[job] for job in jobs]


@pytest.mark.parametrize("k", range(len(CASES)), ids=IDS)
def test_the_script_in_r_agrees(k, ran):
    script = scripts_of(CASES[k])["R"]
    assert script.text is not None
    assert "library(nlme)" in script.text
    if has_r():
        assert "numbers agree with the screen" in ran[k]


def test_the_script_on_lmm_core_agrees(tmp_path):
    script = scripts_of(CASES[1])["lmm_core"]
    assert "ResidualStructure.from_texts('by:Sex', 'ar1:age')" in script.text.replace('"', "'")
    job = written(script, tmp_path)
    assert "agree" in run_python([job])[job]


@pytest.mark.parametrize("language", ["statsmodels", "pymer4"])
def test_other_languages_say_why_not(language):
    script = scripts_of(CASES[0])[language]
    assert script.text is None
    assert "residual structures" in script.reason


def test_crossed_groups_have_no_script_in_r():
    table = load_sample("sleepstudy")
    spec = ModelSpec.from_formula(
        "Reaction ~ 1 + (1 | Subject) + (1 | Days)",
        residual=ResidualStructure.from_texts("by:half"),
    )
    frame = table.frame.assign(half=lambda f: (f["Days"] < 5).map({True: "a", False: "b"}))
    from lmm_core.report.scripts.r_structured import _nested_groups

    assert "can't cross" in _nested_groups(fit_model(spec, frame))[1]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_recipe_and_address_bring_it_back(case):
    analysis = analysis_of(*case)
    again = read_recipe(recipe_json(recipe_of(analysis)))
    assert again.spec == analysis.fit.spec
    assert [rung.spec for rung in again.ladder] == [rung.spec for rung in analysis.ladder]
    linked = read_query(query_of(case[0], analysis.fit.spec))
    assert linked.spec == analysis.fit.spec
    assert not linked.ignored


@pytest.mark.parametrize("texts", [("by:nothing", ""), ("", "ar9:age"), ("rest", "")])
def test_an_address_with_a_wrong_structure_is_said_to_be_ignored(texts):
    keys = {k: v for k, v in zip(("spread", "serial"), texts, strict=True) if v}
    linked = read_query({"sample": "orthodont", **keys})
    assert linked.spec.residual is None
    assert len(linked.ignored) == 1


def test_an_old_recipe_opens():
    analysis = analysis_of(*CASES[0])
    plain = analysis.fit.spec.with_options(residual=None)
    text = recipe_json(recipe_of(analysis)).decode()
    import json

    content = json.loads(text)
    for one in (content["model"], *(rung["model"] for rung in content["ladder"])):
        one.pop("residual")
    assert read_recipe(json.dumps(content).encode()).spec == plain


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_words(case):
    analysis = analysis_of(*case)
    fit, (spread, serial) = analysis.fit, case[2]
    said = in_words(fit)
    assert ("spread" in said) == bool(spread)
    assert ("may be correlated" in said) == bool(serial)
    legend = equation(fit).legend[-1]
    assert ("neighbours correlate by" in legend) == bool(serial)
    sentences = residual_sentences(fit, {})
    assert len(sentences) == 1 + bool(serial)
    assert all(s.endswith(".") for s in variance_sentences(fit, {}))
    assert icc_sentence(fit).endswith(".")
    rows = residual_rows(fit)
    levels = 2 if spread.startswith("by") else 1
    assert len(rows) == levels + bool(serial)
    if levels == 2:
        assert rows[1].sd / rows[0].sd == pytest.approx(fit.estimates.residual.ratios[1])


def test_the_document_names_it():
    m = Material(analysis_of(*CASES[1]), {}, ("methods", "results"))
    assert "a residual variance of its own for each level of Sex" in methods_paragraph(m)
    assert "first-order autoregressive" in methods_paragraph(m)
    assert "residual SD (Sex = Male)" in results_paragraph(m)


def test_a_known_groups_band_says_what_it_leaves_out():
    from lmm_core.inference.what_if import inputs
    from lmm_core.report.prediction_words import cautions

    fit = analysis_of(*CASES[3]).fit
    known = inputs(fit)
    assert cautions(fit, known, {"Days": 3.0}) == []
    (text,) = cautions(fit, known, {"Days": 3.0}, {}, {"Subject": "308"})
    assert "unrelated to those that were measured" in text


def test_a_structure_that_ran_away_is_named():
    from dataclasses import replace

    import numpy as np

    from lmm_core.report.convergence_words import convergence_sentences

    fit = analysis_of(*CASES[0]).fit
    assert not any("end of its range" in text for text in convergence_sentences(fit))
    residual = replace(fit.estimates.residual, free=np.array([-11.0]))
    estimates = replace(fit.estimates, residual=residual)
    said = convergence_sentences(replace(fit, estimates=estimates))
    assert any("end of its range" in text for text in said)


def test_a_level_without_any_residual_is_refused():
    import numpy as np

    rng = np.random.default_rng(1)
    frame = load_sample("orthodont").frame.copy()
    girls = frame["Sex"] == "Female"
    level = dict(zip(frame["Subject"].unique(), rng.normal(size=27), strict=True))
    exact = 20 + 0.5 * frame["age"] + frame["Subject"].map(level).astype(float)
    frame["distance"] = np.where(girls, exact, exact + rng.normal(size=len(frame)))
    with pytest.raises(LMMError, match="exactly"):
        fit_model(
            "distance ~ age + (1 | Subject)",
            frame,
            residual=ResidualStructure.from_texts("by:Sex"),
        )
