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
    "random_effects": Concept(
        "random intercept and random slope",
        "A random intercept gives every group a level of its own. A random slope gives it an "
        "effect of its own, for example a change per day. The model estimates how much these "
        "differ between groups and, when they are correlated, whether groups with a higher level "
        "also have a steeper slope.",
        r"y_{ij} = (\beta_0 + b_{0i}) + (\beta_1 + b_{1i})\,x_{ij} + \varepsilon_{ij}",
    ),
    "marginal_means": Concept(
        "marginal mean",
        "The mean that the model expects at a level of a predictor, with the numeric predictors at "
        "their mean and the other categories averaged with equal weights. It differs from the "
        "plain mean of the rows when the groups compared differ in the other predictors.",
        r"\hat\mu = x'\hat\beta",
    ),
    "adjustment": Concept(
        "adjusted comparison",
        "Among many comparisons some look clear by chance. Tukey's method keeps the chance of any "
        "false one at 5 % for all pairs of means; Holm's and Bonferroni's do so for any set of "
        "comparisons. The set that is adjusted together is called the family.",
        r"p_{\text{Bonferroni}} = \min(1,\, m\,p)",
    ),
    "simple_slopes": Concept(
        "simple slope",
        "With an interaction an effect isn't one number. A simple slope is the effect at one "
        "chosen value of the other predictor, for example at its mean and one SD below and above.",
        r"\partial y/\partial x = \beta_1 + \beta_3\,w",
    ),
    "johnson_neyman": Concept(
        "Johnson–Neyman region",
        "The values of the other predictor at which the interval of an effect excludes 0. A "
        "boundary moves with the sample size: beyond it the data are clear, not the effect "
        "present.",
        r"|\hat\beta_1 + \hat\beta_3 w| > t_{1-\alpha/2}\,\mathrm{SE}(w)",
    ),
    "aic_bic": Concept(
        "AIC and BIC",
        "Both weigh how well a model fits against how many parameters it needs; of models of the "
        "same rows the lower value is better. A difference below 2 hardly tells two models apart. "
        "BIC asks more of a further parameter, the more rows there are. The Akaike weight shares "
        "100 % among the models shown.",
        r"\mathrm{AIC} = -2\ell + 2k,\quad \mathrm{BIC} = -2\ell + k\log n",
    ),
    "lrt": Concept(
        "likelihood-ratio test",
        "Tests a model against one that is a special case of it: how much the fit improves, "
        "against what chance alone would give. When a variance is added, half of the reference "
        "distribution lies one degree of freedom lower, because a variance can't be negative.",
        r"\chi^2 = 2\,(\ell_{\text{larger}} - \ell_{\text{smaller}})",
    ),
    "programs": Concept(
        "coding of categories",
        "Programs compare the levels of a category with the first level, the last, or the average "
        "of all. With an interaction this changes what the other coefficients mean. The fitted "
        "values, the log-likelihood and the means per level stay the same.",
    ),
    "mixed_or_anova": Concept(
        "mixed model or repeated-measures ANOVA",
        "RM-ANOVA needs every subject at every time and drops the others; it takes all differences "
        "between times as equally variable (sphericity) or corrects its df for that. A mixed model "
        "uses every row and allows uneven times, numeric predictors and slopes of one's own. On "
        "complete, balanced data with a random intercept the two agree.",
        r"F = \mathrm{MS}_{\text{time}} / \mathrm{MS}_{\text{time}\times\text{subject}}",
    ),
    "bands": Concept(
        "three bands",
        "The narrow band holds the average of all groups. The middle one holds the mean of one "
        "group: a known one, or a new one that could be any. The wide one holds a single "
        "measurement. Each at the chosen level, and only as far as the model holds.",
        r"x'\hat\beta \pm t\,\mathrm{SE},\quad \pm z\sqrt{\mathrm{SE}^2 + zGz'},\quad "
        r"\pm z\sqrt{\mathrm{SE}^2 + zGz' + \sigma^2}",
    ),
    "influence": Concept(
        "influence",
        "How much the result hangs on one group: the model is fitted again without it, for every "
        "group in turn. A result that a single group turns round deserves a second look at that "
        "group's data; it isn't a reason to leave the group out.",
    ),
    "cooks_distance": Concept(
        "Cook's distance",
        "One number for the change of all fixed effects together, in units of their uncertainty. "
        "4 divided by the number of groups is a common mark for a closer look, not a test.",
        r"D_i = (\hat\beta - \hat\beta_{(i)})'\,V^{-1}(\hat\beta - \hat\beta_{(i)})/p",
    ),
    "missing_data": Concept(
        "missing at random",
        "Completely at random: what is missing has nothing to do with the data. At random: it may "
        "depend on what was seen, such as the value before. Not at random: it depends on the "
        "unseen value itself. The mixed model is valid in the first two cases, an analysis of the "
        "complete groups alone in general only in the first.",
    ),
    "rm_anova": Concept(
        "repeated-measures ANOVA",
        "The classical analysis of repeated measurements. It needs every value of everyone, takes "
        "time as categories and has no place for numeric predictors. Greenhouse–Geisser and "
        "Huynh–Feldt correct its p for unequal variances of the differences.",
    ),
}
