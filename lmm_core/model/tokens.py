"""Formula text to tokens. Nothing in here knows what a formula means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from lmm_core.errors import FormulaError

MAX_LENGTH = 10_000
_TOKEN = re.compile(
    r"\s*(?:(?P<quoted>`(?:[^`]|``)+`)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>(?:[^\W\d]|\.(?!\d))[\w.]*)|(?P<op>\|\||\*\*|[-+:*^/|()~,]))"
)


@dataclass(frozen=True)
class Token:
    """``kind`` is "name", "number", "op" or "end"; ``value`` has back-ticks removed."""

    kind: str
    value: str
    position: int
    length: int
    quoted: bool = False


def fail(text: str, token: Token, message: str, next_step: str, code: str = "syntax") -> NoReturn:
    """Raise a FormulaError that marks ``token``."""
    raise FormulaError(
        message, next_step, code=code, text=text, position=token.position, length=token.length
    )


def tokenise(text: str) -> tuple[Token, ...]:
    """Split a formula into tokens, ending with one of kind "end".

    Raises
    ------
    FormulaError
        For a character that can't stand in a formula, or too long a text.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"The formula has {len(text):,} characters.",
            f"Shorten it to at most {MAX_LENGTH:,}.",
            code="too_long",
            text=text[:80],
            position=0,
        )
    tokens: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            wrong = Token("op", text[start], start, 1)
            if wrong.value == "`":
                fail(text, wrong, "A back-tick isn't closed.", "Put one at the end of the name.")
            fail(
                text,
                wrong,
                f"“{wrong.value}” can't stand in a formula.",
                "Column names with spaces or signs go in back-ticks: `like this`.",
            )
        kind = match.lastgroup or "op"
        value = match.group(kind)
        start = match.start(kind)
        if kind == "quoted":
            name = value[1:-1].replace("``", "`")
            tokens.append(Token("name", name, start, len(value), quoted=True))
        else:
            value = "^" if value == "**" else value
            tokens.append(Token(kind, value, start, match.end(kind) - start))
        position = match.end()
    tokens.append(Token("end", "", end, 1))
    return tuple(tokens)
