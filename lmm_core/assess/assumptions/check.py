"""One checked assumption: how far off it is, what that means, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["fine", "look", "act"]
VERDICTS: tuple[Verdict, ...] = ("fine", "look", "act")

NOTHING = "Nothing to do."


@dataclass(frozen=True)
class Check:
    """One assumption of one fitted model.

    ``magnitude`` is the number the verdict rests on (None when there was nothing to check) and
    ``magnitude_text`` the same for a table. ``numbers`` holds everything the sentence was made
    from; ``candidates`` in it, where present, lists the predictors, groups or terms looked at, the
    worst first. ``action`` is a stable name a page may hang a button on: "log_outcome",
    "add_square:<column>".
    """

    key: str
    title: str
    verdict: Verdict
    magnitude: float | None
    magnitude_text: str
    sentence: str
    how_to_read: str
    what_to_do: str
    numbers: dict[str, Any] = field(default_factory=dict)
    action: str | None = None


@dataclass(frozen=True)
class Scale:
    """Where a magnitude starts to deserve a look and where it calls for action.

    A magnitude counts only when chance alone rarely gives as much: ``look_chance`` and
    ``act_chance`` are the p-values that must be undercut. So a small sample raises no false alarm,
    and a large one none about trifles.
    """

    look: float
    act: float
    look_chance: float = 0.03
    act_chance: float = 0.003

    def verdict(self, magnitude: float, chance: float) -> Verdict:
        if magnitude >= self.act and chance < self.act_chance:
            return "act"
        return "look" if magnitude >= self.look and chance < self.look_chance else "fine"

    def text(self, text: str, magnitude: float, verdict: Verdict) -> str:
        """``text`` for a table, marked where only chance keeps a magnitude from mattering."""
        return f"{text}, within chance" if verdict == "fine" and magnitude >= self.look else text


def rank(verdict: Verdict) -> int:
    """0 for "fine", 1 for "look", 2 for "act"."""
    return VERDICTS.index(verdict)


def worst(verdicts: list[Verdict]) -> Verdict:
    return max(verdicts, key=VERDICTS.index, default="fine")


def nothing_to_check(key: str, title: str, sentence: str, how_to_read: str) -> Check:
    """The check of an assumption that this model or these data leave no room for."""
    return Check(key, title, "fine", None, "–", sentence, how_to_read, NOTHING)


def fixed(value: float, decimals: int = 1) -> str:
    """Fixed decimals with a true minus sign, never "−0.0"."""
    text = f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) > 0 else text


def times(ratio: float) -> str:
    """A ratio of two spreads: "1.3 times"."""
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:,.0f} times"


def percent(share: float) -> str:
    """A share as per cent: 0 %, 0.4 %, 12 %."""
    value = 100 * share
    if value == 0:
        return "0 %"
    if value < 0.1:
        return "under 0.1 %"
    return f"{value:.1f} %" if value < 2 else f"{value:.0f} %"


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """ "1 row", "7,185 rows"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def listed(names: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
