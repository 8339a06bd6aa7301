"""What a column's name suggests: identifier, time, outcome, treatment."""

from __future__ import annotations

import re
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


ID_WORDS = word_set("""
    id ids ident identifier uuid subject subj participant patient pat pid sid person proband student
    pupil child teacher school class classroom hospital clinic center centre site family household
    animal mouse mice rat dog cow litter batch rater judge respondent case plate plot block ward
    consumer assessor panelist volunteer user customer client employee nurse therapist
    doctor physician cluster worker country firm company farm tree plant specimen sample cask
    schule klinik klasse kind schueler patientennummer fallnummer matrikel
""")
WEAK_ID_WORDS = word_set(
    "nr no number num nummer code key row index obs observation item lab pen unit"
)
"""Identifiers when they stand alone or beside a word of ``ID_WORDS``, as in "patient nr"."""

TIME_WORDS: tuple[str, ...] = tuple(
    """
    day days tag tage time zeit week weeks woche wochen month months monat monate visit visite
    year years jahr jahre wave welle occasion session hour hours stunde minute minutes second
    seconds trial period phase timepoint messzeitpunkt date datum age alter
    """.split()  # noqa: SIM905
)
"""The clearest first; singular and plural stand side by side."""

OUTCOME_WORDS = word_set("""
    score reaction outcome y value pain weight distance ach achievement response result yield
    rating growth change level pressure bp sbp dbp hr rt latency performance angle height
    concentration measure measurement strength diameter symptom depression anxiety bdi hamd vas
    nrs qol schmerz wert ergebnis punkte gewicht
""")
BASELINE_WORDS = word_set("baseline base bl pre initial start screening")
TREATMENT_WORDS = word_set("""
    treatment treat treated trt arm group condition cond therapy intervention drug dose placebo
    sex gender geschlecht diet machine recipe region continent sector gruppe behandlung
""")
AMOUNT_WORDS = word_set("""
    age alter weight gewicht height groesse bmi score count n total sum mean income ses size dose
    temp temperature price cost percent rate ratio value
""")

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)


def name_words(name: object) -> tuple[str, ...]:
    """Split a column's name into lower-case words: "PatientID" -> ("patient", "id")."""
    return _split(str(name))


@lru_cache(maxsize=16_384)
def _split(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _PARTS.findall(name.translate(_UMLAUTS)))


def looks_like_id(name: object) -> bool:
    """Say whether a name is that of an identifier ("Subject", "school_id", "patientNr").

    "patient_age" is an age and "patients" a count: only the last word, or "id", tells.
    """
    words = [w for w in name_words(name) if not w.isdigit()]
    if not words or words[0] in ("n", "mean", "total"):
        return False
    if words[-1] in WEAK_ID_WORDS:
        return len(words) == 1 or any(w in ID_WORDS for w in words)
    return words[-1] in ID_WORDS or "id" in words


def time_rank(name: object) -> int | None:
    """Return the place of the name among the words for time (0 is the clearest), or None."""
    ranks = [TIME_WORDS.index(w) for w in name_words(name) if w in TIME_WORDS]
    return min(ranks) if ranks else None


def has_word(name: object, words: frozenset[str]) -> bool:
    """Say whether one of the words of a name is in ``words``."""
    return any(word in words or _singular(word) in words for word in name_words(name))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
