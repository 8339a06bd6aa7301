"""Residual structures: "AR(1) residuals", "a residual variance for each arm"."""

from __future__ import annotations

from lmm_core.model.residual import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.symbol import Symbol

_WHERE = "by|per|for|in|across|between|of|BY|over|with|on"


def residual_structure(draft: Draft) -> None:
    """Take what is said of the residuals' spread and correlation out of the stream."""
    _correlated(draft)
    for text in (
        f"with|ADD|allow|has? VARY|OWN? RESVAR is? VARY|OWN? {_WHERE} each|per? <x>",
        "RESVAR is? POWER of? <x>|O.predictions",
    ):
        for found in draft.stream.each(text.replace("<x>|O.predictions", "<x>")):
            item = draft.stream.items(found, "x")[0]
            power = "POWER" in {draft.stream.code(k) for k in range(found.start, found.stop)}
            if item.code == "@c" and not power:
                draft.residual_variance = VarianceByLevel(item.columns[0])
            elif item.code == "@n":
                draft.residual_variance = PowerVariance(item.columns[0])
            else:
                continue
            draft.served |= set(item.columns)
            draft.take(found, f"residuals: {ResidualStructure(draft.residual_variance).words}")
    for found in draft.stream.each("RESVAR is? POWER of? O.predictions"):
        draft.residual_variance = PowerVariance()
        draft.take(found, f"residuals: {ResidualStructure(draft.residual_variance).words}")


def _correlated(draft: Draft) -> None:
    tail = "[ CORR|O.residual_plots|RESID|RESVAR|of|for|in|within|each|@g|P|is ]*"
    for code, kind in (("CAR", "car1"), ("AR", "ar1")):
        for found in draft.stream.each(
            f"with|ADD|allow|has|CORR|O.residual_plots|RESID? {code} {tail}"
        ):
            codes = [draft.stream.code(k) for k in range(found.start, found.stop)]
            stop = found.stop
            item: Symbol | None = None
            if draft.stream.code(stop) in ("over", "along", "with", "by", "of") and (
                draft.stream.code(stop + 1) == "@n"
            ):
                item, stop = draft.stream.symbols[stop + 1], stop + 2
            if not {"CORR", "O.residual_plots", "RESID", "RESVAR"} & set(codes):
                continue  # "check the autocorrelation" asks for a look, not for a model
            said = draft.said(found.start, found.stop)
            if "covariance" in said and "residual" not in said and "error" not in said:
                continue  # it may be meant for the random effects
            times = item.columns if item is not None else draft.vocabulary.times
            if len(times) != 1:
                continue  # over which column isn't certain: listed
            draft.residual_correlation = SerialCorrelation(kind, times[0])
            draft.served |= set(times)
            words = ResidualStructure(None, draft.residual_correlation).words
            draft.note(found.start, stop, f"residuals: {words}")
            draft.stream.use(found.start, stop)
