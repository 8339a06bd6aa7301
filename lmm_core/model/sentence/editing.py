"""Changes to a model that is there: "add sex", "drop the interaction", "without age"."""

from __future__ import annotations

from lmm_core.data.words import word_set
from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.spec import ModelSpec

_TELLING = word_set(
    "OUT F FR PREDICT AFFECT DEPEND EFFECT BY U COMPARE O.compare_models RESHAPE MODEL"
)
"""Codes that a text which only changes the model on screen does without."""


def only_edits(draft: Draft, current: ModelSpec) -> bool:
    """Whether a text puts in and takes out only: none of its columns is a new outcome."""
    codes = {s.code for s in draft.stream.symbols}
    known = any(current.outcome_column in s.columns for s in draft.stream.symbols)
    return bool(codes & {"ADD", "NEG", "REPLACE"}) and not codes & _TELLING and not known


def tells_a_model(draft: Draft, current: ModelSpec) -> bool:
    """Whether a text names a group, a formula or the outcome: else it changes what is on screen."""
    symbols = draft.stream.symbols
    known = any(current.outcome_column in s.columns for s in symbols)
    return known or any(s.code in ("OUT", "F", "FR", "@g", "P", "GROUPED") for s in symbols)


def additions(draft: Draft) -> None:
    """ "add …" extends the model; the word alone changes nothing yet."""
    if draft.of_series and any(s.code == "SAME" for s in draft.stream.symbols):
        draft.adds = True  # "the same plus age"
    for found in draft.stream.each("COMPUTE <l+> in ,|;|_|and|MODEL|SAME"):
        said = draft.said(found.start, found.start + 1)
        if said in ("put", "bring", "take"):  # "put sex in as well"
            draft.adds = True
            items = draft.stream.items(found, "l")
            draft.add_fixed(items)
            put = Found(found.start, found.stop - 1, found.groups)
            draft.take(put, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("with <l+> in ,? [ BOTH|and with INTER with|of <z> ]?"):
        said = draft.said(found.start, found.start + 1)
        if said == "take":  # "take sex in, together with its interaction with age"
            draft.adds = True
            items = [*draft.stream.items(found, "l"), *draft.stream.items(found, "z")]
            if "z" in found.groups:
                draft.fixed.append((items[0].start, " * ".join(i.text for i in items)))
            draft.add_fixed(items)
            draft.take(found, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("ADD RI|RS|RIS|RE|PRED"):
        draft.adds = True
        draft.stream.use(found.start, found.start + 1)
    for found in draft.stream.each("<l+> is ADD [ to MODEL|SAME ]? [ as|to is? PRED ]?"):
        items = draft.stream.items(found, "l")
        if not any(draft.is_group(i) for i in items):
            draft.adds = True
            draft.add_fixed(items)
            draft.take(found, f"predictors: {', '.join(i.text for i in items)}")
    for found in draft.stream.each("ADD <l+> [ as|to is? PRED ]?"):
        items = draft.stream.items(found, "l")
        if any(draft.is_group(i) for i in items):
            continue
        draft.adds = True
        draft.add_fixed(items)
        draft.take(found, f"predictors: {', '.join(i.text for i in items)}")


_EDITS = {"@", "_", "NEG", "ADD", "with", "and", ",", ";", "as", "is", "OUT", "then", "SHOW"}
"""What a text consists of that only changes a model, beside outputs."""


def removals(draft: Draft) -> None:
    """Predictors and groups that are left out or replaced, another outcome."""
    for found in draft.stream.each("CHANGE|REPLACE|with|SHOW OUT to|:|as|with|by|BY|for <y>"):
        if draft.stream.code(found.start) in ("with", "SHOW") and draft.stream.code(
            found.start + 2
        ) in (":", "as"):
            continue
        draft.other_outcome = draft.stream.items(found, "y")[0]
        draft.adds = True
        draft.take(found, f"outcome: {draft.other_outcome.text}")
    codes = {"@" if c[0] == "@" else c for c in draft.stream.line.split() if c[:2] != "O."}
    if (draft.adds or draft.no_interaction or "NEG" in codes) and codes <= _EDITS:
        for found in draft.stream.each("with <y> as OUT"):
            draft.adds = True  # "take reading as outcome and add age", "without group, and …"
            draft.other_outcome = draft.stream.items(found, "y")[0]
            draft.take(found, f"outcome: {draft.other_outcome.text}")
    for found in draft.stream.each("with|REPLACE? <g!> NEG <h!> as? GROUPED|RE|RI?"):
        new, old = (draft.stream.symbols[found.groups[n][0]] for n in ("g", "h"))
        if draft.is_group(new) and draft.is_group(old):
            draft.dropped_groups.append(old.columns)
            draft.served |= set(old.columns)
            draft.pieces.append(
                Piece(True, [], [new.columns], place=draft.span(found.start, found.stop))
            )
            draft.take(found, f"grouped by {new.text} instead of {old.text}")
    for found in draft.stream.each("REPLACE <g!> by|with|BY|for <h!> as? GROUPED|RE|RI?"):
        old, new = (draft.stream.symbols[found.groups[n][0]] for n in ("g", "h"))
        if draft.is_group(new) and draft.is_group(old):
            draft.dropped_groups.append(old.columns)
            draft.served |= set(old.columns)
            place = draft.span(found.start, found.stop)
            draft.pieces.append(Piece(True, [], [new.columns], place=place))
            draft.take(found, f"grouped by {new.text} instead of {old.text}")
    for found in draft.stream.each(
        "NEG RI|RE|RIS [ is SHOW|NONE ]? for|of|per|by|at each? <g!> [ and|or <h!> ]?"
    ):
        groups = [draft.stream.symbols[found.groups[n][0]] for n in "gh" if n in found.groups]
        if not all(draft.is_group(group) for group in groups):
            continue
        draft.served |= {column for group in groups for column in group.columns}
        names = " and ".join(group.text for group in groups)
        if draft.stream.code(found.start + 1) == "RI":
            draft.no_intercept_of += [group.columns for group in groups]
            draft.take(found, f"no random intercept for {names}")
        else:
            draft.dropped_groups += [group.columns for group in groups]
            draft.take(found, f"no random effects of {names}")
    for found in draft.stream.each("with <x> NEG PRED? <z>"):
        new, old = draft.stream.items(found, "x")[0], draft.stream.items(found, "z")[0]
        if draft.on_screen and not draft.is_group(new) and not draft.is_group(old):
            draft.adds = True  # "use method instead of hours"
            draft.dropped += list(old.columns)
            draft.add_fixed([new])
            draft.take(found, f"{new.text} instead of {old.text}")
    told = {s.code for s in draft.stream.symbols} & {"RE", "RI", "RS", "RIS"}
    for found in draft.stream.each(",|and|but NEG <g> ;|,|and"):
        group = draft.stream.items(found, "g")[0]
        if group.code == "@g" and told:  # "the subjects are random, not the items"
            draft.dropped_groups.append(group.columns)
            draft.served |= set(group.columns)
            out = Found(found.start + 1, found.stop - 1, {})
            draft.take(out, f"no random effects of {group.text}")
    for found in draft.stream.each("REPLACE PRED? <x> by|with|BY|for PRED? <z>"):
        old, new = draft.stream.items(found, "x")[0], draft.stream.items(found, "z")[0]
        if draft.is_group(old) or draft.is_group(new):
            continue
        draft.adds = True
        draft.dropped += list(old.columns)
        draft.add_fixed([new])
        draft.take(found, f"{new.text} instead of {old.text}")
    for found in draft.stream.each("<l+> is NEG as? PRED|OUT"):
        items = draft.stream.items(found, "l")
        if not any(draft.is_group(i) for i in items):
            draft.dropped += [c for i in items for c in i.columns]
            names = ", ".join(i.text for i in items)
            draft.take(found, f"left out: {names}")
    for found in draft.stream.each("INTER is NEG [ from|BY MODEL|SAME ]?"):
        draft.no_interaction = True
        draft.take(found, "no interaction")
    for found in draft.stream.each("<l+> is NEG [ from|BY MODEL|SAME ]? ;|,|and"):
        items = draft.stream.items(found, "l")
        columns = [c for i in items if i.code != "@i" for c in i.columns]
        if len(columns) == len(items) and not any(draft.is_group(i) for i in items):
            draft.dropped += columns
            draft.take(Found(found.start, found.stop - 1, {}), f"left out: {', '.join(columns)}")
    for found in draft.stream.each("<l+> NEG ;|,|and|_"):
        said = draft.said(found.stop - 2, found.stop - 1)
        items = draft.stream.items(found, "l")
        if said.endswith(" go") and not any(i.code == "@i" or draft.is_group(i) for i in items):
            draft.dropped += [c for i in items for c in i.columns]
            gone = Found(found.start, found.stop - 1, {})
            draft.take(gone, f"left out: {', '.join(i.text for i in items)}")
    for found in draft.stream.each(
        "NEG EFFECT|PRED? of|for|:|on|by|with|BY? <l+> [ as|from PRED? ]?"
    ):
        items = draft.stream.items(found, "l")
        columns = [c for i in items if i.code != "@i" for c in i.columns]
        if len(columns) != len(items) or any(draft.is_group(i) for i in items):
            continue
        if set(columns) <= {c for s in draft.stream.symbols if s.code == "@h" for c in s.columns}:
            continue  # "slopes for countries but not for regions", which hold the countries
        draft.dropped += columns
        draft.take(found, f"left out: {', '.join(columns)}")
