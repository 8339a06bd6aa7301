from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data.encoding import decode
from lmm_core.errors import DataError

GERMAN = "Patient;Größe;Straße\n1;zwölf;Übung für Ärzte\n2;fünf;schön\n"
FRENCH = "élève;année;là-bas\n1;été;forêt\n2;naïf;cœur\n"
GREEK = "άτομο;πόνος\n1;μέτριος\n2;καθόλου\n3;έντονος\n"
CHINESE = "编号;分数\n1;很好\n2;一般\n3;很差\n"

# id: (text, codec that writes it, label, codec that reads it)
CASES = {
    "ascii": ("a,b\n1,2\n", "ascii", "UTF-8", "utf-8"),
    "utf-8": (GERMAN, "utf-8", "UTF-8", "utf-8"),
    "utf-8 with a mark": (GERMAN, "utf-8-sig", "UTF-8", "utf-8-sig"),
    "utf-16 with a mark": (CHINESE, "utf-16", "UTF-16", "utf-16"),
    "utf-16, little end": (GERMAN, "utf-16-le", "UTF-16", "utf-16-le"),
    "utf-16, big end": (GERMAN, "utf-16-be", "UTF-16", "utf-16-be"),
    "utf-16, greek": (GREEK, "utf-16-le", "UTF-16", "utf-16-le"),
    "utf-16, chinese": (CHINESE, "utf-16-be", "UTF-16", "utf-16-be"),
    "utf-32 with a mark": (GERMAN, "utf-32", "UTF-32", "utf-32"),
    "windows, german": (GERMAN, "cp1252", "Windows-1252", "cp1252"),
    "windows, french": (FRENCH, "cp1252", "Windows-1252", "cp1252"),
    "windows, one letter": ("a;größe\n1;2\n", "cp1252", "Windows-1252", "cp1252"),
    "windows, quotes": ("a;b\n1;“no”\n2;5–6\n", "cp1252", "Windows-1252", "cp1252"),
    "windows, degrees": ("a;temp (°C)\n1;2 µg\n", "cp1252", "Windows-1252", "cp1252"),
    "mac, german": (GERMAN, "mac_roman", "Mac Roman", "mac_roman"),
    "mac, french": (FRENCH, "mac_roman", "Mac Roman", "mac_roman"),
    "mac, one letter": ("a;größe\n1;2\n", "mac_roman", "Mac Roman", "mac_roman"),
}


@pytest.mark.parametrize("case", CASES)
def test_encoding_is_recognised(case: str) -> None:
    text, writer, label, reader = CASES[case]
    data = text.encode(writer)
    found = decode(data)
    assert (found.text, found.label, found.codec) == (text, label, reader)
    # The codec that is recorded reads the same text by itself (for the exported scripts).
    assert data.decode(found.codec).lstrip("\ufeff") == text
    assert decode(data, found.codec).text == text


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60))
def test_utf8_is_always_utf8(text: str) -> None:
    text = f"id;y\n1;{text}x\n"
    assert decode(text.encode()).text == text


_WORDS = st.sampled_from(["für", "größe", "übung", "élève", "forêt", "mañana", "åben", "øl", "ça"])


@settings(max_examples=60, deadline=None)
@given(st.lists(_WORDS, min_size=1, max_size=8), st.sampled_from(["cp1252", "mac_roman"]))
def test_western_words(words: list[str], codec: str) -> None:
    text = "id;word\n" + "".join(f"{k};{w}\n" for k, w in enumerate(words))
    assert decode(text.encode(codec)).text == text


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03" * 50, codecs.BOM_UTF8 + b"a\x00b"])
def test_zero_bytes(data: bytes) -> None:
    with pytest.raises(DataError) as caught:
        decode(data)
    assert caught.value.code in ("nul_bytes", "not_a_table")
