"""Columns and terms of a model in words: names, units, what a coefficient is conditional on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lmm_core.fitted import FittedModel
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import factor_of

Units = Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """One factor of a coefficient: a numeric one, or a level against the reference level.

    ``reference`` is None when the coefficient isn't a contrast (all levels have a coefficient).
    """

    text: str
    name: str
    level: str | None
    reference: str | None

    @property
    def numeric(self) -> bool:
        return self.level is None


@dataclass(frozen=True)
class Coefficient:
    """One row of the fixed-effects table with what its sentence needs."""

    index: int
    parts: tuple[Part, ...]
    label: str
    estimate: float
    low: float
    high: float
    p: float
    conditions: tuple[str, ...]

    @property
    def is_intercept(self) -> bool:
        return not self.parts

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def plain(text: str) -> str:
    """A factor text without back-ticks."""
    factor = factor_of(text)
    return factor.column if not factor.calls else text.replace("`", "")


def outcome_name(fit: FittedModel) -> str:
    return plain(fit.spec.outcome)


def outcome_unit(fit: FittedModel, units: Units) -> str:
    """The outcome's unit; none when it is transformed."""
    factor = factor_of(fit.spec.outcome)
    return "" if factor.calls else units.get(factor.column, "")


def parts_of(fit: FittedModel, index: int) -> tuple[Part, ...]:
    result = []
    term = fit.design.assign[index]
    coding = dict(zip(fit.spec.fixed[term], fit.design.layout.codings[term], strict=True))
    for text, level in fit.design.parts[index]:
        encoder = fit.design.encoders[text]
        is_contrast = isinstance(encoder, Categorical) and not coding[text]
        reference = encoder.levels[0] if is_contrast else None
        result.append(Part(text, plain(text), level, reference))
    return tuple(result)


def coefficients(fit: FittedModel) -> tuple[Coefficient, ...]:
    """Every row of the fixed-effects table, in its order."""
    table = fit.fixed_effects
    result = []
    for k, label in enumerate(fit.design.labels):
        is_intercept = fit.design.assign[k] < 0
        parts = () if is_intercept else parts_of(fit, k)
        result.append(
            Coefficient(
                k,
                parts,
                "Intercept" if is_intercept else label,
                float(table["estimate"].iat[k]),
                float(table["conf_low"].iat[k]),
                float(table["conf_high"].iat[k]),
                float(table["p_value"].iat[k]),
                _conditions(fit, parts),
            )
        )
    return tuple(result)


def _conditions(fit: FittedModel, parts: tuple[Part, ...]) -> tuple[str, ...]:
    """Where the other parts of interactions with this term have to stand: at 0 or the reference."""
    own = {part.text for part in parts}
    others: dict[str, None] = {}
    for term in fit.spec.fixed:
        if own < set(term):
            others.update(dict.fromkeys(text for text in term if text not in own))
    conditions = []
    for text in others:
        encoder = fit.design.encoders[text]
        if isinstance(encoder, Categorical):
            conditions.append(f"{plain(text)} = {encoder.levels[0]}")
        else:
            conditions.append(f"{plain(text)} = {_zero_of(text)}")
    return tuple(conditions)


def _zero_of(text: str) -> str:
    calls = {call[0] for call in factor_of(text).calls}
    return "its mean" if calls & {"center", "scale"} else "0"


def key_coefficient(fit: FittedModel) -> Coefficient:
    """The coefficient a reader looks for first: the first predictor's, else the intercept."""
    found = coefficients(fit)
    return next((c for c in found if not c.is_intercept), found[0])


def short_name(c: Coefficient) -> str:
    """A few words for a narrow label."""
    return " × ".join(part.name for part in c.parts) or "the average"
