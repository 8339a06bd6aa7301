"""The script in R of a model with a residual structure: nlme, as lme4 has none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from lmm_core.fitted import FittedModel
from lmm_core.model.residual import PowerVariance, VarianceByLevel
from lmm_core.model.spec import RandomTerm
from lmm_core.report.scripts.analysis import Analysis, Script
from lmm_core.report.scripts.expected import Expected, expected_numbers
from lmm_core.report.scripts.model_columns import ModelColumns
from lmm_core.report.scripts.quoting import ascii_lines, comment, r, r_number
from lmm_core.report.scripts.r_data import r_data, r_helpers, r_model_frame
from lmm_core.report.scripts.r_formula import r_formula

LANGUAGE = "R"
NAME = "analysis.R"
DIGITS = 3


def structured_script(analysis: Analysis) -> Script:
    """The model by ``nlme::lme``; without it the reason."""
    fit = analysis.fit
    order, reason = _nested_groups(fit)
    if reason:
        return Script(LANGUAGE, NAME, None, reason)
    found, columns = r_data(analysis)
    formula = r_formula(fit.spec, columns)
    if formula is None:
        reason = (
            "nlme has no uncorrelated random effects of the levels of a category; make them "
            "correlated, or take the script in Python (lmm_core)."
        )
        return Script(LANGUAGE, NAME, None, reason)
    expected = _expected(fit)
    data_lines = [*found.lines, "", *r_model_frame(columns, analysis.table.frame)]
    lines = [
        *comment(f"Linear mixed model of {analysis.plain_file_name}, with nlme."),
        *comment('Packages: install.packages("nlme")'),
        "library(nlme)",
        "",
        *r_helpers(data_lines),
        *data_lines,
        "",
        *_model(fit, columns, formula, order),
        "",
        *_tables(fit),
        *_figures(analysis),
        "",
        *_check(fit, expected),
        "",
    ]
    text = "\n".join(ascii_lines(lines))
    return Script(LANGUAGE, NAME, text, "", found.reads, len(expected), found.companions)


def _nested_groups(fit: FittedModel) -> tuple[tuple[RandomTerm, ...], str]:
    """The random terms, those of the outermost groups first; or why lme has no such model."""
    terms = fit.spec.random
    names = [term.group_name for term in terms]
    if len(set(names)) < len(names):
        return (), (
            "nlme takes one random term per grouping column; take the script in Python (lmm_core)."
        )
    if fit.spec.weights:
        return (), (
            "nlme has no prior weights beside a residual structure; take the script in Python "
            "(lmm_core)."
        )
    ordered = sorted(terms, key=lambda term: fit.groups[term.group_name].n_levels)
    for outer, inner in pairwise(ordered):
        one, other = fit.groups[outer.group_name], fit.groups[inner.group_name]
        lookup = np.zeros(other.n_levels, dtype=np.intp)
        lookup[other.codes] = one.codes
        nested = bool((lookup[other.codes] == one.codes).all())
        if not nested:
            return (), (
                f"nlme can't cross {outer.group_name} and {inner.group_name}; take the script in "
                "Python (lmm_core)."
            )
    return tuple(ordered), ""


def _model(
    fit: FittedModel, columns: ModelColumns, formula: str, order: Sequence[RandomTerm]
) -> list[str]:
    spec, residual = fit.spec, fit.estimates.residual
    assert residual is not None
    fixed, texts = _parts(formula)
    by_group = dict(zip([term.group_name for term in spec.random], texts, strict=True))
    lines = ["center <- function(x) x - mean(x)"] if "center(" in formula else []
    # Of a combination of columns a factor of its own; levels are unique.
    groups = []
    for k, term in enumerate(order):
        aliases = [columns.group[g] for g in term.group]
        groups.append(aliases[0] if len(aliases) == 1 else f"group_{k + 1}")
        if len(aliases) > 1:
            lines.append(f"d${groups[-1]} <- interaction({', '.join('d$' + a for a in aliases)})")
    random = []
    for group, term in zip(groups, order, strict=True):
        inner = f"~ {by_group[term.group_name]}"
        random.append(f"{group} = {inner if term.correlated else f'pdDiag({inner})'}")
    options = [f"random = list({', '.join(random)})"]
    variance, correlation = residual.structure.variance, residual.structure.correlation
    if isinstance(variance, VarianceByLevel):
        options.append(f"weights = varIdent(form = ~ 1 | {columns.spread})")
    elif isinstance(variance, PowerVariance):
        of = columns.spread if variance.column is not None else "fitted(.)"
        options.append(f"weights = varPower(form = ~ {of})")
    if correlation is not None:
        inside = "/".join(groups)
        if correlation.kind == "ar1":
            lines += comment("The place of each row in its group, in order of time.")
            lines.append(f"d$place <- ave(d${columns.time}, d${groups[-1]}, FUN = rank)")
            options.append(f"correlation = corAR1(form = ~ place | {inside})")
        else:
            options.append(f"correlation = corCAR1(form = ~ {columns.time} | {inside})")
    lines += comment(
        f"The model; its residuals: {spec.residual.words if spec.residual else ''}. "
        "The optimiser is asked for more digits than by default."
    )
    return [
        *lines,
        "model <- lme(",
        f"  {fixed},",
        "  data = d,",
        *(f"  {option}," for option in options),
        f'  method = "{"REML" if spec.reml else "ML"}",',
        "  control = lmeControl(maxIter = 500, msMaxIter = 1000, niterEM = 100,",
        "                       tolerance = 1e-9, msTol = 1e-11)",
        ")",
    ]


def _parts(formula: str) -> tuple[str, list[str]]:
    """The fixed part of a formula, and what stands before the bar of each random term."""
    fixed, *random = formula.split(" + (")
    return fixed, [text.split(" || " if " || " in text else " | ")[0] for text in random]


def _tables(fit: FittedModel) -> list[str]:
    level = r_number(fit.spec.ci_level)
    return [
        *comment(
            "Fixed effects. nlme's degrees of freedom count rows and groups and allow for neither "
            "the variances nor the residual structure being estimated: p-values and intervals "
            "differ from those on screen, which do."
        ),
        "fixed <- summary(model, adjustSigma = FALSE)$tTable",
        "print(fixed)",
        *comment("Variances, residual structure, log-likelihood, and approximate intervals."),
        "print(model)",
        f"print(try(intervals(model, level = {level}), silent = TRUE))",
    ]


def _figures(analysis: Analysis) -> list[str]:
    if "residuals" not in analysis.outputs:
        return []
    return [
        "",
        *comment("Figures, in figures.pdf: residuals with the structure taken out."),
        'pdf("figures.pdf")',
        'plot(fitted(model), resid(model, type = "normalized"))',
        "abline(h = 0, lty = 3)",
        'qqnorm(resid(model, type = "normalized")); qqline(resid(model, type = "normalized"))',
        "invisible(dev.off())",
    ]


def _expected(fit: FittedModel) -> tuple[Expected, ...]:
    """Estimates, standard errors, and the log-likelihood; then each residual SD that differs."""
    kinds = ("estimate", "std_error", "loglik")
    found = list(expected_numbers(fit, kinds, DIGITS))
    sd = fit.residual_sd
    for row in dict.fromkeys((0, int(sd.argmin()), int(sd.argmax()))):
        name = f"residual SD of row {row + 1}"
        found.append(Expected(name, "sd", row, float(sd[row]), 10.0**-DIGITS * 3 * float(sd[row])))
    return tuple(found)


def _check(fit: FittedModel, expected: Sequence[Expected]) -> list[str]:
    def place(e: Expected) -> str:
        if e.kind in ("estimate", "std_error"):
            return f"fixed[{e.index + 1}, {1 if e.kind == 'estimate' else 2}]"
        if e.kind == "sd":
            return f'attr(model$residuals, "std")[{e.index + 1}]'
        return "as.numeric(logLik(model))"

    rows = [
        f"  list({r(e.name)}, {place(e)}, {r_number(e.value)}, {e.tolerance:.1e})" for e in expected
    ]
    return [
        *comment("Check: each number found here, the number on screen, how far they may differ."),
        "checks <- list(",
        ",\n".join(rows),
        ")",
        "for (check in checks) if (abs(check[[2]] - check[[3]]) > check[[4]])",
        '  stop(check[[1]], ": ", check[[2]], ", on screen ", check[[3]])',
        f'cat("All", length(checks), "numbers agree with the screen to {DIGITS} digits.\\n")',
    ]
