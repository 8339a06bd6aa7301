"""A table from a web address: limits of size and time, no way into the private network."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass, replace
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urljoin

from lmm_core.data.addresses import check_address, direct_address, resolve
from lmm_core.data.read import read_table
from lmm_core.data.table import Table
from lmm_core.errors import DataError

LIMIT_BYTES = 200_000_000
TIMEOUT = 30.0
MAX_REDIRECTS = 5
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Fetched:
    """The bytes behind an address, the name that the server gives them, and the last address."""

    data: bytes
    name: str
    url: str
    notes: tuple[str, ...]


def read_address(
    url: str,
    limit_bytes: int = LIMIT_BYTES,
    timeout: float = TIMEOUT,
    allow_private: bool = False,
    **options: str | int | None,
) -> Table:
    """Fetch a table and read it; ``options`` are those of ``read_table``.

    Errors: those of ``fetch`` and of ``read_table``.
    """
    fetched = fetch(url, limit_bytes, timeout, allow_private)
    return read_fetched(fetched, **options)


def read_fetched(fetched: Fetched, **options: str | int | None) -> Table:
    """Read what was downloaded; ``options`` and errors are those of ``read_table``."""
    try:
        table = read_table(fetched.data, name=fetched.name, **options)  # type: ignore[arg-type]
    except DataError as error:
        if "web page" in str(error.details.get("kind", "")):
            raise DataError(
                "This address leads to a web page, not to a file with a table.",
                "Open the page, and copy the address of its download link.",
                "not_a_table",
                kind="a web page (HTML)",
            ) from None
        raise
    return replace(table, notes=(*fetched.notes, *table.notes))


def fetch(
    url: str,
    limit_bytes: int = LIMIT_BYTES,
    timeout: float = TIMEOUT,
    allow_private: bool = False,
) -> Fetched:
    """Download a file over http or https.

    Parameters
    ----------
    limit_bytes, timeout:
        The most bytes, and the most seconds for everything (redirects too).
    allow_private:
        Whether addresses of the own machine and of private networks may be used.

    Each redirect is checked like the first address. The host name is resolved once, all its
    addresses are checked, and the connection goes to the address that was checked, so that a name
    can't change its mind in between. Errors: DataError ``address``, ``address_private``,
    ``address_unknown``, ``address_unreachable``, ``address_timeout``, ``address_status``,
    ``redirects``, ``too_large``, ``cut_off``.
    """
    deadline = time.monotonic() + timeout
    current, note = direct_address(url)
    notes = [note] if note else []
    for _ in range(MAX_REDIRECTS + 1):
        parts = check_address(current)
        answer = _get(parts, limit_bytes, deadline, allow_private)
        if isinstance(answer, str):
            current = urljoin(current, answer)
            continue
        data, headers = answer
        notes.append(f"Downloaded from {parts.hostname} ({len(data):,} bytes).")
        return Fetched(data, _name(headers, parts), current, tuple(notes))
    raise DataError(
        f"The address was redirected more than {MAX_REDIRECTS} times.",
        "Copy the address of the file itself.",
        "redirects",
    )


class _Pinned(http.client.HTTPConnection):
    """A connection to one numeric address, whatever the host's name means by then."""

    def __init__(self, host: str, port: int, address: str, secure: bool, deadline: float) -> None:
        super().__init__(host, port, timeout=max(deadline - time.monotonic(), 0.05))
        self.address = address
        self.secure = secure
        self.wire: socket.socket | None = None  # stays known when the response takes over
        self.default_port = 443 if secure else 80  # leaves it out of the header "Host"

    def connect(self) -> None:
        self.sock = self.wire = socket.create_connection((self.address, self.port), self.timeout)
        if self.secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.wire = self.sock
            self.sock.do_handshake()


def _get(
    parts: SplitResult, limit: int, deadline: float, allow_private: bool
) -> str | tuple[bytes, Message]:
    """Return the target of a redirect, or the body and the headers."""
    host = str(parts.hostname)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = resolve(host, port, deadline, allow_private)
    connection = _Pinned(host, port, address, secure, deadline)
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        if connection.wire is not None:
            with contextlib.suppress(OSError):
                connection.wire.shutdown(socket.SHUT_RDWR)

    # A timeout of the socket starts anew with each byte; this one doesn't.
    watch = threading.Timer(max(deadline - time.monotonic(), 0.05), stop)
    watch.daemon = True
    watch.start()
    try:
        connection.request("GET", _target(parts), headers=_HEADERS)
        response = connection.getresponse()
        if response.status in (301, 302, 303, 307, 308) and response.getheader("Location"):
            return str(response.getheader("Location"))
        if response.status not in (200, 203):
            raise _status(response.status, host)
        body = _body(response, limit)
        if expired.is_set():
            raise _slow(host)
        return body, response.headers
    except TimeoutError:
        raise _slow(host) from None
    except ssl.SSLError:
        raise DataError(
            f"The connection to {host} isn't secure: its certificate can't be checked.",
            "Download the file in your browser and upload it.",
            "address_unreachable",
        ) from None
    except (OSError, http.client.HTTPException, ValueError):
        if expired.is_set():
            raise _slow(host) from None
        raise DataError(
            f"The server {host} can't be reached, or gave no proper answer.",
            "Check the address, or download the file in your browser and upload it.",
            "address_unreachable",
        ) from None
    finally:
        watch.cancel()
        connection.close()


_HEADERS = {
    "User-Agent": "lmm-dashboard",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


def _body(response: http.client.HTTPResponse, limit: int) -> bytes:
    told = response.getheader("Content-Length", "")
    length = int(told) if told.isdecimal() else None
    if length is not None and length > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    while piece := response.read1(_CHUNK):
        parts.append(piece)
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
    if length is not None and size < length:
        raise DataError(
            "The download was cut off before its end.", "Try it again in a moment.", "cut_off"
        )
    return b"".join(parts)


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


def _name(headers: Message, parts: SplitResult) -> str:
    """Return the file's name from the headers or the path, without folders."""
    told = headers.get_filename() or ""
    found = re.sub(r"[\x00-\x1f/\\]", "", PurePosixPath(told).name)
    return found[:120] or PurePosixPath(unquote(parts.path)).name[:120] or str(parts.hostname)


def _slow(host: str) -> DataError:
    return DataError(
        f"The download from {host} took too long.",
        "Try it again, or download the file in your browser and upload it.",
        "address_timeout",
    )


def _too_large(limit: int) -> DataError:
    return DataError(
        f"The file behind this address is larger than {limit / 1e6:,.0f} MB.",
        "Keep the rows and columns that the analysis needs, and upload that file.",
        "too_large",
    )


def _status(status: int, host: str) -> DataError:
    if status in (401, 402, 403, 407):
        what, hint = "doesn't give the file to everyone", "Check whether you must sign in there."
    elif status in (404, 410):
        what, hint = "has no such file", "Check the address."
    elif status == 429:
        what, hint = "gets too many requests at the moment", "Try again in a few minutes."
    elif status >= 500:
        what, hint = "has a problem at the moment", "Try again later."
    else:
        what, hint = "didn't give the file", "Check the address."
    return DataError(
        f"The server {host} {what} (answer {status}).",
        f"{hint} Or download the file in your browser and upload it.",
        "address_status",
        status=status,
    )
