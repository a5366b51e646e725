"""Where a catalogue is: `arraylake://[org][@host[:port]]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from tui.services.http.settings import is_loopback
from tui.services.printable import printable
from tui.systems.arraylake.errors import invalid
from tui.systems.arraylake.names import check_org

SCHEME = "arraylake"
EXAMPLE = "arraylake://org, or arraylake://org@api.example.com"
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """What an address says: the organisation, "" for all of the user's, and the service, None for the usual one."""

    org: str
    service_uri: str | None


def read_uri(uri: str) -> Place:
    """Return what an address means. A service on this machine is asked by http, any other by https.

    Raises:
        InvalidInput: it cannot be understood; the message says what.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != SCHEME or not rest.startswith("//"):
        raise invalid("open", f"{printable(uri, 120)!r} is no address of a catalogue", EXAMPLE)
    org, at, host = rest[2:].rstrip("/").rpartition("@")
    if not at:
        org, host = host, ""
    org = unquote(org)
    if org:
        check_org(org, "open")
    if at and not _HOST.match(host):
        raise invalid("open", f"{printable(host, 120)!r} is no host", EXAMPLE)
    if not host:
        return Place(org, None)
    name = host.rpartition(":")[0] if re.search(r":\d+\Z", host) else host
    return Place(org, f"{'http' if is_loopback(name) else 'https'}://{host}")
