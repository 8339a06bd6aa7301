"""What the residuals of a model are like, in words and as rows of a table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lmm_core.estimation.residual_structures.fitted import ResidualFit
from lmm_core.fitted import FittedModel
from lmm_core.formatting import correlation, number
from lmm_core.model.residual import PowerVariance, VarianceByLevel
from lmm_core.report.columns import Units, outcome_name, outcome_unit

MOST_NAMED = 6


class ResidualRow(NamedTuple):
    """A row of the table of variance components; NaN where a cell stays empty."""

    effect: str
    variance: float
    sd: float
    correlation: float


def residual_rows(fit: FittedModel) -> list[ResidualRow]:
    """One row without a structure; else one per level, or the mean over the rows, and then the
    correlation of neighbours.
    """
    nothing = float("nan")
    residual, sigma = fit.estimates.residual, fit.sigma
    if residual is None:
        return [ResidualRow("", sigma**2, sigma, nothing)]
    variance = residual.structure.variance
    rows = []
    if isinstance(variance, VarianceByLevel):
        for level, ratio in zip(residual.levels, residual.ratios, strict=True):
            sd = sigma * ratio
            rows.append(ResidualRow(f"{variance.column} = {level}", sd**2, sd, nothing))
    elif variance is not None:
        mean = fit.estimates.residual_variance
        rows.append(ResidualRow("mean over the rows", mean, float(np.sqrt(mean)), nothing))
    else:
        rows.append(ResidualRow("", sigma**2, sigma, nothing))
    if residual.structure.correlation is not None:
        time = residual.structure.correlation.time
        rows.append(
            ResidualRow(f"neighbours in {time}", nothing, nothing, residual.neighbour_correlation)
        )
    return rows


def residual_sentences(fit: FittedModel, units: Units) -> list[str]:
    """The typical distance of a row from its own line, per level or as it grows; the correlation
    of neighbours.
    """
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    amount = f" {unit}" if unit else ""
    around = "Around its own line" if fit.spec.fixed else "Around the level of its group"
    residual = fit.estimates.residual
    if residual is None or residual.structure.variance is None:
        first = (
            f"{around} a row of {outcome} typically lies {number(fit.sigma)}{amount} off "
            "(residual SD)."
        )
    elif residual.levels:
        first = f"{around} a row of {outcome} typically lies off by {_levels(fit, amount)}."
    else:
        low, high = float(fit.residual_sd.min()), float(fit.residual_sd.max())
        first = (
            f"{around} a row of {outcome} typically lies {number(low)} to {number(high)}{amount} "
            f"off: {_power(residual)}."
        )
    if residual is None or residual.phi is None:
        return [first]
    return [first, serial_sentence(residual)]


def serial_sentence(residual: ResidualFit) -> str:
    """How neighbours in time are correlated beyond what the random effects give."""
    serial = residual.structure.correlation
    assert serial is not None
    assert residual.phi is not None
    beyond = "beyond what the random effects give"
    if serial.kind == "ar1":
        return (
            f"Residuals of neighbouring rows of a {residual.group} (in order of {serial.time}) "
            f"correlate by {correlation(residual.phi)} {beyond}."
        )
    step = residual.typical_step
    apart = "one unit" if step == 1 else f"{number(step)} units"
    return (
        f"Residuals of a {residual.group} that lie {apart} of {serial.time} apart, the usual step, "
        f"correlate by {correlation(residual.neighbour_correlation)} {beyond}; the correlation "
        "fades with the distance."
    )


def structure_in_words(fit: FittedModel) -> str:
    """ "The residual spread differs by Sex; …"; empty without a structure."""
    residual = fit.estimates.residual
    if residual is None:
        return ""
    variance, serial = residual.structure.variance, residual.structure.correlation
    parts = []
    if isinstance(variance, VarianceByLevel):
        parts.append(f"the residuals spread differently for each {variance.column}")
    elif variance is not None:
        parts.append(f"the residual spread follows a power of {_of(variance)}")
    if serial is not None:
        parts.append(
            f"neighbouring residuals of a {residual.group}, in order of {serial.time}, may be "
            "correlated"
        )
    text = " and ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def residual_legend(fit: FittedModel) -> str:
    """What the residual's symbol stands for in the equation."""
    residual = fit.estimates.residual
    if residual is None or residual.structure.variance is None:
        text = f"ε: residual, SD {number(fit.sigma)}"
    elif residual.levels:
        text = f"ε: residual, SD {_levels(fit, '')}"
    else:
        low, high = float(fit.residual_sd.min()), float(fit.residual_sd.max())
        text = f"ε: residual, SD {number(low)} to {number(high)}, {_power(residual)}"
    if residual is not None and residual.phi is not None:
        text += f"; neighbours correlate by {correlation(residual.neighbour_correlation)}"
    return text


def methods_sentence(fit: FittedModel) -> str:
    """For the methods paragraph; empty without a structure."""
    residual = fit.estimates.residual
    if residual is None:
        return ""
    variance, serial = residual.structure.variance, residual.structure.correlation
    parts = []
    if isinstance(variance, VarianceByLevel):
        parts.append(f"a residual variance of its own for each level of {variance.column}")
    elif variance is not None:
        parts.append(f"a residual SD proportional to a power of {_of(variance)}")
    if serial is not None:
        kind = (
            "first-order autoregressive"
            if serial.kind == "ar1"
            else ("continuous first-order autoregressive")
        )
        parts.append(
            f"residuals with {kind} correlation in order of {serial.time} within {residual.group}"
        )
    text = f"The model has {' and '.join(parts)} (Pinheiro & Bates, 2000)"
    if fit.spec.df_method == "satterthwaite":
        text += "; the degrees of freedom allow for these parameters being estimated, too"
    return f"{text}."


def _levels(fit: FittedModel, amount: str) -> str:
    residual = fit.estimates.residual
    assert residual is not None
    pairs = list(zip(residual.levels, residual.ratios, strict=True))
    shown = [f"{number(fit.sigma * ratio)}{amount} ({level})" for level, ratio in pairs]
    more = f" and {len(shown) - MOST_NAMED} more" if len(shown) > MOST_NAMED else ""
    return ", ".join(shown[:MOST_NAMED]) + more


def _power(residual: ResidualFit) -> str:
    assert residual.power is not None
    variance = residual.structure.variance
    assert isinstance(variance, PowerVariance)
    way = "growing" if residual.power > 0 else "falling"
    return f"{way} with {_of(variance)} to the power {number(residual.power, 2)}"


def _of(variance: PowerVariance) -> str:
    return variance.column or "the fitted values"
