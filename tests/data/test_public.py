"""Public files of exactly the published shapes, from a server on this machine to a fitted model."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest

from lmm_core.data import apply_steps
from lmm_core.data.public import PUBLIC, load_public
from lmm_core.errors import DataError
from lmm_core.fitted import fit_model
from lmm_core.model.sentence import describe

COUNTRIES = [f"Land {k}" for k in range(30)]
REGIONS = ("North America", "South Asia", "Sub-Saharan Africa")
VALUE = "PISA: Mean performance on the reading scale"


def reading_csv() -> bytes:
    """Entity, Code, Year, value; an aggregate without a code among the countries."""
    dice = np.random.default_rng(1)
    rows = [
        (name, f"L{k:02}", year, round(450 + 3 * k + 0.4 * (year - 2000) + dice.normal(0, 6), 2))
        for k, name in enumerate(COUNTRIES)
        for year in range(2000, 2023, 3)
        if (k + year) % 11
    ]
    rows += [("OECD average", None, year, 493.0) for year in range(2000, 2023, 3)]
    frame = pd.DataFrame(rows, columns=["Entity", "Code", "Year", VALUE])
    return frame.to_csv(index=False).encode()


def gdp_workbook() -> bytes:
    """Sheet "Data" with three lines above the header and a column per year; the metadata sheet."""
    dice = np.random.default_rng(2)
    years = [str(year) for year in range(1990, 2006)]
    names = [*COUNTRIES, "World", "Euro area"]
    head = ["Country Name", "Country Code", "Indicator Name", "Indicator Code"]
    lines: list[list[object]] = [
        ["Data Source", "World Development Indicators"],
        ["Last Updated Date", "2024-10-24"],
        [],
        [*head, *years],
    ]
    for k, name in enumerate(names):
        value = 1000 * (1 + k % 7)
        cells: list[object] = []
        for year in years:
            value *= 1 + dice.normal(0.02 + 0.01 * (k % 3), 0.03)
            cells.append(None if (k == 3 and year < "1995") else value)
        indicator = "GDP per capita (constant 2015 US$)"
        lines.append([name, f"L{k:02}", indicator, "NY.GDP.PCAP.KD", *cells])
    metadata: list[list[object]] = [
        ["Country Code", "Region", "IncomeGroup", "SpecialNotes", "TableName"]
    ]
    for k, name in enumerate(names):
        region = REGIONS[k % 3] if k < len(COUNTRIES) else None
        metadata.append([f"L{k:02}", region, "High income" if region else None, None, name])
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for sheet, cells in (("Data", lines), ("Metadata - Countries", metadata)):
            width = max(map(len, cells))
            frame = pd.DataFrame([line + [None] * (width - len(line)) for line in cells])
            frame.to_excel(writer, sheet_name=sheet, header=False, index=False)
    return buffer.getvalue()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {"/reading.csv": reading_csv(), "/gdp": gdp_workbook()}.get(self.path, b"a,b\n1,2\n")
        self.send_response(200)
        if self.path == "/gdp":
            self.send_header("Content-Disposition", "attachment; filename=API_NY.GDP.PCAP.KD.xls")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(
    ("name", "path", "columns", "formula"),
    [
        (
            "mathachieve",
            "/reading.csv",
            {"country", "Code", "year", "reading_score"},
            "reading_score ~ center(year) + (1 + center(year) | country)",
        ),
        (
            "gapminder",
            "/gdp",
            {"country", "Country Code", "year", "gdp_per_capita", "region", "growth"},
            "growth ~ center(year) + region + (1 | country)",
        ),
    ],
)
def test_from_the_web_to_a_fitted_model(
    server: str, name: str, path: str, columns: set[str], formula: str
):
    found = load_public(name, server + path, allow_private=True)
    others = {table.fingerprint: table for table in found.others}
    table = apply_steps(found.table, found.steps, others)
    assert set(table.frame.columns) == columns
    assert table.frame["country"].nunique() == len(COUNTRIES)
    wish = describe(PUBLIC[name].text, table.frame)
    assert wish.whole
    assert wish.spec.formula == formula
    assert wish.outputs
    fit = fit_model(wish.spec, table.frame)
    assert fit.convergence.converged
    assert fit.n_groups == {"country": len(COUNTRIES)}


@pytest.mark.parametrize("name", list(PUBLIC))
def test_another_file_is_refused_in_words(server: str, name: str):
    with pytest.raises(DataError) as caught:
        load_public(name, server + "/other.csv", allow_private=True)
    assert caught.value.next_step
