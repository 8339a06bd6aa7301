"""Short explanations of the concepts, each with its formula, for "what is this?"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Concept:
    """``text`` is Markdown; ``formula`` is LaTeX or empty."""

    title: str
    text: str
    formula: str = ""


CONCEPTS: dict[str, Concept] = {
    "mixed_model": Concept(
        "mixed model",
        "Rows of the same group resemble each other. A mixed model separates what holds on average "
        "(fixed effects) from how groups deviate from the average (random effects) and from the "
        "scatter of single rows (residual).",
        r"y = X\beta + Zb + \varepsilon,\quad b \sim N(0, G),\ \varepsilon \sim N(0, \sigma^2)",
    ),
    "fixed_effects": Concept(
        "fixed effect",
        "The average effect over all groups. The interval holds the values that the data are "
        "compatible with. The p-value says how unusual the data would be if the true effect were "
        "0; a large p doesn't show that there is no effect.",
        r"t = \hat\beta / \mathrm{SE}(\hat\beta)",
    ),
    "df": Concept(
        "degrees of freedom",
        "How much independent information stands behind an estimate. With few groups it is far "
        "less than the number of rows. Satterthwaite's method estimates it; a normal z-test takes "
        "it as endless and rejects too often.",
        r"\nu = 2\,(c'Vc)^2 / (g'Ag)",
    ),
    "variance_components": Concept(
        "variance component",
        "The model splits the scatter into parts: between groups (their levels and slopes) and "
        "within groups (residual). A standard deviation is in the units of the outcome.",
        r"\mathrm{Var}(y) = zGz' + \sigma^2",
    ),
    "icc": Concept(
        "ICC",
        "The intraclass correlation: the share of the variance left by the predictors that lies "
        "between groups. 0 means that groups don't differ, 1 that rows of a group are alike. With "
        "random slopes it depends on the predictor and is averaged over the rows.",
        r"\mathrm{ICC} = \sigma_u^2 / (\sigma_u^2 + \sigma^2)",
    ),
    "r2": Concept(
        "R²",
        "Marginal: the share of variance that the fixed effects explain. Conditional: fixed and "
        "random effects together.",
        r"R^2_m = \sigma_f^2/(\sigma_f^2+\sigma_u^2+\sigma^2)",
    ),
    "blup": Concept(
        "group's own line",
        "A group's deviation is estimated from its own rows and pulled towards the average, the "
        "more the fewer rows it has (shrinkage). Statisticians call it a BLUP or conditional mode.",
        r"\hat b = G Z' V^{-1}(y - X\hat\beta)",
    ),
    "caterpillar": Concept(
        "caterpillar plot",
        "Every group's deviation from the average, sorted, with its interval. An interval that "
        "excludes 0 marks a group that stands out from the average. To compare two groups with "
        "each other, the interval of their difference is needed.",
    ),
    "reml": Concept(
        "REML and ML",
        "Two ways to estimate the variances. REML allows for the estimated fixed effects and is "
        "the better default. ML is needed to compare models with different fixed effects.",
    ),
    "optimum": Concept(
        "certified optimum",
        "The variances are found by a search. At its end the program checks that no further step "
        "and no way off the boundary would fit better. If that fails it tries other starts and "
        "optimisers by itself, and says so when none succeeds.",
    ),
    "intervals": Concept(
        "profile and bootstrap interval",
        "A variance can't be negative, so estimate ± SE isn't valid for it. A profile interval "
        "holds all values at which the data are not much less likely than at the best. A bootstrap "
        "interval comes from refitting data simulated by the model.",
    ),
    "random_tests": Concept(
        "test of a random effect",
        "Compares the model with and without the effect. Because a variance can't be below 0, the "
        "usual chi-squared p-value is too large; the mixture halves its weight.",
        r"\tfrac12\chi^2_{k-1} + \tfrac12\chi^2_k",
    ),
    "f_tests": Concept(
        "F test of a whole term",
        "Tests all coefficients of a predictor at once. Type III: each term after all others. "
        "Type II: each term after all that don't contain it.",
    ),
    "assumptions": Concept(
        "assumption check",
        "Each check shows a picture, says how large a deviation is, and judges it by its size: "
        "with many rows even harmless deviations are significant.",
    ),
}
