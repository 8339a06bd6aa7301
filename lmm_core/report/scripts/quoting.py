"""User text as literals of Python and R, as comments, and as plain variable names."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

_RESERVED = """
    if else repeat while function for next break TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_
    NA_character_ in T F d data c I log log2 log10 log1p exp sqrt scale center poly factor
"""
_R_WORDS = frozenset(_RESERVED.split())
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def py(value: object) -> str:
    """A Python literal that ``ast.literal_eval`` reads back."""
    return repr(value)


def r(text: str) -> str:
    """An R string: printable ASCII as it is, everything else by its code point.

    Escapes make the same string in every locale. R's strings can't hold NUL: it is left out.
    """
    out = []
    for letter in text:
        code = ord(letter)
        if letter in '\\"':
            out.append("\\" + letter)
        elif 32 <= code < 127:
            out.append(letter)
        elif code == 0 or 0xD800 <= code < 0xE000:
            continue
        elif code < 0x10000:
            out.append(f"\\u{code:04x}")
        else:
            out.append(f"\\U{code:08x}")
    return '"' + "".join(out) + '"'


def r_strings(texts: Iterable[str]) -> str:
    """``c("a", "b")``, broken over lines."""
    return wrapped([r(text) for text in texts], "c(", ")")


def r_number(value: float) -> str:
    """A number with all its digits."""
    if value != value:
        return "NA"
    if value in (float("inf"), float("-inf")):
        return "Inf" if value > 0 else "-Inf"
    return repr(float(value))


def wrapped(items: list[str], start: str, end: str, indent: str = "  ", width: int = 90) -> str:
    """Items between brackets; more than a line's worth goes over several lines."""
    line = start + ", ".join(items) + end
    if len(line) <= width:
        return line
    lines, current = [], indent
    for item in items:
        if len(current) > len(indent) and len(current) + len(item) > width:
            lines.append(current.rstrip())
            current = indent
        current += item + ", "
    lines.append(current.rstrip().rstrip(","))
    return start + "\n" + "\n".join(lines) + "\n" + end


def comment(text: str) -> list[str]:
    """Text as comment lines of either language: no line break or control character gets out."""
    from textwrap import wrap

    return [f"# {line}" for line in wrap(one_line(text), 88)] or ["#"]


def ascii_lines(lines: Iterable[str]) -> list[str]:
    """Lines of R without letters that some locales can't read; they stand in comments only."""
    plain = str.maketrans({"–": "-", "—": "-", "−": "-", "→": "->", "×": "x", "²": "^2", "’": "'"})
    return [line.translate(plain).encode("ascii", "replace").decode() for line in lines]


def one_line(text: str) -> str:
    """Text without line breaks and control characters (more than "\\n" ends a line)."""
    return " ".join("".join(a if a.isprintable() else " " for a in text).split())


def plain_names(names: Iterable[str]) -> list[str]:
    """A plain variable name for each text, all different; a plain one stays as it is."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        alias = name
        if not _PLAIN.fullmatch(name) or _reserved(name):
            alias = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:40]
            if not alias or not alias[0].isalpha():
                alias = f"v_{alias}".rstrip("_")
            if _reserved(alias):
                alias += "_"
        base, k = alias, 2
        while alias.casefold() in taken:
            alias, k = f"{base}_{k}", k + 1
        taken.add(alias.casefold())
        found.append(alias)
    return found


def _reserved(name: str) -> bool:
    return name in _R_WORDS or keyword.iskeyword(name)
