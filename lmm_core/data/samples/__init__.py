"""Samples: five data sets to start from, each with its source and a model that suits it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from lmm_core.data.read import read_table
from lmm_core.data.table import Table
from lmm_core.errors import DataError


@dataclass(frozen=True)
class Sample:
    """A sample: what it is, where it comes from, what to look for, and the model to open with.

    ``formula`` is lme4 notation; ``units`` maps the measured columns to their units.
    """

    name: str
    title: str
    source: str
    look_for: str
    formula: str
    units: dict[str, str] = field(default_factory=dict)


_SAMPLES: tuple[Sample, ...] = (
    Sample(
        "pain",
        "Pain trial",
        "Invented data: 80 patients, two treatments, visits at months 0, 1, 3 and 6 (made 2026 with"
        " a fixed seed).",
        "Treated patients score about 12 points lower and pain falls by 2 points a month; six"
        " patients stay high throughout, and visits are missed more often after high scores.",
        "pain_score ~ treatment + month + (1 | patient_id)",
        {"month": "months", "pain_score": "points"},
    ),
    Sample(
        "sleepstudy",
        "Sleep deprivation",
        "Belenky et al. (2003), Journal of Sleep Research 12, 1-12.",
        "Reactions slow down by about 10 ms per day without sleep, for some people by twice as much"
        " and for others hardly at all.",
        "Reaction ~ Days + (1 + Days | Subject)",
        {"Reaction": "ms", "Days": "days"},
    ),
    Sample(
        "orthodont",
        "Growth of the jaw",
        "Potthoff and Roy (1964), Biometrika 51, 313-326.",
        "The distance grows faster in boys (0.78 mm a year) than in girls (0.48 mm a year).",
        "distance ~ age * Sex + (1 + age | Subject)",
        {"distance": "mm", "age": "years"},
    ),
    Sample(
        "mathachieve",
        "Mathematics in 160 schools",
        "High School and Beyond survey (1982), National Center for Education Statistics.",
        "Pupils of higher social status score higher within the same school, and the average status"
        " of the school adds to that.",
        "MathAch ~ SES + MEANSES + (1 + SES | School)",
        {"MathAch": "points"},
    ),
    Sample(
        "gapminder",
        "Growth of 142 economies",
        "Gapminder Foundation (2008), excerpt by J. Bryan: 1952 to 2007 in steps of five years.",
        "Growth slowed down over the decades; a country's growth swings far more from one step to"
        " the next than countries differ from each other in the long run.",
        "growth ~ years + region + (1 | country)",
        {"growth": "% per year", "years": "years"},
    ),
)


def sample_names() -> tuple[str, ...]:
    """Return the names of the samples, the one to show first in front."""
    return tuple(sample.name for sample in _SAMPLES)


def sample_info(name: str) -> Sample:
    """Return what is known about a sample. Error: DataError ``unknown_sample``."""
    for sample in _SAMPLES:
        if sample.name == name:
            return replace(sample, units=dict(sample.units))
    raise DataError(
        f'There is no sample "{name}".',
        f"The samples are {', '.join(sample_names())}.",
        "unknown_sample",
    )


def load_sample(name: str) -> Table:
    """Read a sample. Error: DataError ``unknown_sample``."""
    info = sample_info(name)
    if name == "gapminder":
        data = _gapminder()
    else:
        data = Path(__file__).with_name(f"{name}.csv").read_bytes()
    table = read_table(data, name=info.title)
    return replace(table, notes=(f"Sample data. {info.source}",), units=info.units)


def _gapminder() -> bytes:
    """Return the growth of GDP per person as CSV, in % per year over each step of five years.

    The first year of each country has no step before it and is left out.
    """
    import plotly.data

    frame = plotly.data.gapminder().sort_values(["country", "year"], kind="stable")
    by_country = frame.groupby("country", sort=False)
    ratio = frame["gdpPercap"] / by_country["gdpPercap"].shift()
    step = by_country["year"].diff()
    frame = frame.assign(
        growth=(100 * (ratio ** (1 / step) - 1)).round(4),
        years=frame["year"] - frame["year"].min(),
        region=frame["continent"],
    )
    kept = frame.loc[step.notna(), ["country", "region", "year", "years", "growth"]]
    return kept.to_csv(index=False).encode("utf-8")
