"""Several models told one after the other: "Model 1: …  Model 2: the same plus age"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KIND = (
    r"base|baseline|basic|null|empty|full|first|second|third|fourth|simple|simpler|extended|larger|"
    r"smaller|main|reduced|complex|final|alternative|original|bigger|other|1st|2nd|3rd"
)
_NAMED = re.compile(
    rf"(?:(?<=[.;:,\n(])|^|\band\b|\bthen\b)\s*(?:the\s+|a\s+)?"
    rf"(?:(?:{_KIND})\s+model(?:\s+(?:\d|[a-d])\b)?\s*[:=–]|"
    rf"m(?:odel)?\s*(?:\d|[a-d])\b\s*(?:[:=–]|has\b|with\b|contains\b|includes\b|is\b|uses\b|adds\b|(?=an?\s))|"
    rf"(?:the\s+)?(?:first|second|third|fourth)(?:\s+(?:model|one))?\s+"
    rf"(?:has|with|contains|includes|uses|adds)\b)",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[mM](?:odel)?\s?(?:\d|[A-E](?=\s+(?:plus|and|with|but)\b))")
_LISTED = re.compile(r"(?:(?<=[.;:,\n ])|^)\(?(\d|[a-e]|i{1,3}|iv)\)\s+", re.IGNORECASE)
_COUNTED = re.compile(r"\b(two|three|four|2|3|4)\s+(?:\w+\s+)?models?\b[^.:;\n]*:", re.IGNORECASE)
_NUMBERS = {"two": 2, "three": 3, "four": 4}
_VARIANTS = re.compile(
    r"\b(intercepts? (only|alone)|slopes? (only|alone)|(only|just) (random )?(intercepts?|slopes?)|"
    r"both)\b",
    re.IGNORECASE,
)
_NO_PREDICTORS = re.compile(r"\b(null|empty)\b", re.IGNORECASE)
_RANDOM = re.compile(r"\b(random|slopes?|intercepts?)\b", re.IGNORECASE)
_TOLD = re.compile(r"\s*(?:\(?\w\)\s*)?(?!with\b)\w[\w ]*? with (?:a )?random\b", re.IGNORECASE)
_ONE_OTHER = re.compile(r"[,;](?: and)?(?= (?:one|another|the other)\b)", re.IGNORECASE)
_END = re.compile(r"[.\n](?=\s|$)")
_ITEM_END = re.compile(r"[.;\n](?=\s|$)")
_CONTRAST = re.compile(r"[.:;,]\s*(?:please\s+)?compare\s+(?=(?:a|one)\s+model\b)", re.IGNORECASE)
_A_MODEL = re.compile(
    r"\b(?:a|one|another)\s+(?:model\s+)?(?=with\b|that\b|having\b)", re.IGNORECASE
)
_BUILDS_ON = re.compile(
    r"\b(same|adds?|added|adding|additionally|extends?|previous|above|as before)\b|"
    r"\b(as|like)( in)? (model \w|m\d)\b|\b(it|that|this|model \w|m\d|[a-e])\s+plus\b|^\W*plus\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Part:
    """One model of a series: its words at ``start:end``; ``lead`` is where its name begins.

    ``builds_on`` says that it changes the model before it.
    """

    lead: int
    start: int
    end: int
    builds_on: bool


def series(text: str) -> tuple[Part, ...]:
    """The models that a text tells one by one; empty when there are fewer than two."""
    if "~" in text:
        return ()
    places, last = _named(text) or _listed(text) or _contrasted(text), _END
    if len(places) < 2:
        places, last = _counted(text), _ITEM_END
    if len(places) < 2:
        return ()
    parts = []
    for k, (lead, start) in enumerate(places):
        stop = places[k + 1][0] if k + 1 < len(places) else len(text)
        end = (last if k + 1 == len(places) else _END).search(text, start, stop)
        if end is not None and (k + 1 == len(places) or not text[end.end() : stop].strip()):
            stop = end.start()
        # The first of a series has nothing before it.
        builds_on = k > 0 and _BUILDS_ON.search(text, lead, stop) is not None
        parts.append(Part(lead, start, stop, builds_on))
    return tuple(parts)


def alone(text: str, parts: tuple[Part, ...], k: int) -> str:
    """The text with only its ``k``-th model and what is said of all; places stay as they are."""
    kept = list(text)
    for j, part in enumerate(parts):
        stop = part.start if j == k else part.end
        kept[part.lead : stop] = ";" + " " * (stop - part.lead - 1)
        if j == k and part.end < len(text):
            kept[part.end] = ";" if not text[part.end].isalnum() else text[part.end]
    if parts[k].builds_on:
        for name in _NAME.finditer(text[parts[k].start : parts[k].end]):
            a, b = (parts[k].start + place for place in name.span())
            kept[a:b] = " " * (b - a)
        first, last = parts[k].start, parts[k].end
        kept[:first] = " " * first
        kept[last:] = " " * (len(text) - last)
    return "".join(kept)


def _named(text: str) -> list[tuple[int, int]]:
    found = [(m.start(), m.end()) for m in _NAMED.finditer(text)]
    last = re.split(r"[.;\n]", text[found[-1][1] :])[0] if found else ""
    if re.search(r"\bboth\b", last, re.IGNORECASE):
        return []  # "the first with …, the third with both" is one list
    # "null" and "empty" say what the model holds: they stay.
    return [(a, _keep(text, a, b)) for a, b in found]


def _keep(text: str, start: int, end: int) -> int:
    word = re.search(r"\b(null|empty)\b", text[start:end], re.IGNORECASE)
    return end if word is None else start + word.start()


def _listed(text: str) -> list[tuple[int, int]]:
    found = list(_LISTED.finditer(text))
    names = "".join(m.group(1).lower() for m in found)
    known = ("12", "123", "1234", "ab", "abc", "abcd", "iii", "iiiiii", "iiiiiiiv")
    if len(found) < 2 or names not in known:
        return []
    head = re.split(r"[.;\n]", text[: found[0].start()].rstrip())[-1]
    if not re.search(r"\b(models?|compare|fit|candidates?|versions?)\b", head, re.IGNORECASE):
        return []
    if _are_variants(text[found[0].start() :]):
        return []  # "(a) random intercept only, (b) both" is one list
    return [(m.start(), m.end()) for m in found]


def _are_variants(text: str) -> bool:
    """Whether models are told apart by their random effects alone, so that one phrase names all."""
    if _VARIANTS.search(text):
        return True
    return bool(_NO_PREDICTORS.search(text) and _RANDOM.search(text))


def _counted(text: str) -> list[tuple[int, int]]:
    head = _COUNTED.search(text)
    if head is None:
        return []
    end = _END.search(text, head.end())
    stop = end.start() if end else len(text)
    inside = text[head.end() : stop]
    told = all(_NO_PREDICTORS.search(p) or _TOLD.match(p) for p in inside.split(";"))
    if _are_variants(inside) and not (told or _ONE_OTHER.search(inside)):
        return []
    between = _ONE_OTHER if _ONE_OTHER.search(inside) else re.compile(";")
    starts = [head.end(), *(head.end() + m.end() for m in between.finditer(inside))]
    said = head.group(1).lower()
    count = _NUMBERS.get(said) or int(said)
    if len(starts) < count:
        return []
    return [(s, s + 1) for s in starts[:count]]  # what follows are wishes


def _contrasted(text: str) -> list[tuple[int, int]]:
    """ "…: compare a model with … and a model with …", the outcome named before."""
    head = _CONTRAST.search(text)
    if head is None:
        return []
    end = _END.search(text, head.end())
    stop = end.start() if end else len(text)
    return [(m.start(), m.end()) for m in _A_MODEL.finditer(text, head.end(), stop)]
