"""The section on the model: words, formula, equation."""

from __future__ import annotations

from collections.abc import Iterator

from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Bullets, Formula, Paragraph, Part
from lmm_core.report.model_text import equation, in_words


def model_section(m: Material) -> Iterator[Part]:
    """What is modelled, as a formula and as the fitted equation with its symbols explained."""
    yield Paragraph(in_words(m.fit))
    yield Paragraph("Formula, in the notation of lme4:", quiet=True)
    yield Formula(m.fit.spec.formula)
    found = equation(m.fit)
    yield Paragraph("Fitted equation:", quiet=True)
    random = " + ".join(found.random)
    yield Formula(f"{found.outcome} = {found.fixed} + {random} + {found.residual}")
    yield Bullets(found.legend)
