"""The section that compares the model with others."""

from __future__ import annotations

from collections.abc import Iterator

from lmm_core.formatting import number, p_value, percent, whole
from lmm_core.report.comparison_words import comparison_sentences
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Bullets, Column, Paragraph, Part, TablePart


def comparison_section(m: Material) -> Iterator[Part]:
    """Nothing when there are no other models, or none that can be compared."""
    found = m.comparison
    if found is None:
        return
    frame = found.table.assign(name=list(m.names))
    columns = (
        Column("name", "Model"),
        Column("npar", "k", whole),
        Column("loglik", "Log likelihood", lambda v: number(v, 6)),
        Column("aic", "AIC", lambda v: number(v, 6)),
        Column("bic", "BIC", lambda v: number(v, 6)),
        Column("weight", "Akaike weight", percent),
        Column("chi_sq", "χ²", number),
        Column("df", "df", lambda v: "–" if v != v else f"{v:.0f}"),
        Column("p_value", "p", p_value),
    )
    note = "All by maximum likelihood; each is tested against the one before. k: parameters."
    written = (Column("name", "Model"), Column("formula", "Formula"))
    yield TablePart("compared_models", "Formulas of the compared models", frame, written)
    yield TablePart("comparison", "Models compared", frame, columns, note)
    yield Bullets(tuple(comparison_sentences(found, m.names)))
    for text in found.notes:
        yield Paragraph(text, quiet=True)
