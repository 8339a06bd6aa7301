"""A damaged .xls can make the parser loop for ever: that happens in a process of its own."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from lmm_core.data.book import guarded, open_book
from lmm_core.errors import DataError

GOOD = Path(__file__).with_name("files").joinpath("scores.xls").read_bytes()


def _endless() -> bytes:
    """Make the directory's sector its own successor: the parser would take all memory there is."""
    data = bytearray(GOOD)
    (directory,) = struct.unpack_from("<I", data, 48)
    (table,) = struct.unpack_from("<I", data, 76)
    struct.pack_into("<I", data, 512 * (table + 1) + 4 * directory, directory)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [_endless(), GOOD[:700], GOOD[:3000], GOOD[:-300]],
    ids=["endless", "700", "3000", "end"],
)
def test_damaged_xls_is_refused(data: bytes) -> None:
    with pytest.raises(DataError) as caught:
        open_book(data)
    assert caught.value.code == "workbook_damaged"


def test_sheets_of_an_xls() -> None:
    book = open_book(GOOD)
    assert book.names == ("scores",)
    assert book.hidden == frozenset()
    assert book.load("scores")[0][0] == ["patient", "seen", "score"]


class PanicException(BaseException):  # the name under which the parser panics
    pass


@pytest.mark.parametrize("error", [PanicException("index"), ValueError("x"), OSError("y")])
def test_whatever_the_parser_raises_is_a_data_error(error: BaseException) -> None:
    def action() -> None:
        raise error

    with pytest.raises(DataError, match="damaged"):
        guarded(action)
