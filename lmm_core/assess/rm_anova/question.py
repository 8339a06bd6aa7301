"""Which repeated-measures ANOVA asks what the model asks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.errors import ModelError
from lmm_core.model.checks import varies_within
from lmm_core.model.encoding import Categorical, is_numeric
from lmm_core.model.factors import Factor, quote
from lmm_core.model.spec import ModelSpec, RandomTerm, Term

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

MOST_VALUES = 20
MOST_WITHIN = 2
MOST_BETWEEN = 2


@dataclass(frozen=True)
class Question:
    """Subjects, within and between factors by their columns; ``left_out`` are numeric predictors
    that differ between subjects, for which the method has no place; ``as_categories`` the within
    factors that the model itself treats as numbers; ``numbers`` all factors that are columns of
    numbers.
    """

    outcome: str
    subject: str
    within: tuple[str, ...]
    between: tuple[str, ...]
    left_out: tuple[str, ...]
    as_categories: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Factor text of each column: numbers as categories."""
        number = set(self.numbers)
        return {
            name: Factor(name, (("factor", None),)).text if name in number else quote(name)
            for name in (*self.between, *self.within)
        }

    @property
    def spec(self) -> ModelSpec:
        """The mixed model of the same question: the full factorial, random intercepts for subjects
        and, with two within factors, for each subject's level of each.
        """
        texts = self.texts
        names = [*self.between, *self.within]
        fixed: list[Term] = [
            tuple(texts[name] for name in chosen)
            for size in range(1, len(names) + 1)
            for chosen in combinations(names, size)
        ]
        random = [RandomTerm((self.subject,))]
        if len(self.within) > 1:
            random += [RandomTerm((self.subject, name)) for name in self.within]
        return ModelSpec(self.outcome, tuple(fixed), random=tuple(random))


def question_of(fit: FittedModel) -> Question:
    """The repeated-measures ANOVA that a model implies.

    Raises
    ------
    ModelError
        ``rm_anova`` with the reason why there is none.
    """
    groupings = list(fit.groups.values())
    if len(groupings) > 1 or len(groupings[0].columns) > 1:
        raise _none(
            f"Repeated-measures ANOVA knows one kind of subjects; this model has "
            f"{' and '.join(g.name for g in groupings)}.",
            "Compare a model with one grouping column.",
        )
    grouping = groupings[0]
    within: dict[str, bool] = {}
    between: list[str] = []
    left_out: list[str] = []
    for text in dict.fromkeys(f for term in fit.spec.fixed for f in term):
        encoder = fit.design.encoders[text]
        column, is_number = encoder.factor.column, not isinstance(encoder, Categorical)
        if column in within or column in between or column in left_out:
            continue
        values = fit.design.values[text]
        values = values[:, 0] if values.ndim > 1 else values
        varies = varies_within(np.asarray(values, dtype=float), grouping)
        if varies:
            count = len(np.unique(values))
            if count > MOST_VALUES:
                raise _none(
                    f"{column} takes {count:,} different values; repeated-measures ANOVA needs "
                    "the same few occasions for everyone.",
                    "The mixed model needs no such grid.",
                )
            within[column] = is_number
        elif is_number:
            left_out.append(column)
        else:
            between.append(column)
    if fit.spec.weights is not None:
        left_out.append(fit.spec.weights)
    if fit.spec.residual is not None:
        left_out.append("the residual structure")
    if not within:
        raise _none(
            f"No predictor of the model changes within {grouping.name}, so there are no repeated "
            "conditions to compare.",
            "Add the time or the condition to the fixed effects.",
        )
    if len(within) > MOST_WITHIN or len(between) > MOST_BETWEEN:
        raise _none(
            f"The model has {len(within)} predictors that change within {grouping.name} and "
            f"{len(between)} that differ between them.",
            f"The comparison is made for at most {MOST_WITHIN} and {MOST_BETWEEN}.",
        )
    numbers = tuple(name for name, is_number in within.items() if is_number)
    return Question(
        fit.spec.outcome,
        grouping.columns[0],
        tuple(within),
        tuple(between),
        tuple(left_out),
        numbers,
        tuple(c for c in (*within, *between) if is_numeric(fit.source[c])),
    )


def _none(message: str, next_step: str) -> ModelError:
    return ModelError(message, next_step, code="rm_anova")
