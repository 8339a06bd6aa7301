"""Text to words, numbers and signs, with their places. Nothing in here knows what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lmm_core.errors import FormulaError

MAX_LENGTH = 4_000
_TOKEN = re.compile(
    r"(?P<quoted>`[^`]+`|\"[^\"\n]+\"|“[^”\n]+”|„[^“\n]+“)"
    r"|(?P<number>\d+(?:[.,]\d+)?)(?![^\W_])"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th)\b)"
    r"|(?P<word>[^\W_]+(?:['’](?!s\b)[^\W_]+)*)"
    r"|(?P<owner>['’]s?\b)"
    r"|(?P<stop>(?<!\bvs)(?<!\bVs)(?<!\bVS)[.!?]+(?=[\s;]|$)|[!?]+(?=[;,:)])|[;|\n]+)"
    r"|(?P<arrow>[-–—=]+>|→)"
    r"|(?P<sign>[^\s\w]|_)"
)
_BULLETS = ("-", "*", "•", "–")
_SOFT = "-–—_‑.'’\"`“”„"


@dataclass(frozen=True)
class Token:
    """``kind``: "quoted", "number", "word", "sign" or "stop".

    ``glued`` says that it belongs to the token before it ("pain" and "score" in "pain_score").
    """

    kind: str
    text: str
    start: int
    end: int
    glued: bool = False
    value: float = 0.0


def tokenise_text(text: str) -> tuple[Token, ...]:
    """Words and signs of a description; hyphens, underscores and apostrophes are left out.

    Error: FormulaError ``too_long``.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"The description has {len(text):,} characters.",
            f"Say it in at most {MAX_LENGTH:,}, or write a formula.",
            code="too_long",
            text=text[:80],
            position=0,
        )
    found: list[Token] = []
    joined = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        start, end, said = match.start(), match.end(), match.group()
        if kind == "owner":
            continue
        if kind == "sign" and said in _SOFT and not _spaced(text, start, end):
            joined = said in "_." and bool(found) and found[-1].end == start
            continue
        token = Token(kind, said, start, end, joined and found[-1].end == start - 1)
        joined = False
        if kind == "quoted":
            token = replace(token, text=said[1:-1])
        elif kind == "number":
            token = replace(token, value=float(said.replace(",", ".")[:15]))
        elif kind == "ordinal":
            token = replace(token, kind="word")
        elif kind == "arrow":
            token = replace(token, kind="word", text="to")
        found.append(token)
    return _without_bullets(found)


def _without_bullets(tokens: list[Token]) -> tuple[Token, ...]:
    """A heading and the lines below it that begin with a dash are one list.

    A dash before the first word, and one at the head of any other line, says nothing.
    """
    found: list[Token] = []
    listing = False
    k = int(len(tokens) > 1 and tokens[0].text in _BULLETS)
    while k < len(tokens):
        token = tokens[k]
        after = tokens[k + 1].text if k + 1 < len(tokens) else ""
        if token.kind == "stop" and "\n" in token.text and after in _BULLETS:
            heads = bool(found) and found[-1].text == ":"
            if heads or listing:
                if not heads:
                    found.append(replace(token, kind="sign", text=","))
                listing = True
            else:
                found.append(token)
            k += 2
            continue
        if token.kind == "stop":
            listing = False
        found.append(token)
        k += 1
    return tuple(found)


def _spaced(text: str, start: int, end: int) -> bool:
    """A dash with spaces around it separates; one inside a word doesn't."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return text[start:end] in "-–—" and before in ("", " ", "\n") and after == " "
