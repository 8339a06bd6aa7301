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
