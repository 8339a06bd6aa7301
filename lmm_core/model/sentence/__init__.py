"""The describe box: a description in everyday English becomes a model and wishes for outputs."""

from lmm_core.model.sentence.preparation import preparation_steps
from lmm_core.model.sentence.understand import describe
from lmm_core.model.sentence.wish import OUTPUTS, Note, Question, Wish

__all__ = ["OUTPUTS", "Note", "Question", "Wish", "describe", "preparation_steps"]
