"""Where a workspace is: `tiledb://[workspace][@host[:port]]`."""

from __future__ import annotations

from dataclasses import dataclass

from tui.services.http.place import read_place
from tui.services.printable import printable
from tui.systems.tiledb.errors import invalid

SCHEME = "tiledb"
EXAMPLE = "tiledb://workspace, or tiledb://workspace@api.example.com"


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
    workspace, server_address = read_place(uri, SCHEME, "workspace", EXAMPLE)
    if "/" in workspace or workspace in (".", "..") or printable(workspace) != workspace:
        message = f"{printable(workspace, 80)!r} is no workspace"
        raise invalid("open", message, f"{EXAMPLE}; what is in it is found by browsing")
    return Place(workspace, server_address)
