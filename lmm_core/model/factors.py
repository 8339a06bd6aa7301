"""One factor of a formula: a column, or a whitelisted function of a column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

FUNCTIONS: tuple[str, ...] = (
    "log",
    "log2",
    "log10",
    "log1p",
    "exp",
    "sqrt",
    "center",
    "scale",
    "poly",
    "I",
    "factor",
)
PLAIN_NAME = re.compile(r"^(?:[^\W\d]|\.(?!\d))[\w.]*\Z")
MAX_POWER = 10


@dataclass(frozen=True)
class Factor:
    """``calls`` are applied from the innermost outwards: ``scale(log(x))`` is (log, scale).

    A call is (function name, number or None); the number is the degree of ``poly`` or the power in
    ``I(x^k)``.
    """

    column: str
    calls: tuple[tuple[str, int | None], ...] = ()

    @property
    def text(self) -> str:
        """Canonical text, the key by which terms name this factor."""
        inner = quote(self.column)
        for name, number in self.calls:
            if name == "poly":
                inner = f"poly({inner}, {number})"
            elif name == "I":
                inner = f"I({inner}^{number})" if number is not None else f"I({inner})"
            else:
                inner = f"{name}({inner})"
        return inner

    @property
    def is_categorical_call(self) -> bool:
        return bool(self.calls) and self.calls[-1][0] == "factor"


def quote(name: str) -> str:
    """The name as it stands in a formula: in back-ticks unless it is a plain name."""
    if PLAIN_NAME.match(name) and name not in FUNCTIONS:
        return name
    return "`" + name.replace("`", "``") + "`"


@lru_cache(maxsize=4096)
def factor_of(text: str) -> Factor:
    """The factor that a canonical text (from a spec's terms) stands for."""
    if PLAIN_NAME.match(text):
        return Factor(text)
    from lmm_core.model.formula import parse_factor

    return parse_factor(text)


def term_text(term: tuple[str, ...]) -> str:
    """``("age", "Sex")`` as ``age:Sex``."""
    return ":".join(term)
