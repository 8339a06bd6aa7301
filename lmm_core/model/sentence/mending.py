"""Misspelt words of the grammar, of columns and of levels, mended where one word is meant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache

from lmm_core.data.words import word_set
from lmm_core.model.matching import PART, PERSON_WORDS, find, is_person, word_stem
from lmm_core.model.sentence import lexicon
from lmm_core.model.sentence.vocabulary import Vocabulary
from lmm_core.model.spelling import distance, is_slip

OTHER_MODELS = word_set("""
    poisson logistic binomial binary ordinal bayesian nonlinear generalized generalised robust
    quantile survival cox gamma beta spline splines gam gamm gee probit multinomial tobit median
    loess lasso ridge hurdle inflated glmm glmer
""")
"""Words that ask for another family of models: never mended, nor let go with a heading."""
LONG = 9
"""Letters from which on two may be wrong."""


class Mender:
    """The words that a description of one table may use."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def mended(self, stem: str, said: str = "") -> str:
        """The word that is meant: ``stem`` itself unless exactly one known word lies near.

        ``said``: the word as it was written, whose last letter may be no plural ("tets").
        """
        if len(said) == 4 and len(stem) == 3 and not self._known(stem):
            near = {w for w in self.vocabulary.words if sorted(w) == sorted(said)}
            if len(near) == 1:
                return near.pop()
        if len(stem) == 3 and stem.isalpha() and not self._known(stem):  # "dya"
            near = {w for w in self.vocabulary.words if sorted(w) == sorted(stem)}
            return near.pop() if len(near) == 1 else stem
        if (
            stem in OTHER_MODELS
            or len(stem) < 4
            or not stem.isalpha()
            or not stem.isascii()
            or self._known(stem)
        ):
            return stem
        if said.lower() == stem + "s":  # "curvs", "dayes"
            known = {*self._content.get(stem[0], ()), *self.vocabulary.words}
            short = stem.removesuffix("e")
            plural = {w for w in known if w == stem + "e" or (w == short != stem)}
            if len(plural) == 1:
                return plural.pop()
        if stem[-1] == stem[-2] and stem[:-1] in self.vocabulary.words:  # "agee"
            return stem[:-1]
        near = self._near(stem) or self._slips(stem)
        if not near and len(stem) == LONG - 1:  # "techning" where a column is named teaching_method
            words = [w for w in self.vocabulary.words if w[0] == stem[0] and len(w) == len(stem)]
            near = {w for w in words if distance(stem, w, 2) <= 2}
        if len(near) > 1:  # "solpe" is "slope" rather than "sole"
            near = {w for w in near if sorted(w) == sorted(stem)} or _sounding(stem, near)
            near = near if len(near) == 1 else _alike(near)
        return word_stem(near.pop()) if len(near) == 1 else stem

    def _near(self, stem: str) -> set[str]:
        if len(stem) < 5:
            return set()
        limit = 1 if len(stem) < LONG else 2
        best, near = limit + 1, set()
        for word in self._content.get(stem[0], ()):
            far = distance(stem, word, limit) if abs(len(word) - len(stem)) <= limit else best + 1
            if far < best:
                best, near = far, {word}
            elif far == best <= limit:
                near.add(word)
        return near

    def _slips(self, stem: str) -> set[str]:
        """Short words, persons and words without meaning: only slips that leave no doubt."""
        near = {w for w in self._own.get(stem[0], ()) if is_slip(stem, w)}
        spare = _spare().get(stem[0], ())
        near = near or {w for w in spare if is_slip(stem, w, swaps_vowels=False)}
        if not near and len(stem) == 4:  # "wiht"
            words = [*lexicon.connectors(), *self._content.get(stem[0], ())]
            near = {w for w in words if len(w) == 4 and sorted(w) == sorted(stem)}
        if not near and len(stem) == 4:  # "levl", "slpe": a letter was left out
            words = self._content.get(stem[0], ())
            near = {w for w in words if len(w) == 5 and w[-1] == stem[-1] and is_slip(stem, w)}
        return near

    @cached_property
    def _content(self) -> dict[str, list[str]]:
        levels = {w for words in self.vocabulary.levels for w in words}
        return _with(_grammar(), self.vocabulary.words | levels)

    @cached_property
    def _own(self) -> dict[str, list[str]]:
        return _with(_persons(), self.vocabulary.words | self.vocabulary.synonyms)

    def _known(self, stem: str) -> bool:
        return (
            stem in lexicon.fillers()
            or stem in lexicon.known_words()
            or stem in lexicon.connectors()
            or stem in self.vocabulary.words
            or is_person(stem)
            or (stem,) in self.vocabulary.levels
            or bool(find((stem,), self.vocabulary.names, least=PART).columns)
        )


def _sounding(stem: str, words: set[str]) -> set[str]:
    """ "predicter" is "predictor" rather than "predicted": the vowels are what is often wrong."""
    bare = stem.translate(_NO_VOWELS)
    return {w for w in words if w.translate(_NO_VOWELS) == bare} or words


_NO_VOWELS = dict.fromkeys(map(ord, "aeiou"))


def _alike(words: set[str]) -> set[str]:
    """One of several words that mean the same to the grammar ("high" and "higher")."""
    meanings = {lexicon.phrases().get((word,)) for word in words}
    return {max(words)} if len(meanings) == 1 and None not in meanings else set()


@lru_cache(maxsize=1)
def _grammar() -> dict[str, list[str]]:
    return _by_letter(lexicon.known_words(), 4)


@lru_cache(maxsize=1)
def _persons() -> dict[str, list[str]]:
    return _by_letter(PERSON_WORDS | {"children", "people", "women"}, 4)


@lru_cache(maxsize=1)
def _spare() -> dict[str, list[str]]:
    return _by_letter({*lexicon.fillers(), *lexicon.connectors()}, 5)


def _with(known: dict[str, list[str]], own: Iterable[str]) -> dict[str, list[str]]:
    """The words of the grammar and those of a table."""
    found = dict(known)
    for letter, words in _by_letter(own, 4).items():
        found[letter] = [*found.get(letter, ()), *words]
    return found


def _by_letter(words: Iterable[str], least: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= least and word.isalpha():
            found.setdefault(word[0], []).append(word)
    return found
