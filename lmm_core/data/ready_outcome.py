"""Checks of the outcome: is it a number for which a linear mixed model is made?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lmm_core.data.change import Array, count, is_number, listed, short
from lmm_core.data.columns import text_cells
from lmm_core.data.finding import Finding
from lmm_core.data.finish import nearly_numeric
from lmm_core.data.step import Step
from lmm_core.data.words import has_word, word_set

MAX_LISTED = 200
OUTLIER = 5.0
"""Distance from the median, in robust standard deviations, above which a value is looked at."""

_COUNT_WORDS = word_set(
    "count counts number n events visits falls seizures attacks episodes cases anzahl"
)


def outcome_findings(frame: pd.DataFrame, outcome: str | None) -> Iterator[Finding]:
    """Check the outcome's type, spread and extreme values."""
    if outcome is None:
        yield Finding(
            "stop", "outcome", "No outcome is chosen.", "Choose the number that is to be explained."
        )
        return
    values = frame[outcome]
    if not is_number(values):
        yield _not_a_number(frame, outcome)
        return
    array = values.to_numpy(dtype=float, na_value=np.nan)
    filled = array[np.isfinite(array)]
    levels = np.unique(filled)
    if len(levels) < 2:
        what = f"has the same value everywhere ({short(levels[0])})" if len(levels) else "is empty"
        yield Finding(
            "stop",
            "outcome",
            f'The outcome "{outcome}" {what}: there is nothing to explain.',
            "Choose another outcome.",
            columns=(outcome,),
        )
        return
    yield _type(outcome, filled, levels)
    yield from outliers(frame, outcome)


def _not_a_number(frame: pd.DataFrame, outcome: str) -> Finding:
    values = frame[outcome]
    text = values.dtype != "category" and not pd.api.types.is_datetime64_any_dtype(values)
    if text and nearly_numeric(values):
        cells = text_cells(frame, outcome)
        shown = listed(list(dict.fromkeys(c.value for c in cells)), 3)
        return Finding(
            "stop",
            "outcome",
            f'The outcome "{outcome}" holds text in {count(len(cells), "cell")} ({shown}).',
            "Turn it into numbers (these cells become missing), or correct them in the file.",
            Step("to_number", {"column": outcome}),
            (outcome,),
            pd.DataFrame({"row": [c.row for c in cells], outcome: [c.value for c in cells]}).head(
                MAX_LISTED
            ),
        )
    return Finding(
        "stop",
        "outcome",
        f'The outcome "{outcome}" isn\'t a column of numbers.',
        "Choose a measured number. For categories, ordinal or logistic mixed models are made.",
        columns=(outcome,),
    )


def _type(outcome: str, filled: Array, levels: Array) -> Finding:
    whole = bool((levels % 1 == 0).all())
    if len(levels) == 2:
        shown = f"{short(levels[0])} and {short(levels[1])}"
        return Finding(
            "warn",
            "outcome_type",
            f'The outcome "{outcome}" has two values only ({shown}).',
            "A linear mixed model isn't made for a yes/no outcome: a logistic mixed model is"
            " (in R: lme4::glmer with family = binomial).",
            columns=(outcome,),
        )
    named = has_word(outcome, _COUNT_WORDS)
    if whole and levels[0] >= 0 and levels[0] <= 1 and _looks_count(filled, levels, named):
        return Finding(
            "warn",
            "outcome_type",
            f'The outcome "{outcome}" looks like a count: whole numbers from {short(levels[0])},'
            f" {short(float(filled.mean()))} on average.",
            "A linear mixed model isn't made for small counts: a Poisson or negative binomial mixed"
            " model is (in R: lme4::glmer with family = poisson, or glmer.nb).",
            columns=(outcome,),
        )
    if whole and len(levels) <= 7 and levels[-1] - levels[0] <= 10:
        return Finding(
            "warn",
            "outcome_type",
            f'The outcome "{outcome}" has {len(levels)} different values only, like a rating.',
            "A linear mixed model treats the steps as equal; an ordinal mixed model doesn't"
            " (in R: ordinal::clmm).",
            columns=(outcome,),
        )
    for edge, word in ((levels[0], "smallest"), (levels[-1], "largest")):
        share = float((filled == edge).mean())
        if share > 0.2 and filled.size >= 20:
            return Finding(
                "warn",
                "outcome_type",
                f'{100 * share:.0f} % of the values of "{outcome}" are the {word} one'
                f" ({short(edge)}): the scale may end there.",
                "Look at the residuals: a linear model predicts beyond the end of a scale.",
                columns=(outcome,),
            )
    return Finding(
        "fine",
        "outcome_type",
        f'The outcome "{outcome}" is a number with {len(levels):,} different values, from'
        f" {short(levels[0])} to {short(levels[-1])}.",
        columns=(outcome,),
    )


def _looks_count(filled: Array, levels: Array, named: bool) -> bool:
    """Recognise small counts: many at 0 or 1, and a long tail to the right."""
    if named and levels[-1] < 100:
        return True
    mean, median = float(filled.mean()), float(np.median(filled))
    return bool(levels[0] == 0 and mean < 10 and mean > 1.1 * median and levels[-1] > 2 * mean)


def outliers(frame: pd.DataFrame, column: str) -> Iterator[Finding]:
    """List the values far from the median: more than ``OUTLIER`` robust SDs.

    The robust SD is the larger of 1.4826 × MAD and 0.7413 × the distance of the quartiles.
    """
    array = frame[column].to_numpy(dtype=float, na_value=np.nan)
    filled = array[np.isfinite(array)]
    if filled.size < 10:
        return
    low, median, high = np.quantile(filled, [0.25, 0.5, 0.75])
    spread = max(1.4826 * float(np.median(np.abs(filled - median))), 0.7413 * float(high - low))
    if not spread > 0:
        return
    with np.errstate(invalid="ignore"):
        far = np.flatnonzero(np.abs(array - median) > OUTLIER * spread)
    if not far.size or far.size > 0.05 * filled.size:
        return  # many of them: a long tail, not outliers
    worst = far[np.argsort(-np.abs(array[far] - median), kind="stable")]
    least, most = short(float(array[far].min())), short(float(array[far].max()))
    between = f"{least}" if far.size == 1 else f"between {least} and {most}"
    verb = "lies" if far.size == 1 else "lie"
    yield Finding(
        "warn",
        "outliers",
        f'{count(len(far), "value")} of "{column}" {verb} far from the rest ({between}; the middle'
        f" half lies between {short(low)} and {short(high)}).",
        "Check them in the file. Leave out what is a mistake, not what is merely unusual.",
        columns=(column,),
        listing=frame.iloc[worst[:MAX_LISTED]].copy(),
    )
