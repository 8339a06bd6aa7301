"""Listwise repeated-measures ANOVA and the mixed model of all rows, on the same question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.assess.rm_anova.classical import classical
from lmm_core.assess.rm_anova.question import Question, question_of
from lmm_core.errors import ModelError

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray

SAME = 1e-4


@dataclass(frozen=True)
class Comparison:
    """Both methods side by side.

    ``table``: effect, f_value, num_df, den_df, p_value, epsilon_gg, p_gg, epsilon_hf, p_hf (of the
    complete subjects), lmm_f, lmm_num_df, lmm_den_df, lmm_p (of all rows). ``dropped`` names the
    subjects that the ANOVA leaves out; ``rows_dropped`` their rows. ``averaged`` says that cells
    with several rows were averaged. ``corrected`` says whether any effect needs sphericity.
    """

    question: Question
    table: pd.DataFrame
    n_subjects: int
    dropped: tuple[str, ...]
    n_rows: int
    rows_dropped: int
    n_cells: int
    averaged: bool
    lmm_singular: bool

    @property
    def n_complete(self) -> int:
        return self.n_subjects - len(self.dropped)

    @property
    def corrected(self) -> bool:
        return bool(self.table["epsilon_gg"].notna().any())

    @property
    def agrees(self) -> bool:
        """Whether both give the same F (nothing dropped, no variance at 0)."""
        a, b = self.table["f_value"], self.table["lmm_f"]
        return bool((np.abs(a - b) <= SAME * np.maximum(np.abs(a), 1.0)).all())


def compare_with_rm_anova(fit: FittedModel) -> Comparison:
    """Repeated-measures ANOVA of the complete subjects beside the mixed model of the same question.

    Raises
    ------
    ModelError
        ``rm_anova`` when the model implies no such ANOVA or too few subjects are complete.
    LMMError
        When the mixed model of the same question can't be fitted.
    """
    from lmm_core.fitted import fit_model

    question = question_of(fit)
    lmm = fit_model(question.spec, fit.source)
    codes = lmm.groups[question.subject].codes
    levels = lmm.groups[question.subject].levels
    texts = question.texts
    values = {name: lmm.design.values[text] for name, text in texts.items()}
    sizes = tuple(len(lmm.design.encoders[texts[name]].levels) for name in question.within)
    cell = np.ravel_multi_index(tuple(values[name] for name in question.within), sizes)
    n_cells, G = int(np.prod(sizes)), len(levels)
    place = codes.astype(np.int64) * n_cells + cell
    counts = np.bincount(place, minlength=G * n_cells).reshape(G, n_cells)
    sums = np.bincount(place, lmm.y, G * n_cells).reshape(G, n_cells)
    complete = (counts > 0).all(axis=1)
    between = _between(question, values, codes, G, complete)
    _check(question, complete, between)
    Y = (sums[complete] / counts[complete]).reshape(-1, *sizes)
    effects = {frozenset(e.factors): e for e in classical(Y, question.within, between)}
    rows = []
    names = {text: name for name, text in texts.items()}
    for term, row in zip(lmm.spec.fixed, lmm.anova().itertuples(), strict=True):
        columns = [names[text] for text in term]
        e = effects[frozenset(columns)]
        gg, p_gg, hf, p_hf = (
            (e.epsilon_gg, e.p_gg, e.epsilon_hf, e.p_hf) if e.corrected else (np.nan,) * 4
        )
        ours = (e.f_value, e.num_df, e.den_df, e.p_value, gg, p_gg, hf, p_hf)
        theirs = (row.f_value, row.num_df, row.den_df, row.p_value)
        rows.append((" × ".join(columns), *ours, *theirs))
    titles = ["effect", "f_value", "num_df", "den_df", "p_value", "epsilon_gg", "p_gg"]
    titles += ["epsilon_hf", "p_hf", "lmm_f", "lmm_num_df", "lmm_den_df", "lmm_p"]
    dropped = tuple(levels[k] for k in np.flatnonzero(~complete))
    lost = int(counts[~complete].sum())
    averaged = bool((counts[complete] > 1).any())
    return Comparison(
        question,
        pd.DataFrame(rows, columns=titles),
        G,
        dropped,
        lmm.n_obs,
        lost,
        n_cells,
        averaged,
        lmm.is_singular,
    )


def _between(
    question: Question, values: dict[str, Array], codes: Array, G: int, complete: Array
) -> list[tuple[str, Array]]:
    """Codes of each complete subject's level of each between factor, 0 to the number that occur."""
    found = []
    for name in question.between:
        own = np.zeros(G, dtype=np.int64)
        own[codes] = values[name]
        _, packed = np.unique(own[complete], return_inverse=True)
        found.append((name, packed))
    return found


def _check(question: Question, complete: Array, between: list[tuple[str, Array]]) -> None:
    n = int(complete.sum())
    cells = 1
    for name, codes in between:
        if not n or codes.max() < 1:
            raise _none(
                f"Of the {n} complete {question.subject} groups all have the same {name}, so "
                "repeated-measures ANOVA can't compare them."
                if n
                else f"No {question.subject} has a value on every occasion."
            )
        cells *= int(codes.max()) + 1
    present = len(np.unique(np.column_stack([c for _, c in between]), axis=0)) if between else 1
    if present < cells:
        raise _none("Some combination of the groups of subjects has no complete subject.")
    if n - cells < 1:
        raise _none(
            f"Only {n} of {len(complete)} {question.subject} groups are complete, too few for "
            "repeated-measures ANOVA."
        )


def _none(message: str) -> ModelError:
    return ModelError(message, "The mixed model uses all rows all the same.", code="rm_anova")
