"""Columns that hold the same measure at several times: the families of a wide table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lmm_core.data.levels import dates_in
from lmm_core.data.markers import Marker, markers_of, word_rank
from lmm_core.data.ordering import read_dates
from lmm_core.data.words import name_words, word_set

Time = float | str
_ITEMS = word_set("q item items question frage x var v col column")
_DATE_LIKE = re.compile(r"[\d/. -]{6,10}")


@dataclass(frozen=True)
class Family:
    """Columns of one measure.

    Attributes
    ----------
    name:
        What is measured: the name of the value column.
    columns, times:
        The columns in the order of their times, and the times: numbers (int when whole), words
        such as "pre", or dates written as 2024-01-31.
    time_name:
        A name for the time column.
    likely:
        False when the names may mean something else (questions of a questionnaire, two predictors).
    reason:
        One plain sentence.
    """

    name: str
    columns: tuple[str, ...]
    times: tuple[Time, ...]
    time_name: str
    likely: bool
    reason: str


def find_families(columns: Iterable[object]) -> tuple[Family, ...]:
    """Find the column families among column names, the first column's family in front.

    A column belongs to one family at most. Of several readings of a name the one with a word of
    time or a year wins, then a word such as "pre", then a number at the end.
    """
    names = [str(c) for c in columns]
    dated = _date_family(names)
    if dated is not None:
        names = [n for n in names if n not in dated.columns]
    groups: dict[tuple[str, str], dict[str, Marker]] = {}
    for name in names:
        for marker in markers_of(name):
            key = marker.before.casefold(), marker.after.casefold()
            known = groups.setdefault(key, {})
            if name not in known or known[name].strength < marker.strength:
                known[name] = marker
    found = [] if dated is None else [dated]
    taken: set[str] = set()
    strongest = sorted(groups.values(), key=lambda g: (-_strength(g), -len(g)))
    for group in strongest:
        free = {name: marker for name, marker in group.items() if name not in taken}
        family = _family(free)
        if family is not None:
            found.append(family)
            taken.update(family.columns)
    place = {name: k for k, name in enumerate(str(c) for c in columns)}
    found.sort(key=lambda f: min(place[c] for c in f.columns))
    return tuple(_together(found))


def _strength(group: dict[str, Marker]) -> int:
    return max((m.strength for m in group.values()), default=0) if len(group) > 1 else 0


def _family(group: dict[str, Marker]) -> Family | None:
    if len(group) < 2:
        return None
    times = _times(list(group.values()))
    if times is None:
        numbered = {name: m for name, m in group.items() if m.time is not None}
        return _family(numbered) if len(numbered) < len(group) else None
    numeric = not any(isinstance(t, str) for t in times)
    pairs = list(zip(group, times, strict=True))
    if numeric:
        pairs.sort(key=lambda pair: float(pair[1]))
    else:
        pairs.sort(key=lambda pair: word_rank(str(pair[1])) or 0)
    markers = list(group.values())
    best = max(markers, key=lambda m: m.strength)
    stem = next((m.stem for m in markers if m.stem), "")
    items = bool(_ITEMS & set(name_words(stem))) if stem else False
    likely = best.strength >= (3 if stem else 4) or (
        best.strength == 2 and len(group) >= 3 and not items
    )
    said = "a word of time or a year" if best.strength == 4 else "a word such as pre or post"
    reason = (
        f"The names differ in {said} only."
        if best.strength >= 3
        else "The names differ in a number only; that number may also count questions or variables."
    )
    name = stem or "value"
    return Family(
        name, tuple(c for c, _ in pairs), tuple(t for _, t in pairs), best.time_name, likely, reason
    )


def _times(markers: list[Marker]) -> list[Time] | None:
    """Return one time per column, or None when two columns have the same time."""
    numbers = [m.time for m in markers if m.time is not None]
    words = [m.word for m in markers if m.time is None]
    if numbers and words:
        # "pain_baseline, pain_3m, pain_6m": the baseline is time 0.
        if (
            len(words) > 1
            or (word_rank(words[0]) or 0) >= 1
            or min(numbers) <= 0
            or max(numbers) > 1000
        ):
            return None
        numbers = [m.time if m.time is not None else 0.0 for m in markers]
    if words and not numbers:
        ranks = [word_rank(w) for w in words]
        return list(words) if len(set(ranks)) == len(words) else None
    if len(set(numbers)) < len(numbers):
        return None
    return [whole(n) for n in numbers]


def whole(number: float) -> float:
    """Return a whole number as int."""
    return int(number) if float(number).is_integer() else number


def _together(families: list[Family]) -> list[Family]:
    """Let families with the same times share the name of their time, and their likelihood."""
    out = []
    for family in families:
        same = [f for f in families if set(f.times) == set(family.times) and f is not family]
        named = next((f.time_name for f in [family, *same] if f.time_name != "time"), "time")
        likely = (
            family.likely
            or any(f.likely for f in same)
            or (len(same) >= 1 and len(family.times) == 2 and set(family.times) <= {0, 1, 2})
        )
        out.append(replace(family, time_name=named, likely=likely))
    return out


def _date_family(names: list[str]) -> Family | None:
    """Recognise columns whose names are dates."""
    dated = [n for n in names if _DATE_LIKE.fullmatch(n.strip()) and not n.strip().isdigit()]
    if len(dated) < 2:
        return None
    form = dates_in(dated)
    if form is None:
        return None
    candidates = [form, form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")]
    for candidate in candidates:
        days = read_dates([n.strip() for n in dated], candidate)
        if days.notna().all() and days.is_monotonic_increasing and days.is_unique:
            break
    else:
        days = read_dates([n.strip() for n in dated], form)
        if days.isna().any() or not days.is_unique:
            return None
    order = days.sort_values(kind="stable").index
    return Family(
        "value",
        tuple(dated[k] for k in order),
        tuple(days[k].isoformat().removesuffix("T00:00:00") for k in order),
        "date",
        True,
        "The names of these columns are dates.",
    )
