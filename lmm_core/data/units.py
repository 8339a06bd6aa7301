"""Units in column names: "weight (kg)", "RT [ms]", "height, cm", "weight_kg"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lmm_core.data.words import word_set

_WORDS = word_set(
    """
    s sec secs second seconds ms msec millisecond milliseconds min mins minute minutes h hr hrs hour
    hours d day days wk wks week weeks mo month months y yr yrs year years
    kg g mg ug µg μg ng pg t lb lbs oz km m cm mm um µm μm nm in inch inches ft feet mi miles ha
    l dl ml ul µl μl mol mmol umol µmol μmol nmol pmol meq iu u mu miu
    °c °f c f k celsius fahrenheit pa hpa kpa mmhg bar n j kj kcal cal w kw v mv a ma hz khz mhz db
    bpm rpm dpm % percent ‰ ppm ppb points point pts score scores z sd count counts n number
    $ us$ usd eur € £ gbp chf person people persons cells copies beats breaths steps
    tage tag wochen monate jahre stunden minuten sekunden punkte prozent gramm
    degrees deg ° rad stops letters items words
    """
)
_SUFFIXES = word_set("""
    kg mg cm mm km ms msec sec mmhg bpm hz kpa kcal ml dl percent pct days weeks months years
    hours minutes seconds
""")
_PART = re.compile(r"(°?[A-Za-zµμ$€£Å-ÿ]+|[°%‰$€£])(?:\^?-?\d(?!\d)|⁻?[¹²³])?|10\^?[\d⁰-⁹²³]{1,2}")
_CODES = frozenset(("m/f", "f/m", "m/w", "w/m", "y/n", "j/n"))
"""Codes of answers that look like units."""
_RANGE = re.compile(r"-?\d+(?:[.,]\d+)?\s*(?:-|–|to|bis)\s*-?\d+(?:[.,]\d+)?(?:\s+\w+)?")
_BRACKETS = re.compile(r"(.+?)\s*[\(\[]\s*([^()\[\]]{1,24}?)\s*[\)\]]\s*")
_COMMA = re.compile(r"(.+?),\s*(\S{1,16})")
_SUFFIX = re.compile(r"(.+?)[_.]([A-Za-z]+)")


def unit_in(name: str) -> tuple[str, str] | None:
    """Return a column's name without its unit, and the unit; None when there is none.

    In brackets or after a comma everything made of known units counts ("mg/dl", "kg/m²", "°C",
    "0-100"); after an underscore only a few that hardly mean anything else ("weight_kg").
    """
    text = name.strip()
    match = _BRACKETS.fullmatch(text)
    if match and is_unit(match.group(2)):
        return match.group(1), match.group(2)
    match = _COMMA.fullmatch(text)
    if match and is_unit(match.group(2)) and not _RANGE.fullmatch(match.group(2)):
        return match.group(1), match.group(2)
    match = _SUFFIX.fullmatch(text)
    if match and match.group(2).casefold() in _SUFFIXES:
        unit = match.group(2)
        return match.group(1), {"pct": "%", "percent": "%", "mmhg": "mmHg"}.get(unit.lower(), unit)
    return None


def is_unit(text: str) -> bool:
    """Say whether a text is a unit, alone or composed ("mmol/l", "kg·m⁻²", "per year")."""
    text = text.strip()
    if not text or text.casefold() in _CODES:
        return False
    if _RANGE.fullmatch(text):
        return True
    if text.casefold().startswith(("in ", "per ")):
        text = text.split(None, 1)[1]
    for part in re.split(r"\s*[/·*×]\s*|\s+per\s+|\s+", text):
        match = _PART.fullmatch(part)
        if match is None:
            return False
        word = match.group(1) or "10"
        if word != "10" and word.casefold() not in _WORDS and part.casefold() not in _WORDS:
            return False
    return True


def units_of(names: Iterable[str], row: Sequence[str] = ()) -> dict[str, str]:
    """Return the units that the names give, and those of a row of units below the header."""
    found: dict[str, str] = {}
    for k, name in enumerate(names):
        below = row[k].strip() if k < len(row) else ""
        if below[:1] in "([" and below[-1:] in ")]" and len(below) > 2:
            below = below[1:-1].strip()
        if below:
            found[name] = below
            continue
        named = unit_in(name)
        if named is not None:
            found[name] = named[1]
    return found


def unit_renames(units: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return shorter names for columns that carry their unit: "weight (kg)" -> "weight".

    For a step "rename"; only names that stay different from all others.
    """
    known = list(names)
    short: dict[str, str] = {}
    for name in known:
        named = unit_in(name) if name in units else None
        if named is not None and named[0] not in known and named[0] not in short.values():
            short[name] = named[0]
    return short
