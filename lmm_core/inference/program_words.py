"""What a coefficient stands for under a coding, and what a method changes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lmm_core.model.design import Design
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import factor_of

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Coding = Literal["first", "last", "sum", "simple"]
DF_NAMES = {
    "satterthwaite": "Satterthwaite's",
    "kenward-roger": "Kenward–Roger's",
    "normal": "infinite",
}


def meaning(design: Design, k: int, coding: Coding) -> str:
    """What the coefficient of the layout's column ``k`` is: "the effect of age, at Sex = Male"."""
    term = design.layout.assign[k]
    own = set() if term < 0 else set(design.layout.terms[term])
    if term < 0:
        what = f"the mean of {design.spec.outcome.replace('`', '')}"
    else:
        coded = dict(zip(design.layout.terms[term], design.layout.codings[term], strict=True))
        pieces = [
            _piece(design, text, level, coded[text], coding)
            for text, level in design.layout.parts[k]
        ]
        what = f"the effect of {pieces[0]}" if len(pieces) == 1 else " × ".join(pieces)
    conditions = _conditions(design, own, coding)
    return f"{what}, {', '.join(conditions)}" if conditions else what


def _piece(design: Design, text: str, level: str | None, full: bool, coding: Coding) -> str:
    encoder = design.encoders[text]
    if level is None or not isinstance(encoder, Categorical):
        return column_name(text)
    column = encoder.factor.column
    if full:
        return f"{column} = {level}"
    place = encoder.levels.index(level)
    if coding == "sum":
        return f"{column}: {encoder.levels[place - 1]} vs the average of all levels"
    return f"{column}: {level} vs {encoder.levels[0]}"


def column_name(text: str) -> str:
    """The name without centring, which doesn't change what a slope means."""
    factor = factor_of(text)
    calls = tuple(call for call in factor.calls if call[0] != "center")
    if not calls:
        return factor.column
    return type(factor)(factor.column, calls).text.replace("`", "")


def _conditions(design: Design, own: set[str], coding: Coding) -> list[str]:
    """Where the other predictors of larger terms stand."""
    others: dict[str, None] = {}
    for term in design.layout.terms:
        if own < set(term):
            others.update(dict.fromkeys(text for text in term if text not in own))
    found = []
    for text in others:
        encoder = design.encoders[text]
        if isinstance(encoder, Categorical):
            column = encoder.factor.column
            if coding in ("sum", "simple"):
                found.append(f"averaged over the levels of {column}")
            else:
                found.append(f"at {column} = {encoder.levels[0]}")
            continue
        calls = {call[0] for call in factor_of(text).calls}
        if calls & {"center", "scale"}:
            found.append(f"at the mean of {column_name(text)}")
        else:
            found.append(f"at {column_name(text)} = 0")
    return found


def method_reason(fit: FittedModel, column: str, key: str, larger: bool) -> str:
    """Why a cell differs (it is ``larger`` there) although the coefficient means the same."""
    groups = " and ".join(fit.groups)
    if key == "ols":
        return _ols_reason(column, groups, larger)
    if fit.spec.residual is not None:
        return (
            "There the residuals are independent and spread equally, which is the program's "
            f"default; here they have a structure ({fit.spec.residual.words})."
        )
    own = fit.spec.df_method
    there = "normal" if key == "normal" else "satterthwaite"
    if column == "df" and own != there:
        return f"The degrees of freedom are {DF_NAMES[there]} there and {DF_NAMES[own]} here."
    if not fit.spec.reml:
        return (
            "The variances are estimated by REML there and by ML here, where they are usually "
            "smaller; standard errors and the weights of the groups follow from them."
        )
    if own == "kenward-roger" and column in ("std_error", "statistic"):
        return (
            "Kenward–Roger's standard error, used here, allows for the uncertainty of the "
            "variances; the plain one doesn't."
        )
    if column == "p_value" and own != there:
        if there == "normal":
            return (
                "p is from the normal distribution there, as if the variances were known exactly; "
                f"here it allows for the degrees of freedom ({DF_NAMES[own]})."
            )
        return (
            f"p follows from the degrees of freedom: {DF_NAMES[there]} there, {DF_NAMES[own]} here."
        )
    return "The random part differs there, and the weights of the groups with it."


def _ols_reason(column: str, groups: str, larger: bool) -> str:
    if column == "estimate":
        return (
            f"Without {groups} all rows weigh the same; the mixed model weighs them by how much "
            "new information each adds."
        )
    if column == "df":
        return f"Rows minus coefficients, as if rows of the same {groups} were independent."
    if column == "std_error":
        size = "larger" if larger else "smaller"
        return (
            f"Rows of the same {groups} are taken as independent, and what the groups have in "
            f"common as residual: the standard error comes out {size}."
        )
    return f"It follows from a standard error and df that ignore {groups}."


def cautions(design: Design, key: str) -> tuple[str, ...]:
    """What else that program does by default and would change the model."""
    found = []
    correlated = [b for b in design.blocks if b.term.correlated and len(b.names) > 1]
    if key == "spss" and correlated:
        found.append(
            "SPSS leaves out the correlations of random effects unless the covariance type UN is "
            "chosen; without them it fits another model."
        )
    if key == "jasp":
        found.append(
            "JASP starts with every random slope that the design allows; untick those that this "
            "model doesn't have."
        )
    coded = key in ("jasp", "gamlj", "spss")
    for block in design.blocks:
        slopes = [text for term in block.term.terms for text in term]
        categorical = any(isinstance(design.encoders[t], Categorical) for t in slopes)
        if coded and categorical and not block.term.correlated:
            found.append(
                "Uncorrelated random slopes of categories depend on the coding, so that this "
                "program may fit another model; its random part is kept as it is here."
            )
    if key == "gamlj" and any(len(b.names) > 1 and not b.term.correlated for b in design.blocks):
        found.append(
            "With uncorrelated random slopes, subtracting the mean changes the model: the slope is "
            "then unrelated to the level at the mean instead of the level at 0."
        )
    return tuple(found)
