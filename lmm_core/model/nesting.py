"""How two grouping columns lie to each other: nested, crossed, the same; and reused IDs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from lmm_core.model.encoding import encode_levels

Kind = Literal["nested", "crossed", "same"]
MAX_REUSED = 30


@dataclass(frozen=True)
class Relation:
    """``kind`` "nested": every ``inner`` lies in one ``outer``. When ``crossed``, ``reused`` says
    that the IDs of ``inner`` look like numbers given anew within each ``outer``.
    """

    kind: Kind
    inner: str
    outer: str
    reused: bool = False

    @property
    def sentence(self) -> str:
        if self.kind == "same":
            return f"{self.inner} and {self.outer} group the rows in the same way."
        if self.kind == "nested":
            return f"Each {self.inner} belongs to one {self.outer}: nested."
        if self.reused:
            return (
                f"The same {self.inner} IDs occur in more than one {self.outer}. If they stand for "
                f"different ones, count them separately in each {self.outer}."
            )
        return f"The same {self.inner} occurs with more than one {self.outer}: crossed."


def relation(frame: pd.DataFrame, first: str, second: str) -> Relation:
    """How ``first`` and ``second`` lie to each other in the rows that have both."""
    a, names_a = encode_levels(frame[first])
    b, names_b = encode_levels(frame[second])
    both = (a >= 0) & (b >= 0)
    pairs = np.unique(a[both].astype(np.int64) * max(1, len(names_b)) + b[both])
    n_a, n_b = len(np.unique(a[both])), len(np.unique(b[both]))
    if len(pairs) == n_a == n_b:
        return Relation("same", first, second)
    if len(pairs) == n_a:
        return Relation("nested", first, second)
    if len(pairs) == n_b:
        return Relation("nested", second, first)
    # With one row for each pair, IDs counted separately would be one group per row.
    if len(pairs) == int(np.count_nonzero(both)):
        return Relation("crossed", first, second)
    anew = []
    if _numbered_anew(names_a, len(pairs) / max(1, n_b)):
        anew.append((n_a, first, second))
    if _numbered_anew(names_b, len(pairs) / max(1, n_a)):
        anew.append((n_b, second, first))
    if anew:
        # When both could be, the one with fewer labels is taken as the inner one.
        _, inner, outer = min(anew, key=lambda found: found[0])
        return Relation("crossed", inner, outer, True)
    return Relation("crossed", first, second)


def _numbered_anew(names: tuple[str, ...], per_outer: float) -> bool:
    """Few labels such as 1, 2, 3 or a, b, c, most of which every outer group has."""
    if not 2 <= len(names) <= MAX_REUSED or per_outer < 0.5 * len(names):
        return False
    counted = {str(k) for k in range(len(names) + 2)}
    letters = all(len(name) == 1 and name.isalpha() for name in names)
    return letters or set(names) <= counted
