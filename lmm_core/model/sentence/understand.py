"""``describe``: from a text to a wish, step by step."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lmm_core.errors import FormulaError
from lmm_core.model.formula import parse_formula
from lmm_core.model.sentence.assemble import assemble
from lmm_core.model.sentence.attachments import attachments
from lmm_core.model.sentence.audit import (
    contradictions,
    doubtful_outcome,
    unmet,
    without_effect,
)
from lmm_core.model.sentence.chains import nesting
from lmm_core.model.sentence.crossing import interactions
from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.editing import additions, only_edits, removals, tells_a_model
from lmm_core.model.sentence.elimination import only_group, only_outcome
from lmm_core.model.sentence.formulas import MADE, Inside, formulas
from lmm_core.model.sentence.labels import labels
from lmm_core.model.sentence.leftovers import left_over, title
from lmm_core.model.sentence.levels import against_level, levels
from lmm_core.model.sentence.named_parts import unmet_parts
from lmm_core.model.sentence.options import options
from lmm_core.model.sentence.outputs import outputs
from lmm_core.model.sentence.persons import persons
from lmm_core.model.sentence.preparation import Longer, growth, longer, reshaping
from lmm_core.model.sentence.randoms import random_effects
from lmm_core.model.sentence.reader import Reader
from lmm_core.model.sentence.residuals import residual_structure
from lmm_core.model.sentence.roles import roles
from lmm_core.model.sentence.series import alone, series
from lmm_core.model.sentence.several import largest, several
from lmm_core.model.sentence.smooth import smooth
from lmm_core.model.sentence.stream import Stream
from lmm_core.model.sentence.symbol import STOP, Symbol
from lmm_core.model.sentence.tokens import MAX_LENGTH, Token, tokenise_text
from lmm_core.model.sentence.transform import same_twice, transformations
from lmm_core.model.sentence.variants import variants
from lmm_core.model.sentence.vocabulary import Vocabulary
from lmm_core.model.sentence.wish import Note, Question, Wish
from lmm_core.model.spec import ModelSpec


def describe(text: str, frame: pd.DataFrame, current: ModelSpec | None = None) -> Wish:
    """Understand a description of a model in everyday English.

    Parameters
    ----------
    text:
        Phrases in any order, separated as people do; it may hold formulas. It is never evaluated.
    frame:
        The table that the columns belong to.
    current:
        The model on screen: what the text doesn't mention is taken from it when the text names no
        outcome ("add a random slope of week").

    A phrase that isn't understood has no effect and is listed. Errors: FormulaError ``too_long``.
    """
    source = str(text)
    vocabulary = Vocabulary(frame)
    parts = series(source[:MAX_LENGTH])
    if not parts:
        return _told(_one(source, vocabulary, current)[1])
    told: list[tuple[Draft, Wish]] = []
    for k, part in enumerate(parts):
        before = told[-1][1].spec if told else None
        if before is not None and not part.builds_on:
            before = replace(before, fixed=())  # "model 3: arm and visit": of the same outcome
        own = alone(source, parts, k)
        one = _one(own, vocabulary, before or current, True, part.builds_on)
        if before is not None and _turns_round(one, told[-1][1].spec):
            one = _one(own, vocabulary, before, True, True)
        told.append(one)
    wish = _in_turn(source, told, parts[0].lead)
    if wish.spec is None and not wish.questions:  # the numbers counted something else
        wish = _one(source, vocabulary, current)[1]
    return _told(wish)


def _turns_round(one: tuple[Draft, Wish], before: ModelSpec | None) -> bool:
    """Whether a predictor of the model before would become the outcome without a word of it."""
    draft, wish = one
    if before is None or wish.spec is None or draft.names_outcome:
        return False
    outcome = wish.spec.outcome_column
    return outcome != before.outcome_column and outcome in before.columns()


def _told(wish: Wish) -> Wish:
    """A text of which nothing came is listed as a whole."""
    empty = wish.spec is None and not (wish.questions or wish.not_understood or wish.outputs)
    if not empty or wish.preparation or wish.formula_error or not wish.text.strip():
        return wish
    return replace(wish, not_understood=(wish.text.strip()[:200],))


def _in_turn(source: str, told: list[tuple[Draft, Wish]], place: int) -> Wish:
    """The models that were told one by one, as one wish."""
    wishes = [wish for _, wish in told]
    specs = tuple(dict.fromkeys(w.spec for w in wishes if w.spec is not None))
    models = specs if len(specs) > 1 and len(specs) == len(wishes) else ()
    outputs: dict[str, int] = {}
    for draft, _ in told:
        place = min((place, *draft.compared_at))
        for start, name in draft.outputs:
            if name not in draft.refused:
                outputs.setdefault(name, start)
    if models:
        outputs.setdefault("compare_models", place)
    notes = [
        replace(n, phrase=source[n.start : n.end]) if n.end else n for w in wishes for n in w.notes
    ]
    return Wish(
        source,
        largest(models) if models else specs[-1] if len(wishes) == len(specs) else None,
        tuple(sorted(outputs, key=lambda name: outputs[name])),
        tuple(dict.fromkeys(p for w in wishes for p in w.preparation)),
        models,
        _in_order(list(dict.fromkeys(notes))),
        tuple(dict.fromkeys(p for w in wishes for p in w.not_understood)),
        tuple(dict.fromkeys(q for w in wishes for q in w.questions)),
        next((w.formula_error for w in wishes if w.formula_error is not None), None),
    )


def _one(
    source: str,
    vocabulary: Vocabulary,
    current: ModelSpec | None,
    of_series: bool = False,
    adds: bool = False,
) -> tuple[Draft, Wish]:
    """A text that tells of one model, or of a list that one phrase makes."""
    tokens, frame = tokenise_text(source), vocabulary.frame
    draft, inside = _read(source, tokens, vocabulary)
    asked = any(s.code in ("RESHAPE", "ONEROW") for s in draft.stream.symbols)
    known: Longer | None = None
    if asked:
        known = longer(frame)
        if known is not None:
            draft, inside = _read(source, tokens, Vocabulary(known.preview(frame)))
    mentions = tuple(s for s in draft.stream.symbols if s.code[0] == "@")
    draft.of_series, draft.adds = of_series, adds
    draft.names_outcome = any(s.code == "OUT" for s in draft.stream.symbols)
    read = tuple(draft.stream.symbols)
    draft.compared_at = tuple(s.start for s in read if s.code in ("COMPARE", "O.compare_models"))
    if current is not None and not of_series and not tells_a_model(draft, current):
        draft.on_screen = frozenset(current.columns()) - {current.outcome_column}
    if current is not None and not of_series and only_edits(draft, current):
        draft.on_screen = frozenset(vocabulary.names.columns)
    _understand(draft, known, asked, mentions)
    return draft, _wish(draft, inside, known, current, read)


def _read(
    source: str, tokens: tuple[Token, ...], vocabulary: Vocabulary
) -> tuple[Draft, tuple[Inside, ...]]:
    """Symbols of a text, each formula one of them."""
    inside = formulas(source, vocabulary.names)
    symbols: list[Symbol] = []
    mended: list[tuple[int, int, str]] = []
    choices: list[tuple[int, int, tuple[str, ...]]] = []
    means: list[tuple[int, int, tuple[str, ...]]] = []
    rest, at = list(tokens), 0
    for formula in (*inside, None):
        part = [t for t in rest if formula is None or t.end <= formula.first]
        part = [t for t in part if t.start >= at]
        reader = Reader(source, tuple(part), vocabulary)
        symbols += reader.read()
        mended += reader.corrected
        choices += reader.choices
        means += reader.means
        if formula is not None:
            code = "FR" if formula.partial else "F"
            symbols.append(Symbol(code, formula.first, formula.end))
            at = formula.end
            rest = [t for t in rest if t.start >= at]
    if symbols and symbols[-1].code != STOP:
        symbols.append(Symbol(STOP, len(source), len(source)))
    draft = Draft(source, vocabulary, Stream(symbols), means=means)
    for start, end, word in mended:
        draft.notes.append(Note(source[start:end], f"read as “{word}”", start, end))
    for start, end, columns in choices:
        said = source[start:end]
        sentence = f"“{said}” may mean several columns. Which one?"
        draft.questions.append(Question(said, sentence, columns, start, end))
    return draft, inside


def _understand(
    draft: Draft, known: Longer | None, asked: bool, mentions: tuple[Symbol, ...]
) -> None:
    """All rules, those with the clearest words first."""
    reshaping(draft, known, asked and known is not None)
    labels(draft)
    smooth(draft)
    title(draft)
    options(draft)
    transformations(draft)
    growth(draft)
    residual_structure(draft)
    levels(draft)
    same_twice(draft)
    against_level(draft)
    variants(draft)
    nesting(draft)
    interactions(draft)
    additions(draft)
    removals(draft)
    random_effects(draft)
    roles(draft)
    outputs(draft)
    only_outcome(draft, mentions)
    attachments(draft)
    only_group(draft)
    persons(draft)


def _wish(
    draft: Draft,
    inside: tuple[Inside, ...],
    known: Longer | None,
    current: ModelSpec | None,
    read: tuple[Symbol, ...],
) -> Wish:
    inside = tuple(_checked(draft, f) for f in inside)
    good = [f for f in inside if f.spec is not None and not f.partial]
    for formula in inside:
        if formula.partial and formula.spec is not None:
            for term in formula.spec.random:
                slopes = [":".join(t) for t in term.terms]
                place = (formula.start, formula.end)
                chain = tuple(reversed(term.group))
                piece = Piece(term.intercept, slopes, [chain], place=place)
                piece.correlated = term.correlated
                draft.pieces.append(piece)
    bad = [f for f in inside if f.error is not None]
    for formula in good:
        said = draft.source[formula.start : formula.end]
        draft.notes.append(
            Note(said, f"formula: {formula.spec.formula}", formula.start, formula.end)
        )
    draft.lost += [(f.first, f.end) for f in bad]
    given = good[0].spec if good else None
    open_choice = bool(draft.questions)
    spec = None
    if not (bad and not good):
        spec = assemble(draft, given, current)
    models: tuple[ModelSpec, ...] = ()
    if spec is not None and len(good) > 1:
        later = [assemble(draft, f.spec, current) for f in good[1:]]
        models = tuple(m for m in (spec, *later) if m is not None)
    elif spec is not None and draft.variants:
        models = several(draft, spec)
    if len(models) > 1:
        spec = largest(models)
        if "compare_models" not in draft.refused:
            places = [s.start for s in read if s.code == "COMPARE"]
            if "compare_models" not in [name for _, name in draft.outputs]:
                places += [f.start for f in inside]
            draft.want_early("compare_models", places)
    # Else the text tells a model of its own, whatever is on screen.
    changes = current is not None and not good and draft.outcome is None
    if spec is not None and not (good or draft.names_outcome or changes):
        doubtful_outcome(draft, spec)
    if open_choice or draft.questions:
        spec, models = None, ()
    if spec is not None:
        # "average SES" as a predictor would be the groups' means, which is another column.
        draft.lost += [
            (a, b) for a, b, columns in draft.means if spec.outcome_column not in columns
        ]
        draft.lost += without_effect(draft, (spec, *models), read)
        contradictions(draft, spec)
        compared = len(models) > 1 or draft.of_series or bool(draft.refused)
        taken_out = changes and any(s.code in ("NEG", "REPLACE") for s in read)
        if not taken_out and not draft.of_series:
            draft.lost += unmet_parts(read, (spec, *models))
        draft.lost += unmet(draft.source, read, (spec, *models), compared, changes)
    names = [n for _, n in sorted(draft.outputs, key=lambda o: o[0]) if n not in draft.refused]
    prepared = [word for _, word in sorted(draft.prepared, key=lambda p: p[0])]
    if "reshape_long" in prepared and known is None:
        draft.questions.append(
            Question("reshape_long", "Which columns hold the repeated measure isn't certain.")
        )
    return Wish(
        draft.source,
        spec,
        tuple(names),
        tuple(dict.fromkeys(prepared)),
        models if len(models) > 1 else (),
        _in_order(_undecided(draft)),
        left_over(draft, len(models) > 1 or "rm_anova" in names or draft.of_series),
        tuple(draft.questions),
        bad[0].error if bad else None,
    )


def _checked(draft: Draft, formula: Inside) -> Inside:
    """A formula may name a column of growth only when the text also asks to compute it."""
    if formula.spec is None or formula.partial:
        return formula
    names = draft.vocabulary.names.columns
    made = [w[7:-1] + MADE for _, w in draft.prepared if w.startswith("growth(")]
    if set(formula.spec.columns()) <= {*names, *made}:
        return formula
    try:
        parse_formula(draft.source[formula.start : formula.end], (*names, *made))
    except FormulaError as error:
        return replace(formula, spec=None, error=error)
    return formula


def _undecided(draft: Draft) -> list[Note]:
    """Notes about words that may mean several columns don't claim one of them."""
    open_ = [q for q in draft.questions if q.start < q.end and q.candidates]
    out = []
    for note in draft.notes:
        for question in open_:
            if note.start <= question.start and question.end <= note.end:
                note = replace(note, meaning=f"{' or '.join(question.candidates)}, to be chosen")
                break
        out.append(note)
    return out


def _in_order(notes: list[Note]) -> tuple[Note, ...]:
    """By place; of two notes on the same words the later one, which says more."""
    by_place: dict[tuple[int, int, str], Note] = {}
    for note in notes:
        place = (note.start, note.end, "" if note.end else note.phrase)
        if place in by_place and by_place[place].meaning != note.meaning:
            note = replace(note, meaning=f"{by_place[place].meaning}; {note.meaning}")
        by_place[place] = note
    notes = sorted(by_place.values(), key=lambda n: (n.end == 0, n.start, -n.end))
    outer: list[Note] = []
    for note in notes:
        last = outer[-1] if outer else None
        if last is not None and 0 < note.end <= last.end and note.start >= last.start:
            # Words inside a longer phrase are told with it.
            outer[-1] = replace(last, meaning=_joined(last, note))
        else:
            outer.append(note)
    return tuple(outer)


def _joined(whole: Note, part: Note) -> str:
    if part.meaning in whole.meaning:
        return whole.meaning
    if part.meaning.startswith("read as"):
        return f"{whole.meaning} (“{part.phrase}” {part.meaning})"
    return f"{whole.meaning}; {part.meaning}"
