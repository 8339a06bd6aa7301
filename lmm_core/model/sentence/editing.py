"""Changes to a model that is there: "add sex", "drop the interaction", "without age"."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft


def additions(draft: Draft) -> None:
    """ "add …" extends the model; the word alone changes nothing yet."""
    for found in draft.stream.each("ADD RI|RS|RIS|RE|PRED"):
        draft.adds = True
        draft.stream.use(found.start, found.start + 1)
    for found in draft.stream.each("ADD <l+> [ as|to is? PRED ]?"):
        items = draft.stream.items(found, "l")
        if any(draft.is_group(i) for i in items):
            continue
        draft.adds = True
        draft.add_fixed(items)
        draft.take(found, f"predictors: {', '.join(i.text for i in items)}")


def removals(draft: Draft) -> None:
    """Predictors that are left out."""
    for found in draft.stream.each("REPLACE <x> by|with|BY <z>"):
        old, new = draft.stream.items(found, "x")[0], draft.stream.items(found, "z")[0]
        if draft.is_group(old) or draft.is_group(new):
            continue
        draft.adds = True
        draft.dropped += list(old.columns)
        draft.add_fixed([new])
        draft.take(found, f"{new.text} instead of {old.text}")
    for found in draft.stream.each("NEG EFFECT|PRED? of|for|:? <l+> [ as|from PRED? ]?"):
        items = draft.stream.items(found, "l")
        columns = [c for i in items if i.code != "@i" for c in i.columns]
        if len(columns) != len(items) or any(draft.is_group(i) for i in items):
            continue
        draft.dropped += columns
        draft.take(found, f"left out: {', '.join(columns)}")
