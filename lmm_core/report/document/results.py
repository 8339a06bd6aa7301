"""The section on the results: tables of the fixed and random part, figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from lmm_core.errors import LMMError
from lmm_core.figures.theme import Picture
from lmm_core.formatting import correlation, degrees, level_text, number, p_value
from lmm_core.model.matrices import INTERCEPT
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import (
    Bullets,
    Column,
    FigurePart,
    Heading,
    Paragraph,
    Part,
    TablePart,
)
from lmm_core.report.residual_words import residual_rows
from lmm_core.report.variance_words import icc_sentence, singular_sentence, variance_sentences
from lmm_core.report.words import fixed_effects_sentences

AT_MOST = 12
DF_WORDS = {
    "satterthwaite": "Degrees of freedom by Satterthwaite's method.",
    "kenward-roger": "Standard errors and degrees of freedom by Kenward and Roger's method.",
    "normal": "Tests by the normal distribution, as if there were infinitely many groups.",
}


def results_section(m: Material) -> Iterator[Part]:
    """Fixed effects, variance components, ICC and R², figures."""
    yield Heading("Fixed effects", 2)
    yield fixed_effects_table(m)
    sentences = fixed_effects_sentences(m.fit, m.units)
    yield Bullets(tuple(sentences[:AT_MOST]))
    if m.anova is not None:
        yield _anova(m.anova, m)
    yield from _figure(m, "fixed_effects", _forest)
    yield Heading("Random effects", 2)
    yield variance_table(m)
    yield Bullets(tuple(variance_sentences(m.fit, m.units)))
    if m.fit.is_singular:
        yield Paragraph(singular_sentence(m.fit))
    if m.random_tests is not None and len(m.random_tests):
        yield _random_tests(m.random_tests)
    yield Heading("Shares of variance", 2)
    yield _shares(m)
    yield Paragraph(icc_sentence(m.fit))
    yield _measures(m)
    yield from _figure(m, "trajectories", _trajectories)
    yield from _figure(m, "caterpillar", _caterpillar)


def fixed_effects_table(m: Material) -> TablePart:
    """Estimate, CI, SE, t, df, p per coefficient."""
    fit = m.fit
    level = level_text(fit.spec.ci_level)
    frame = fit.fixed_effects.assign(label=list(fit.design.labels))
    frame["label"] = frame["label"].replace({INTERCEPT: "Intercept"})
    columns = (
        Column("label", "Term"),
        Column("estimate", "Estimate", number),
        Column("conf_low", f"{level} CI low", number),
        Column("conf_high", f"{level} CI high", number),
        Column("std_error", "SE", number),
        Column("statistic", "z" if fit.spec.df_method == "normal" else "t", number),
        Column("df", "df", degrees),
        Column("p_value", "p", p_value),
    )
    return TablePart("fixed_effects", "Fixed effects", frame, columns, DF_WORDS[fit.spec.df_method])


def variance_table(m: Material) -> TablePart:
    """One row per variance or covariance; the residual last."""
    rows = []
    for c in m.fit.components:
        if c.term_1 is None:
            continue
        terms = [c.term_1, c.term_2]
        names = ["intercept" if t == INTERCEPT else str(t) for t in terms if t is not None]
        pair = c.term_2 is not None
        nothing = float("nan")
        rows.append((c.group, " with ".join(names), c.vcov,
                     nothing if pair else c.sdcor, c.sdcor if pair else nothing))  # fmt: skip
    rows += [("Residual", *row) for row in residual_rows(m.fit)]
    frame = pd.DataFrame(rows, columns=["group", "effect", "variance", "sd", "correlation"])
    columns = [
        Column("group", "Group"),
        Column("effect", "Effect"),
        Column("variance", "Variance or covariance", _blank(number)),
        Column("sd", "SD", _blank(number)),
    ]
    if frame["correlation"].notna().any():
        columns.append(Column("correlation", "Correlation", _blank(correlation)))
    return TablePart("variance_components", "Variance components", frame, tuple(columns))


def _anova(table: pd.DataFrame, m: Material) -> TablePart:
    columns = (
        Column("term", "Term"),
        Column("num_df", "df1", degrees),
        Column("den_df", "df2", degrees),
        Column("f_value", "F", number),
        Column("p_value", "p", p_value),
    )
    return TablePart("f_tests", "F tests of the terms (type III)", table, columns,
                     DF_WORDS[m.fit.spec.df_method])  # fmt: skip


def _random_tests(table: pd.DataFrame) -> TablePart:
    columns = (
        Column("term", "Left out"),
        Column("chi_sq", "χ²", number),
        Column("df", "df", lambda v: f"{v:.0f}"),
        Column("p_value", "p", p_value),
    )
    note = (
        "Likelihood-ratio tests; p from the mixture of two χ² distributions, because a variance "
        "can't be below 0."
    )
    return TablePart("random_tests", "Tests of the random effects", table, columns, note)


def _shares(m: Material) -> TablePart:
    rows = [(f"ICC, {name}", value) for name, value in m.icc.by_group]
    if len(rows) > 1:
        rows.append(("ICC, all groups together", m.icc.adjusted))
    rows += [("R² marginal (fixed effects)", m.r2.marginal)]
    rows += [("R² conditional (fixed and random effects)", m.r2.conditional)]
    frame = pd.DataFrame(rows, columns=["what", "share"])
    columns = (Column("what", "Share"), Column("share", "Value", number))
    note = "Averaged over the rows, because the random slopes make it vary."
    return TablePart("shares", "ICC and R²", frame, columns, note if m.icc.with_slopes else "")


def _measures(m: Material) -> TablePart:
    fit = m.fit
    kind = "restricted log-likelihood" if fit.spec.reml else "log-likelihood"
    rows = [
        (kind[0].upper() + kind[1:], fit.loglik),
        ("AIC", fit.aic),
        ("BIC (n = rows)", fit.bic),
        ("Parameters", float(fit.n_parameters)),
    ]
    frame = pd.DataFrame(rows, columns=["measure", "value"])
    columns = (Column("measure", "Measure"), Column("value", "Value", _measure))
    note = "From the REML criterion: comparable only between models with the same fixed effects."
    return TablePart("measures", "Measures of fit", frame, columns, note if fit.spec.reml else "")


def _measure(value: float) -> str:
    return f"{value:.0f}" if value == int(value) and value < 1e4 else number(value, 6)


def _blank(write: Callable[[float], str]) -> Callable[[float], str]:
    return lambda value: "" if pd.isna(value) else write(value)


# -- figures: one that can't be drawn for this model is left out


def _figure(m: Material, key: str, draw: Callable[[Material], Picture]) -> Iterator[FigurePart]:
    if not m.figures:
        return
    try:
        picture = draw(m)
    except LMMError:
        return
    yield FigurePart(key, picture.alt, picture)


def _forest(m: Material) -> Picture:
    from lmm_core.figures.forest import fixed_effects_forest

    return fixed_effects_forest(m.fit, units=m.units)


def _trajectories(m: Material) -> Picture:
    from lmm_core.figures.trajectories import default_by, trajectories

    return trajectories(m.fit, by=default_by(m.fit), units=m.units)


def _caterpillar(m: Material) -> Picture:
    from lmm_core.figures.caterpillar import caterpillar

    return caterpillar(m.fit, units=m.units)
