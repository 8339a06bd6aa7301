"""What a description asks for: the result of ``describe``."""

from __future__ import annotations

from dataclasses import dataclass

from lmm_core.errors import FormulaError
from lmm_core.model.spec import ModelSpec

OUTPUTS: tuple[str, ...] = (
    "fixed_effects",
    "confidence_intervals",
    "p_values",
    "variance_components",
    "icc",
    "trajectories",
    "population_mean",
    "confidence_band",
    "blup_lines",
    "caterpillar",
    "residual_plots",
    "qq_residuals",
    "qq_random_effects",
    "observations_per_subject",
    "missing_data",
    "rm_anova",
    "compare_models",
    "information_criteria",
    "likelihood_ratio_test",
    "predictions",
)
"""Everything that ``Wish.outputs`` can hold."""


@dataclass(frozen=True)
class Note:
    """What a phrase became: the words as written, their place in the text, and the meaning."""

    phrase: str
    meaning: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Question:
    """A choice that the text leaves open.

    ``phrase`` stands at ``start:end`` of the text and may mean any of ``candidates`` (columns). For
    a part of the model that isn't mentioned ``phrase`` names it ("outcome", "group") and ``start``
    equals ``end``.
    """

    phrase: str
    sentence: str
    candidates: tuple[str, ...] = ()
    start: int = 0
    end: int = 0

    def answered(self, text: str, column: str) -> str:
        """The text with the choice written into it, so that it is certain when read again."""
        quoted = "`" + column.replace("`", "``") + "`"
        if self.start < self.end:
            return f"{text[: self.start]}{quoted}{text[self.end :]}"
        lead = "random intercept for each " if self.phrase == "group" else f"{self.phrase}: "
        return f"{text.rstrip(' ;.,')}; {lead}{quoted}"


@dataclass(frozen=True)
class Wish:
    """A description, understood.

    Attributes
    ----------
    spec:
        The model; None when outcome or grouping column aren't certain. It may use columns that are
        there only after ``preparation``.
    outputs:
        Names from ``OUTPUTS``, in the asked order.
    preparation:
        In the asked order: "reshape_long", "growth(column)", and what the formula does itself:
        "log(column)", "sqrt(column)", "center(column)", "scale(column)".
    models:
        All models when several are asked for, as listed; ``spec`` is the largest of them.
    notes:
        What each phrase became, in the order of the text.
    not_understood:
        Phrases that had no effect, or not all of it.
    questions:
        What must be chosen before the wish is whole.
    formula_error:
        The error of a formula inside the text, with the wrong place marked.
    """

    text: str
    spec: ModelSpec | None = None
    outputs: tuple[str, ...] = ()
    preparation: tuple[str, ...] = ()
    models: tuple[ModelSpec, ...] = ()
    notes: tuple[Note, ...] = ()
    not_understood: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    formula_error: FormulaError | None = None

    @property
    def whole(self) -> bool:
        """Whether every phrase was understood and nothing is left to choose."""
        return not self.not_understood and not self.questions
