"""Which web addresses may be used: http and https, and no private network unless allowed."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from urllib.parse import SplitResult, urlsplit

from lmm_core.errors import DataError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SHEET = re.compile(r"(https://docs\.google\.com/spreadsheets/d/[\w-]+)/(?:edit|view)\S*")
_BLOB = re.compile(r"https://github\.com/([^/]+/[^/]+)/(?:blob|raw)/(\S+)")
_DROPBOX = re.compile(r"(https://(?:www\.)?dropbox\.com/\S+[?&]dl=)0\b(\S*)")


def direct_address(url: str) -> tuple[str, str]:
    """Return the address of the file that a page shows, and a note when it was changed.

    Known are shared spreadsheets, files on GitHub and on Dropbox. Without a scheme https is meant.
    """
    text = url.strip()
    if text and "://" not in text and not re.match(r"[a-z]+:", text, re.I):
        text = "https://" + text
    sheet = _SHEET.fullmatch(text)
    if sheet:
        gid = re.search(r"gid=(\d+)", text)
        tail = f"&gid={gid.group(1)}" if gid else ""
        return f"{sheet.group(1)}/export?format=csv{tail}", "Took the spreadsheet's CSV export."
    blob = _BLOB.fullmatch(text)
    if blob:
        path = blob.group(2).split("?")[0].split("#")[0]
        return f"https://raw.githubusercontent.com/{blob.group(1)}/{path}", "Took the file itself."
    dropbox = _DROPBOX.fullmatch(text)
    if dropbox:
        return f"{dropbox.group(1)}1{dropbox.group(2)}", "Took the file itself."
    return text, ""


def check_address(url: str) -> SplitResult:
    """Split an address. Error: DataError ``address``."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _wrong("This isn't a web address.") from None
    if parts.scheme not in ("http", "https"):
        raise _wrong("Only addresses that start with http:// or https:// can be read.")
    if not host or len(url) > 4000 or re.search(r"[\x00-\x20\x7f]", host):
        raise _wrong("This isn't a web address.")
    if parts.username is not None or parts.password is not None:
        raise _wrong("An address with a user name or a password in it isn't read.")
    return parts


def resolve(host: str, port: int, deadline: float, allow_private: bool) -> str:
    """Return the numeric address to connect to, after all addresses of the host were checked.

    Errors: DataError ``address_unknown``, ``address_timeout``, ``address_private``.
    """
    found: list[str] = []

    def look_up() -> None:
        try:
            name = host if host.isascii() else host.encode("idna").decode()
            entries = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            found.extend(str(entry[4][0]) for entry in entries)
        except (OSError, UnicodeError):
            pass

    worker = threading.Thread(target=look_up, daemon=True)
    worker.start()
    worker.join(max(deadline - time.monotonic(), 0.05))
    if not found:
        raise DataError(
            f'There is no server "{host}", or its address can\'t be looked up.',
            "Check the address.",
            "address_unknown",
        )
    if not allow_private and not all(is_public(address) for address in found):
        raise DataError(
            f'The address "{host}" belongs to this machine or a private network.',
            "Use a public address, or download the file and upload it.",
            "address_private",
        )
    return found[0]


def is_public(address: str) -> bool:
    """Say whether a numeric address belongs to the public internet.

    Addresses that wrap an IPv4 address (mapped, 6to4, Teredo, NAT64) are judged by that one.
    """
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None and int(ip) >> 32 == 0:  # ::a.b.c.d, no longer in use
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_unspecified
    )


def _wrong(message: str) -> DataError:
    return DataError(message, "Copy the address of the file from your browser.", "address")
