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
# With fewer groups an SD of the others says nothing.
LEAST_DF = 3


@dataclass(frozen=True)
class Far:
    """Values of one level in SDs; ``names`` says who each is. ``df`` are those of the SD, where
    they are few enough to matter: the values then follow t rather than the normal distribution.
    """

    what: str
    names: tuple[str, ...]
    values: Array
    df: float | None = None

    @property
    def largest(self) -> float:
        return float(np.abs(self.values).max())

    @property
    def chance(self) -> float:
        """Chance that the farthest of so many values lies at least so far out."""
        far = -self.largest
        tail = 2 * (special.ndtr(far) if self.df is None else special.stdtr(self.df, far))
        return float(-np.expm1(len(self.values) * np.log1p(-min(tail, 1 - 1e-16))))

    @property
    def expected(self) -> float:
        """Median of the farthest of so many values."""
        level = 0.5 + 0.5 * 0.5 ** (1 / len(self.values))
        return float(special.ndtri(level) if self.df is None else special.stdtrit(self.df, level))

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
        names_of = tuple(f"{s.group} {name}" for name in levels)
        if s.df - 1 < LEAST_DF:
            continue
        found.append(Far(what, names_of, against_others(s.values[known], s.df), s.df - 1))
    return found


def against_others(values: Array, df: float) -> Array:
    """(G,): values in units of their own SD, each now in the SD of the others.

    An outlier widens the SD that it is part of. As for studentised residuals (Beckman & Trussell
    1974, J. American Statistical Association 69), t = r sqrt((df - 1) / (df - r^2)) takes it out
    again; exact for one random intercept in groups of equal size, where t has df - 1 degrees of
    freedom.
    """
    return values * np.sqrt((df - 1) / np.maximum(df - values**2, 1e-3 * df))


def check_outliers(material: Material) -> Check:
    key, title = "outliers", "No single row or group far off"
    how = (
        "Rows by their distance from their group's own line, in SDs, and groups by their distance "
        "from the average, in SDs of the other groups; the dashed lines are where the farthest is "
        "expected to lie."
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
    off = "its own line" if top.what == "rows" else "the others"
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
