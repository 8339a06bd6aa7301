"""Preparation that changes the table: wide to long, growth; and the steps that carry it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from lmm_core.data.families import Family, find_families
from lmm_core.data.reshape import reshape_long
from lmm_core.data.step import Step
from lmm_core.errors import LMMError
from lmm_core.model.factors import quote
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.formulas import MADE
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.sentence.vocabulary import GROUP, Vocabulary

if TYPE_CHECKING:
    from lmm_core.model.sentence.wish import Wish

_HEAD = 2_000


@dataclass(frozen=True)
class Longer:
    """The reshape that a wide table calls for."""

    families: tuple[Family, ...]

    @property
    def step(self) -> Step:
        values = {family.name: list(family.columns) for family in self.families}
        return Step("reshape_long", {"values": values, "time_name": self.families[0].time_name})

    def preview(self, frame: pd.DataFrame) -> pd.DataFrame:
        values = {family.name: list(family.columns) for family in self.families}
        return reshape_long(frame.head(_HEAD), values=values, time_name=self.families[0].time_name)


def longer(frame: pd.DataFrame) -> Longer | None:
    """The one reshape that the column names call for; None when they don't say it for certain."""
    families = tuple(f for f in find_families(frame.columns) if f.likely)
    if not families or len({f.time_name for f in families}) > 1:
        return None
    found = Longer(families)
    try:
        found.preview(frame.head(2))
    except LMMError:
        return None
    return found


def growth(draft: Draft) -> None:
    """ "yearly growth of GDP" is a new column."""
    for text in (
        "COMPUTE? GROWTH|GROWTHOF|GROWTH of|in|for|BY? <x>",
        "COMPUTE? <x> GROWTH|GROWTHOF",
    ):
        for found in draft.stream.each(text):
            item = draft.stream.items(found, "x")[0]
            if item.code != "@n" or len(item.columns) != 1 or item.text != quote(item.columns[0]):
                continue
            times = draft.vocabulary.times
            unit = draft.stream.symbols[found.stop + 1 : found.stop + 2]
            if (
                draft.stream.code(found.stop) == "per"
                and unit
                and set(unit[0].columns) & set(times)
            ):
                draft.served |= set(unit[0].columns)  # "% change per year"
                found = Found(found.start, found.stop + 2, found.groups)
            codes = [draft.stream.code(k) for k in range(found.start, found.stop)]
            if codes[0] == "GROWTHOF" and draft.stream.code(found.stop) in ("with", "over"):
                continue  # "growth of distance with age" is how it changes
            column = item.columns[0]
            made = column + MADE
            draft.prepared.append((item.start, f"growth({column})"))
            said = draft.stream.symbols[found.start - 1] if found.start else None
            if said and draft.word(said) in ("annual", "yearly"):
                found = Found(found.start - 1, found.stop, found.groups)
            passive = [draft.stream.code(found.stop + k) for k in (0, 1)] == ["is", "COMPUTE"]
            if passive:  # "the growth of x should be computed"
                found = Found(found.start, found.stop + 2, found.groups)
            gets = draft.stream.code(found.start - 1) == "has"
            if gets and draft.stream.code(found.start - 2) == ";":  # "get the growth of x"
                found = Found(found.start - 1, found.stop, found.groups)
                passive = True
            computed = passive or "COMPUTE" in codes
            draft.note(
                found.start, found.stop, f"new column {made}: % change from row to row of a group"
            )
            start, end = draft.span(found.start, found.stop)
            new = Symbol("@n", start, end, quote(made), (made,))
            after = draft.stream.code(found.stop)
            if computed and after in (";", ",", "and", "then"):
                draft.stream.use(found.start, found.stop)
                draft.owners.append(Symbol("transformed", start, end, quote(made), (made,)))
                _that_growth(draft, new)
            else:
                draft.stream.replace(found.start, found.stop, [new])


def _that_growth(draft: Draft, made: Symbol) -> None:
    """ "… then model that growth": the column that was made just before."""
    for k, symbol in enumerate(list(draft.stream.symbols)):
        later = symbol.code in ("GROWTHOF", "GROWTH") and symbol.start > made.end
        before, after = draft.stream.code(k - 1), draft.stream.code(k + 1)
        alone = after[0] != "@" and before[0] != "@" and before not in (":", "is")
        if later and alone:
            new = replace(made, start=symbol.start, end=symbol.end)
            draft.stream.replace(k, k + 1, [new])


def _to_wide(draft: Draft, found: Found) -> bool:
    """Whether a reshape goes the other way: "reshape to wide format"."""
    if draft.stream.code(found.stop - 1) != "WIDE":
        return False
    said = draft.said(found.start, found.stop).split()
    return "long" not in said and (draft.stream.code(found.stop - 2) == "to" or "into" in said)


def reshaping(draft: Draft, known: Longer | None, asked: bool) -> None:
    """Take the words for a reshape out of the stream."""
    if known is not None:
        for found in draft.stream.each("COMPUTE <l+> ONECOL? RESHAPE"):
            named = {c for s in draft.stream.items(found, "l") for c in s.columns}
            if named <= {family.name for family in known.families}:
                draft.stream.replace(found.start + 1, found.stop - 1, [])  # "the pain columns"
    for found in draft.stream.each(
        "COMPUTE|SHOW? [ WIDE|RESHAPE|COMPUTE to|in|from|of? ]* RESHAPE "
        "[ to|in|from|RESHAPE|WIDE|with ]*"
    ):
        place = draft.span(found.start, found.stop)
        if _to_wide(draft, found):
            draft.lost.append(place)
            draft.stream.use(found.start, found.stop)
            continue
        draft.prepared.append((place[0], "reshape_long"))
        if known is None:
            meaning = "reshape to long form; which columns isn't certain"
        else:
            names = ", ".join(f.name for f in known.families)
            meaning = f"long form: one row per {known.families[0].time_name}, with {names}"
        draft.take(Found(found.start, found.stop, {}), meaning)
    if any(word == "reshape_long" for _, word in draft.prepared):
        for found in draft.stream.each("WIDE"):
            if draft.stream.code(found.start - 1) == "to":
                draft.lost.append(draft.span(found.start - 1, found.stop))
            draft.stream.use(found.start, found.stop)
    if asked:
        for found in draft.stream.each("each|per|with|for? <a!> is? has|in|with? OWN? ONECOL"):
            draft.take(found)
        for found in draft.stream.each("ONECOL of|for|per? each|per? <a!>"):
            draft.take(found)
        for found in draft.stream.each("ONEROW <a!> [ and|per|,|by each? <b!> ]?"):
            draft.take(found)
        for found in draft.stream.each("ONEROW"):
            draft.take(found)


def preparation_steps(wish: Wish, frame: pd.DataFrame) -> tuple[Step, ...] | None:
    """The steps of ``lmm_core.data`` that make the columns which the model uses.

    Logarithms, centring and scaling stand in the formula and need no step. None when a step isn't
    certain: then it must be chosen by hand.
    """
    steps: list[Step] = []
    current = frame
    for word in wish.preparation:
        if word == "reshape_long":
            known = longer(current)
            if known is None:
                return None
            steps.append(known.step)
            current = known.preview(current)
        elif word.startswith("growth("):
            step = _growth_step(word.removeprefix("growth(").removesuffix(")"), wish, current)
            if step is None:
                return None
            steps.append(step)
    return tuple(steps)


def _growth_step(column: str, wish: Wish, frame: pd.DataFrame) -> Step | None:
    vocabulary = Vocabulary(frame)
    times = vocabulary.times
    if len(times) > 1 and wish.spec is not None:
        times = tuple(t for t in times if t in wish.spec.columns()) or times
    groups = [n for n, kind in vocabulary.kinds.items() if kind == GROUP]
    if wish.spec is not None and wish.spec.random:
        groups = [wish.spec.random[0].group[0]]
    if len(times) != 1 or len(groups) != 1 or column not in vocabulary.kinds:
        return None
    made = f"{column}_growth"
    return Step(
        "change",
        {
            "column": column,
            "group": groups[0],
            "time": times[0],
            "measure": "percent",
            "into": made,
        },
    )
