"""The script on pymer4 (0.9), which runs lme4 and lmerTest from Python."""

from __future__ import annotations

from collections.abc import Sequence

from lmm_core.model.spec import ModelSpec, RandomTerm, Term
from lmm_core.report.scripts.analysis import Analysis, Script
from lmm_core.report.scripts.expected import expected_numbers
from lmm_core.report.scripts.independent import Independent, independent_terms
from lmm_core.report.scripts.pandas_data import PandasData, column_piece, helpers, pandas_data
from lmm_core.report.scripts.python_check import figure, python_check
from lmm_core.report.scripts.quoting import comment, py

LANGUAGE = "pymer4"
NAME = "analysis_pymer4.py"
DIGITS = 3
_PLACES = {
    **{kind: f'fixed["{kind}"][{{k}}]' for kind in ("estimate", "std_error", "df", "p_value")},
    "sd": 'random["estimate"][{k}]',
    "correlation": 'random["estimate"][{k}]',
}


def pymer4_script(analysis: Analysis) -> Script:
    """The model by pymer4; without it the reason."""
    spec = analysis.fit.spec
    if not spec.reml:
        return Script(LANGUAGE, NAME, None, "pymer4 0.9 fits by REML only; this model is by ML.")
    if spec.residual is not None:
        reason = "lme4, which pymer4 runs, has no residual structures; take the script in R."
        return Script(LANGUAGE, NAME, None, reason)
    data = pandas_data(analysis)
    # Standard errors of a Kenward–Roger table are adjusted, which this interface doesn't promise.
    kinds = ("estimate", "std_error", "df", "p_value")
    if spec.df_method == "kenward-roger":
        kinds = ("estimate",)
    elif spec.df_method == "normal":
        kinds = ("estimate", "std_error")
    expected = expected_numbers(analysis.fit, kinds, DIGITS)
    body = [
        *data.lines,
        "",
        *_fit(analysis, data),
        "",
        *comment("Fixed effects, then SDs and correlations of the random effects."),
        "fixed, random = model.result_fit, model.ranef_var",
        "print(fixed)",
        "print(random)",
        *_figure(analysis),
        "",
        *python_check(expected, _PLACES, DIGITS),
        "",
    ]
    lines = [
        *comment(f"Linear mixed model of {analysis.plain_file_name}, with pymer4 0.9."),
        *comment("It needs R with the packages lme4, lmerTest and parameters."),
        "import numpy as np",
        "import pandas as pd",
        "import polars as pl",
        "from pymer4.models import lmer",
        *helpers(body),
        *body,
    ]
    text = "\n".join(lines)
    return Script(LANGUAGE, NAME, text, "", data.reads, len(expected), data.companions)


def _figure(analysis: Analysis) -> list[str]:
    if "residuals" not in analysis.outputs:
        return []
    words = comment("Residuals against fitted values: look for a curve or a funnel.")
    return [*words, *figure('model.data["fitted"]', 'model.data["resid"]')]


def _fit(analysis: Analysis, data: PandasData) -> list[str]:
    spec = analysis.fit.spec
    columns = data.columns
    groups = dict.fromkeys(columns.group.values())
    known = {c.alias: c for c in columns.columns}
    factors = [alias for alias, c in known.items() if c.levels]
    plain = [g for g in groups if g not in factors]
    # Groups are text, so that no column of numbers is taken for a slope.
    lines = [f"d[{py(alias)}] = d[{py(alias)}].astype(str)" for alias in factors]
    lines += [f"d[{py(g)}] = text(d[{py(g)}])" for g in plain if known[g].levels is not None]
    weights = f", weights={py(columns.weights)}" if columns.weights else ""
    independent = independent_terms(
        analysis.fit, [*known, *(n for names in data.derived.values() for n in names)]
    )
    for one in independent:
        for name, recipe in one.columns.items():
            pieces = [column_piece(piece, data) for piece in recipe]
            lines.append(f"d[{py(name)}] = ({' * '.join(pieces)}).astype(float)")
    formula = py(plain_formula(spec, data, independent))
    lines.append(f"model = lmer({formula}, data=pl.from_pandas(d){weights})")
    if factors:
        lines += [*comment("Categories, the reference level first."), "model.set_factors({"]
        lines += [f"    {py(a)}: {py(list(known[a].levels or ()))}," for a in factors]
        lines.append("})")
    method = {
        "satterthwaite": "satterthwaite",
        "kenward-roger": "kenward",
        "normal": "wald",
    }[spec.df_method]
    return [*lines, f"model.fit(conf_method={py(method)})"]


def plain_formula(
    spec: ModelSpec, data: PandasData, independent: Sequence[Independent] = ()
) -> str:
    """The formula of plain names: what it computes stands in columns of its own."""
    own = {one.term: list(one.columns) for one in independent}

    def texts(term: Term) -> list[str]:
        found = [""]
        for text in term:
            names = data.derived.get(text) or (data.columns.category[text],)
            found = [f"{a}:{b}" if a else b for b in names for a in found]
        return found

    def random(term: RandomTerm) -> str:
        inner = own.get(term) or [t for one in term.terms for t in texts(one)]
        inner = ["1" if term.intercept else "0", *inner]
        group = ":".join(data.columns.group[g] for g in term.group)
        return f"({' + '.join(inner)} {'|' if term.correlated else '||'} {group})"

    fixed = ["1" if spec.intercept else "0", *(t for term in spec.fixed for t in texts(term))]
    right = [*fixed, *(random(term) for term in spec.random)]
    return f"{data.derived[spec.outcome][0]} ~ {' + '.join(right)}"
