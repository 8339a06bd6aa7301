"""Effects and what they depend on: "does dose affect pain?", "moderated by sex"."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.sentence.wish import Question

_WHOSE = "[ of|in|for each? <g!> ]?"
_VARIES = "DEPEND|VARY|MODERATED|CHANGE|INTER"

_ALONG = "over|with|across|by|per"
_WHERE = "BY|on|by|between|across|for|with|in|over|of|as|at|upon|per|within|to|from"


def effect_questions(draft: Draft) -> None:
    """Effects and what they depend on."""
    effect = "is|does|how? EFFECT|SLOPE of|for <x+> on|in|for <y>"
    for text in (
        f"{effect} ,? is? {_VARIES} {_WHERE}? <b>",
        "is|does EFFECT|SLOPE of|for <x+> on|in <y> is? SAME|LOWER "
        "in|for|across|at|on|over each|BOTH? #? <b>",
        f"does|is|how? EFFECT in <y> between|across <x> is? {_VARIES} {_WHERE}? <b>",
        "is|does EFFECT|CHANGE in|of <y> between|of|over <x+> is? SAME|VARY "
        "in|for|across|at|on|over|between each|BOTH? #? <b>",
        "is|does EFFECT|CHANGE between|of <x+> in|on|for <y> is? SAME|VARY|LOWER "
        "in|for|across|at|on|over|with|by each? <b>",
        "is|does EFFECT|SLOPE of|for <x+> SAME|LOWER in|for|across|at|on|over each|BOTH? #? <b>",
        f"does|how? <x> EFFECT on <y> ,? {_VARIES} {_WHERE}? <b>",
        f"is|does|how? EFFECT|SLOPE of|for <x> is? {_VARIES} {_WHERE}? <b>",
        f"does|how? <x> EFFECT {_VARIES} {_WHERE}? <b>",
        f"does|how? CHANGE|SLOPE|EFFECT of|in <y> {_ALONG} <x> is? {_VARIES}|SAME {_WHERE}? "
        "each|BOTH? <b>",
        f"does|how? <y> CHANGE|SLOPE {_ALONG} <x> is? {_VARIES} {_WHERE}? <b>",
        "does|how|is? <y> CHANGE over|with|across <x> at|in? SAME SLOPE? "
        "in|for|across|between each|BOTH? #? <b>",
        "does|how? <b> MODERATED EFFECT of <x> on <y>",
        "does|how? <x> has VARY|OWN EFFECT on <y> in|for|between|by|across <b>",
        "does|how? <b> MODERATED EFFECT of <x>",
        "has|does? <b> has? EFFECT|AFFECT on? how <y> CHANGE over|with|across|by|in <x>",
        "does|is|how? <b> VARY|AFFECT in|on how <y> CHANGE over|with|across|by|in <x>",
        "does|how? <b> CHANGE|AFFECT how <y> CHANGE over|with|across|by|in <x>",
        "does|how? <y> CHANGE FASTER over|with|across|by|per|in? <x>? over|with|in|for|between <b>",
    ):
        for found in draft.stream.each(text):
            _moderated(draft, found)
    for found in draft.stream.each("how|does|is? <y> is? AFFECT to? <x> [ ,|and <z> ]+"):
        if "to" in draft.said(found.start, found.stop).split():
            if draft.stream.code(found.stop) in ("is", "has"):
                found = Found(found.start, found.stop - 2, {})  # "…, the years being allowed for"
            items = [s for s in draft.symbols(found.start, found.stop) if s.code[0] == "@"]
            if items[0].code == "@n" and not any(map(draft.is_group, items)):
                draft.set_outcome(items[0])  # "how pressure is related to dose and to age"
                draft.add_fixed(items[1:])
                draft.take(found, f"outcome {items[0].text}; predictors {_listed(items[1:])}")
    for found in draft.stream.each("EFFECT of <y> to <x+>"):
        said = draft.said(found.start, found.start + 1)
        items = [draft.stream.items(found, "y")[0], *draft.stream.items(found, "x")]
        told = said.startswith(("relat", "link", "connect")) and items[0].code == "@n"
        if told and not any(map(draft.is_group, items)):
            draft.set_outcome(items[0])
            draft.add_fixed(items[1:])
            draft.take(found, f"outcome {items[0].text}; predictors {_listed(items[1:])}")
    for found in draft.stream.each("is <a> AFFECT to? <b>"):
        said = draft.said(found.start, found.stop)
        pair = [draft.stream.items(found, name)[0] for name in ("a", "b")]
        mutual = any(word in said for word in ("associated", "related", "linked"))
        numbers = [item for item in pair if item.code == "@n"]
        if mutual and len(numbers) == 1 and draft.outcome is None:
            other = next(item for item in pair if item.code != "@n")
            if other.code == "@c":  # only one of the two can be the outcome
                draft.set_outcome(numbers[0])
                draft.add_fixed([other])
                draft.take(found, f"outcome {numbers[0].text}; predictors {other.text}")
                continue
        if mutual and all(i.code == "@n" for i in pair) and draft.outcome is None:
            columns = tuple(c for i in pair for c in i.columns)
            times = set(columns) & set(draft.vocabulary.times)
            stated = any(s.code in ("OUT", "F") for s in draft.stream.symbols)
            if not times and not stated:  # which of the two depends on the other isn't said
                sentence = "Which column is the outcome?"
                draft.questions.append(Question("outcome", sentence, columns))
                draft.take(found, "an association, which has two sides")
    for text in (
        "does|how|and? EFFECT|SLOPE of|for|: <x+> on|in|for <y>",
        "does|how? <x+> EFFECT on|in <y>",
        "with|use|ADD|take|and? <x+> as|is? PRED of|for <y>",
        "does|how|and? <x+> is? AFFECT to? LOWER? <y>",
        "does|how|U? <x+> has|SHOW LOWER <y>",
        "has <x+> EFFECT|AFFECT on|in <y>",
        "does <x+> has each? EFFECT|AFFECT on|in <y>",
        "<x+> COMPUTE <y> CHANGE|LOWER",
        "does <x+> LOWER|CHANGE <y>",
        "does|how? EFFECT in <y> between|by|across|of <x+>",
        "COMPARE|EFFECT <y> between|across|by|of|for|in <x+>",
        "does|is? <y> is? LOWER|VARY in|on|for|among|with|at|between|vs <x+>",
        "does|is <y> of|for <x> is? VARY ;|,|_",
        "COMPARE <x+> on|in|with|for|BY <y>",
        f"does|how? <y> {_WHOSE} ,? is|to? DEPEND of? <x+>",
        "<x+> is COMPARE on|in|for <y>",
        "<y> is COMPARE between|across|by|of|for|in <x+>",
        f"does|how? <y> {_WHOSE} is? CHANGE|DEPEND|VARY {_ALONG}|on|of|in|between|as|at|BY <x+>",
        f"does|how? CHANGE <y> {_ALONG} <x+>",
        f"does|how? <y> of|in|for <z> CHANGE|DEPEND {_ALONG}|on|of|in|BY <x+>",
        "does|how? CHANGE|SLOPE|GROWTHOF in|of|for <y> over|with|by|across|per|between|in <x+>",
    ):
        for found in draft.stream.each(text):
            found = _own_clause(draft, found)
            predictors = draft.stream.items(found, "x")
            outcome = draft.stream.items(found, "y")[0]
            if draft.outcome is None and outcome.code in ("@g", "@c", "@i"):
                continue
            if any(draft.is_group(p) for p in predictors):
                first = next(k for k, p in enumerate(predictors) if draft.is_group(p))
                if first == 0:
                    continue
                predictors = predictors[:first]
                last = draft.stream.symbols.index(predictors[-1])
                if found.groups["y"][0] > last:
                    continue
                found = Found(found.start, last + 1, found.groups)
            draft.set_outcome(outcome)
            whose = [draft.stream.symbols[k] for k in range(*found.groups.get("g", (0, 0)))]
            aside = whose + draft.stream.items(found, "z")
            if any(map(draft.is_group, aside)):
                draft.owners += aside
            else:
                aside = [i for i in aside if i.code[0] == "@"]
                predictors = [*aside, *predictors]
            draft.add_fixed(predictors)
            names = _listed(predictors)
            draft.take(found, f"outcome {outcome.text}; predictors {names}")
    for found in draft.stream.each("VARY between|across|by|BY|in _ _? _? ;|:|,"):
        if any(p.slopes or p.wants_slope for p in draft.pieces) and draft.outcome is not None:
            draft.stream.use(found.start, found.start + 1)  # "… may differ between schools: random"
    _differing_groups(draft)
    for found in draft.stream.each("is|does CHANGE|EFFECT|SLOPE SAME|VARY for|in|between BOTH|#"):
        draft.crossing = draft.span(found.start, found.stop)
        draft.stream.use(found.start, found.stop)  # "is the change the same for both?"
    for found in draft.stream.each(
        "[ and | , | ; | at | with ]+ does|how|is* SAME SLOPE|CHANGE? "
        "in|for|across|at|on|over|between each|BOTH? #? <b>"
    ):
        item = draft.stream.items(found, "b")[0]
        if not draft.is_group(item) and draft.fixed:
            draft.crossing, draft.crossing_with = draft.span(found.start, found.stop), item.text
            draft.add_fixed([item])
            draft.stream.use(found.start, found.stop)
    for found in draft.stream.each(
        f"[ and | , | ; ]+ does|how|is? CHANGE|EFFECT|SLOPE? is? {_VARIES}|SAME DEPEND? {_WHERE}? "
        "each|BOTH? <b>"
    ):
        said = draft.said(found.start, found.stop).split()
        codes = {draft.stream.code(k) for k in range(found.start, found.stop)}
        if not {"CHANGE", "EFFECT", "SLOPE"} & codes and not {"that", "this"} & set(said):
            continue  # "whether it differs": the outcome, not its change
        item = draft.stream.items(found, "b")[0]
        if not draft.is_group(item) and draft.fixed:
            draft.crossing, draft.crossing_with = draft.span(found.start, found.stop), item.text
            draft.add_fixed([item])
            draft.stream.use(found.start, found.stop)


def _own_clause(draft: Draft, found: Found) -> Found:
    """ "… in the active arm, the age being allowed for": the last of a list begins a clause."""
    start, stop = found.groups["x"]
    comma = stop - start > 2 and draft.stream.code(stop - 2) == ","
    if not comma or stop != found.stop or draft.stream.code(stop) not in ("is", "has"):
        return found
    return Found(found.start, stop - 2, {**found.groups, "x": (start, stop - 2)})


def _listed(items: list[Symbol]) -> str:
    return ", ".join(i.text for i in items)


def effects_alone(draft: Draft) -> None:
    """ "the effect of dose", with the outcome named elsewhere."""
    for text in (
        "COMPARE #? <x+>",
        "is COMPARE between|across|by|in <x+>",
        "and|then COMPARE between|across|by|in <x+>",
        "does VARY between|across|by <x+>",
        "CHANGE with|over|across <x+>",
    ):
        for found in draft.stream.each(text):
            items = draft.stream.items(found, "x")
            plain = all(i.code == "@c" for i in items) or draft.stream.code(found.start) == "CHANGE"
            if draft.outcome is not None and plain and not any(map(draft.is_group, items)):
                draft.add_fixed(items)
                draft.take(found, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("EFFECT of|for|: <x+>"):
        predictors = draft.stream.items(found, "x")
        if not any(draft.is_group(p) for p in predictors):
            draft.add_fixed(predictors)
            draft.take(found, f"predictors {', '.join(p.text for p in predictors)}")


def _differing_groups(draft: Draft) -> None:
    """ "do schools differ in achievement?": the outcome and what groups it."""
    for text in (
        "does? <g!> VARY in|by|on <y> and in? CHANGE|SLOPE over|of|with|per|in <x>",
        "does? <g!> VARY in|by|on <y>",
        "does|how? <y> VARY between|across|from|by|BY <g!>",
    ):
        for found in draft.stream.each(text):
            group = draft.stream.symbols[found.groups["g"][0]]
            item = draft.stream.items(found, "y")[0]
            if item.code == "@n" and group.code == "@c":
                draft.set_outcome(item)
                draft.add_fixed([group])
                draft.take(found, f"outcome: {item.text}; predictor: {group.text}")
                continue
            if not draft.is_group(group) or item.code != "@n":
                continue
            draft.set_outcome(item)
            slopes = [i.text for i in draft.stream.items(found, "x")]
            place = draft.span(found.start, found.stop)
            piece = Piece(True, slopes, [group.columns], place=place)
            piece.sentence = draft.sentence_of(found.start)
            draft.pieces.append(piece)
            draft.take(found, f"outcome: {item.text}")


def _moderated(draft: Draft, found: Found) -> None:
    other = draft.stream.items(found, "b")[0]
    first = draft.stream.items(found, "x")
    if draft.is_group(other) or any(draft.is_group(x) for x in first):
        return
    if not first:
        return
    if "y" in found.groups:
        draft.set_outcome(draft.stream.items(found, "y")[0])
    text = " * ".join(i.text for i in sorted([*first, other], key=lambda i: i.start))
    draft.fixed.append((min(first[0].start, other.start), text))
    draft.take(found, f"{text}: interaction and main effects")
