"""The reporting list of Meteyard and Davies (2020) with what this report meets, and references."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lmm_core.data.samples import sample_info
from lmm_core.errors import LMMError
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Bullets, Column, Paragraph, Part, TablePart

Item = tuple[str, bool, str]
"""What is asked for, whether the report has it, and where, or what is left to do."""


def reporting_items(m: Material) -> tuple[Item, ...]:
    """The items of the list, in the words of this report."""
    has = m.sections.__contains__
    fit = m.fit
    text, tables = has("methods"), has("results")

    def item(what: str, met: bool, where: str, otherwise: str) -> Item:
        return what, met, where if met else otherwise

    return (
        item("Software and version", text, "Methods paragraph", "Add the methods paragraph."),
        item("Method of estimation (REML or ML)", text, "Methods paragraph",
             "Add the methods paragraph."),
        item("Numbers of rows and of groups at each level", has("data"), "Data",
             "Add the section on the data."),
        item("Why this sample size (power)", False, "",
             "Yours to write: the data don't hold it."),
        item("Exclusions, missing values and transformations",
             has("data") and has("missing"), "Data; Missing data",
             "Add the sections on the data and on missing data."),
        item("Fixed and random structure, with the equation", has("model"), "Model",
             "Add the section on the model."),
        item("Coding of categories, centring and scaling", text, "Methods paragraph",
             "Add the methods paragraph."),
        item("How the model was arrived at; other models tried",
             has("comparison") and m.comparison is not None, "Comparison of models",
             "Compare models on the page Compare, or say that this one was planned."),
        item("Fixed effects: estimate, standard error, interval, test, p", tables, "Results",
             "Add the results."),
        item("How p-values and degrees of freedom were found", text, "Methods paragraph",
             "Add the methods paragraph."),
        item("Variances and correlations of the random effects", tables, "Results",
             "Add the results."),
        item("Measures of fit (R², log-likelihood)", tables, "Results", "Add the results."),
        item("Assumptions checked", has("checks"), "Checks of the assumptions",
             "Add the checks."),
        item("Convergence, and what was done about problems",
             has("checks") and fit.convergence.converged, "Checks of the assumptions",
             "Add the checks." if fit.convergence.converged
             else "The optimum isn't certified: choose another model first."),
        item("Data and code to repeat the analysis", False, "",
             "Yours to do: share the data, and the script or the recipe of the page Report."),
    )  # fmt: skip


def reporting_section(m: Material) -> Iterator[Part]:
    """Each item with where it is met; those that aren't say what is left."""
    items = reporting_items(m)
    met = sum(ok for _, ok, _ in items)
    yield Paragraph(
        f"{met} of {len(items)} items of the list by Meteyard and Davies (2020) are met by this "
        "report; the others say what is left to do."
    )
    rows = [(what, "met" if ok else "not met", where) for what, ok, where in items]
    frame = pd.DataFrame(rows, columns=["item", "met", "where"])
    columns = (
        Column("item", "Item"),
        Column("met", "Here"),
        Column("where", "Where, or what is left"),
    )
    yield TablePart("reporting_list", "Reporting list", frame, columns)


def references_section(m: Material) -> Iterator[Part]:
    """The sources of what was used, in alphabetical order."""
    yield Bullets(tuple(references(m)))


_BATES = (
    "Bates, D., Mächler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models "
    "using lme4. Journal of Statistical Software, 67(1), 1–48."
)
_METEYARD = (
    "Meteyard, L., & Davies, R. A. I. (2020). Best practice guidance for linear mixed-effects "
    "models in psychological science. Journal of Memory and Language, 112, 104092."
)
_NAKAGAWA = (
    "Nakagawa, S., Johnson, P. C. D., & Schielzeth, H. (2017). The coefficient of determination R² "
    "and intra-class correlation coefficient from generalized linear mixed-effects models "
    "revisited and expanded. Journal of the Royal Society Interface, 14, 20170213."
)
_DF = {
    "satterthwaite": (
        "Kuznetsova, A., Brockhoff, P. B., & Christensen, R. H. B. (2017). lmerTest package: Tests "
        "in linear mixed effects models. Journal of Statistical Software, 82(13), 1–26.",
    ),
    "kenward-roger": (
        "Halekoh, U., & Højsgaard, S. (2014). A Kenward–Roger approximation and parametric "
        "bootstrap methods for tests in linear mixed models: The R package pbkrtest. Journal of "
        "Statistical Software, 59(9), 1–32.",
        "Kenward, M. G., & Roger, J. H. (1997). Small sample inference for fixed effects from "
        "restricted maximum likelihood. Biometrics, 53, 983–997.",
    ),
    "normal": (),
}
_STRAM = (
    "Stram, D. O., & Lee, J. W. (1994). Variance components testing in the longitudinal mixed "
    "effects model. Biometrics, 50, 1171–1177."
)
_FIRTH = "Firth, D. (1993). Bias reduction of maximum likelihood estimates. Biometrika, 80, 27–38."
_GREENHOUSE = (
    "Greenhouse, S. W., & Geisser, S. (1959). On methods in the analysis of profile data. "
    "Psychometrika, 24, 95–112."
)
_BURNHAM = (
    "Burnham, K. P., & Anderson, D. R. (2002). Model selection and multimodel inference (2nd ed.). "
    "Springer."
)


def references(m: Material) -> list[str]:
    """Only what the chosen sections use."""
    has = m.sections.__contains__
    found = [_BATES]
    if has("results") or has("methods") or has("apa"):
        found += [_NAKAGAWA, *_DF[m.fit.spec.df_method]]
    if has("results") and m.random_tests is not None and len(m.random_tests):
        found.append(_STRAM)
    if has("comparison") and m.comparison is not None:
        found.append(_BURNHAM)
    if has("missing") and m.relation is not None and m.relation.table is not None:
        found.append(_FIRTH)
    if has("rm_anova") and not isinstance(m.rm_anova, LMMError) and m.rm_anova.corrected:
        found.append(_GREENHOUSE)
    if has("reporting"):
        found.append(_METEYARD)
    if m.analysis.sample is not None and has("data"):
        found.append(f"Data: {sample_info(m.analysis.sample).source}")
    return sorted(found, key=str.casefold)
