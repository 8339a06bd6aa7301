"""Public files of the web, with the steps that make each ready for a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lmm_core.data.families import find_families
from lmm_core.data.read import read_table
from lmm_core.data.remote import Fetched, fetch, read_fetched
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.errors import DataError

READING = (
    "https://ourworldindata.org/grapher/pisa-test-score-mean-performance-on-the-reading-scale.csv"
)
GDP = "https://api.worldbank.org/v2/en/indicator/NY.GDP.PCAP.KD?downloadformat=excel"


@dataclass(frozen=True)
class PublicData:
    """A downloaded table, the steps to carry out, and the tables that they join."""

    fetched: Fetched
    table: Table
    steps: tuple[Step, ...]
    others: tuple[Table, ...] = ()


@dataclass(frozen=True)
class PublicFile:
    """``text`` is how one would describe the model of the table after the steps."""

    name: str
    source: str
    url: str
    text: str
    prepare: Callable[[Fetched], PublicData] = field(repr=False)


def reading_scores(fetched: Fetched) -> PublicData:
    """Columns Entity, Code, Year and a value; rows without a code are groups of countries.

    Error: DataError ``public_file`` when the file has another shape.
    """
    table = read_fetched(fetched)
    names = [str(c) for c in table.frame.columns]
    values = [c for c in names if c not in ("Entity", "Code", "Year")]
    if not {"Entity", "Code", "Year"} <= set(names) or not values:
        raise _other_shape("Entity, Code, Year and a value")
    more = [Step("drop", {"columns": values[1:]})] if len(values) > 1 else []
    steps = (
        *more,
        Step("filter", {"column": "Code", "comparison": "not missing"}),
        Step(
            "rename",
            {"names": {"Entity": "country", "Year": "year", values[0]: "reading_score"}},
        ),
    )
    return PublicData(fetched, table, steps)


def income_growth(fetched: Fetched) -> PublicData:
    """Sheet "Data" with a column per year; the regions are in "Metadata - Countries".

    Error: DataError ``public_file`` when the workbook has another shape.
    """
    table = read_fetched(fetched, sheet="Data")
    countries = read_table(fetched.data, name=fetched.name, sheet="Metadata - Countries")
    names = [str(c) for c in table.frame.columns]
    years = [f for f in find_families(names) if f.time_name == "year" and len(f.columns) > 2]
    keys = {"Country Name", "Country Code"}
    if not keys <= set(names) or len(years) != 1:
        raise _other_shape("Country Name, Country Code and one column per year")
    if not {"Country Code", "Region"} <= {str(c) for c in countries.frame.columns}:
        raise _other_shape("Country Code and Region in the sheet Metadata - Countries")
    kept = {"Country Code", "Region"}
    spare = [str(c) for c in countries.frame.columns if c not in kept]
    regions = _without(countries, spare)
    change = {"column": "gdp_per_capita", "group": "country", "time": "year"}
    steps = (
        Step(
            "reshape_long",
            {
                "values": {"gdp_per_capita": list(years[0].columns)},
                "id": ["Country Name", "Country Code"],
                "time_name": "year",
                "drop_empty": True,
            },
        ),
        Step(
            "join",
            {
                "name": regions.name,
                "fingerprint": regions.fingerprint,
                "left_on": ["Country Code"],
                "right_on": ["Country Code"],
            },
        ),
        Step("filter", {"column": "Region", "comparison": "not missing"}),
        Step("rename", {"names": {"Country Name": "country", "Region": "region"}}),
        Step("change", {**change, "measure": "percent", "into": "growth"}),
    )
    return PublicData(fetched, table, steps, (regions,))


def _without(table: Table, columns: list[str]) -> Table:
    from lmm_core.data.steps import apply_steps

    return apply_steps(table, [Step("drop", {"columns": columns})]) if columns else table


def _other_shape(wanted: str) -> DataError:
    return DataError(
        f"The public file has another shape than expected: {wanted}.",
        "Load the sample instead, or read the file under Data.",
        "public_file",
    )


PUBLIC: dict[str, PublicFile] = {
    "mathachieve": PublicFile(
        "Reading scores of countries (PISA)",
        "Our World in Data",
        READING,
        "Reading score over the years, centre year, random intercept and slope of year for each "
        "country. Show the fixed effects, trajectories and the caterpillar plot.",
        reading_scores,
    ),
    "gapminder": PublicFile(
        "GDP per person of all countries",
        "World Bank",
        GDP,
        "Growth over the years by region, centre year, with a random intercept for each country. "
        "Show the fixed effects, variance components and the caterpillar plot.",
        income_growth,
    ),
}
"""By the sample that stands for the same question."""


def load_public(name: str, url: str | None = None, **options: Any) -> PublicData:
    """Download and read a public file; ``options`` are those of ``fetch``.

    Errors: those of ``fetch`` and ``read_table``, and DataError ``public_file``.
    """
    public = PUBLIC[name]
    return public.prepare(fetch(url or public.url, **options))
