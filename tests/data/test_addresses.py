from __future__ import annotations

import socket
import time

import pytest

from lmm_core.data.addresses import check_address, direct_address, is_public, resolve
from lmm_core.errors import DataError

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8"]
PRIVATE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::1",
    "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "::127.0.0.1", "nonsense", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address: str) -> None:
    assert not is_public(address)


# What a name or an odd spelling of a number stands for is decided by the resolver, then checked.
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "0", "::1"])
def test_hosts_of_this_machine_are_refused(host: str) -> None:
    with pytest.raises(DataError) as caught:
        resolve(host, 80, time.monotonic() + 5, allow_private=False)
    assert caught.value.code in ("address_private", "address_unknown")


def test_one_private_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(0, 0, 0, "", (a, 80)) for a in ("8.8.8.8", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: entries)
    with pytest.raises(DataError, match="private network"):
        resolve("example.org", 80, time.monotonic() + 5, allow_private=False)
    assert resolve("example.org", 80, time.monotonic() + 5, allow_private=True) == "8.8.8.8"


def test_a_slow_look_up_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(2) or [])
    start = time.monotonic()
    with pytest.raises(DataError, match="can't be looked up"):
        resolve("example.org", 80, start + 0.2, allow_private=False)
    assert time.monotonic() - start < 2


# id: (typed, address of the file)
DIRECT = {
    "plain": ("https://x.org/a.csv", "https://x.org/a.csv"),
    "blanks": ("  https://x.org/a.csv\n", "https://x.org/a.csv"),
    "no scheme": ("x.org/a.csv", "https://x.org/a.csv"),
    "spreadsheet": (
        "https://docs.google.com/spreadsheets/d/1aB-_c/edit?usp=sharing#gid=42",
        "https://docs.google.com/spreadsheets/d/1aB-_c/export?format=csv&gid=42",
    ),
    "code host": (
        "https://github.com/o/r/blob/main/data/a.csv?plain=1",
        "https://raw.githubusercontent.com/o/r/main/data/a.csv",
    ),
    "shared folder": ("https://www.dropbox.com/s/q/a.csv?dl=0", "https://www.dropbox.com/s/q/a.csv?dl=1"),
}  # fmt: skip


@pytest.mark.parametrize("case", DIRECT)
def test_direct_address(case: str) -> None:
    typed, expected = DIRECT[case]
    found, note = direct_address(typed)
    assert found == expected
    assert bool(note) is (case in ("spreadsheet", "code host", "shared folder"))
    assert check_address(found).scheme == "https"


@pytest.mark.parametrize(
    "url",
    [
        "", "file:///etc/passwd", "ftp://x.org/a", "gopher://x", "data:text/csv,a", "http://",
        "http:///a", "http://a:b@x.org/", "http://user@x.org/", "http://x.org:99999/",
        "http://[::1/", "javascript:alert(1)", "http://a b/", "http://x.org/" + "a" * 5000,
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(DataError) as caught:
        check_address(url)
    assert caught.value.code == "address"
    assert caught.value.next_step
