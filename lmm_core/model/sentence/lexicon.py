"""The words of the sentence grammar: phrases and the symbol that each stands for.

Words are compared in the singular and in American spelling; the longest phrase wins.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from pathlib import Path

from lmm_core.data.words import word_set
from lmm_core.model.matching import word_stem

_CONNECTORS: dict[str, str] = {
    "and": "and", "&": "and", "or": "or", "with": "with", "by": "by", "for": "for", "of": "of",
    "in": "in", "inside": "in", "per": "per", "each": "each", "every": "each", "any": "each",
    "over": "over", "on": "on", "across": "across", "within": "within", "under": "in",
    "between": "between", "among": "between", "amongst": "between", "to": "to", "as": "as",
    "at": "at", "via": "by", "is": "is", "are": "is", "be": "is", "was": "is", "being": "is",
    "become": "is", "belongs": "is", "belong": "is", "were": "is", "been": "is",
    "has": "has", "have": "has", "having": "has", "get": "has",
    "gets": "has", "had": "has", "receives": "has", "carry": "has", "take":
    "with", "]": ":", "[": ",", "vs": "vs", "versus": "vs", "than": "vs", "around": "at",
    "along": "over", "through": "over", "throughout": "over", "during": "over", "plus": "and",
    "about": "of", "together": "and", "x": "x", "×": "x", "*": "x", "+": "and", "/": "/", ":":
    ":", "=": ":", ",": ",", "(": "(", ")": ")", "does": "does", "do": "does", "did": "does",
    "how": "how", "whether": "does", "if": "does", "but": "but", "allow": "allow", "let":
    "allow", "use": "with", "allowing": "allow", "allowed": "allow", "allows": "allow",
    "permitted": "allow", "free": "allow", "letting": "allow", "using": "with", "–": "-",
    "—": "-", "-": "-",
    "towards": "to", "alongside": "with", "times": "x", "upon": "on", "into": "in", "while":
    "and", "whereas": "and", "there": "there", "upto": "to", "next": "and", "then": "then",
    "furthermore": "and", "where": "with", "treat": "TREAT", "treating": "TREAT", "enter":
    "ADD",
}  # fmt: skip

MAY_BE_COLUMNS = frozenset(
    ("method", "approach", "type", "kind", "study", "task", "job", "question", "structure", "title")
)
"""Fillers that may be part of a column's name: "by method" can mean teaching_method."""

FILLERS = word_set("""
    thankful besides stated append appended wished suspected i'm formula
    pleas pleese plese pls plz enough again follow follows
    teh candidates wise curious
    giving gave
    collected tested observed recorded assessed taken obtained gathered examined participated
    several mean average the a an this that these those i we you me my our us your please would
    like want should could can may might must will shall 'd 's d s ll it its their them they his
    her he she one's also too so finally first firstly second secondly third thirdly last lastly
    i'd we'd let's lets here now well some such all kindly thanks thank hello hi need wish wants
    try run linear effects data set dataset analysis which who whose where when what why because
    since still both same as-is respectively e.g i.e eg ie etc simple ordinary plain standard
    appropriate possible overall estimated estimation fitted method approach approximation based
    type kind sort end whole complete column variable columns variables term terms value values
    main additional additionally further more another other between-subject within-subject just
    very really quite actually basically mean-level actual respective given various certain
    general after before followed following afterwards once final way do done made make sure
    that's there's per-se go ahead goes going interested know find out see question research
    regarding concerning about look looking consider considered considering assume assuming
    think believe effect-wise estimator lie lies needed measured specifically potentially
    possibly perhaps maybe ideally preferably figure part structure random-part particular
    every-one start starting rather fully nicely good nice proper different time-varying study
    participants' welcome used inclined judge got grant grants granting
    side job title usual ok okay alright pls plz ask wonder wondering am grateful
    helpful although though whereupon whereby ought assumed thought believed appreciated
    candidate design named called file reckoned turned supply supplies able either care moment
    inference amounts amount matrix wishes version versions namely supposing granted obliged
    down up contribute contributes sole mere thereafter bear concerned come comes fourth fifth
    sixth ones back true new somehow anyway trouble thing things stuff deal lots most mind
    therefore appear appears finish hence thus else bit chiefly mainly mostly merely sensible
    sensibly whilst ago consisting consist consists contain contains containing interest
    interests remember seem seems keeping seen beforehand meanwhile moreover besides indeed
    surely certainly clearly obviously naturally apparently presumably probably likely unlikely
    quickly briefly shortly soon later already yet today tomorrow yesterday currently originally
    initially generally usually typically often sometimes always particularly especially notably
    importantly essentially roughly anyone anybody someone somebody everything anything
    something happy glad pleased sorry keen eager curious interesting exciting useful important
    relevant necessary suitable fine great lovely cool clean neat asking asked says say said
    tells told telling speak speaking spoken hear heard hope hopes hoping hoped guess guesses
    suspect suspects suppose supposed expects expect expected expecting intend intends plan
    plans planned tries trying attempt attempts prefer prefers preferred decide decided choose
    chose chosen begin begins began stay stays remain remains keep kept goal aim aims aimed
    purpose idea ideas remark comment hypothesis deliverable deliverables brief serves
    preparation preparations objective objectives close closes closing conclude concludes
    worth worthwhile kindness dear statistician colleague colleagues sir madam professor redo
""")
"""Words without meaning for the model; everything else that isn't understood is listed."""

NUMBER_WORDS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "one": 1.0,
}  # fmt: skip

_ISE = re.compile(r"^(standard|random|visual|summar|general|categor|parameter|normal|optim)is")


def lexical(word: str) -> str:
    """A word of the text as the phrases have it."""
    return _ISE.sub(r"\1iz", word_stem(word.lower()))


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, ...], str]:
    """Each phrase as its words, with its symbol; the first symbol that claims a phrase has it."""
    found: dict[tuple[str, ...], str] = {}
    entry = ""
    text = Path(__file__).with_name("phrases.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    for line in [*lines, "END: "]:
        if line.startswith(" "):
            entry += " " + line.strip()
            continue
        symbol, _, texts = entry.partition(": ")
        for text in (t for part in texts.split(";") for t in _alternatives(part.strip())):
            words = tuple(lexical(w) for w in text.split() if w not in ARTICLES)
            found.setdefault(words, symbol)
        entry = line
    return found


def _alternatives(text: str) -> list[str]:
    """ "[share|part] of it" is "share of it" and "part of it"; an alternative may be empty."""
    parts = [p.split("|") if k % 2 else [p] for k, p in enumerate(re.split(r"[\[\]]", text))]
    return [joined for words in product(*parts) if (joined := " ".join("".join(words).split()))]


ARTICLES = frozenset(("the", "a", "an", "this", "these", "our", "my", "their", "its", "any"))


@lru_cache(maxsize=1)
def longest() -> int:
    """The most words that a phrase has."""
    return max(len(words) for words in phrases())


@lru_cache(maxsize=1)
def connectors() -> dict[str, str]:
    return {**_CONNECTORS, **{lexical(w): s for w, s in _CONNECTORS.items() if w != "times"}}


@lru_cache(maxsize=1)
def fillers() -> frozenset[str]:
    return FILLERS | {lexical(word) for word in FILLERS}


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Every single word that occurs in a phrase."""
    return frozenset(w for words in phrases() for w in words if w.isalpha())
