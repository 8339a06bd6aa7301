"""What a residual structure says, how much better it fits, and what it does to an effect."""

from __future__ import annotations

from lmm_core.estimation.residual_structures import PowerVariance, StructuredEstimates
from lmm_core.fitted import FittedModel
from lmm_core.formatting import correlation, number, p_phrase
from lmm_core.inference.residual_structures import StructureFit, describe
from lmm_core.report.columns import key_coefficient

# Models whose AIC differs by less than this fit about equally well (Burnham & Anderson 2002).
CLOSE = 2.0


def structure_sentences(fit: FittedModel, found: StructureFit) -> list[str]:
    """Parameters, fit beside the plain model, and the key coefficient."""
    if found.fitted is None or found.coefficients is None:
        return [found.reason]
    name = describe(found.structure)
    sentences = [_parameters(found.fitted), _better(fit, found, name), _effect(fit, found)]
    if not found.fitted.converged:
        sentences.append("The search didn't end at a certified optimum; don't use these numbers.")
    return [s for s in sentences if s]


def _parameters(found: StructuredEstimates) -> str:
    parts = []
    structure = found.structure
    if found.ratios:
        pairs = list(zip(found.levels, found.ratios, strict=True))
        sds = [f"{level} {number(found.estimates.sigma * ratio)}" for level, ratio in pairs]
        parts.append(f"The residual SDs are: {', '.join(sds)}.")
    if found.power is not None and isinstance(structure.variance, PowerVariance):
        of = structure.variance.column or "the fitted values"
        way = "grows" if found.power > 0 else "falls"
        parts.append(f"The residual SD {way} with {of} to the power {number(found.power, 2)}.")
    if found.phi is not None and structure.correlation is not None:
        r = correlation(found.phi)
        parts.append(
            f"Neighbouring rows correlate by {r}."
            if structure.correlation.kind == "ar1"
            else f"Rows one unit of {structure.correlation.time} apart correlate by {r}."
        )
    return " ".join(parts)


def _better(fit: FittedModel, found: StructureFit, name: str) -> str:
    assert found.fitted is not None
    gain = fit.aic - found.fitted.aic
    test = f"χ² = {number(found.chi_sq)} on {found.df} df, {p_phrase(found.p_value)}"
    if abs(gain) < CLOSE:
        return f"With {name} the AIC is about the same ({test}): it fits about as well."
    if gain > 0:
        return f"With {name} the AIC is {number(gain)} lower ({test}): it fits better."
    return f"With {name} the AIC is {number(-gain)} higher ({test}): it doesn't fit better."


def _effect(fit: FittedModel, found: StructureFit) -> str:
    key = key_coefficient(fit)
    assert found.coefficients is not None
    row = found.coefficients.iloc[key.index]
    before = fit.fixed_effects.iloc[key.index]
    what = "The intercept" if key.is_intercept else f"The effect of {key.label}"
    return (
        f"{what} would be {number(row.estimate)} (SE {number(row.std_error)}, "
        f"{p_phrase(row.p_value)}) instead of {number(before.estimate)} (SE "
        f"{number(before.std_error)}, {p_phrase(before.p_value)})."
    )
