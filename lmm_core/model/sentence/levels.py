"""Levels of categories: "treated vs control", "do boys score higher than girls", references."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.model.factors import quote
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol


def levels(draft: Draft) -> None:
    """ "treated vs control" is the column treatment, with control as the reference."""
    for found in draft.stream.each("<y> in|for|of ! P|@g? LOWER|VARY [ vs in|for|of? !|P|@g ]?"):
        first, item = draft.stream.symbols[found.start + 2], draft.stream.items(found, "y")[0]
        columns = {c for c, _ in first.pairs}
        if len(columns) == 1 and item.code == "@n":  # "is the pain of the treated lower"
            column = columns.pop()
            start, end = draft.span(found.start, found.stop)
            new = Symbol("@" + draft.vocabulary.kind(column), start, end, quote(column), (column,))
            verb = Symbol("AFFECT", item.start, item.start)
            draft.stream.replace(found.start, found.stop, [new, verb, item])
    for found in draft.stream.each(
        "is|does|has <y> is|has? LOWER|VARY in|for|on|at|with|among ! P|@g? ,|;|vs"
    ):
        level = next(s for s in draft.symbols(found.start, found.stop) if s.code == "!")
        item = draft.stream.items(found, "y")[0]
        ended = draft.stream.code(found.stop - 1) != "vs"
        if len({c for c, _ in level.pairs}) == 1 and item.code == "@n" and ended:
            before = Found(found.start + 1, found.stop - 1, found.groups)
            _affects(draft, before, level.pairs[0][0], item)  # "is pain lower in treated patients,"
    for found in draft.stream.each(
        "[ ! and|or|, ]? ! P|@g|@c? has|is|SHOW? in|at|on? LOWER|VARY <y> "
        "[ vs|then|to in|on? !|P|@g|U ]?"
    ):
        first, item = draft.stream.symbols[found.start], draft.stream.items(found, "y")[0]
        last = draft.stream.symbols[found.stop - 1]
        shared = {c for c, _ in first.pairs}
        if last.code == "!":
            shared &= {c for c, _ in last.pairs}
        if len(shared) == 1 and item.code == "@n":  # "do boys have higher scores than girls"
            _affects(draft, found, shared.pop(), item)
    for found in draft.stream.each(
        "! P|@g|@c? is? LOWER|VARY BY|vs|with|to|then <z>? ! P|@g|@c? in|on|with|at <y>"
    ):
        marks = [s for s in draft.symbols(found.start, found.stop) if s.code == "!"]
        shared = {c for c, _ in marks[0].pairs} & {c for c, _ in marks[-1].pairs}
        item = draft.stream.items(found, "y")[0]
        if len(shared) == 1 and item.code == "@n":  # "do girls differ from boys in their scores"
            _affects(draft, found, shared.pop(), item)
    for found in draft.stream.each("is|does|has <y> is|has? LOWER in|for|on|at|with ! <x>"):
        level, item = draft.stream.symbols[found.stop - 2], draft.stream.symbols[found.stop - 1]
        compared = draft.stream.code(found.stop) in ("vs", "then", "COMPARE")
        if {c for c, _ in level.pairs} & set(item.columns) and not compared:
            at = found.stop - 2  # "are RTs longer in the incongruent condition?"
            draft.stream.replace(at, at + 1, [])
    less = "is there? LOWER <y> in|for|between ! P|@g? vs in|between? !"
    for found in draft.stream.each(less):
        marks = [s for s in draft.symbols(found.start, found.stop) if s.code == "!"]
        shared = {c for c, _ in marks[0].pairs} & {c for c, _ in marks[-1].pairs}
        item = draft.stream.items(found, "y")[0]
        if len(shared) == 1 and item.code == "@n":  # "is there less pain among treated than …"
            _affects(draft, Found(found.start + 1, found.stop, {}), shared.pop(), item)
    for found in draft.stream.each("! @c is REF"):
        level, column = draft.stream.symbols[found.start : found.start + 2]
        if any(c in column.columns for c, _ in level.pairs):
            draft.served |= set(column.columns)
            draft.stream.replace(found.start + 1, found.start + 2, [])  # "the waitlist group is"
    for text in (
        "for|of|in <x> ,? ! is|as|: REF",
        "<x> has ! as REF",
        "<x> REF :|is ! )?",
        "REF level|INT? [ for|of <x> ]? is|:|with|of|to|as|,|(? !",
        "! P|@g? is? as|is|:|( has? REF",
        "REF <x> :|is? ! )?",
        "! REF [ of|for|in <x> ]?",
        "<x> ( REF :|is? !",
        "REF ! [ for|of|in <x> ]?",
    ):
        for found in draft.stream.each(text):
            symbol = next(s for s in draft.symbols(found.start, found.stop) if s.code == "!")
            _refer(draft, found, symbol)
    for found in draft.stream.each(
        "! P|@g|@c? [ vs|and|or|with|to|,|BY|is|between|- | COMPARE with|to|vs? | is? LOWER vs ] "
        "in|for|on|at|with? !"
    ):
        first, last = draft.stream.symbols[found.start], draft.stream.symbols[found.stop - 1]
        shared = {c for c, _ in first.pairs} & {c for c, _ in last.pairs}
        if len(shared) != 1:
            continue
        column = shared.pop()
        stop = found.stop
        while draft.stream.code(stop) in (",", "and", "or", "vs"):
            nxt = draft.stream.symbols[stop + 1] if stop + 1 < len(draft.stream.symbols) else None
            if nxt is None or nxt.code != "!" or column not in {c for c, _ in nxt.pairs}:
                break
            last, stop = nxt, stop + 2
        meaning = column
        said = draft.source[first.start : last.end].lower()
        middle = {draft.stream.code(k) for k in range(found.start + 1, stop - 1)}
        if middle & {"vs", "COMPARE"} and " than " not in said and stop == found.stop:
            level = next(v for c, v in last.pairs if c == column)
            meaning += f", compared with {level}"
            if draft.vocabulary.levels_of(column)[0] != level:
                draft.references[column] = level
        behind = [draft.stream.code(stop), draft.stream.code(stop + 1)]
        named = behind[0] in ("P", "@g", "@n", "@c") and behind != ["@n", "is"]
        if (named or _of_levels(draft, stop)) and draft.stream.code(stop - 1) == "!":
            draft.served |= set(draft.stream.symbols[stop].columns)
            stop += 1  # "treated and control patients"
        draft.note(found.start, stop, meaning)
        start, end = draft.span(found.start, stop)
        code = "@" + draft.vocabulary.kind(column)
        draft.stream.replace(
            found.start, stop, [Symbol(code, start, end, quote(column), (column,))]
        )


def _affects(draft: Draft, found: Found, column: str, outcome: Symbol) -> None:
    """Levels that are compared in an outcome: their column affects it."""
    start, end = draft.span(found.start, found.stop)
    new = Symbol("@" + draft.vocabulary.kind(column), start, end, quote(column), (column,))
    verb = Symbol("AFFECT", outcome.start, outcome.start)
    draft.stream.replace(found.start, found.stop, [new, verb, outcome])


def _of_levels(draft: Draft, k: int) -> bool:
    """ "the treated and the control group": what the levels are levels of."""
    symbol = draft.stream.symbols[k] if k < len(draft.stream.symbols) else None
    if symbol is None or symbol.code not in ("U", "GROUPED"):
        return False
    said = draft.word(symbol)
    return said in ("group", "groups", "condition", "conditions", "arm", "arms", "trials")


def against_level(draft: Draft) -> None:
    """ "treatment vs control": the column, compared with one of its levels."""
    for found in draft.stream.each("<x> vs in|of|for|on? !"):
        item = draft.stream.items(found, "x")[0]
        level = draft.stream.symbols[found.stop - 1]
        values = [v for c, v in level.pairs if c in item.columns]
        if len(values) != 1 or len(item.columns) != 1:
            continue
        column = item.columns[0]
        if draft.vocabulary.levels_of(column)[0] != values[0]:
            draft.references[column] = values[0]
        draft.note(found.start, found.stop, f"{column}, compared with {values[0]}")
        start, end = draft.span(found.start, found.stop)
        draft.stream.replace(found.start, found.stop, [replace(item, start=start, end=end)])


def _refer(draft: Draft, found: Found, level: Symbol) -> None:
    items = draft.stream.items(found, "x")
    pairs = [p for p in level.pairs if not items or p[0] in items[0].columns]
    if len(pairs) != 1:
        return
    column, value = pairs[0]
    if draft.vocabulary.levels_of(column)[0] != value:
        draft.references[column] = value
    if items and draft.stream.code(found.start + 1) == "(":
        found = Found(found.start + 1, found.stop, {})  # the column itself stays
    start = found.start - (draft.stream.code(found.start - 1) == "with")
    stop = found.stop + (draft.stream.code(found.stop) == ")")
    of_column = draft.stream.code(stop) in ("of", "for", "in") and not items
    if of_column and any(column in s.columns for s in draft.stream.symbols[stop + 1 : stop + 2]):
        stop += 2  # "the reference level of sex"
    named = draft.stream.symbols[stop : stop + 1]
    elsewhere = any(
        s.code == "F" or (column in s.columns and s not in named) for s in draft.stream.symbols
    )
    if elsewhere and not items and named and column in named[0].columns:
        stop += 1  # "Asia as reference region"
    start -= draft.stream.code(start - 1) == "(" and stop > found.stop
    aside = draft.stream.code(start) == "("
    draft.take(Found(start, stop, {}), f"reference level of {column}: {value}")
    if aside:  # "arm (placebo as reference) as fixed effect"
        draft.stream.replace(start, stop, [])
