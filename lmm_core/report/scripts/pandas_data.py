"""The first part of the scripts without lmm_core: from the file to the model's data frame."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lmm_core.model.encoding import Numeric
from lmm_core.model.factors import factor_of
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.scripts.layout_recipes import Piece
from lmm_core.report.scripts.model_columns import ModelColumns, model_columns
from lmm_core.report.scripts.pandas_dialect.words import HELPERS
from lmm_core.report.scripts.pandas_reading import PYTHON
from lmm_core.report.scripts.prepared import prepared
from lmm_core.report.scripts.quoting import comment, plain_names, py, wrapped

_CALLS = {
    **{name: f"np.{name}({{x}})" for name in ("log", "log2", "log10", "log1p", "exp", "sqrt")},
    "center": "{x} - {x}.mean()",
    "scale": "({x} - {x}.mean()) / {x}.std()",
    "I": "{x} ** {k}",
}


@dataclass(frozen=True)
class PandasData:
    """``lines`` end with the data frame ``d``; ``derived`` maps a numeric factor's text to the
    names of its columns in ``d``. ``reads`` and ``companions`` are those of ``Prepared``.
    """

    lines: tuple[str, ...]
    columns: ModelColumns
    derived: dict[str, tuple[str, ...]]
    reads: str
    companions: tuple[str, ...]


def pandas_data(analysis: Analysis) -> PandasData:
    """Read the file, prepare it, pick the model's columns, leave out incomplete rows."""
    found = prepared(analysis, PYTHON)
    columns = model_columns(analysis.fit)
    lines = [*found.lines, "", *_model_frame(columns, analysis.table.frame)]
    derived = _derived(analysis, columns, lines)
    return PandasData(tuple(lines), columns, derived, found.reads, found.companions)


def _model_frame(columns: ModelColumns, frame: pd.DataFrame) -> list[str]:
    lines = comment(
        "The model's columns, under short names. Rows in which one of them is missing can't be "
        "used: the model needs complete rows."
    )
    lines.append("d = pd.DataFrame({")
    for c in columns.columns:
        source = f"data[{py(c.source)}]"
        # The level of a date is its text in full.
        dated = frame[c.source].dtype.kind == "M"
        written = isinstance(frame[c.source].dtype, pd.StringDtype)
        level = source if written else f"text({source})"
        if dated:
            level = f"{source}.map(str, na_action='ignore')"
        if c.levels is None:
            made = f"pd.to_numeric({source}).astype(float)"
        elif c.levels:
            levels = wrapped([py(level) for level in c.levels], "[", "]", "        ")
            made = f"pd.Categorical({level}, categories={levels})"
        else:
            made = level
        lines += f"    {py(c.alias)}: {made},".split("\n")
    return [*lines, "}).dropna().reset_index(drop=True)", 'print(len(d), "rows in use")']


def _derived(
    analysis: Analysis, columns: ModelColumns, lines: list[str]
) -> dict[str, tuple[str, ...]]:
    """Add the columns that the formula computes, such as the logarithm of one."""
    spec, encoders = analysis.fit.spec, analysis.fit.design.encoders
    terms = (*spec.fixed, *(t for r in spec.random for t in r.terms))
    texts = dict.fromkeys([spec.outcome, *(text for term in terms for text in term)])
    numeric = [
        text for text in texts if text == spec.outcome or isinstance(encoders[text], Numeric)
    ]
    taken = [c.alias for c in columns.columns]
    made: dict[str, tuple[str, ...]] = {}
    body: list[str] = []
    for text in numeric:
        factor = factor_of(text)
        x = f"d[{py(columns.numeric[factor.column])}]"
        if not factor.calls:
            made[text] = (columns.numeric[factor.column],)
            continue
        degree = factor.calls[-1][1] if factor.calls[-1][0] == "poly" else None
        for call, number in factor.calls[:-1] if degree else factor.calls:
            x = f"({_CALLS[call].format(x=x, k=number)})"
        wanted = [f"{text} {k + 1}" if degree else text for k in range(degree or 1)]
        names = plain_names([*taken, *wanted])[len(taken) :]
        taken += names
        made[text] = tuple(names)
        if degree:
            body.append(f"d[{py(names)}] = poly({x}, {degree})")
        else:
            body.append(f"d[{py(names[0])}] = {x[1:-1]}")
    if body:
        lines += ["", "# Columns that the formula computes.", *body]
    return made


def helpers(lines: list[str]) -> list[str]:
    """The functions that the lines call."""
    used = "\n".join(lines)
    found = [""]
    for call, text in HELPERS.items():
        if call in used:
            found += ["", *text.rstrip().split("\n"), ""]
    return [*found, ""] if len(found) > 1 else found


def column_piece(piece: Piece, data: PandasData) -> str:
    """One factor of a column of a model matrix: a level as 0 and 1, or a number."""
    text, level, k = piece
    if level is None:
        return f"d[{py(data.derived[text][k])}]"
    return f"(d[{py(data.columns.category[text])}] == {py(level)})"
