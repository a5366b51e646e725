"""Where a workspace is: `tiledb://[workspace][@host[:port]]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from tui.services.http.settings import is_loopback
from tui.services.printable import printable
from tui.systems.tiledb.errors import invalid

SCHEME = "tiledb"
EXAMPLE = "tiledb://workspace, or tiledb://workspace@api.example.com"
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """What an address says: the workspace's name or id, "" for that of the log-in, and the server, None for its own."""

    workspace: str
    server_address: str | None


def read_uri(uri: str) -> Place:
    """Return what an address means. A server on this machine is asked by http, any other by https.

    Raises:
        InvalidInput: it cannot be understood; the message says what.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != SCHEME or not rest.startswith("//"):
        raise invalid("open", f"{printable(uri, 120)!r} is no address of a workspace", EXAMPLE)
    workspace, at, host = rest[2:].rstrip("/").rpartition("@")
    if not at:
        workspace, host = host, ""
    workspace = unquote(workspace)
    if "/" in workspace or workspace in (".", "..") or printable(workspace) != workspace:
        message = f"{printable(workspace, 80)!r} is no workspace"
        raise invalid("open", message, f"{EXAMPLE}; what is in it is found by browsing")
    if at and not _HOST.match(host):
        raise invalid("open", f"{printable(host, 120)!r} is no host", EXAMPLE)
    if not host:
        return Place(workspace, None)
    name = host.rpartition(":")[0] if re.search(r":\d+\Z", host) else host
    return Place(workspace, f"{'http' if is_loopback(name) else 'https'}://{host}")
