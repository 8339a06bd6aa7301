"""The tables of the effects page."""

from __future__ import annotations

import pandas as pd

from lmm_core.figures.theme import position
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text
from pages.parts import tables
from pages.parts.tables import Column

AT_MOST = 30


def show(fit: FittedModel, table: pd.DataFrame, heading: str, alt: str, key: str) -> None:
    """Means, slopes or comparisons: what each row is, estimate, interval, p where there is one."""
    first = list(table.columns).index("estimate")
    names = list(table.columns[:first])
    shown = table.assign(**{name: [_text(v) for v in table[name]] for name in names})
    level = level_text(fit.spec.ci_level)
    columns = [Column(name, _HEADINGS.get(name, name)) for name in names]
    columns += [
        Column("estimate", heading, tables.ESTIMATE),
        Column("conf_low", f"{level} CI low", tables.ESTIMATE),
        Column("conf_high", "high", tables.ESTIMATE),
    ]
    if "p_value" in table:
        columns.append(Column("p_value", "p", tables.P_VALUE))
    columns.append(Column("std_error", "SE", tables.ESTIMATE))
    if "statistic" in table:
        symbol = "z" if fit.spec.df_method == "normal" else "t"
        columns.append(Column("statistic", symbol, tables.ESTIMATE))
    columns.append(Column("df", "df", tables.DEGREES))
    tables.show(shown, columns, alt, key, AT_MOST)


_HEADINGS = {"contrast": "Comparison", "at": "Point"}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.replace(" - ", " − ")
    return position(float(value))  # type: ignore[arg-type]
