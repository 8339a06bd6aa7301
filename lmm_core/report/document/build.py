"""Put the sections of a report together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from lmm_core.report.columns import outcome_name
from lmm_core.report.document import (
    checks,
    comparison,
    data,
    listing,
    missing,
    model,
    results,
    texts,
)
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import Document, Heading, Part
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.variance_words import sample_size
from lmm_core.report.words import headline

_MAKERS: dict[str, tuple[str, Callable[[Material], Iterator[Part]]]] = {
    "data": ("Data", data.data_section),
    "model": ("Model", model.model_section),
    "results": ("Results", results.results_section),
    "checks": ("Checks of the assumptions", checks.checks_section),
    "missing": ("Missing data", missing.missing_section),
    "rm_anova": ("Mixed model beside repeated-measures ANOVA", missing.rm_anova_section),
    "comparison": ("Comparison of models", comparison.comparison_section),
    "methods": ("Methods paragraph", texts.methods_section),
    "apa": ("Results paragraph", texts.results_text_section),
    "lay": ("In plain words", texts.lay_section),
    "reporting": ("Reporting list", listing.reporting_section),
    "references": ("References", listing.references_section),
}
SECTIONS: dict[str, str] = {key: title for key, (title, _) in _MAKERS.items()}
"""Key to title of every section, in the order of the report."""


def build_document(
    analysis: Analysis,
    sections: Collection[str] = tuple(SECTIONS),
    figures: bool = True,
    progress: Callable[[float, str], None] | None = None,
) -> Document:
    """The report on a fitted model.

    Parameters
    ----------
    sections:
        A choice of ``SECTIONS``; they come in their own order.
    figures:
        Whether figures are drawn.
    progress:
        Told the share that is done and what comes next.
    """
    material = Material(analysis, frozenset(sections), figures)
    wanted = [key for key in SECTIONS if key in sections]
    parts: list[Part] = []
    for k, key in enumerate(wanted):
        title, make = _MAKERS[key]
        if progress is not None:
            progress(k / len(wanted), title)
        made = list(make(material))
        if made:
            parts += [Heading(title), *made]
    fit = analysis.fit
    return Document(
        headline(fit, material.units),
        f"A linear mixed model of {outcome_name(fit)}: {sample_size(fit)}",
        tuple(parts),
    )
