"""The sections on what is missing, and on what an analysis of complete cases would have given."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lmm_core.assess.missing import Dropout, Pattern, Relation
from lmm_core.assess.rm_anova import Comparison
from lmm_core.errors import LMMError
from lmm_core.formatting import degrees, level_text, number, p_value, percent, whole
from lmm_core.report.document.material import Material
from lmm_core.report.document.parts import (
    Bullets,
    Column,
    FigurePart,
    Heading,
    Paragraph,
    Part,
    TablePart,
)
from lmm_core.report.missing_words import (
    dropout_sentence,
    lost_sentence,
    no_time_sentence,
    relation_sentences,
    rows_sentence,
    what_of,
)
from lmm_core.report.rm_anova_words import rm_anova_sentences
from lmm_core.report.variance_words import dropped_sentence

ASSUMED = (
    "The estimates are valid when values are missing at random given what the model holds. "
    "The data alone can't show whether that is so."
)
MOST_NAMED = 30


def missing_section(m: Material) -> Iterator[Part]:
    """Rows that couldn't be used, rows per group, who leaves when, and what that is related to."""
    dropped, found = m.fit.dropped, m.pattern
    if dropped.n_dropped:
        share = percent(dropped.n_dropped / dropped.n_total)
        yield Paragraph(f"{dropped_sentence(m.fit)} That is {share} of the rows.")
        if dropped.by_column:
            frame = pd.DataFrame(list(dropped.by_column), columns=["column", "cells"])
            columns = (Column("column", "Column"), Column("cells", "Missing cells", whole))
            yield TablePart("missing", "Missing cells per column", frame, columns)
    else:
        yield Paragraph(
            f"None of the {whole(dropped.n_total)} rows lacks a value that the model uses."
        )
    timing = m.timing
    sentences = [dropout_sentence(found, timing)] if timing is not None else []
    sentences += [rows_sentence(m.fit, found), lost_sentence(found)]
    if found.status is None:
        sentences.append(no_time_sentence(found))
    yield Paragraph(" ".join(filter(None, sentences)))
    if timing is not None and found.n_missing:
        yield from _over_time(m, found, timing)
    elif dropped.n_dropped or found.n_missing:
        yield Paragraph(ASSUMED)


def _over_time(m: Material, found: Pattern, timing: Dropout) -> Iterator[Part]:
    yield _timing(found, timing)
    if m.figures:
        from lmm_core.figures.missing import missing_map

        picture = missing_map(found, m.units)
        if picture is not None:
            yield FigurePart("missing_map", picture.alt, picture)
    relation = m.relation
    yield Heading("What missing values are related to", 2)
    if relation is None:
        yield Paragraph(ASSUMED)
        return
    yield Bullets(tuple(relation_sentences(m.fit, found, relation, m.units)))
    if relation.table is not None:
        yield _relation(relation)


def _timing(found: Pattern, timing: Dropout) -> TablePart:
    columns = (
        Column("time", str(found.time)),
        Column("n_observed", "Observed", whole),
        Column("n_left", "Last value here", whole),
        Column("n_gap", "Missed, seen later", whole),
        Column("n_late", "Not seen yet", whole),
    )
    return TablePart("missing_timing", "What is missing when", timing.table, columns)


def _relation(relation: Relation) -> TablePart:
    table = relation.table
    assert table is not None
    names = ("kind", "column", "sd", "level", "reference")
    rows = zip(*(table[name] for name in names), strict=True)
    frame = table.assign(what=[what_of(*row) for row in rows])
    level = level_text(relation.level)
    columns = (
        Column("what", "Odds of missing the next"),
        Column("odds_ratio", "Odds ratio", number),
        Column("conf_low", f"{level} CI low", number),
        Column("conf_high", f"{level} CI high", number),
        Column("p_value", "p", p_value),
    )
    note = (
        f"Logistic regression with Firth's penalty: {whole(relation.n_missed)} missed of "
        f"{whole(relation.n_at_risk)} occasions that follow a measured one."
    )
    title = "What a missed occasion is related to"
    return TablePart("missing_relation", title, frame, columns, note)


def rm_anova_section(m: Material) -> Iterator[Part]:
    """Both tests side by side and why they differ, or why the ANOVA doesn't apply."""
    found = m.rm_anova
    if isinstance(found, LMMError):
        yield Paragraph(f"{found.message} {found.next_step}")
        return
    yield _side_by_side(found)
    yield Bullets(tuple(rm_anova_sentences(m.fit, found)))
    if found.dropped:
        names = ", ".join(found.dropped[:MOST_NAMED])
        more = " …" if len(found.dropped) > MOST_NAMED else ""
        yield Paragraph(f"Dropped by the ANOVA: {names}{more}.", quiet=True)


def _side_by_side(found: Comparison) -> TablePart:
    table = found.table
    frame = table.assign(
        df=[_pair(a, b) for a, b in zip(table.num_df, table.den_df, strict=True)],
        lmm_df=[_pair(a, b) for a, b in zip(table.lmm_num_df, table.lmm_den_df, strict=True)],
    )
    columns = [
        Column("effect", "Effect"),
        Column("lmm_f", "Model F", number),
        Column("lmm_df", "Model df"),
        Column("lmm_p", "Model p", p_value),
        Column("f_value", "ANOVA F", number),
        Column("df", "ANOVA df"),
        Column("p_value", "ANOVA p", p_value),
    ]
    if found.corrected:
        columns += [Column("p_gg", "ANOVA p (GG)", _blank), Column("p_hf", "ANOVA p (HF)", _blank)]
    note = "GG, HF: corrected by Greenhouse and Geisser, and by Huynh and Feldt."
    title = "F tests of the mixed model and of repeated-measures ANOVA"
    return TablePart("rm_anova", title, frame, tuple(columns), note if found.corrected else "")


def _pair(numerator: float, denominator: float) -> str:
    return f"{numerator:.0f}, {degrees(denominator)}"


def _blank(value: float) -> str:
    return "" if pd.isna(value) else p_value(value)
