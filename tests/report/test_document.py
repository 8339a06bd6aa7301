"""The words of a report are true for every sign, size, boundary and gap."""

from __future__ import annotations

import re
import time

import pytest

from lmm_core.assess.missing import dropout, missing_next, pattern
from lmm_core.formatting import number
from lmm_core.report.columns import coefficients
from lmm_core.report.document import (
    SECTIONS,
    Bullets,
    Document,
    FigurePart,
    Formula,
    Heading,
    Paragraph,
    TablePart,
    build_document,
)
from lmm_core.report.document.listing import references, reporting_items
from lmm_core.report.document.material import Material
from lmm_core.report.document.texts import lay_paragraph, methods_paragraph, results_paragraph
from lmm_core.report.formats import excel_bytes, html_bytes, word_bytes
from tests.report.documents import analyses

KEYS = list(analyses())


def material(key: str, sections: tuple[str, ...] = tuple(SECTIONS)) -> Material:
    return Material(analyses()[key], frozenset(sections))


def words(document: Document) -> str:
    found = [document.title, document.subtitle]
    for part in document.parts:
        match part:
            case Heading(text, _) | Paragraph(text, _) | Formula(text):
                found.append(text)
            case Bullets(items):
                found += items
            case TablePart():
                found += [part.title, part.note, *(t for row in part.rows() for t, _ in row)]
            case FigurePart():
                found.append(part.title)
    return "\n".join(found)


@pytest.mark.parametrize("key", KEYS)
def test_no_section_says_more_than_was_computed(key: str):
    text = words(build_document(analyses()[key]))
    assert not re.search(r"no effect|significant|\bnan\b|\bNone\b(?! of)|\binf\b|Traceback", text)


@pytest.mark.parametrize("key", KEYS)
def test_sections_stand_in_the_order_of_the_report(key: str):
    document = build_document(analyses()[key], figures=False)
    found = [p.text for p in document.parts if isinstance(p, Heading) and p.level == 1]
    assert found == [title for title in SECTIONS.values() if title in found]
    assert len(found) == len(SECTIONS)
    assert document.figures == ()


@pytest.mark.parametrize("key", KEYS)
def test_interval_comes_before_the_test(key: str):
    fit = analyses()[key].fit
    text = results_paragraph(material(key))
    for c, part in zip(coefficients(fit)[:8], text.split(", p ")[:-1], strict=False):
        assert f"b = {number(c.estimate)}" in text
        tail = part[part.rindex("b = ") :]
        assert (
            tail.index("CI [")
            < tail.index("SE = ")
            < tail.index("z = " if "z = " in tail else "t(")
        )


@pytest.mark.parametrize("key", KEYS)
def test_open_directions_are_said_and_only_those(key: str):
    fit = analyses()[key].fit
    shown = coefficients(fit)[:8]
    wanted = sum(not c.excludes_zero and not c.is_intercept for c in shown)
    assert results_paragraph(material(key)).count("direction stays open") == wanted


@pytest.mark.parametrize("key", KEYS)
def test_methods_name_estimation_df_and_software(key: str):
    spec = analyses()[key].fit.spec
    text = methods_paragraph(material(key))
    assert ("restricted maximum likelihood (REML)" in text) == spec.reml
    names = {"satterthwaite": "Satterthwaite", "kenward-roger": "Kenward and Roger",
             "normal": "normal distribution"}  # fmt: skip
    assert [n for n in names.values() if n in text] == [names[spec.df_method]]
    assert re.search(r"lmm_core \d+\.\d+\.\d+ \(Python 3\.\d+", text)
    level = 100 * spec.ci_level
    assert f"{level:g} % confidence" in text


SAID = {
    "noise": ["The fit lies at its boundary: the variance of intercept between who is 0."],
    "gaps": ["Of 320 rows, the 245 complete in these variables were used."],
    "aliased": ["Left out, because the other predictors determine it: twice."],
    "weights": ["Rows were weighted by age."],
    "uncorrelated": ["(uncorrelated)", "Days was standardised."],
    "slope only": ["Random effects: a slope of Days per Subject."],
    "average only": ["Fixed effects: an intercept only."],
    "interaction": ["Sex (Female)", "age × Sex"],
    "crossed": ["an intercept per Subject; an intercept per Days"],
}


@pytest.mark.parametrize("key", SAID)
def test_special_cases_are_told(key: str):
    text = f"{methods_paragraph(material(key))} {results_paragraph(material(key))}"
    assert [part for part in SAID[key] if part not in text] == []


SIGNS = {"sleep": "rises by 10.5 ms", "reversed": "falls by 10.5", "huge": "rises by 1.05 × 10¹⁰",
         "tiny": "rises by 1.05 × 10⁻⁸"}  # fmt: skip


@pytest.mark.parametrize("key", SIGNS)
def test_plain_words_follow_sign_and_size(key: str):
    assert SIGNS[key] in lay_paragraph(material(key))


@pytest.mark.parametrize("key", KEYS)
def test_plain_words_are_plain(key: str):
    text = lay_paragraph(material(key))
    assert not re.search(r"\bp [=<>]|\bSD\b|variance|Satterthwaite|ICC", text)
    boundary = "No difference between" in text
    assert boundary == any(share < 5e-9 for _, share in analyses()[key].fit.icc().by_group)


def test_missing_values_are_counted_by_column():
    document = build_document(analyses()["gaps"], ("missing",))
    assert "75 rows are left out of 320" in words(document)
    assert next(document.tables[0].rows()) == (("pain_score", False), ("75", True))


LEFT = {
    ("results",): {"Software and version", "Assumptions checked", "Numbers of rows"},
    tuple(SECTIONS): {"Why this sample size", "Data and code"},
}


@pytest.mark.parametrize("sections", LEFT)
def test_reporting_list_says_what_is_left(sections: tuple[str, ...]):
    items = reporting_items(material("sleep", sections))
    open_items = [what for what, met, _ in items if not met]
    assert all(any(what.startswith(start) for what in open_items) for start in LEFT[sections])
    assert all(where for _, _, where in items)
    if sections == tuple(SECTIONS):
        assert len(open_items) == 2


USED = {
    "sleep": ("Kuznetsova", "Kenward,"),
    "kenward-roger": ("Kenward,", "Kuznetsova"),
    "normal": ("Nakagawa", "Kuznetsova"),
}


@pytest.mark.parametrize("key", USED)
def test_references_are_those_that_were_used(key: str):
    text = "\n".join(references(material(key)))
    there, absent = USED[key]
    assert there in text
    assert absent not in text


def test_numbers_of_the_tables_are_those_of_the_fit():
    given = analyses()["schools"]
    document = build_document(given, ("results",))
    table = next(t for t in document.tables if t.key == "fixed_effects")
    assert table.frame["estimate"].tolist() == given.fit.fixed_effects["estimate"].tolist()
    shown = [row[1][0] for row in table.rows()]
    assert shown == [number(v) for v in given.fit.fixed_effects["estimate"]]


def test_progress_is_told_up_to_the_last_section():
    said: list[tuple[float, str]] = []
    build_document(analyses()["sleep"], progress=lambda share, what: said.append((share, what)))
    assert [what for _, what in said] == list(SECTIONS.values())
    assert said[0][0] == 0
    assert [share for share, _ in said] == sorted(share for share, _ in said)


def test_a_document_without_a_ladder_has_no_comparison():
    from dataclasses import replace

    given = replace(analyses()["sleep"], ladder=())
    titles = [p.text for p in build_document(given).parts if isinstance(p, Heading)]
    assert "Comparison of models" not in titles
    items = reporting_items(Material(given, frozenset(SECTIONS)))
    assert ("How the model was arrived at; other models tried", False) in [i[:2] for i in items]


@pytest.mark.parametrize(
    ("write", "figures"), [(html_bytes, True), (word_bytes, True), (excel_bytes, False)]
)
def test_large_report_takes_less_than_five_seconds(write, figures: bool):
    analyses()
    start = time.perf_counter()
    write(build_document(analyses()["schools"], figures=figures))
    assert time.perf_counter() - start < 5


# -- missing data and the comparison with RM-ANOVA

MISSING = {
    "pain": [
        "33 rows are left out of 320", "That is 10 % of the rows",
        "9 end before month 6, 20 miss a month in between", "have 2 to 4 rows in use",
        "The next month is missed more often after a high pain_score",
        "an analysis of the complete patient_id groups alone may mislead",
        "(missing not at random) can't be tested", "Logistic regression with Firth's penalty",
    ],
    "sleep": ["None of the 180 rows lacks", "All 18 Subject groups have an outcome at every value"],
    "schools": ["have 14 to 67 rows in use", "No column gives the School groups a common time"],
    "noise": ["Each of the 8 who groups has 6 rows in use"],
}  # fmt: skip


@pytest.mark.parametrize("key", MISSING)
def test_missing_data_are_told_as_on_their_page(key: str):
    document = build_document(analyses()[key], ("missing",))
    text = words(document)
    assert [part for part in MISSING[key] if part not in text] == []
    drawn = [part.key for part in document.figures]
    assert drawn == (["missing_map"] if key == "pain" else [])


def test_numbers_on_missing_data_are_those_of_the_assessment():
    fit = analyses()["pain"].fit
    document = build_document(analyses()["pain"], ("missing",))
    tables = {t.key: t.frame for t in document.tables}
    found = pattern(fit, "patient_id", "month")
    assert tables["missing_timing"].equals(dropout(found).table)
    relation = missing_next(fit, found)
    assert relation.table is not None
    shown = tables["missing_relation"]
    assert shown["odds_ratio"].tolist() == relation.table["odds_ratio"].tolist()


RM_ANOVA = {
    "pain": ["it drops 27 of 80 groups (34 %)", "Dropped by the ANOVA: 1, 10, 13"],
    "sleep": ["Both give the same F", "read the corrected p"],
    "schools": ["SES takes 373 different values"],
    "crossed": ["knows one kind of subjects"],
}


@pytest.mark.parametrize("key", RM_ANOVA)
def test_rm_anova_stands_beside_the_model_or_the_reason(key: str):
    text = words(build_document(analyses()[key], ("rm_anova",)))
    assert [part for part in RM_ANOVA[key] if part not in text] == []


@pytest.mark.parametrize(("sections", "there"), [(("methods", "rm_anova"), True),
                                                 (("methods",), False)])  # fmt: skip
def test_methods_name_the_anova_only_when_it_was_made(sections: tuple[str, ...], there: bool):
    assert ("repeated-measures ANOVA" in methods_paragraph(material("pain", sections))) == there
    assert ("Greenhouse" in "".join(references(material("pain", sections)))) == there
