"""Sentences about predictions: what is predicted, for whom, how sure, and where data end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, whole
from lmm_core.inference.prediction import Target
from lmm_core.inference.prediction_table import PredictionTable
from lmm_core.inference.what_if import Bands, Input
from lmm_core.model.factors import factor_of
from lmm_core.report.columns import Units, outcome_name, outcome_unit

Value = str | float


def band_names(fit: FittedModel, target: Target, groups: Mapping[str, str]) -> dict[str, str]:
    """What the three bands are, by key: "average", "own", "single"."""
    who = whom(fit, target, groups)
    return {"average": "The average", "own": f"Mean of {who}", "single": f"One row of {who}"}


def whom(fit: FittedModel, target: Target, groups: Mapping[str, str]) -> str:
    """ "patient_id 12", "a new patient_id"."""
    if target == "group" and groups:
        return ", ".join(f"{column} {level}" for column, level in groups.items())
    names = list(fit.groups)
    return f"a new {' and '.join(names)}"


def prediction_headline(fit: FittedModel, target: Target, found: Bands, units: Units) -> str:
    """The number for the title."""
    value = float((found.own if target == "group" else found.average)["fit"].iloc[0])
    outcome = outcome_name(fit)
    if value != value:
        return f"{outcome} can't be predicted there"
    unit = outcome_unit(fit, units)
    return f"Predicted {outcome}: {number(value)}{f' {unit}' if unit else ''}"


def what_if_sentences(
    fit: FittedModel,
    target: Target,
    values: Mapping[str, Value],
    groups: Mapping[str, str],
    found: Bands,
    level: float,
    units: Units,
) -> list[str]:
    """What is predicted with its band; then the spread that goes with it."""
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    amount = f" {unit}" if unit else ""
    where = settings(values)
    at = f"With {where}, " if where else ""
    shown = level_text(level)

    def span(part: object) -> str:
        row = part.iloc[0]  # type: ignore[attr-defined]
        return f"{interval(float(row['conf_low']), float(row['conf_high']))}{amount}"

    average, own = float(found.average["fit"].iloc[0]), float(found.own["fit"].iloc[0])
    if average != average:
        return [_capital(f"{at}the data don't determine {outcome}: choose other values.")]
    who = whom(fit, target, groups)
    if target == "average":
        first = (
            f"{at}{outcome} is {number(average)}{amount} on average over all groups "
            f"({shown} CI {span(found.average)})."
        )
        return [first, f"Single groups differ: {_holds(shown, 'the mean', who)} {span(found.own)}."]
    if target == "group":
        first = f"{at}the mean of {who} is predicted as {number(own)}{amount}"
        first += f" ({shown} interval {span(found.own)})."
        return [_capital(first), _against(average, own, amount)]
    first = (
        f"{at}{_holds(shown, 'the mean', who)} {span(found.own)}, around {number(average)}{amount}."
    )
    rest = _holds(shown, "a single row", who)
    return [_capital(first), f"{_capital(rest)} {span(found.single)}."]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _holds(level: str, what: str, who: str) -> str:
    return f"the {level} interval for {what} of {who} is"


def _against(average: float, own: float, amount: str) -> str:
    gap = own - average
    if abs(gap) < 1e-9 * max(1.0, abs(average)):
        return f"That is the average of all groups, {number(average)}{amount}."
    way = "above" if gap > 0 else "below"
    return (
        f"That is {number(abs(gap))}{amount} {way} the average of all groups there, "
        f"{number(average)}{amount}."
    )


def settings(values: Mapping[str, Value]) -> str:
    """ "treatment = control and month = 3"."""
    parts = [
        f"{column} = {value if isinstance(value, str) else _place(float(value))}"
        for column, value in values.items()
    ]
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + "".join(parts[-1:])


def _place(value: float) -> str:
    text = number(value, 4)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


def cautions(
    fit: FittedModel,
    known: Sequence[Input],
    values: Mapping[str, Value],
    own: Mapping[str, Value] | None = None,
    groups: Mapping[str, str] | None = None,
) -> list[str]:
    """Extrapolation, a known group that is imagined otherwise than it is, the outcome's scale,
    residuals correlated with those of the known group ``groups``.
    """
    found = []
    for item in known:
        value = values.get(item.column)
        if item.numeric and value is not None and item.outside(float(value)):
            found.append(
                f"{item.column} = {_place(float(value))} lies outside the observed range, "
                f"{_place(item.low)} to {_place(item.high)}: the model extrapolates, and the bands "
                "don't allow for that."
            )
    other = {c: v for c, v in (own or {}).items() if c in values and values[c] != v}
    if other:
        found.append(
            f"In all of its own rows {settings(other)}: this asks what would be if it were "
            "otherwise."
        )
    if factor_of(fit.spec.outcome).calls:
        found.append(f"On the scale of {fit.spec.outcome.replace('`', '')}.")
    structure = fit.spec.residual
    if groups and structure is not None and structure.correlation is not None:
        found.append(
            "The band of one row takes its residual as unrelated to those that were measured; "
            f"near them in {structure.correlation.time} it is somewhat narrower."
        )
    return found


def table_sentences(fit: FittedModel, found: PredictionTable) -> list[str]:
    """How many rows were predicted and why others weren't; new groups; extrapolation."""
    total = len(found.table)
    sentences = [f"{_rows(found.n_predicted)} of {whole(total)} predicted."]
    if found.n_missing:
        sentences.append(
            f"{_rows(found.n_missing)} can't be predicted because a predictor is missing."
        )
    for column, levels in found.unknown.items():
        shown = ", ".join(levels[:5]) + (" …" if len(levels) > 5 else "")
        sentences.append(
            f"The model doesn't know {column} = {shown}, so those rows have no prediction."
        )
    told = found.n_predicted + found.n_missing
    if told < total and not found.unknown:
        sentences.append(f"The data don't determine {_rows(total - told)}.")
    for name, count in found.new_groups.items():
        sentences.append(
            f"{_rows(count)} belong to a {name} that isn't in the data: predicted as the average, "
            "with a band that allows for how groups differ."
            if count != 1
            else f"1 row belongs to a {name} that isn't in the data: predicted as the average, "
            "with a band that allows for how groups differ."
        )
    for column, (count, low, high) in found.outside.items():
        verb = "lies" if count == 1 else "lie"
        sentences.append(
            f"{_rows(count)} {verb} outside the observed range of {column}, {_place(low)} to "
            f"{_place(high)}: the model extrapolates there."
        )
    if factor_of(fit.spec.outcome).calls:
        sentences.append(f"On the scale of {fit.spec.outcome.replace('`', '')}.")
    return sentences


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{whole(count)} rows"
