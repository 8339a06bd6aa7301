"""Names as people write them, matched with the columns of a table.

"test score of the student" is ``test_score``, "patient" is ``patient_id``, "blood pressure" is
``BP``. Of several columns that fit equally well none is chosen: they are handed back as candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lmm_core.data.words import name_words, word_set
from lmm_core.model.spelling import distance, spelling_limit

EXACT, SAME, ORDER, IDENTIFIER, SHORT, PART, SPELLING = range(7)
"""How a phrase fits a name, the best first: as written; but for case, spaces, plural; in another
word order; without the "id"; abbreviated or by a synonym; some of the words; misspelt."""

FILLING = word_set("of the a an in per each every its their s and")
TAILS = word_set("""
    score level value time rating measurement measure group status variable column condition number
    reading result point data arm
""")
"""General words that may follow a name: "pain level", "treatment group"."""

_OWNER = re.compile(r"\s+(?:of|for|in|from|per)\s+|['’]s?\s+", re.IGNORECASE)
_PLURAL_CAPITALS = re.compile(r"\b([A-Z]{2,})s\b")
_ID_TAILS = word_set("id ids nr no number num nummer code key identifier ident")
_WEAK = word_set("id nr no number num code mean average total n value level rate score index")
_IRREGULAR = {
    "children": "child",
    "people": "person",
    "persons": "person",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "countries": "country",
    "classes": "class",
    "studies": "study",
    "series": "series",
}
_BRITISH = {
    "centre": "center",
    "colour": "color",
    "behaviour": "behavior",
    "programme": "program",
    "grey": "gray",
    "fibre": "fiber",
    "litre": "liter",
    "metre": "meter",
    "maths": "math",
    "mathematics": "math",
    "haemoglobin": "hemoglobin",
    "oestrogen": "estrogen",
    "paediatric": "pediatric",
    "tumour": "tumor",
    "labour": "labor",
}
SYNONYMS: tuple[frozenset[str], ...] = (
    word_set("sex gender geschlecht"),
    word_set("treatment arm therapy intervention condition trt behandlung"),
    word_set("income earning salary wage"),
    word_set("achievement performance attainment"),
    word_set("school schule"),
    word_set("age alter"),
    word_set("country nation"),
    word_set("group gruppe"),
    word_set("week woche"),
    word_set("day tag"),
    word_set("weight gewicht"),
    word_set("teaching instruction"),
    word_set("mean average avg"),
)
PERSON_WORDS = word_set("""
    person individual participant subject patient child kid pupil student respondent volunteer
    proband people case user client human teilnehmer schueler kind pat pid
""")
"""Words for the one who was measured; each stands for the others when one column is named so."""

_KNOWN_SHORT = {
    "trt": "treatment",
    "tx": "treatment",
    "bp": "blood pressure",
    "sbp": "systolic blood pressure",
    "dbp": "diastolic blood pressure",
    "hr": "heart rate",
    "rt": "reaction time",
    "wt": "weight",
    "ht": "height",
    "ses": "socioeconomic status",
    "bmi": "body mass index",
    "qol": "quality of life",
    "gdp": "gross domestic product",
    "iq": "intelligence quotient",
    "ach": "achievement",
    "grp": "group",
    "subj": "subject",
    "pt": "patient",
    "pop": "population",
    "yr": "year",
    "wk": "week",
    "mo": "month",
    "resp": "response",
}


@dataclass(frozen=True)
class Match:
    """Columns that a phrase may mean: one when it is certain, several to choose from, or none.

    ``how`` is one of the module's ranks, the smaller the better.
    """

    columns: tuple[str, ...]
    how: int

    @property
    def certain(self) -> bool:
        return len(self.columns) == 1


NO_MATCH = Match((), SPELLING + 1)


@dataclass(frozen=True)
class Names:
    """The columns of a table, prepared for matching."""

    columns: tuple[str, ...]
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    folded: dict[str, list[str]] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    fits: dict[tuple[tuple[str, ...], int], Match] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Iterable[object]) -> Names:
        names = cls(tuple(str(c) for c in columns))
        for column in names.columns:
            words = words_of(column)
            names.words[column] = words
            for text in dict.fromkeys(("".join(words), "".join(name_words(column)))):
                names.folded.setdefault(text, []).append(column)
            names.written.setdefault(_plain(column), []).append(column)
        return names

    @property
    def longest(self) -> int:
        """The most words that a name has."""
        return max((len(words) for words in self.words.values()), default=0)


def match_name(phrase: str, columns: Iterable[object]) -> Match:
    """Return which of ``columns`` a phrase means: the best fit, several when equally good.

    What follows an "of" or a general word at the end may be left aside: "test score of the
    student", "pain level".
    """
    names = Names.of(columns)
    found = find(words_of(phrase), names, phrase)
    if found.columns:
        return found
    head = _OWNER.split(phrase.strip(), maxsplit=1)[0]
    words = words_of(head)
    if head != phrase:
        found = find(words, names, head)
    if not found.columns and len(words) > 1 and words[-1] in TAILS:
        found = find(words[:-1], names)
    if not found.columns and words and is_person(words[-1]):
        return Match(tuple(c for c, own in names.words.items() if names_person(own)), SHORT)
    return found


def find(words: Sequence[str], names: Names, phrase: str = "", least: int = SPELLING) -> Match:
    """``match_name`` for words from ``words_of``; ``least`` is the worst fit that still counts."""
    if phrase in names.words:
        return Match((phrase,), EXACT)
    core = tuple(w for w in words if w not in FILLING) or tuple(words)
    if not core:
        return NO_MATCH
    same = names.folded.get("".join(words)) or names.folded.get("".join(core))
    if same:
        return _best_written(phrase, same, names)
    fit = names.fits.get((core, least))  # a description says the same words again and again
    if fit is None:
        fit = names.fits[core, least] = _fit(core, names, least)
    return fit


def _fit(core: tuple[str, ...], names: Names, least: int) -> Match:
    for how, test in _TESTS:
        if how > least:
            return NO_MATCH
        found = tuple(c for c, own in names.words.items() if own and test(core, own))
        if found:
            return Match(found, how)
    return NO_MATCH if least < SPELLING else _misspelt(core, names)


def _best_written(phrase: str, same: list[str], names: Names) -> Match:
    """Of names that differ in plural or case only ("year", "years") the one written so."""
    if len(same) > 1:
        written = [c for c in names.written.get(_plain(phrase), ()) if c in same]
        same = written or same
    return Match(tuple(same), SAME)


def words_of(text: object) -> tuple[str, ...]:
    """Lower-case words, singular and in American spelling."""
    return _stems(str(text))


@lru_cache(maxsize=16_384)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(word_stem(w) for w in name_words(_PLURAL_CAPITALS.sub(r"\1", text)))


@lru_cache(maxsize=8192)
def word_stem(word: str) -> str:
    """One lower-case word in the singular and in American spelling."""
    word = _IRREGULAR.get(word, word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith(("sses", "xes", "shes", "ches")):
            word = word[:-2]
        else:
            word = word[:-1]
    return _BRITISH.get(word, word)


def _plain(text: str) -> str:
    return "".join(name_words(text))


# -- one test for each way to fit


def _other_order(core: Sequence[str], own: Sequence[str]) -> bool:
    return 1 < len(core) <= len(own) and sorted(core) == sorted(w for w in own if w not in FILLING)


def _without_id(core: Sequence[str], own: Sequence[str]) -> bool:
    bare = tuple(w for w in own if w not in _ID_TAILS)
    said = tuple(w for w in core if w not in _ID_TAILS)
    return bool(bare) and len(bare) < len(own) + (len(said) < len(core)) and bare == said


def _abbreviated(core: Sequence[str], own: Sequence[str]) -> bool:
    return _initials(core, own) or _aligned(core, own, len(own) - _has_id_tail(own))


def _some_words(core: Sequence[str], own: Sequence[str]) -> bool:
    if len(core) > len(own) or all(w in _WEAK and w not in own for w in core):
        return False
    if all(w in own for w in core):
        return True
    return len(core) < len(own) and _aligned(core, own, len(core))


def _aligned(core: Sequence[str], own: Sequence[str], needed: int) -> bool:
    """Each word of the phrase is another word of the name, in short or by a synonym."""
    if len(core) != needed:
        return False
    free = list(own)
    for word in core:
        hit = next((o for o in free if alike(word, o)), None)
        if hit is None:
            return False
        free.remove(hit)
    return True


def _has_id_tail(own: Sequence[str]) -> int:
    return int(len(own) > 1 and own[-1] in _ID_TAILS)


@lru_cache(maxsize=65_536)
def alike(word: str, other: str) -> bool:
    """Equal, one the beginning or the skeleton of the other, or synonyms."""
    if word == other:
        return True
    if any(word in group and other in group for group in SYNONYMS):
        return True
    short, long = sorted((word, other), key=len)
    if _KNOWN_SHORT.get(short) == long:
        return True
    if (
        len(short) >= 3
        and short not in FILLING
        and long.startswith(short)
        and long not in _IRREGULAR.values()
    ):
        return len(long) - len(short) >= 2 or len(short) > 4
    bare = long[:1] + "".join(letter for letter in long[1:] if letter not in "aeiou")
    return (len(short) > 2 and short == bare) or _skeleton(short, long)


def _skeleton(short: str, long: str) -> bool:
    """ "trtmnt" for "treatment": the same first letter, the rest in order, hardly any vowel."""
    if len(short) < 3 or len(long) < len(short) + 2 or short[0] != long[0]:
        return False
    if sum(letter in "aeiou" for letter in short[1:]) > 0 or not short.isalpha():
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def _initials(core: Sequence[str], own: Sequence[str]) -> bool:
    """ "blood pressure" for BP, and "SBP" for systolic_blood_pressure."""
    one, many = (own, core) if len(own) < len(core) else (core, own)
    if len(one) != 1 or len(many) < 2:
        return False
    known = _KNOWN_SHORT.get(one[0], "").replace(" of ", " ")
    if known and known == " ".join(many):
        return True
    return len(one[0]) == len(many) and one[0] == "".join(w[0] for w in many)


def names_person(own: Sequence[str]) -> bool:
    """Whether a column's words are those of a person's identifier: "Subject", "child_id", "id"."""
    return own == ("id",) or (bool(own) and is_person(own[0]) and set(own[1:]) <= _ID_TAILS)


def is_person(word: str) -> bool:
    """Whether a word from ``words_of`` names the one who was measured."""
    return word in PERSON_WORDS


_TESTS = (
    (ORDER, _other_order),
    (IDENTIFIER, _without_id),
    (SHORT, _abbreviated),
    (PART, _some_words),
)


def _misspelt(core: Sequence[str], names: Names) -> Match:
    """The names nearest in spelling, when near enough."""
    said = "".join(core)
    limit = spelling_limit(said)
    if not limit:
        return NO_MATCH
    best, found = limit + 1, []
    for column, own in names.words.items():
        bare = [w for w in own if w not in _ID_TAILS] or own
        for text in {"".join(own), "".join(bare)}:
            far = distance(said, text, limit)
            if far < best:
                best, found = far, [column]
            elif far == best <= limit and column not in found:
                found.append(column)
    return Match(tuple(found), SPELLING) if found else NO_MATCH
