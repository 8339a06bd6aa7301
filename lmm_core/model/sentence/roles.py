"""Outcome and predictors: stated roles, and sentences such as "pain over time in patients"."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.effects import effect_questions, effects_alone
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.sentence.wish import Note

_AS = "is|:|are|of|for|has|to|with|-"

_DRIVEN = "BY|by|from|with|on|over|vs|against|across|per|in|within|for|:|between|to|at|of"


def roles(draft: Draft) -> None:
    """Take outcome and predictors out of the stream."""
    _owners(draft)
    effect_questions(draft)
    _stated(draft)
    _verbs(draft)
    effects_alone(draft)
    _shown(draft)
    _bare(draft)
    effects_alone(draft)
    for text in ("OUT :|is? GROWTHOF|GROWTH|LOG|SQRT", "is|as OUT"):
        for found in draft.stream.each(text):
            if any(s.code == "transformed" for s in draft.owners):
                draft.stream.use(found.start, found.stop)  # "outcome: that growth"
    made = {s.text: s for s in draft.owners if s.code == "transformed"}
    used = " ".join(text for _, text in draft.fixed)
    free = [s for text, s in made.items() if text not in used]
    if draft.outcome is None and len(free) == 1:
        draft.outcome = free[0]
        effects_alone(draft)
        start, end = free[0].start, free[0].end
        draft.notes.append(Note(draft.source[start:end], f"outcome: {free[0].text}", start, end))


def _owners(draft: Draft) -> None:
    """ "patients' pain": whose it is."""
    for found in draft.stream.each("<a> <y>"):
        owner = draft.stream.symbols[found.start]
        leads = draft.stream.code(found.start - 1) in (";", "of", "on", "in", "MODEL", "PREDICT")
        if owner.code == "@g" and (leads or _possessive(draft, owner)):
            draft.owners.append(owner)
            draft.stream.replace(found.start, found.start + 1, [])


def _possessive(draft: Draft, owner: Symbol) -> bool:
    said = draft.source[max(0, owner.end - 2) : owner.end + 2].lower()
    return any(mark in said for mark in ("'s", "’s", "s'", "s’"))


def _stated(draft: Draft) -> None:
    for found in draft.stream.each("F , <x+>"):
        items = draft.stream.items(found, "x")
        if draft.stream.code(found.stop) == ";" and not any(map(draft.is_group, items)):
            draft.add_fixed(items)  # "score ~ age, sex;"
            rest = Found(found.start + 1, found.stop, found.groups)
            draft.take(rest, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("F and <x+>"):
        items = draft.stream.items(found, "x")
        if not any(map(draft.is_group, items)):
            draft.add_fixed(items)
            rest = Found(found.start + 1, found.stop, found.groups)
            draft.take(rest, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("NEG <a> but <b>"):
        first = draft.stream.items(found, "a")[0]
        if not draft.is_group(first) and not draft.is_group(draft.stream.items(found, "b")[0]):
            draft.served |= set(first.columns)
            draft.note(found.start, found.start + 2, f"{first.text} stays out")
            draft.stream.replace(found.start, found.stop - 1, [])
    for found in draft.stream.each("PRED of|on|for <y> :|is <l+>"):
        items, item = draft.stream.items(found, "l"), draft.stream.items(found, "y")[0]
        if item.code == "@n" and not any(map(draft.is_group, items)):
            draft.add_fixed(items)
            _outcome(draft, found, item)
    for found in draft.stream.each("is <x> PRED of|for <y>"):
        items, item = draft.stream.items(found, "x"), draft.stream.items(found, "y")[0]
        if item.code == "@n" and not any(map(draft.is_group, items)):
            draft.add_fixed(items)
            _outcome(draft, found, item)
    for found in draft.stream.each("<x+> as|is ONLY? PRED of|for <y>"):
        item = draft.stream.items(found, "y")[0]
        if item.code == "@n" and not any(map(draft.is_group, draft.stream.items(found, "x"))):
            draft.add_fixed(draft.stream.items(found, "x"))
            _outcome(draft, found, item)
    for found in draft.stream.each("ADJUST GROUPED|_"):
        draft.stream.use(found.start, found.start + 1)
    for text in (
        "with|use|take? <y> as|( ONLY? OUT )?",
        f"with? OUT {_AS}? {_AS}? <y>",
        "with|use|take? <y> as|is|:|( ONLY? OUT )?",
        "<y> , OUT ;|,",
        "OUT ( <y> )",
        "<y> OUT",
    ):
        for found in draft.stream.each(text):
            item = draft.stream.items(found, "y")[0]
            if text == "<y> OUT" and (item.code != "@n" or draft.stream.code(found.stop)[0] == "@"):
                continue
            _outcome(draft, found, item)
    for found in draft.stream.each("<g!> ,? has <y> at|on|in each <x>"):
        item = draft.stream.items(found, "y")[0]
        grouped = draft.is_group(draft.stream.symbols[found.start])
        if grouped and draft.outcome is None and item.code == "@n":
            named = Found(found.groups["g"][1], found.stop, found.groups)
            draft.served |= {c for s in draft.stream.items(found, "x") for c in s.columns}
            _outcome(draft, named, item)  # "patients had their pressure taken at each visit"
    for found in draft.stream.each("<l+> is? to? PREDICT ;|,|_"):
        items = draft.stream.items(found, "l")
        if draft.outcome is not None and not any(map(draft.is_group, items)):
            draft.add_fixed(items)  # "age and sex predict it"
            rest = Found(found.start, found.stop - 1, found.groups)
            draft.take(rest, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("PREDICT :|is|BY|by <l+>"):
        items = draft.stream.items(found, "l")
        if draft.outcome is not None and not any(map(draft.is_group, items)):
            draft.add_fixed(items)  # "what explains it: dose, visit"
            draft.take(found, f"predictors: {', '.join(i.text for i in items)}")
    made = [s for s in draft.owners if s.code == "transformed"]
    for found in draft.stream.each("is BY <l+>"):
        items = draft.stream.items(found, "l")
        if made and draft.outcome is None and draft.stream.code(found.start - 1) == ";":
            draft.add_fixed(items)  # "This is explained by year"
            draft.take(found, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("<l+> is in MODEL|SAME"):
        items = draft.stream.items(found, "l")
        if not any(map(draft.is_group, items)):
            draft.add_fixed(items)  # "month should be in the model too"
            draft.take(found, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("<l+> : PRED ,|;|_|."):
        items = draft.stream.items(found, "l")
        if not any(map(draft.is_group, items)):
            draft.add_fixed(items)  # "days = fixed effect"
            stated = Found(found.start, found.stop - 1, found.groups)
            draft.take(stated, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("NEG PRED"):
        if draft.stream.code(found.stop)[0] != "@":
            draft.take(found, "no further predictors")
    for text in ("does? <x+> PREDICT <y>",):
        for found in draft.stream.each(text):
            items, item = draft.stream.items(found, "x"), draft.stream.items(found, "y")[0]
            if item.code == "@n" and not any(map(draft.is_group, items)):
                draft.add_fixed(items)
                _outcome(draft, found, item)
    for text in (
        f"ADD|with|ONLY|and? PRED PREDICT? {_AS}? {_AS}? EFFECT? of? <l+>",
        f"with? EFFECT {_AS} <l+> as PRED",
        "with|use|ADD|take|and? <l+> ,? as|is|(|in ONLY|BOTH? ONLY? PRED )?",
        "<l> ONLY PRED",
        "<l+> , PRED ;",
        "ADJUST :|is? <l+>",
        "<l+> is ADJUST",
        "PRED ( <l+> )",
        "GROUPED :|is? <l>",
        "<l+> PRED",
    ):
        for found in draft.stream.each(text):
            _predictors(draft, found)


def _verbs(draft: Draft) -> None:
    """ "model pain by treatment": the first column is the outcome."""
    for text in (
        "PREDICT|MODEL|O.compare_models|COMPARE|SHOW|CHANGE|SLOPE of|for|:|in|is|,? "
        f"CHANGE|SLOPE? of|in|for? <y> {_DRIVEN}|;|,|_|and|(",
        "PREDICT|MODEL|O.compare_models of|for|:|in|is|how? CHANGE|SLOPE? of|in|for? <y>",
        "how does? <y>",
    ):
        for found in draft.stream.each(text):
            item = draft.stream.items(found, "y")[0]
            known = draft.outcome is not None and draft.outcome.columns != item.columns
            if known or item.code != "@n":
                continue
            if draft.stream.code(found.start - 1) in ("BY", "on", "by"):
                continue
            k = found.groups["y"][0]
            moves = draft.stream.code(found.start) in ("SLOPE", "CHANGE")
            if moves and set(item.columns) & set(draft.vocabulary.times):
                continue  # "with slope of week"
            draft.names_outcome |= not moves
            _outcome(draft, Found(found.start, k + 1, {}), item)


def _shown(draft: Draft) -> None:
    """ "the ICC for pain in patients", "reaction trajectories over days"."""
    for k, symbol in enumerate(draft.stream.symbols):
        if draft.outcome is not None or not (symbol.code[:2] == "O." or symbol.code == "CI"):
            continue
        if draft.stream.code(k + 1) in ("for", "of") and draft.stream.code(k + 2) == "@n":
            item = draft.stream.symbols[k + 2]
            _outcome(draft, Found(k + 1, k + 3, {}), item)
        elif symbol.code == "O.trajectories" and draft.stream.code(k - 1) == "@n":
            _outcome(draft, Found(k - 1, k, {}), draft.stream.symbols[k - 1])


def _bare(draft: Draft) -> None:
    """ "pain over time in patients": a sentence that starts with a column of numbers."""
    if draft.outcome is not None:
        return
    for found in draft.stream.each("<y> ,? is? BY <x>"):
        item = draft.stream.items(found, "y")[0]
        if (
            item.code == "@n"
            and draft.outcome is None
            and draft.stream.code(found.start - 1) != "NEG"
        ):
            return _outcome(draft, Found(found.start, found.start + 1, {}), item)
    for found in draft.stream.each("<l+> on <y> ,|;|with"):
        items, item = draft.stream.items(found, "l"), draft.stream.items(found, "y")[0]
        leads = draft.stream.code(found.start - 1) == ";" and len(items) > 1
        if leads and item.code == "@n" and not any(map(draft.is_group, items)):
            draft.add_fixed(items)  # "arm and dose on blood pressure, …"
            return _outcome(draft, Found(found.start, found.stop - 1, {}), item)
    for text in (
        "<i> on|for|in <y>",
        f"<y> ,? is? to? U? {_DRIVEN}|CHANGE|DEPEND|PREDICT|_|;|GROUPED|SHOW|(|each|,|NULL",
    ):
        for found in draft.stream.each(text):
            name = "y"
            if "i" in found.groups:
                if draft.stream.items(found, "i")[0].code not in ("@i", "@c"):
                    continue
            elif not _first_column(draft, found.start):
                continue
            item = draft.stream.items(found, name)[0]
            if item.code != "@n" or draft.outcome is not None:
                continue
            if "i" in found.groups:
                draft.add_fixed(draft.stream.items(found, "i"))
                _outcome(draft, found, item)
                return
            behind = draft.stream.code(found.stop - 1)
            told = draft.pieces or draft.no_predictors or "@h" in draft.stream.line.split()
            if behind in (";", "_", ",") and not told:
                continue
            if behind == "," and item.columns[0] in draft.vocabulary.times:
                continue
            before = draft.stream.code(found.start - 1)
            aside = (
                before in ("for", "of", "with", "on") and draft.stream.code(found.start - 2) in "_;"
            )
            if before not in _BEFORE and not aside:
                continue
            _outcome(draft, Found(found.start, found.start + 1, {}), item)
            return


_BEFORE = (
    ";",
    "_",
    "PREDICT",
    "MODEL",
    "SHOW",
    "how",
    "does",
    ":",
    "COMPARE",
    "then",
    "CHANGE",
    "P",
    "U",
    "BOTH",
    "ONLY",
    "PREDICTED",
)


def _first_column(draft: Draft, k: int) -> bool:
    """No other column stands before it in its sentence."""
    while k > 0 and draft.stream.code(k - 1) not in (";", ":", "then"):
        k -= 1
        if draft.stream.code(k)[0] in "@A":
            return False
    return True


def _outcome(draft: Draft, found: Found, item: Symbol) -> None:
    if draft.keeps(item):
        return
    draft.set_outcome(item)
    draft.take(found, f"outcome: {item.text}")


def _predictors(draft: Draft, found: Found) -> None:
    items = draft.stream.items(found, "l")
    first = draft.stream.code(found.groups["l"][0] - 1)
    if "ADJUST" in (first, draft.stream.code(found.start)) and draft.is_group(items[0]):
        draft.stream.use(found.start, found.start + 1)  # "taking schools into account"
        return
    start = found.start
    if len(items) > 1 and draft.is_group(items[0]) and first in ("per", "for", "each", "by"):
        # "… for each child, week and arm as predictors": the child belongs to what stands before.
        items = items[1:]
        start = next(k for k, s in enumerate(draft.stream.symbols) if s is items[0])
        found = Found(start, found.stop, found.groups)
    k = found.groups["l"][0]
    of_two = first == "on" and draft.stream.code(k - 2) in ("@c", "@i")
    if of_two and len(items) > 1 and items[0].code == "@n" and draft.outcome is None:
        draft.add_fixed([draft.stream.symbols[k - 2]])  # "arm on pressure, age as covariate"
        _outcome(draft, Found(k - 2, k + 1, {}), items[0])
        items, found = items[1:], Found(k + 1, found.stop, found.groups)
    stop = draft.stream.code(found.stop - 1)
    if stop == "PRED" and len(items) > 1 and _singular(draft, found):
        items = items[-1:]  # "distance, girls vs boys, age as covariate"
        start = next(k for k, s in enumerate(draft.stream.symbols) if s is items[0])
        found = Found(start, found.stop, found.groups)
    draft.add_fixed(items)
    draft.take(found, f"predictors: {', '.join(i.text for i in items)}")


def _singular(draft: Draft, found: Found) -> bool:
    """Whether one predictor is announced behind a list that only commas join."""
    said = draft.said(found.stop - 1, found.stop)
    codes = {draft.stream.code(k) for k in range(found.start, found.stop)}
    return said in ("predictor", "covariate", "fixed effect") and "and" not in codes
