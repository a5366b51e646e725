"""Where a catalogue is: `arraylake://[org][@host[:port]]`."""

from __future__ import annotations

from dataclasses import dataclass

from tui.services.http.place import read_place
from tui.systems.arraylake.names import check_org

SCHEME = "arraylake"
EXAMPLE = "arraylake://org, or arraylake://org@api.example.com"


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
    org, service_uri = read_place(uri, SCHEME, "catalogue", EXAMPLE)
    if org:
        check_org(org, "open")
    return Place(org, service_uri)
