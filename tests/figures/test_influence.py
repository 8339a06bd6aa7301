"""The influence figure: what is drawn, coloured, named; hostile names stay text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess.influence import leave_out_groups, leave_out_rows
from lmm_core.figures.influence import drawn_levels, influence_figure
from lmm_core.figures.theme import RANDOM, rgba
from lmm_core.report import influence_words as words
from tests.support import fitted

SLEEP = ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", ("Subject",))


def one_odd_group(name: str = "5"):
    """A slope that is there only because of one group."""
    rng = np.random.default_rng(1)
    g = np.repeat(np.arange(12), 6)
    x = np.tile(np.arange(6.0), 12)
    y = rng.normal(size=12)[g] + rng.normal(size=72)
    y[g == 5] += 3.0 * (x[g == 5] - 2.5)
    names = [name if k == 5 else str(k) for k in g]
    return fit_model("y ~ x + (1 | g)", pd.DataFrame({"y": y, "x": x, "g": names}))


def markers(picture):
    return [t for t in picture.figure.data if t.mode == "markers"]


def test_every_group_is_a_bar_sorted_by_the_estimate_without_it():
    fit = fitted(*SLEEP)
    found = leave_out_groups(fit)
    picture = influence_figure(fit, found, "Days")
    (points,) = markers(picture)
    assert list(points.x) == sorted(found.without.estimate[:, 1])
    assert [str(t) for t in picture.figure.layout.yaxis.ticktext] == drawn_levels(found, "Days")
    assert "None of them alone" in picture.alt
    assert len(picture.data) == 18


def test_the_deciding_group_has_the_second_colour_and_is_said():
    fit = one_odd_group()
    found = leave_out_groups(fit)
    picture = influence_figure(fit, found, "x")
    coloured = [t for t in markers(picture) if t.marker.color == rgba(RANDOM, 1.0)]
    assert len(coloured) == 1
    assert "5" in [drawn_levels(found, "x")[k] for k in coloured[0].customdata]
    assert "alone would turn the conclusion" in picture.alt
    assert "hangs on" in words.influence_headline(fit, found, "x")
    assert "crosses .05 without" in words.turning_sentence(fit, found, "x")
    sentence = words.without_sentence(found, "x", "5")
    assert sentence.startswith("Without g 5 the effect of x would be")
    assert "(p from " in sentence


def test_highlight_is_large():
    fit = fitted(*SLEEP)
    picture = influence_figure(fit, leave_out_groups(fit), "Days", highlight=("335",))
    assert sorted(t.marker.size for t in markers(picture)) == [8, 12]
    assert "<b>335</b>" in picture.figure.layout.yaxis.ticktext


def test_hostile_names_stay_text():
    fit = one_odd_group("<b>x</b>%{y}")
    picture = influence_figure(fit, leave_out_groups(fit), "x")
    hover = " ".join(h for t in markers(picture) for h in t.hovertext)
    assert "&lt;b&gt;x&lt;/b&gt;%&#123;y}" in hover
    assert "<b>x</b>" not in hover


@pytest.mark.parametrize("unit", ["groups", "rows"])
def test_sentences_are_whole(unit):
    fit = fitted(*SLEEP)
    found = leave_out_groups(fit) if unit == "groups" else leave_out_rows(fit)
    said = [
        words.influence_headline(fit, found, "Days"),
        words.largest_sentence(found, "Days"),
        words.turning_sentence(fit, found, "Days"),
        words.cooks_sentence(fit, found),
        words.variance_sentence(found),
        words.exactness_sentence(fit, found),
    ]
    assert all(len(s) > 20 and "nan" not in s and "None" not in s for s in said)
    assert (
        said[0]
        == f"No single {'Subject' if unit == 'groups' else 'row'} decides the effect of Days"
    )


def test_a_coefficient_that_one_group_carries_is_said():
    frame = fitted(*SLEEP).frame.assign(arm=lambda f: np.where(f["Subject"] == "308", "b", "a"))
    fit = fit_model("Reaction ~ Days + arm + (1 | Subject)", frame)
    found = leave_out_groups(fit)
    text = words.largest_sentence(found, "armb")
    assert text.startswith("Without Subject 308 the effect of arm: b vs a can't be estimated")
    picture = influence_figure(fit, found, "armb")
    assert "308" not in drawn_levels(found, "armb")
    assert "17 of them are drawn" in picture.alt
