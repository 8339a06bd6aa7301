import json
import re

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from lmm_core import fit_model, load_sample, sample_names
from lmm_core.data.samples import sample_info
from lmm_core.figures import theme
from lmm_core.figures.caterpillar import caterpillar
from lmm_core.figures.forest import fixed_effects_forest
from lmm_core.figures.multiples import small_multiples
from lmm_core.figures.trajectories import trajectories
from lmm_core.figures.variance import icc_curve, variance_bar
from tests.support import reference_fit

PICTURES = {
    "trajectories": trajectories,
    "highlighted": lambda fit, units=None: trajectories(fit, highlight=_two(fit), units=units),
    "forest": fixed_effects_forest,
    "variance_bar": lambda fit, units=None: variance_bar(fit),
    "icc_curve": lambda fit, units=None: icc_curve(fit, units=units),
    "multiples": small_multiples,
    "caterpillar": caterpillar,
    "found": lambda fit, units=None: caterpillar(fit, highlight=_two(fit), units=units),
}
OURS = re.compile(r"</?b>|<br>|</?extra>")
SLOTS = re.compile(r"%\{(x|y|text|hovertext|customdata(\[\d\])?)(:[^}]*)?\}")
KEYS = [
    f"{key}|REML"
    for key in (
        *("sleep_ri", "sleep_rs", "sleep_uc", "dye", "dye2_sing", "penicillin", "pastes"),
        *("cake", "orth_ri", "orth_rs", "machines_ns", "bodywt", "mathach_rs"),
    )
]
NAMES = ["<i>A</i>", 'say "hi"', "it's", "\U0001f600", "<a href='x'>k</a>", "%{x} &amp;", "$x^2$"]


def _two(fit):
    levels = next(iter(fit.groups.values())).levels
    return (levels[0], levels[-1])


def odd_fit():
    """Every name is one that a figure could read as markup or as a slot of a template."""
    rng = np.random.default_rng(5)
    g = np.repeat(np.arange(len(NAMES)), 7)
    t = np.tile(np.arange(7), len(NAMES))
    frame = pd.DataFrame(
        {
            "out come <u>": 5 + 0.7 * t + rng.normal(size=len(NAMES))[g] + rng.normal(size=len(g)),
            "time %{y} <i>": t,
            "the arm": np.where(g % 2 == 0, "<i>new</i> & better", 'old "one"'),
            "<i>x</i>": np.array(NAMES, dtype=object)[g],
        }
    )
    fixed = "`time %{y} <i>` * `the arm`"
    return fit_model(f"`out come <u>` ~ {fixed} + (1 + `time %{{y}} <i>` || `<i>x</i>`)", frame)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def check(picture):
    """What holds for every picture."""
    assert picture.alt.endswith(".")
    assert "nan" not in picture.alt
    assert len(picture.data)
    drawn = json.loads(picture.figure.to_json())
    go.Figure(drawn)
    layout = drawn["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert "title" not in layout
    assert layout["xaxis"]["automargin"]
    assert layout["yaxis"]["automargin"]
    assert len({t["type"] for t in drawn["data"]}) == 1, "WebGL would cover SVG"
    return drawn


@pytest.mark.parametrize("key", KEYS)
def test_all_pictures_of_the_reference_models(key):
    for make in PICTURES.values():
        picture = make(reference_fit(key))
        if picture is not None:
            check(picture)


@pytest.mark.parametrize("name", sample_names())
def test_all_pictures_of_the_samples(name):
    info = sample_info(name)
    fit = fit_model(info.formula, load_sample(name).frame)
    for make in PICTURES.values():
        picture = make(fit, units=info.units)
        if picture is not None:
            check(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_no_user_text_becomes_markup(name):
    drawn = check(PICTURES[name](odd_fit(), units={"time %{y} <i>": "<h1>"}))
    for text in strings({"data": drawn["data"], "layout": {**drawn["layout"], "template": None}}):
        rest = SLOTS.sub("", OURS.sub("", text))
        assert "<" not in rest
        assert "%{" not in rest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a & b", "a &amp; b"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("two\nlines\t", "two lines "),
        ("%{y}", "%&#123;y}"),
        ("5 %", "5 %"),
        (3.5, "3.5"),
    ],
)
def test_escape(text, expected):
    assert theme.escape(text) == expected
    assert theme.escape_all([text, "z", text]) == [expected, "z", expected]


def test_escape_all_with_the_separator_in_a_text():
    assert theme.escape_all(["a\x00<", "b"]) == ["a\x00&lt;", "b"]


@pytest.mark.parametrize(
    ("column", "units", "expected"),
    [
        ("Reaction", {"Reaction": "ms"}, "Reaction (ms)"),
        ("Reaction", {"Days": "days"}, "Reaction"),
        ("Reaction", None, "Reaction"),
        ("Days", {"Days": "days"}, "Days"),
        ("month", {"month": "months"}, "month"),
        ("<u>", {"<u>": "a&b"}, "&lt;u&gt; (a&amp;b)"),
        ("word " * 20, None, "word word word word word word word word word<br>" * 2 + "word word"),
    ],
)
def test_axis_title(column, units, expected):
    assert theme.axis_title(column, units) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("y", "y (ms)"), ("log(y)", "log(y)"), ("`odd name`", "odd name (kg)")],
)
def test_outcome_title_has_no_unit_when_transformed(outcome, expected):
    assert theme.outcome_title(outcome, {"y": "ms", "odd name": "kg"}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([249.56, 321.4], ".0f"),
        ([1.5, 2.5], ".2f"),
        ([0.0123], ".4f"),
        ([1952, 2007], ".0f"),
        ([12345.5], ",.0f"),
        ([3e-8], ".2e"),
        ([0.0, np.nan], ".0f"),
        ([], ".0f"),
    ],
)
def test_value_format_has_three_digits(values, expected):
    assert theme.value_format(np.array(values)) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(9.0, "9"), (8.92, "8.92"), (0.5, "0.5"), (1200.0, "1,200"), (0, "0")]
)
def test_position(value, expected):
    assert theme.position(value) == expected


def test_layout_is_laid_over_the_common_one():
    figure = theme.figure([], {"xaxis": {"title": {"text": "x"}}, "height": 99})
    assert figure.layout.height == 99
    assert figure.layout.xaxis.title.text == "x"
    assert figure.layout.xaxis.title.standoff == 10
    assert theme.figure([]).layout.height != 99
