"""Paragraphs to copy into a paper: methods, results in APA style, and a version for everyone.

They are put together from what was computed, for every sign, size and boundary. An interval that
includes 0 is described by what it leaves open; the interval comes before the test.
"""

from __future__ import annotations

from collections.abc import Iterator

from lmm_core.errors import LMMError
from lmm_core.formatting import correlation, degrees, level_text, number, p_phrase, percent, whole
from lmm_core.inference.tables import Component
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import factor_of
from lmm_core.model.matrices import INTERCEPT
from lmm_core.model.spec import RandomTerm
from lmm_core.report.columns import Coefficient, outcome_name, outcome_unit, plain
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Paragraph, Part
from lmm_core.report.document.software import software
from lmm_core.report.residual_words import methods_sentence, residual_rows
from lmm_core.report.words import coefficient_sentence

AT_MOST = 8


def methods_section(m: Material) -> Iterator[Part]:
    """What was done, with the method and the software named."""
    yield Paragraph(methods_paragraph(m))


def methods_paragraph(m: Material) -> str:
    fit, spec = m.fit, m.fit.spec
    how = "restricted maximum likelihood (REML)" if spec.reml else "maximum likelihood (ML)"
    sentences = [
        f"{outcome_name(fit)} was analysed with a linear mixed model fitted by {how} with "
        f"{software()}.",
        f"Fixed effects: {_fixed(m)}. Random effects: "
        f"{'; '.join(_random(term) for term in spec.random)}.",
    ]
    coded = _coding(m)
    if coded:
        sentences.append(coded)
    if spec.weights:
        sentences.append(f"Rows were weighted by {spec.weights}.")
    sentences += filter(None, [methods_sentence(fit)])
    dropped = fit.dropped
    if dropped.n_dropped:
        sentences.append(
            f"Of {whole(dropped.n_total)} rows, the {whole(dropped.n_used)} complete in these "
            "variables were used."
        )
    else:
        sentences.append(f"All {whole(dropped.n_total)} rows were used.")
    level = level_text(spec.ci_level)
    sentences.append(
        {
            "satterthwaite": f"Tests and {level} confidence intervals of the fixed effects use "
            "degrees of freedom by Satterthwaite's method (Kuznetsova et al., 2017).",
            "kenward-roger": f"Tests and {level} confidence intervals of the fixed effects use "
            "standard errors and degrees of freedom by Kenward and Roger (1997).",
            "normal": f"Tests and {level} confidence intervals of the fixed effects use the normal "
            "distribution, which treats the number of groups as infinite.",
        }[spec.df_method]
    )
    if fit.design.aliased:
        names = ", ".join(name.replace("`", "") for name in fit.design.aliased)
        sentences.append(f"Left out, because the other predictors determine it: {names}.")
    if fit.convergence.converged:
        sentences.append("The optimum was certified by its gradient and curvature.")
    if "results" in m.sections and m.random_tests is not None and len(m.random_tests):
        sentences.append(
            "Random effects were tested by likelihood ratio with a mixture of χ² distributions "
            "(Stram & Lee, 1994)."
        )
    if "comparison" in m.sections and m.comparison is not None:
        sentences.append("Models were compared by maximum likelihood.")
    if "rm_anova" in m.sections and not isinstance(m.rm_anova, LMMError):
        sentences.append(
            "For comparison, a repeated-measures ANOVA of the complete "
            f"{m.rm_anova.question.subject} groups was computed."
        )
    sentences.append("R² and ICC follow Nakagawa et al. (2017).")
    return " ".join(sentences)


def _fixed(m: Material) -> str:
    terms = [" × ".join(plain(text) for text in term) for term in m.fit.spec.fixed]
    return ", ".join(terms) if terms else "an intercept only"


def _random(term: RandomTerm) -> str:
    """ "an intercept and a slope of Days per Subject (correlated)"."""
    parts = ["an intercept"] if term.intercept else []
    parts += [f"a slope of {' × '.join(plain(text) for text in one)}" for one in term.terms]
    text = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    related = f" ({'correlated' if term.correlated else 'uncorrelated'})" if len(parts) > 1 else ""
    return f"{text} per {' × '.join(term.group)}{related}"


def _coding(m: Material) -> str:
    """Reference levels, and which predictors are centred, scaled or transformed."""
    texts = list(dict.fromkeys(text for term in m.fit.spec.fixed for text in term))
    encoders = m.fit.design.encoders
    categories = [text for text in texts if isinstance(encoders[text], Categorical)]
    sentences = []
    if categories:
        named = ", ".join(f"{plain(t)} ({encoders[t].levels[0]})" for t in categories)
        sentences.append(f"Categories are compared with their reference level: {named}.")
    calls = {
        "center": "centred at the mean",
        "scale": "standardised",
        "poly": "entered as an orthogonal polynomial",
    }
    for text in texts:
        factor = factor_of(text)
        made = [calls.get(c, f"entered as {plain(text)}") for c, _ in factor.calls if c != "factor"]
        if made:
            sentences.append(f"{factor.column} was {' and '.join(dict.fromkeys(made))}.")
    numbers = [text for text in texts if text not in categories and not factor_of(text).calls]
    if numbers:
        verb = "was" if len(numbers) == 1 else "were"
        names = ", ".join(plain(text) for text in numbers)
        sentences.append(f"{names} {verb} entered as in the data.")
    return " ".join(sentences)


# -- results in APA style


def results_text_section(m: Material) -> Iterator[Part]:
    """The results as a paragraph in the style of the APA."""
    yield Paragraph(results_paragraph(m))
    rest = len(m.coefficients) - AT_MOST
    if rest > 0:
        yield Paragraph(f"{whole(rest)} more coefficients stand in the table.", quiet=True)


def results_paragraph(m: Material) -> str:
    """Fixed effects, variance components, shares of variance, and what is at the boundary."""
    shown = m.coefficients[:AT_MOST]
    sentences = [_apa(m, c) for c in shown]
    if m.anova is not None:
        tests = [
            f"{row['term']}, F({degrees(row['num_df'])}, {degrees(row['den_df'])}) = "
            f"{number(row['f_value'])}, {p_phrase(row['p_value'])}"
            for row in m.anova.to_dict("records")
            if row["p_value"] == row["p_value"]
        ]
        if tests:
            sentences.append(f"Tests of the terms: {'; '.join(tests)}.")
    sentences.append(_spread(m))
    if m.fit.is_singular:
        what = "; ".join(s.text for s in m.fit.convergence.singular)
        sentences.append(f"The fit lies at its boundary: {what}.")
    if not m.fit.convergence.converged:
        sentences.append("The optimum isn't certified: these numbers must not be used.")
    sentences.append(
        f"The fixed effects explain {percent(m.r2.marginal)} of the variance (marginal R² = "
        f"{_share(m.r2.marginal)}), fixed and random effects together "
        f"{percent(m.r2.conditional)} (conditional R² = {_share(m.r2.conditional)}); the ICC is "
        f"{_share(m.icc.adjusted)}."
    )
    return " ".join(sentences)


def _apa(m: Material, c: Coefficient) -> str:
    spec = m.fit.spec
    row = m.fit.fixed_effects.iloc[c.index]
    level = level_text(spec.ci_level).replace(" ", "")
    interval = f"{level} CI [{number(c.low)}, {number(c.high)}]"
    if spec.df_method == "normal":
        test = f"z = {number(float(row['statistic']))}"
    else:
        test = f"t({degrees(float(row['df']))}) = {number(float(row['statistic']))}"
    condition = f" (when {' and '.join(c.conditions)})" if c.conditions else ""
    text = (
        f"{c.label}{condition}: b = {number(c.estimate)}, {interval}, "
        f"SE = {number(float(row['std_error']))}, {test}, {p_phrase(c.p)}"
    )
    if c.is_intercept or c.excludes_zero:
        return f"{text}."
    return f"{text}; the interval includes 0, so that the direction stays open."


def _share(value: float) -> str:
    """A share of 1 without the leading zero."""
    text = f"{value:.3f}" if 0 < value < 0.1 else f"{value:.2f}"
    if value != value:
        return "–"
    return text[1:] if text.startswith("0.") else text


def _spread(m: Material) -> str:
    texts = []
    for c in m.fit.components:
        if c.term_1 is None:
            texts += _residual(m)
        elif c.term_2 is None:
            texts.append(f"SD of the {_effect(c.term_1)} between {c.group} = {number(c.sdcor)}")
        else:
            texts.append(_pair(c))
    return f"Random effects: {', '.join(texts)}."


def _residual(m: Material) -> list[str]:
    texts = []
    for row in residual_rows(m.fit):
        what = f" ({row.effect})" if row.effect else ""
        if row.sd == row.sd:
            texts.append(f"residual SD{what} = {number(row.sd)}")
        else:
            texts.append(f"residual correlation{what} = {correlation(row.correlation)}")
    return texts


def _pair(c: Component) -> str:
    names = f"{_effect(c.term_1)} and {_effect(c.term_2)}"
    if c.sdcor != c.sdcor:
        return f"no correlation of {names} can be given"
    return f"their correlation ({names}) r = {correlation(c.sdcor)}"


def _effect(term: str | None) -> str:
    return "intercept" if term == INTERCEPT else f"slope of {term}"


# -- for everyone


def lay_section(m: Material) -> Iterator[Part]:
    """The results for readers without statistics."""
    yield Paragraph(lay_paragraph(m))


def lay_paragraph(m: Material) -> str:
    """What was found, how sure that is, how different the groups are, and what it doesn't show."""
    found = [c for c in m.coefficients if not c.is_intercept] or list(m.coefficients)
    sentences = [coefficient_sentence(m.fit, c, m.units, with_p=False) for c in found[:5]]
    if len(found) > 5:
        sentences.append(f"({whole(len(found) - 5)} more numbers stand in the table.)")
    sentences.append(
        f"The interval in brackets (CI) holds the values that the data leave plausible, at a level "
        f"of {level_text(m.fit.spec.ci_level)}."
    )
    sentences += _lay_spread(m)
    sentences.append(
        "A relation found in this way isn't by itself a cause: that depends on how the data came "
        "about."
    )
    return " ".join(sentences)


def _lay_spread(m: Material) -> list[str]:
    """How far the groups lie apart, without the word variance."""
    outcome, unit = outcome_name(m.fit), outcome_unit(m.fit, m.units)
    sentences = []
    for name, share in m.icc.by_group:
        own = [c for c in m.fit.components if c.group == name and c.term_1 == INTERCEPT]
        if share < 5e-9:
            sentences.append(
                f"No difference between {name} groups shows beyond that of their rows."
            )
            continue
        if own and own[0].term_2 is None and own[0].sdcor > 0 and not m.icc.with_slopes:
            amount = f"{number(own[0].sdcor)}{f' {unit}' if unit else ''}"
            sentences.append(
                f"{name} groups differ in {outcome}: about two in three lie within {amount} of the "
                "average."
            )
        sentences.append(
            f"Of the differences that the predictors leave, {percent(share)} lie between {name} "
            "groups."
        )
    return sentences
