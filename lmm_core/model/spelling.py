"""How far two spellings lie apart."""

from __future__ import annotations

from functools import lru_cache


def spelling_limit(word: str) -> int:
    """How many letters may be wrong in a word before it counts as another word."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


@lru_cache(maxsize=65536)
def distance(a: str, b: str, limit: int) -> int:
    """Letters to change, insert, leave out or swap (optimal string alignment; Damerau 1964).

    Anything above ``limit`` comes back as ``limit + 1``.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


_ALIKE = ("aeiouy", "sz", "ck", "dt", "vw")


def is_slip(said: str, word: str, swaps_vowels: bool = True) -> bool:
    """Whether ``said`` is ``word`` with one slip that leaves no doubt.

    Neighbours swapped, a letter left out or typed twice, or (``swaps_vowels``) a letter that sounds
    alike; the first letter stays. Another consonant makes another word: "pair" isn't "pain".
    """
    if said == word or said[:1] != word[:1] or distance(said, word, 1) != 1:
        return False
    at = next((k for k, (a, b) in enumerate(zip(said, word, strict=False)) if a != b), len(said))
    if len(said) < len(word):
        return True
    if len(said) > len(word):
        at = min(at, len(said) - 1)
        return said[at] == said[at - 1]
    a, b = said[at : at + 2], word[at : at + 2]
    if a[::-1] == b:
        return True
    return swaps_vowels and any(a[0] in alike and b[0] in alike for alike in _ALIKE)
