"""Single rows, and single groups, that lie far off what the model expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.check import (
    NOTHING,
    Check,
    Scale,
    counted,
    fixed,
    listed,
    nothing_to_check,
    rank,
)
from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.assumptions.random_effects import random_shapes, random_words

Array = np.ndarray

SIZE = Scale(look=3.5, act=5.0, look_chance=0.01, act_chance=0.0005)
MOST_NAMED = 3


@dataclass(frozen=True)
class Far:
    """Values of one level in SDs; ``names`` says who each is."""

    what: str
    names: tuple[str, ...]
    values: Array

    @property
    def largest(self) -> float:
        return float(np.abs(self.values).max())

    @property
    def chance(self) -> float:
        """Chance that the farthest of so many normal values lies at least so far out."""
        tail = 2 * special.ndtr(-self.largest)
        return float(-np.expm1(len(self.values) * np.log1p(-min(tail, 1 - 1e-16))))

    @property
    def expected(self) -> float:
        """Median of the farthest of so many normal values."""
        return float(special.ndtri(0.5 + 0.5 * 0.5 ** (1 / len(self.values))))

    def beyond(self, limit: float) -> Array:
        """Positions beyond the limit, the farthest first."""
        order = np.argsort(-np.abs(self.values), kind="stable")
        return order[np.abs(self.values[order]) > limit]


def levels_of(material: Material) -> list[Far]:
    """Rows first, then every random effect whose groups can be judged."""
    grouping = material.finest
    rows = material.fit.rows
    r = material.residuals
    # Only the farthest rows are ever named.
    order = np.argsort(-np.abs(r), kind="stable")[:50]
    names = {
        int(i): f"row {int(rows[i]) + 1} ({grouping.name} {grouping.levels[grouping.codes[i]]})"
        for i in order
    }
    found = [Far("rows", tuple(names.get(i, "") for i in range(len(r))), r)]
    for s in random_shapes(material):
        known = np.isfinite(s.values)
        levels = np.array(material.fit.groups[s.group].levels, dtype=object)[known]
        what = random_words(material, s.group, s.term)
        found.append(Far(what, tuple(f"{s.group} {name}" for name in levels), s.values[known]))
    return found


def check_outliers(material: Material) -> Check:
    key, title = "outliers", "No single row or group far off"
    how = (
        "Rows by their distance from their group's own line, and groups by their distance from the "
        "average, in SDs; the dashed lines are where the farthest is expected to lie."
    )
    found = levels_of(material)
    if material.df < 8:
        sentence = "There are too few rows beyond what the model uses up to judge single ones."
        return nothing_to_check(key, title, sentence, how)
    m = len(found)
    verdicts = [SIZE.verdict(far.largest, m * far.chance) for far in found]
    order = sorted(
        range(m), key=lambda k: (rank(verdicts[k]), found[k].largest - found[k].expected)
    )
    top, verdict = found[order[-1]], verdicts[order[-1]]
    who = top.names[int(np.abs(top.values).argmax())]
    off = "its own line" if top.what == "rows" else "the average"
    count = counted(len(top.values), "row" if top.what == "rows" else "group")
    effect = "" if top.what == "rows" else f" in the {top.what}"
    sentence = (
        f"The farthest is {who}, {fixed(top.largest)} SDs off {off}{effect}; of {count} the "
        f"farthest is expected at about {fixed(top.expected)}."
    )
    advice = NOTHING
    named: list[str] = []
    if verdict != "fine":
        named = [top.names[k] for k in top.beyond(SIZE.look)[:MOST_NAMED] if top.names[k]]
        advice = (
            f"Check {listed(named)} for errors; the page on influence shows whether the result "
            "hangs on it. An unusual value that is right stays in."
        )
    numbers = {
        "what": top.what,
        "who": who,
        "largest": top.largest,
        "expected": top.expected,
        "chance": top.chance,
        "named": named,
        "candidates": tuple(
            {"what": found[k].what, "largest": found[k].largest, "verdict": verdicts[k]}
            for k in reversed(order)
        ),
    }
    text = SIZE.text(f"{fixed(top.largest)} SDs", top.largest, verdict)
    return Check(key, title, verdict, top.largest, text, sentence, how, advice, numbers)
