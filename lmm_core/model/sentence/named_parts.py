"""What is told of a named column must hold for that column in one of the models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lmm_core.model.factors import factor_of
from lmm_core.model.sentence.formulas import MADE
from lmm_core.model.sentence.stream import Found, Stream
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.spec import ModelSpec, Term

_REFUSED = {"NEG", "NONE", "ZERO", "ONLY"}
_BEFORE = 2
"""So many symbols before the words a refusal still belongs to them."""

_Holds = Callable[[ModelSpec, tuple[str, ...], tuple[str, ...]], bool]


def columns_of(terms: Iterable[Term]) -> frozenset[str]:
    """The columns behind terms; a column of growth counts as what grew, too."""
    found = {factor_of(part).column for term in terms for part in term}
    return frozenset(found | {column.removesuffix(MADE) for column in found})


def _slope(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    """Whether a group (any, when none is named) has a random slope of a column (of any)."""
    terms = [t for t in model.random if not groups or set(groups) & set(t.group)]
    slopes = columns_of(term for t in terms for term in t.terms)
    return bool(slopes) if not columns else set(columns) <= slopes


def _random(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    """Whether a column has a random slope, or groups the rows."""
    named = any(set(columns) & set(term.group) for term in model.random)
    return named or _slope(model, columns, groups)


def _interaction(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    """Whether a term of the fixed part holds all columns."""
    return any(set(columns) <= columns_of([term]) for term in model.fixed if len(term) > 1)


def _fixed(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    return set(columns) <= columns_of(model.fixed)


def _outcome(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    return model.outcome_column.removesuffix(MADE) in columns or model.outcome_column in columns


def _group_fixed(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    return set(groups) <= columns_of(model.fixed)


def _nested(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    return any(set(groups) <= set(term.group) for term in model.random)


def _logarithm(model: ModelSpec, columns: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    return all(f"({c}" in model.formula or f"(`{c}" in model.formula for c in columns)


_OF = "of|for|in|on|over"
_TOLD: tuple[tuple[str, _Holds], ...] = (
    (f"RS|RIS {_OF} <x+> for|per|by|across|at|within each? <g>", _slope),
    (f"RS|RIS {_OF} <x+>", _slope),
    ("RS|RIS for|per|by|across each? <g>", _slope),
    ("INTER of|between|: <x> and|with|by|x <x2>", _interaction),
    ("<x> by|x|with <x2> INTER", _interaction),
    ("PRED : <x+> ;", _fixed),
    ("PRED is <x+> ;", _fixed),
    ("<x> as PRED", _fixed),
    ("<x> PRED ;|,", _fixed),
    ("EFFECT of <x+> on", _fixed),
    ("PRED <x> ;|,", _fixed),
    ("OUT :|is? <x> ;|,", _outcome),
    ("<x> as ONLY? OUT", _outcome),
    ("<x> OUT ;", _outcome),
    ("OUT : @n|@c , <x> ;", _outcome),
    ("OUT :|is|as? @n|@c and <x> ;|,", _outcome),
    ("<x> and @n|@c as|is OUT", _outcome),
    ("MODEL|PREDICT @n and <x> by|on|BY @n|@c", _outcome),
    ("<g> as|is? PRED ;|,|and", _group_fixed),
    ("PRED of <g> ;|,", _group_fixed),
    ("<g> and|, <g2> as|is? NESTED RE|GROUPED", _nested),
    ("<x> as|is RE", _random),
    ("LOG|LOGVERB|LOG10|LOG2 of? <x>", _logarithm),
)


def unmet_parts(read: Sequence[Symbol], models: Sequence[ModelSpec]) -> list[tuple[int, int]]:
    """Places where a slope, an interaction or a logarithm of a column is told but nowhere made."""
    stream, lost = Stream(list(read)), []
    for text, holds in _TOLD:
        for found in stream.each(text):
            items = [*stream.items(found, "x"), *stream.items(found, "x2")]
            plain = all(item.code in ("@n", "@c") for item in items)
            if not plain or _is_refused(stream, found) or not _one_group(stream, found):
                continue
            if holds is _slope:
                items = items[:1]  # "random slope of years, region as fixed effect"
            columns = tuple(c for item in items for c in item.columns)
            asked = [*stream.items(found, "g"), *stream.items(found, "g2")]
            groups = tuple(c for item in asked for c in item.columns)
            if holds is _group_fixed and stream.code(found.start - 1) == "of":
                continue  # "the intercepts of the subjects independent"
            outcomes = {model.outcome_column for model in models}
            if set(columns) & outcomes and holds is _slope:
                continue  # "with a random slope of pain over time"
            if not any(holds(model, columns, groups) for model in models):
                lost.append((read[found.start].start, read[found.stop - 1].end))
    return lost


def _one_group(stream: Stream, found: Found) -> bool:
    return all(item.code == "@g" for item in stream.items(found, "g"))


def _is_refused(stream: Stream, found: Found) -> bool:
    before = {stream.code(k) for k in range(max(0, found.start - _BEFORE), found.start)}
    return bool(before & _REFUSED)
