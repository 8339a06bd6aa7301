"""Repeated-measures ANOVA of complete subjects, beside the mixed model of all rows."""

from __future__ import annotations

from lmm_core.assess.rm_anova.classical import Effect, classical
from lmm_core.assess.rm_anova.compare import Comparison, compare_with_rm_anova
from lmm_core.assess.rm_anova.question import Question, question_of

__all__ = [
    "Comparison",
    "Effect",
    "Question",
    "classical",
    "compare_with_rm_anova",
    "question_of",
]
