"""Pieces of pandas that several steps use."""

from __future__ import annotations

import pandas as pd

from lmm_core.data.change import is_number
from lmm_core.data.convert import level_text
from lmm_core.data.levels import level_order
from lmm_core.data.ordering import date_format_of
from lmm_core.data.table import Table
from lmm_core.report.scripts.number_text import NUMBER, NumberText
from lmm_core.report.scripts.quoting import py, wrapped

HELPERS: dict[str, str] = {
    "text(": '''\
def text(column):
    """A column as text: 3.0 reads "3", a date "2024-01-31"; missing stays missing."""

    def written(value):
        if isinstance(value, str):
            return value
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value).removesuffix(" 00:00:00")

    return column.astype(object).map(written, na_action="ignore").astype(object)
''',
    "poly(": '''\
def poly(x, degree):
    """Orthogonal polynomials of x, one column per degree (the same space as x, x², ...)."""
    x = x - x.mean()
    q, r = np.linalg.qr(np.vander(x, degree + 1, increasing=True))
    return q[:, 1:] * np.sign(np.diag(r))[1:]
''',
}
"""Functions that a script brings along when its lines call them."""


def column(name: str) -> str:
    return f"data[{py(name)}]"


def names(found: list[str], indent: str = "    ") -> str:
    """A list of texts, broken over lines."""
    return wrapped([py(name) for name in found], "[", "]", indent)


def category(x: str, values: pd.Series) -> str:
    """``x`` as a category with the levels of ``values`` (n,) in their order."""
    levels = names([level_text(c) for c in values.cat.categories], "        ")
    ordered = ", ordered=True" if values.cat.ordered else ""
    return f"pd.Categorical({x}, categories={levels}{ordered})"


def numbers(x: str, source: str, how: NumberText) -> list[str]:
    """Lines that turn the text column ``source`` into numbers and put them into ``x``."""
    lines = [f"cells = text({source}).str.strip()"]
    if how.replaced:
        pairs = wrapped([py(pair) for pair in how.replaced], "[", "]")
        lines += [
            f"for old, new in {pairs}:",
            "    cells = cells.str.replace(old, new, regex=False)",
        ]
    made = f"pd.to_numeric(cells.where(cells.str.fullmatch({py(NUMBER)}, na=False)))"
    if not how.odd:
        return [*lines, f"{x} = {made}"]
    pairs = wrapped([f"{py(cell)}: {_number(n)}" for cell, n in how.odd], "{", "}")
    return [
        *lines,
        f"odd = {pairs}",
        f"{x} = {made}.mask(text({source}).isin(list(odd)), text({source}).map(odd))",
    ]


def _number(value: float) -> str:
    return "np.nan" if value != value else repr(float(value))


def by(group: str | list[str], before: Table) -> str:
    """The grouped frame."""
    given = [group] if isinstance(group, str) else group
    categories = any(isinstance(before.frame[g].dtype, pd.CategoricalDtype) for g in given)
    keys = py(given[0]) if len(given) == 1 else py(given)
    return f"data.groupby({keys}{', observed=True' if categories else ''})"


def dates(x: str, values: pd.Series, asked: str | None) -> str | None:
    """A column as dates; None when its way to write them has no short form."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return x
    form = date_format_of(values, asked)
    cells = f"text({x}).str.strip()"
    if form == "ISO8601":
        made = f'pd.to_datetime({cells}, format="ISO8601", errors="coerce", utc=True)'
        return f"{made}.dt.tz_localize(None)"
    if "%b" in form:
        cells, form = f'{cells}.str.replace("-", " ")', form.replace("-", " ")
    if "%H" in form:
        cells = f'{cells}.str.replace("T", " ")'
    return f'pd.to_datetime({cells}, format={py(form)}, errors="coerce")'


def when(time: str, before: Table) -> list[str] | None:
    """Lines that make ``when``: numbers or dates in whose order the rows of a group stand."""
    values, x = before.frame[time], column(time)
    if is_number(values):
        return [f"when = {x}"]
    if isinstance(values.dtype, pd.CategoricalDtype) and values.cat.ordered:
        return [f"when = {x}.cat.codes.where({x}.notna())"]
    order = level_order([str(u) for u in pd.unique(values.dropna())])
    if order is not None and not pd.api.types.is_datetime64_any_dtype(values):
        places = wrapped([f"{py(name)}: {k}" for k, name in enumerate(order)], "{", "}")
        return [f"when = text({x}).map({places})"]
    made = dates(x, values, None)
    return None if made is None else [f"when = {made}"]
