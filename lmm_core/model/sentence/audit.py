"""A second look: what the text names must show in the models, else it is listed or asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.named_parts import columns_of
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.sentence.vocabulary import NUMBER
from lmm_core.model.sentence.wish import Question
from lmm_core.model.spec import ModelSpec

_Models = tuple[ModelSpec, ...]


def _has_slopes(models: _Models) -> bool:
    return any(term.terms for model in models for term in model.random)


def _has_interaction(models: _Models) -> bool:
    return any(len(term) > 1 for model in models for term in model.fixed)


def _has_uncorrelated(models: _Models) -> bool:
    apart = any(not term.correlated for model in models for term in model.random)
    groups = [term.group for term in models[-1].random]
    return apart or len(set(groups)) < len(groups)


def _has_no_predictors(models: _Models) -> bool:
    return any(not model.fixed for model in models)


def _has_weights(models: _Models) -> bool:
    return any(model.weights for model in models)


def _calls(*names: str) -> Callable[[_Models], bool]:
    def shows(models: _Models) -> bool:
        return any(name in model.formula for model in models for name in names)

    return shows


_SHOWS: dict[str, Callable[[_Models], bool]] = {
    "RS": _has_slopes,
    "RIS": _has_slopes,
    "SLOPEONLY": _has_slopes,
    "INTER": _has_interaction,
    "NOCORR": _has_uncorrelated,
    "NULL": _has_no_predictors,
    "WEIGHT": _has_weights,
    "LOG": _calls("log"),
    "LOGVERB": _calls("log"),
    "LOGSCALE": _calls("log"),
    "LOG10": _calls("log10"),
    "LOG2": _calls("log2"),
    "SQRT": _calls("sqrt("),
    "SQRTVERB": _calls("sqrt("),
    "CENTER": _calls("center("),
    "CENTERED": _calls("center("),
    "SCALE": _calls("scale("),
    "SCALED": _calls("scale("),
    "QUAD": _calls("^", "poly("),
    "SQUARED": _calls("^", "poly("),
}
_VARIES = re.compile(
    r"(?:EFFECT|SLOPE|CHANGE) (?:(?![;!])\S+ ){0,7}?VARY (?:(?![;!@])\S+ ){1,3}@[gh] "
)
"""An effect that differs between groups is a random slope."""
_PREDICTOR = re.compile(r"fixed|predict|covariate|independent|explanatory", re.IGNORECASE)
_REFUSED = {"NEG", "NONE", "ZERO"}
_COUNTS = {"two", "three", "four", "2", "3", "4"}
_ALONE = ("only", "just")
_NEAR = 3
"""So many symbols away a word of refusal still belongs to what is refused."""


def unmet(
    source: str, read: Sequence[Symbol], models: _Models, compared: bool, changes: bool
) -> list[tuple[int, int]]:
    """Places of words that ask for something which no model has.

    ``read`` are the symbols as they were read, before any rule used them; ``compared``: several
    models are compared; ``changes``: the text changes a model, and may name what it takes away.
    """
    found = []
    for k, symbol in enumerate(read):
        shows = _SHOWS.get(symbol.code)
        near = {s.code for s in read[max(0, k - _NEAR) : k + _NEAR + 1]}
        after = read[k + 1] if k + 1 < len(read) else symbol
        models_named = "model" in source[symbol.start : after.end].lower()
        if symbol.code == "NULL" and source[symbol.start : symbol.end].lower().startswith(_ALONE):
            continue  # "only an intercept" for the items
        said = set(source[symbol.start : symbol.end].lower().split())
        if symbol.code == "O.compare_models" and not compared and not changes and said & _COUNTS:
            found.append((symbol.start, symbol.end))
        counted = symbol.code == "#" and 2 <= symbol.value <= 6 and after.code == "MODEL"
        if shows is not None and not changes and not near & _REFUSED and not shows(models):
            found.append((symbol.start, symbol.end))
        behind = read[k + 2].code if k + 2 < len(read) else ""
        twice = symbol.code == "COMPARE" and after.code in ("#", "BOTH", "SAME") and not changes
        twice &= behind[:1] not in ("@", "!")  # "compare the three methods"
        counted |= twice and after.value in (0, 2, 3, 4)
        if not compared and (counted or (symbol.code == "COMPARE" and models_named)):
            found.append((symbol.start, after.end))
        if symbol.code == "COMPARE" and not compared and not changes and _of_models(read, k):
            found.append((symbol.start, symbol.end))
        either = (after.code, behind) in (("or", "RS"), ("or", "RIS"), ("or", "SLOPE"))
        if symbol.code == "RI" and either and not compared:
            found.append((symbol.start, read[k + 2].end))
        if not changes and _refused_but_there(read, k, models):
            found.append((symbol.start, after.end))
        if _only_intercept(read, k) and not _has_intercept_only(models, _group_near(read, k)):
            found.append((symbol.start, symbol.end))
    if compared and not changes and _numbered(read) > len(models) > 1:
        found.append((read[0].start, read[0].end))
    line = "".join(symbol.code + " " for symbol in read)
    varies = _VARIES.search(line)
    if varies and not changes and not _has_slopes(models):
        first, last = (line.count(" ", 0, place) for place in varies.span())
        if not {s.code for s in read[max(0, first - _NEAR) : last]} & _REFUSED:
            found.append((read[first].start, read[last - 1].end))
    return found


def _numbered(read: Sequence[Symbol]) -> int:
    """How far a list "(1) …; (2) …" counts."""
    count = 0
    for before, symbol, after in zip(read, read[1:], read[2:], strict=False):
        if (before.code, after.code) == ("(", ")") and symbol.code == "#":
            count += symbol.value == count + 1
    return count


def _of_models(read: Sequence[Symbol], k: int) -> bool:
    """Whether models are compared in this sentence, not groups or levels."""
    stop = next((j for j in range(k, len(read)) if read[j].code == ";"), len(read))
    return bool({s.code for s in read[k:stop]} & {"MODEL", "NULL", "SAME", "WITHWITHOUT"})


_FOR_GROUP = (["for"], ["per"], ["of"], ["by"])


def _refused_but_there(read: Sequence[Symbol], k: int, models: _Models) -> bool:
    """ "without a random intercept", "no random slopes", where every model has them everywhere."""
    following = [s.code for s in read[k + 1 : k + 3]]
    if read[k].code != "NEG" or following[1:] == ["ONLY"]:
        return False
    terms = [term for model in models for term in model.random]
    if following[:1] == ["RI"]:
        group = _group_near(read, k + 1) if following[1:] in _FOR_GROUP else ()
        if group and not all(any(group[0] in t.group for t in m.random) for m in models):
            return False  # the comparison's other model
        terms = [t for t in terms if not group or group[0] in t.group]
        return bool(terms) and all(term.intercept for term in terms)
    if following[:1] == ["RIS"]:
        return any(term.intercept and term.terms for term in terms)
    if following[:1] == ["PRED"]:  # "not predictors: age"
        named = {c for s in read[k + 2 : k + 4] if s.code in ("@n", "@c") for c in s.columns}
        return bool(named & columns_of(term for model in models for term in model.fixed))
    if following[:1] == ["RS"] and following[1:] not in (["of"], ["for"], ["in"]):
        return bool(terms) and all(term.terms for term in terms)
    return False


def _only_intercept(read: Sequence[Symbol], k: int) -> bool:
    """Whether a random intercept is told to be alone: "for items only a random intercept"."""
    following = read[k + 1].code if k + 1 < len(read) else ""
    return read[k].code == "INTONLY" or (read[k].code == "ONLY" and following in ("RI", "INT"))


def _group_near(read: Sequence[Symbol], k: int) -> tuple[str, ...]:
    """The group in the same clause, looked for behind the words and then before them."""
    for step in (1, -1):
        at = k + step
        while 0 <= at < len(read) and abs(at - k) <= 4 and read[at].code not in (";", ","):
            if read[at].code == "@g":
                return read[at].columns
            at += step
    return ()


def _has_intercept_only(models: _Models, group: tuple[str, ...]) -> bool:
    """Whether in some model the group (any, when none is named) has a term without slopes."""
    for model in models:
        terms = [t for t in model.random if not group or group[0] in t.group]
        if group and not terms:
            return True
        if any(not t.terms for t in terms):
            return True
    return not any(model.random for model in models)


def doubtful_outcome(draft: Draft, spec: ModelSpec) -> None:
    """Time that depends on a measure is hardly meant, unless it is called the outcome."""
    column, vocabulary = spec.outcome_column, draft.vocabulary
    numbers = [c for c in spec.columns() if c != column and vocabulary.kinds.get(c) == NUMBER]
    if column in vocabulary.times and numbers and draft.outcome is not None:
        sentence = "Which column is the outcome?"
        draft.questions.append(Question("outcome", sentence, (*numbers, column)))


def contradictions(draft: Draft, spec: ModelSpec) -> None:
    """What was left out but stands in the model, and a group that was to be a predictor but only
    groups the rows: neither is told as understood.
    """
    for note in tuple(draft.notes):
        columns = note.meaning.removeprefix("left out: ").split(", ")
        if note.meaning.startswith("left out: ") and set(columns) & set(spec.columns()):
            draft.notes.remove(note)
            draft.lost.append((note.start, note.end))
    groups = {name for term in spec.random for name in term.group} - columns_of(spec.fixed)
    for k, note in enumerate(draft.notes):
        named = note.meaning.removeprefix("predictors: ").split(", ")
        if note.meaning.startswith("predictors: ") and set(named) & groups:
            kept = [name for name in named if name not in groups]
            draft.notes[k] = replace(note, meaning=f"predictors: {', '.join(kept)}")
            if _PREDICTOR.search(note.phrase):
                draft.lost.append((note.start, note.end))
    draft.notes[:] = [note for note in draft.notes if note.meaning != "predictors: "]


def without_effect(
    draft: Draft, models: tuple[ModelSpec, ...], read: tuple[Symbol, ...]
) -> list[tuple[int, int]]:
    """Columns and levels that were named but are nowhere in the result: listed, not lost."""
    mentions = [s for s in read if s.code[0] == "@"]
    levels = [s for s in read if s.code == "!"]
    used = {c for m in models for c in m.columns()} | set(draft.dropped) | draft.served
    used |= {c for s in draft.owners if s.code != "@g" or _owns(s, read) for c in s.columns}
    used |= {word.partition("(")[2].removesuffix(")") for _, word in draft.prepared}
    still = {(s.start, s.end) for s in draft.stream.symbols if s.code[0] in "@!"}
    lost = [s for s in mentions if s.columns and not used & set(s.columns)]
    lost += [s for s in levels if not used & {column for column, _ in s.pairs}]
    return [(s.start, s.end) for s in lost if (s.start, s.end) not in still]


def _owns(owner: Symbol, read: tuple[Symbol, ...]) -> bool:
    """Whether a group only says whose a measure is: "student test scores"."""
    at = next((k for k, s in enumerate(read) if s.start == owner.start), None)
    if at is None:
        return True
    what, before, after = (
        read[k].code if 0 <= k < len(read) else "" for k in (at - 2, at - 1, at + 1)
    )
    if what in ("EFFECT", "SLOPE", "INTER"):
        return False
    return before in ("of", "in", "for", "on") or after in ("@n", "@i", "WEIGHT", "OUT", "GROWTH")
