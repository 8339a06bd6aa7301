"""Fetching from a server on this machine: limits, redirects, refusals."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lmm_core.data import fetch, read_address
from lmm_core.data import remote as module
from lmm_core.errors import DataError

CSV = b"id,y\n1,2\n2,3\n"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        port = self.server.server_address[1]
        if path == "/a.csv":
            self._send(200, CSV)
        elif path == "/a.csv.gz":
            self._send(200, gzip.compress(CSV))
        elif path == "/named":
            self._send(200, CSV, {"Content-Disposition": 'attachment; filename="../my scores.csv"'})
        elif path == "/page":
            self._send(200, b"<!DOCTYPE html><html></html>")
        elif path == "/once":
            self._send(302, b"", {"Location": "/a.csv"})
        elif path == "/loop":
            self._send(302, b"", {"Location": "/loop"})
        elif path == "/inside":
            self._send(301, b"", {"Location": f"http://localhost:{port}/a.csv"})
        elif path == "/to-file":
            self._send(302, b"", {"Location": "file:///etc/passwd"})
        elif path == "/big":
            self._send(200, b"x" * 200_000)
        elif path == "/endless":
            self._send(200, None)
            self._write(b"x" * 50_000, 20)
        elif path == "/slow":
            self._send(200, None)
            self._write(b"x", 60, pause=0.05)
        elif path == "/slow-headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            self._write(b"X-A: b\r\n", 60, pause=0.05)
        elif path == "/cut":
            self._send(200, None, {"Content-Length": "500"})
            self._write(b"id,y\n", 1)
        elif path == "/nonsense":
            self.wfile.write(b"hello\r\n\r\n")
        elif path.startswith("/status/"):
            self._send(int(path.rsplit("/", 1)[1]), b"no")
        else:
            self._send(404, b"no")

    def _send(self, status: int, body: bytes | None, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body or b"")

    def _write(self, piece: bytes, times: int, pause: float = 0.0) -> None:
        try:
            for _ in range(times):
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass  # the reader has gone, as it should

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    threading.Thread(target=running.shutdown, daemon=True).start()


# id: (path, name, part of the notes)
GOOD = {
    "file": ("/a.csv", "a.csv", "Downloaded from 127.0.0.1 (13 bytes)."),
    "query": ("/a.csv?format=csv&x=ä ö", "a.csv", "Downloaded"),
    "redirect": ("/once", "a.csv", "Downloaded"),
    "redirect to the same machine by name": ("/inside", "a.csv", "localhost"),
    "name from the headers": ("/named", "my scores.csv", "Downloaded"),
    "compressed": ("/a.csv.gz", "a.csv.gz", "Unpacked the gzip file."),
}


@pytest.mark.parametrize("case", GOOD)
def test_read_address(server: str, case: str) -> None:
    path, name, part = GOOD[case]
    table = read_address(server + path, allow_private=True)
    assert table.frame["y"].tolist() == [2, 3]
    assert table.name == name
    assert part in " ".join(table.notes)


def test_options_are_passed_on(server: str) -> None:
    table = read_address(server + "/a.csv", allow_private=True, header_row=2)
    assert list(table.frame.columns) == ["1", "2"]


# id: (path, keyword arguments, code, part of the message)
BAD = {
    "private": ("/a.csv", {"allow_private": False}, "address_private", "private network"),
    "a web page": ("/page", {}, "not_a_table", "web page"),
    "loop": ("/loop", {}, "redirects", "redirected more than"),
    "redirect to a file": ("/to-file", {}, "address", "http://"),
    "too large, as said": ("/big", {"limit_bytes": 100_000}, "too_large", "larger than"),
    "too large, unsaid": ("/endless", {"limit_bytes": 100_000}, "too_large", "larger than"),
    "slow": ("/slow", {"timeout": 0.4}, "address_timeout", "too long"),
    "slow headers": ("/slow-headers", {"timeout": 0.4}, "address_timeout", "too long"),
    "cut off": ("/cut", {}, "cut_off", "cut off"),
    "nonsense": ("/nonsense", {}, "address_unreachable", "no proper answer"),
    "not found": ("/nothing", {}, "address_status", "no such file (answer 404)"),
    "forbidden": ("/status/403", {}, "address_status", "to everyone"),
    "busy": ("/status/429", {}, "address_status", "too many requests"),
    "broken": ("/status/503", {}, "address_status", "problem"),
    "odd": ("/status/418", {}, "address_status", "418"),
}


@pytest.mark.parametrize("case", BAD)
def test_errors(server: str, case: str) -> None:
    path, options, code, part = BAD[case]
    start = time.monotonic()
    with pytest.raises(DataError) as caught:
        read_address(server + path, **({"allow_private": True, "timeout": 10} | options))
    assert caught.value.code == code
    assert part in caught.value.message
    assert caught.value.next_step
    assert time.monotonic() - start < 3


def test_nobody_listens() -> None:
    with pytest.raises(DataError) as caught:
        fetch("http://127.0.0.1:1/a.csv", allow_private=True, timeout=2)
    assert caught.value.code == "address_unreachable"


def test_a_redirect_into_the_private_network_is_refused(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address counts as public here; the one it redirects to must be checked as well."""
    checked: list[str] = []

    def resolve(host: str, port: int, deadline: float, allow_private: bool) -> str:
        checked.append(host)
        if host != "127.0.0.1":
            raise DataError("private", "", "address_private")
        return "127.0.0.1"

    monkeypatch.setattr(module, "resolve", resolve)
    with pytest.raises(DataError) as caught:
        fetch(server + "/inside")
    assert caught.value.code == "address_private"
    assert checked == ["127.0.0.1", "localhost"]


def test_the_checked_address_is_the_one_that_is_used(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its meaning after the check leads nowhere else."""
    port = server.rsplit(":", 1)[1]
    monkeypatch.setattr(module, "resolve", lambda *a: "127.0.0.1")
    fetched = fetch(f"http://name.that.does.not.exist.invalid:{port}/a.csv")
    assert fetched.data == CSV
