"""The script in R: lme4, lmerTest, and pbkrtest and emmeans where they are needed."""

from __future__ import annotations

from collections.abc import Sequence

from lmm_core.report.scripts.analysis import Analysis, Script
from lmm_core.report.scripts.expected import DIGITS, Expected, expected_numbers
from lmm_core.report.scripts.independent import independent_terms
from lmm_core.report.scripts.model_columns import ModelColumns
from lmm_core.report.scripts.quoting import ascii_lines, comment, one_line, r, r_number
from lmm_core.report.scripts.r_data import r_data, r_helpers, r_model_frame
from lmm_core.report.scripts.r_formula import r_formula, r_piece
from lmm_core.report.scripts.r_structured import structured_script

LANGUAGE = "R"
NAME = "analysis.R"
KINDS = ("estimate", "std_error", "df", "p_value", "sd", "correlation", "loglik")
_COLUMN = {"estimate": 1, "std_error": 2, "df": 3, "p_value": 5}
_DDF = {"satterthwaite": "Satterthwaite", "kenward-roger": "Kenward-Roger", "normal": "lme4"}


def r_script(analysis: Analysis) -> Script:
    """The whole analysis in R."""
    spec = analysis.fit.spec
    if spec.residual is not None:
        return structured_script(analysis)
    kinds = KINDS
    if spec.df_method == "normal":
        kinds = ("estimate", "std_error", "sd", "correlation", "loglik")
    expected = expected_numbers(analysis.fit, kinds)
    found, columns = r_data(analysis)
    data_lines = [*found.lines, "", *r_model_frame(columns, analysis.table.frame)]
    packages = ["lme4", "lmerTest"]
    if spec.df_method == "kenward-roger":
        packages.append("pbkrtest")
    lines = [
        *comment(f"Linear mixed model of {analysis.plain_file_name}, with lme4 and lmerTest."),
        *comment(f"Packages: install.packages(c({', '.join(r(p) for p in packages)}))"),
        *(f"library({package})" for package in packages),
        "",
        *r_helpers(data_lines),
        *data_lines,
        "",
        *_model(analysis, columns),
        "",
        *_tables(analysis, columns),
        *_figures(analysis),
        "",
        *_check(expected),
        "",
    ]
    text = "\n".join(ascii_lines(lines))
    return Script(LANGUAGE, NAME, text, "", found.reads, len(expected), found.companions)


def _model(analysis: Analysis, columns: ModelColumns) -> list[str]:
    spec = analysis.fit.spec
    independent = independent_terms(analysis.fit, [c.alias for c in columns.columns])
    formula = r_formula(spec, columns, independent)
    assert formula is not None
    lines: list[str] = []
    for one in independent:
        lines += comment(
            "Columns of 0 and 1, because lme4 lets the levels of a category correlate after all."
        )
        for name, recipe in one.columns.items():
            pieces = [r_piece(piece, columns) for piece in recipe]
            lines.append(f"d${name} <- as.numeric({' * '.join(pieces)})")
    if "center(" in formula:
        lines += ["center <- function(x) x - mean(x)"]
    lines += comment(
        "The model: before the bar of (... | group) stands what differs between groups. "
        + ("REML = TRUE estimates the variances without bias from the fixed effects. "
           if spec.reml else "REML = FALSE is maximum likelihood. ")
        + "The optimiser is asked for more digits than by default."
    )  # fmt: skip
    weights = f"  weights = {columns.weights},\n" if columns.weights else ""
    return [
        *lines,
        "model <- lmer(",
        f"  {formula},",
        f"  data = d,\n{weights}  REML = {'TRUE' if spec.reml else 'FALSE'},",
        '  control = lmerControl(optimizer = "bobyqa",',
        "                        optCtrl = list(rhoend = 1e-9, maxfun = 1e5))",
        ")",
    ]


def _tables(analysis: Analysis, columns: ModelColumns) -> list[str]:
    spec = analysis.fit.spec
    ddf = _DDF[spec.df_method]
    level = r_number(spec.ci_level)
    lines = comment(
        {
            "satterthwaite": "Fixed effects with Satterthwaite degrees of freedom (lmerTest).",
            "kenward-roger": "Fixed effects with Kenward–Roger degrees of freedom and standard "
            "errors (pbkrtest).",
            "normal": "Fixed effects; the normal distribution takes the number of groups as "
            "infinite, so that p-values are too small with few groups.",
        }[spec.df_method]
    )
    lines.append(f"fixed <- coef(summary(model, ddf = {r(ddf)}))")
    if spec.df_method == "normal":
        lines.append("fixed <- cbind(fixed, p = 2 * pnorm(-abs(fixed[, 3])))")
        half = f"qnorm((1 + {level}) / 2)"
    else:
        half = f"qt((1 + {level}) / 2, fixed[, 3])"
    lines += [
        f"half <- {half} * fixed[, 2]",
        "print(cbind(fixed, low = fixed[, 1] - half, high = fixed[, 1] + half))",
        *comment("Variance components: sdcor is the SD between groups (or a correlation)."),
        "components <- as.data.frame(VarCorr(model))",
        "print(components)",
    ]
    wants = analysis.outputs
    if "icc" in wants and all(b.layout.width == 1 for b in analysis.fit.design.blocks):
        lines += [
            *comment("ICC: the share of the unexplained variance that lies between groups."),
            "print(1 - sigma(model)^2 / sum(components$vcov))",
        ]
    if "anova" in wants and ddf != "lme4":
        lines += ["# One F test per term.", f'print(anova(model, type = "III", ddf = {r(ddf)}))']
    if "random_tests" in wants:
        lines += [
            *comment("Likelihood-ratio tests of the random effects. Their p-values are too large: "
                     "a variance can't be below 0, so half of the chi-square lies at 0."),
            "print(ranova(model))",
        ]  # fmt: skip
    if "profile" in wants:
        lines += ["# Profile intervals of all parameters.",
                  f"print(confint(model, level = {level}, oldNames = FALSE))"]  # fmt: skip
    lines += _means(analysis, columns)
    if "comparison" in wants:
        lines += _ladder(analysis, columns)
    return lines


def _means(analysis: Analysis, columns: ModelColumns) -> list[str]:
    """Marginal means of the first categorical predictor."""
    alias = next((columns.category[t[0]] for t in analysis.fit.spec.fixed
                  if len(t) == 1 and t[0] in columns.category), None)  # fmt: skip
    method = analysis.fit.spec.df_method
    if alias is None or "anova" not in analysis.outputs or method == "normal":
        return []
    return [
        *comment("Means per level with the other predictors held, and their differences."),
        'if (requireNamespace("emmeans", quietly = TRUE)) {',
        f"  print(emmeans::emmeans(model, pairwise ~ {alias}, lmer.df = {r(method)},",
        "                         lmerTest.limit = nrow(d), pbkrtest.limit = nrow(d)))",
        "}",
    ]


def _ladder(analysis: Analysis, columns: ModelColumns) -> list[str]:
    made, names = [], []
    for rung in analysis.ladder:
        formula = r_formula(rung.spec, columns)
        if formula is not None and rung.spec != analysis.fit.spec:
            made.append(f"  lmer({formula}, data = d, REML = FALSE)")
            names.append(rung.name)
    if not made:
        return []
    lines = comment("Other models of the same rows, compared by maximum likelihood:")
    for k, name in enumerate(names, 1):
        lines.append(f"# {k}. {one_line(name)}")
    return [*lines, "others <- list(", ",\n".join(made), ")",
            "print(sapply(c(list(update(model, REML = FALSE)), others), AIC))"]  # fmt: skip


def _figures(analysis: Analysis) -> list[str]:
    lines: list[str] = []
    if "residuals" in analysis.outputs:
        lines += [
            "plot(fitted(model), resid(model))",
            "abline(h = 0, lty = 3)",
            "qqnorm(resid(model)); qqline(resid(model))",
        ]
    if "caterpillar" in analysis.outputs:
        lines.append("for (p in lattice::dotplot(ranef(model, condVar = TRUE))) print(p)")
    if not lines:
        return []
    return ["", *comment("Figures, in figures.pdf."), 'pdf("figures.pdf")', *lines,
            "invisible(dev.off())"]  # fmt: skip


def _check(expected: Sequence[Expected]) -> list[str]:
    def place(e: Expected) -> str:
        if e.kind in _COLUMN:
            return f"fixed[{e.index + 1}, {_COLUMN[e.kind]}]"
        if e.kind in ("sd", "correlation"):
            return f"components$sdcor[{e.index + 1}]"
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
