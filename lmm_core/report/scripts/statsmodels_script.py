"""The script on statsmodels alone, where MixedLM can express the model."""

from __future__ import annotations

import numpy as np

from lmm_core.assess.cross_check import why_not
from lmm_core.fitted import FittedModel
from lmm_core.report.scripts.analysis import Analysis, Script
from lmm_core.report.scripts.expected import DIGITS, expected_numbers
from lmm_core.report.scripts.layout_recipes import Piece, column_recipes
from lmm_core.report.scripts.pandas_data import PandasData, column_piece, helpers, pandas_data
from lmm_core.report.scripts.python_check import figure, python_check
from lmm_core.report.scripts.quoting import comment, py, wrapped

LANGUAGE = "statsmodels"
NAME = "analysis_statsmodels.py"
KINDS = ("estimate", "std_error", "sd", "correlation", "loglik")
NEAR_COLLINEAR = 0.995
_ERRORS = """\
def standard_errors(result):
    \"\"\"Of the fixed effects, from the covariance matrix of the rows of each group.

    (result.bse_fe comes from second derivatives and differs in the third digit.)
    \"\"\"
    information = 0.0
    for rows in d.groupby(groups.to_numpy()).indices.values():
        x, z = X.to_numpy()[rows], Z.to_numpy()[rows]
        V = z @ np.asarray(result.cov_re) @ z.T + result.scale * np.eye(len(rows))
        information = information + x.T @ np.linalg.solve(V, x)
    return np.sqrt(np.diag(np.linalg.inv(information)))
"""
_PLACES = {
    "estimate": "result.fe_params.iloc[{k}]",
    "std_error": "errors[{k}]",
    "loglik": "result.llf",
}


def statsmodels_script(analysis: Analysis) -> Script:
    """The model by ``MixedLM``; without it the reason."""
    reason = why_not(analysis.fit) or _too_hard(analysis.fit)
    if reason:
        return Script(LANGUAGE, NAME, None, reason)
    data = pandas_data(analysis)
    # Standard errors by Kenward and Roger are adjusted; these here aren't.
    adjusted = analysis.fit.spec.df_method == "kenward-roger"
    kinds = tuple(kind for kind in KINDS if not (adjusted and kind == "std_error"))
    expected = expected_numbers(analysis.fit, kinds)
    q = analysis.fit.design.blocks[0].layout.width
    body = [
        *data.lines,
        "",
        *_matrices(analysis.fit, data),
        "",
        *_fit(analysis.fit, data),
        "",
        *_show(analysis),
        "",
        *_check(analysis.fit, expected, q),
        "",
    ]
    lines = [
        *comment(f"Linear mixed model of {analysis.plain_file_name}, with statsmodels alone."),
        "import warnings",
        "",
        "import numpy as np",
        "import pandas as pd",
        "from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams",
        *helpers(body),
        *body,
    ]
    text = "\n".join(lines)
    return Script(LANGUAGE, NAME, text, "", data.reads, len(expected), data.companions)


def _too_hard(fit: FittedModel) -> str:
    if fit.is_singular:
        return (
            "The fit is at its boundary (a variance of 0, or a correlation of 1), where MixedLM "
            "doesn't converge."
        )
    r = [abs(c.sdcor) for c in fit.components if c.term_2 is not None]
    if r and max(r) > NEAR_COLLINEAR:
        return (
            "Intercept and slope between groups are almost collinear, so that MixedLM doesn't "
            "reach the optimum; centre the slope's predictor."
        )
    return ""


def _matrices(fit: FittedModel, data: PandasData) -> list[str]:
    design, block = fit.design, fit.design.blocks[0]
    lines = comment(
        "One column per fixed effect. A level of a category has a column with 1 in its rows; the "
        "reference level has none, so that each coefficient is a difference from it."
    )
    recipes = column_recipes(design.layout, design.encoders)
    lines += _matrix("X", [(design.layout.names[k], recipes[k]) for k in design.kept], data)
    lines += comment("The columns whose effects differ between groups, and the groups.")
    pairs = zip(block.layout.names, column_recipes(block.layout, design.encoders), strict=True)
    lines += _matrix("Z", list(pairs), data)
    parts = [f"text(d[{py(data.columns.group[g])}])" for g in block.grouping.columns]
    return [*lines, "groups = " + ' + ":" + '.join(parts)]


def _matrix(name: str, columns: list[tuple[str, tuple[Piece, ...]]], data: PandasData) -> list[str]:
    lines, taken = [f"{name} = pd.DataFrame(index=d.index)"], set()
    for k, (label, recipe) in enumerate(columns):
        key = label if label not in taken else f"{label} {k + 1}"
        taken.add(key)
        made = " * ".join(column_piece(piece, data) for piece in recipe) or "1.0"
        lines.append(f"{name}[{py(key)}] = {made}")
    return [*lines, f"{name} = {name}.astype(float)"]


def _fit(fit: FittedModel, data: PandasData) -> list[str]:
    covariance = fit.estimates.covariances[0] / fit.sigma**2
    sd = np.sqrt(np.diag(covariance))
    start = np.array([float(f"{v:.2g}") for v in sd])
    r = covariance / np.outer(sd, sd)
    near = np.outer(start, start) * np.where(np.eye(len(sd)) > 0, 1.0, np.round(r, 2))
    rows = ", ".join("[" + ", ".join(f"{v:.4g}" for v in row) + "]" for row in near.tolist())
    outcome = data.derived[fit.spec.outcome][0]
    lines = [
        *_ERRORS.rstrip().split("\n"),
        "",
        "",
        *comment(
            "Start near the optimum (two digits): from its own start the optimiser doesn't always "
            "arrive. It is asked for more digits than it can tell, so its warnings say nothing; "
            "the check at the end does."
        ),
    ]
    betas = wrapped([f"{v:.2g}" for v in fit.estimates.beta], "[", "]", "        ")
    return [
        *lines,
        "# cov_re is the covariance of the random effects in units of the residual variance.",
        "start = MixedLMParams.from_components(",
        f"    fe_params=np.array({betas}),",
        f"    cov_re=np.array([{rows}]),",
        ")",
        f"model = MixedLM(d[{py(outcome)}], X, groups=groups, exog_re=Z)",
        "with warnings.catch_warnings():",
        '    warnings.simplefilter("ignore")',
        f"    result = model.fit(reml={fit.spec.reml}, start_params=start, "
        'method=["bfgs"], gtol=1e-8, maxiter=1000)',
        "errors = standard_errors(result)",
    ]


def _show(analysis: Analysis) -> list[str]:
    lines = comment(
        "statsmodels tests with a normal distribution, as if there were infinitely many groups; "
        "with few groups its p-values are too small. Degrees of freedom (Satterthwaite, "
        "Kenward–Roger) it doesn't have."
    )
    lines.append("print(result.summary())")
    if "icc" in analysis.outputs and analysis.fit.design.blocks[0].layout.width == 1:
        lines += [
            *comment("ICC: the share of the unexplained variance that lies between groups."),
            "between = result.cov_re.iloc[0, 0]",
            'print("ICC", between / (between + result.scale))',
        ]
    if "residuals" in analysis.outputs:
        lines += [
            *comment("Residuals against fitted values: look for a curve or a funnel."),
            *figure("result.fittedvalues", "result.resid"),
        ]
    return lines


def _check(fit: FittedModel, expected, q: int) -> list[str]:
    lines = [
        "sds = np.sqrt(np.diag(result.cov_re))",
        "correlations = np.asarray(result.cov_re) / np.outer(sds, sds)",
    ]
    # Row of the variance components -> where it is among statsmodels' numbers.
    places = {}
    pairs = iter([(b, a) for b in range(q) for a in range(b + 1, q)])
    sd = iter(range(q))
    for k, c in enumerate(fit.components):
        if c.group == "Residual":
            places[k] = "np.sqrt(result.scale)"
        elif c.term_2 is None:
            places[k] = f"sds[{next(sd)}]"
        else:
            a, b = next(pairs)
            places[k] = f"correlations[{b}, {a}]"
    shown = python_check(expected, {**_PLACES, "sd": "\0{k}\0", "correlation": "\0{k}\0"}, DIGITS)
    for k, place in places.items():
        shown = [line.replace(f"\0{k}\0", place) for line in shown]
    return [*lines, *shown]
