"""The section on the assumptions and on the fit itself."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lmm_core.report.convergence_words import convergence_sentences
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Bullets, Column, FigurePart, Heading, Part, TablePart

VERDICTS = {"fine": "in order", "look": "worth a look", "act": "needs action"}
DRAWN = ("normality_residuals", "homoscedasticity_fitted")


def checks_section(m: Material) -> Iterator[Part]:
    """Verdict and size of every check, what each means, two pictures, and the estimation."""
    frame = pd.DataFrame(
        [(c.title, VERDICTS[c.verdict], c.magnitude_text) for c in m.checks],
        columns=["check", "verdict", "magnitude"],
    )
    columns = (
        Column("check", "Check"),
        Column("verdict", "Verdict"),
        Column("magnitude", "How large"),
    )
    yield TablePart("checks", "Assumptions with verdicts", frame, columns)
    items = []
    for check in m.checks:
        more = f" {check.what_to_do}" if check.verdict != "fine" else ""
        items.append(f"{check.title}: {check.sentence}{more}")
    yield Bullets(tuple(items))
    if m.figures:
        from lmm_core.figures.diagnostics import PICTURES

        for key in DRAWN:
            picture = PICTURES[key](m.fit, units=m.units)
            if picture is not None:
                yield FigurePart(key, picture.alt, picture)
    yield Heading("Estimation", 2)
    yield Bullets(tuple(convergence_sentences(m.fit)))
