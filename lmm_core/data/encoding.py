"""Bytes to text: byte-order mark, then UTF-8, then Windows-1252 or Mac Roman."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from lmm_core.data.content import not_a_table
from lmm_core.errors import DataError

_BOMS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

_HIGH = re.compile(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?")
_LETTERS = frozenset("äöüßéèêëàâáãåæçíìîïñóòôõøœúùûÄÖÜÉÈÀÂÅÆÇÑÓÔØÚ")
_SIGNS = frozenset("°µ²³±€£§«»“”„‘’–—…·×½®©™¹ºª\u00a0")


@dataclass(frozen=True)
class Decoded:
    """Text with the name of its encoding ("UTF-8", ...) and of the codec that reads it."""

    text: str
    label: str
    codec: str = "utf-8"


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Decode the bytes of a text file.

    Raises
    ------
    DataError
        code ``encoding`` (unknown, or the bytes don't fit the one asked for), ``nul_bytes``,
        ``not_a_table``.
    """
    if encoding is not None:
        return _check(_asked(data, encoding))
    for bom, codec, label in _BOMS:
        if data.startswith(bom):
            name = "utf-8-sig" if codec == "utf-8" else codec[:6]
            text = data[len(bom) :].decode(codec, errors="replace")
            return _check(Decoded(text, label, name))
    wide = _looks_utf16(data)
    if wide:
        return _check(Decoded(data.decode(wide, errors="replace"), "UTF-16", wide))
    try:
        return _check(Decoded(data.decode("utf-8"), "UTF-8"))
    except UnicodeDecodeError:
        pass
    if _looks_mac(data):
        return _check(Decoded(data.decode("mac_roman"), "Mac Roman", "mac_roman"))
    # Five bytes mean nothing in Windows-1252; they become U+FFFD.
    return _check(Decoded(data.decode("cp1252", errors="replace"), "Windows-1252", "cp1252"))


def _looks_mac(data: bytes) -> bool:
    """Compare two readings of the bytes above 127: which one gives the letters of real words?"""
    found = list(_HIGH.finditer(data))[:2000]

    def score(codec: str) -> int:
        total = 0
        for match in found:
            text = match.group().decode(codec, errors="replace")
            for k, letter in enumerate(text):
                if letter.isascii():
                    continue
                inside = 0 < k < len(text) - 1
                if letter in _LETTERS:
                    after_small = k > 0 and text[k - 1].islower()
                    total += -1 if letter.isupper() and after_small else 2
                else:
                    total += 2 if letter == "’" or (letter in _SIGNS and not inside) else -1
        return total

    return bool(found) and score("mac_roman") > score("cp1252")


def _asked(data: bytes, encoding: str) -> Decoded:
    try:
        codec = codecs.lookup(encoding)
        for bom, name, _ in _BOMS:
            if data.startswith(bom) and name.startswith(codec.name.removesuffix("-sig")):
                return Decoded(data[len(bom) :].decode(name), encoding, encoding)
        text, _ = codec.decode(data, "strict")
    except LookupError:
        raise DataError(
            f'The encoding "{encoding}" is not known.',
            "Use utf-8, cp1252, latin-1 or utf-16, or leave the choice to the program.",
            "encoding",
        ) from None
    except (UnicodeError, ValueError):
        raise DataError(
            f"The file can't be read with the encoding {encoding}.",
            "Choose another encoding, or leave the choice to the program.",
            "encoding",
        ) from None
    if not isinstance(text, str):
        raise DataError(f'"{encoding}" is not a text encoding.', "Use utf-8 or cp1252.", "encoding")
    return Decoded(text, encoding, encoding)


def _looks_utf16(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark: the zero bytes of its line ends, digits and separators."""
    head = data[:4000]
    if len(head) < 4 or len(data) % 2:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    pairs = len(head) // 2
    if odd > 0.15 * pairs and even <= 0.15 * odd:
        codec = "utf-16-le"
    elif even > 0.15 * pairs and odd <= 0.15 * even:
        codec = "utf-16-be"
    else:
        return None
    if max(even, odd) > 0.6 * pairs:
        return codec
    # Mostly other letters (Greek, Chinese): then every line end must be a whole character.
    text = head[: 2 * pairs].decode(codec, errors="replace")
    unreadable = sum(1 for c in text if not (c.isprintable() or c in "\t\r\n"))
    return codec if "\n" in text and unreadable <= 0.01 * len(text) else None


def _check(decoded: Decoded) -> Decoded:
    head = decoded.text[:4096]
    odd = sum(1 for c in head if (c < " " and c not in "\0\t\r\n\f\v\x1a") or c == "\ufffd")
    if odd > 0.05 * len(head) or head.count("\0") > 0.3 * len(head):
        raise not_a_table("a binary file")
    position = decoded.text.find("\0")
    if position >= 0:
        line = decoded.text.count("\n", 0, position) + 1
        raise DataError(
            f"Line {line} of the file holds a zero byte, which no text has: the file is damaged.",
            "Export the table again, or open it in a spreadsheet program and save it as CSV.",
            "nul_bytes",
            line=line,
        )
    return decoded
