"""Where a column's name says its time: "pain_3", "w1_height", "GDP 2001 [YR2001]", "score.pre"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lmm_core.data.words import word_set

_TOKENS = re.compile(
    r"follow[-_ ]?up|\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|[\W_]+", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BANK_YEAR = re.compile(r"(\d{4})\s*\[YR\1\]")
_PERIOD = re.compile(r"(\d{4})[-_ ]?([QM])(\d{1,2})", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<=[_\s-])\d+\.\d+\Z")

_NAMES: dict[str, str] = {
    "t": "time", "time": "time", "tp": "time", "timepoint": "time", "w": "wave", "wave": "wave",
    "wk": "week", "wks": "week", "week": "week", "weeks": "week", "m": "month", "mo": "month",
    "mos": "month", "mth": "month", "mths": "month", "month": "month", "months": "month",
    "d": "day", "day": "day", "days": "day", "y": "year", "yr": "year", "yrs": "year",
    "year": "year", "years": "year", "fy": "year", "v": "visit", "visit": "visit", "h": "hour",
    "hr": "hour", "hrs": "hour", "hour": "hour", "hours": "hour", "min": "minute",
    "mins": "minute", "minute": "minute", "minutes": "minute", "session": "session",
    "trial": "trial", "phase": "phase", "period": "period", "occasion": "occasion",
    "round": "round", "age": "age", "fu": "follow_up", "followup": "follow_up", "tag": "tag",
    "tage": "tag", "woche": "woche", "wochen": "woche", "monat": "monat", "monate": "monat",
    "jahr": "jahr", "jahre": "jahr", "welle": "welle", "besuch": "besuch", "visite": "visite",
    "zeit": "zeit",
    "zeitpunkt": "zeitpunkt", "messzeitpunkt": "messzeitpunkt", "messung": "messung",
}  # fmt: skip
"""Words before a number (or units behind it) that make it a time."""

_UNITS = word_set("""
    wk wks week weeks m mo mos mth mths month months d day days y yr yrs year years h hr hrs hour
    hours min mins minute minutes tag tage woche wochen monat monate jahr jahre
""")
_SHORT = frozenset("twmdyvh")

WORDS: tuple[tuple[str, ...], ...] = (
    ("screening", "baseline", "bl", "pre", "before", "start", "admission", "vorher"),
    ("mid", "during", "interim"),
    ("post", "after", "end", "discharge", "nachher"),
    ("followup", "fu"),
)
"""Words that are times by themselves, by rank; those of the first rank are time 0."""

_CALENDAR = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "monday tuesday wednesday thursday friday saturday sunday",
    "mon tue wed thu fri sat sun",
    "morning noon afternoon evening night",
)
RANKS: dict[str, float] = {
    word: rank + k / 100 for rank, words in enumerate(WORDS) for k, word in enumerate(words)
} | {word: 10.0 + k for line in reversed(_CALENDAR) for k, word in enumerate(line.split())}


@dataclass(frozen=True)
class Marker:
    """One way to read a name: what is measured (``before``, ``after``) and when.

    ``time`` is a number, or None when the name says a ``word``; ``strength`` tells how sure the
    reading is: 4 a word of time or a year, 3 a word such as "pre", 2 a number at an end, 1 a number
    inside.
    """

    before: str
    after: str
    time: float | None
    word: str
    time_name: str
    strength: int

    @property
    def stem(self) -> str:
        """The name without the time."""
        if self.before and self.after:
            return f"{self.before}_{self.after}"
        return self.before or self.after


def markers_of(name: str) -> tuple[Marker, ...]:
    """Return every way to read a time in a column's name."""
    text = _BANK_YEAR.sub(r"\1", name).strip()
    period = _PERIOD.search(text)
    if period:
        parts = 4 if period.group(2).upper() == "Q" else 12
        step = int(period.group(3))
        if 1 <= step <= parts:
            time = int(period.group(1)) + (step - 1) / parts
            return (_marker([text[: period.start()]], [text[period.end() :]], time, "", "year", 4),)
    tokens = _tokens(text)
    found = []
    for i, token in enumerate(tokens):
        if token[0].isdecimal() and len(token) <= 9:
            found.append(_number(tokens, i))
        elif _word(token) in RANKS and _stands_alone(tokens, i):
            found.append(_marker(tokens[:i], tokens[i + 1 :], None, token, "time", 3))
    return tuple(found)


def _tokens(text: str) -> list[str]:
    decimal = _DECIMAL.search(text)
    if decimal:
        return [*_tokens(text[: decimal.start()]), decimal.group()]
    return [token for piece in _CAMEL.split(text) for token in _TOKENS.findall(piece)]


def _number(tokens: list[str], i: int) -> Marker:
    """Read the number at ``i`` with the word of time before it or the unit behind it."""
    time = float(tokens[i])
    start, end, name = i, i + 1, ""
    gap = i >= 1 and not _is_word(tokens[i - 1]) and not tokens[i - 1][0].isdecimal()
    at = i - 2 if gap else i - 1
    if at >= 0 and _is_time_word(tokens, at, gap):
        start, name = at, _NAMES[_word(tokens[at])]
    elif i + 1 < len(tokens) and _word(tokens[i + 1]) in _UNITS:
        end, name = i + 2, _NAMES[_word(tokens[i + 1])]
    elif (
        i + 2 < len(tokens)
        and not _is_word(tokens[i + 1])
        and len(tokens[i + 2]) > 2
        and _word(tokens[i + 2]) in _UNITS
    ):
        end, name = i + 3, _NAMES[_word(tokens[i + 2])]
    if name:
        return _marker(tokens[:start], tokens[end:], time, "", name, 4)
    if len(tokens[i]) == 4 and 1800 <= time <= 2100:
        return _marker(tokens[:i], tokens[i + 1 :], time, "", "year", 4)
    strength = 2 if i in (0, len(tokens) - 1) else 1
    return _marker(tokens[:i], tokens[i + 1 :], time, "", "time", strength)


def _is_time_word(tokens: list[str], at: int, gap: bool) -> bool:
    word = _word(tokens[at])
    if word not in _NAMES:
        return False
    if word not in _SHORT:
        return word not in ("min", "age") or at > 0
    if gap:
        return False
    # A single letter: "t1", "pain_w1", "painT1"; "y1", "d2" alone are names like any other.
    if at == 0:
        return word in "tw" or len(tokens) > 2
    return not _is_word(tokens[at - 1]) or (tokens[at].isupper() and tokens[at - 1][-1].islower())


def _stands_alone(tokens: list[str], i: int) -> bool:
    """Say whether no number follows a word ("fu1" is a number with a word of time)."""
    return not (i + 1 < len(tokens) and tokens[i + 1][0].isdecimal())


def _is_word(token: str) -> bool:
    return token[0].isalpha()


def _word(token: str) -> str:
    return re.sub(r"[-_ ]", "", token.lower()) if _is_word(token) else token


def _marker(
    before: list[str], after: list[str], time: float | None, word: str, name: str, strength: int
) -> Marker:
    left, right = "".join(before).rstrip(), "".join(after).lstrip()
    if left[-1:] in ("(", "[") and right[:1] in (")", "]"):  # "weight (week 4)"
        left, right = left[:-1], right[1:]
    first, last = _strip(left), _strip(right)
    if first == "X" and not last and strength == 4:
        first = ""  # R puts an X before a name that starts with a number
    return Marker(first, last, time, word, name, strength)


def _strip(text: str) -> str:
    stripped = text.strip(" _.-:/,;|@#")
    return stripped[1:-1].strip() if stripped[:1] + stripped[-1:] in ("()", "[]") else stripped


def word_rank(word: str) -> float | None:
    """Return the place of a word among the words that are times, None for other words."""
    return RANKS.get(_word(word)) if word else None
