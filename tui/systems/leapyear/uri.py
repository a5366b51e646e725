"""Where a server is: `leapyear+https://host:4401`, an address of the web with the system's name before it."""

from __future__ import annotations

from tui.systems.leapyear.errors import SYSTEM, InvalidURL
from tui.systems.leapyear.options import check_url

SCHEMES = ("leapyear+https", "leapyear+http")
EXAMPLE = "leapyear+https://ly-server:4401"


def read_uri(uri: str) -> str:
    """Return the address of the server that a profile's URI means.

    Raises:
        InvalidURL: it means none.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() not in SCHEMES:
        raise InvalidURL(SYSTEM, "open", "this is no address of a LeapYear server", EXAMPLE)
    return check_url(f"{scheme.lower().partition('+')[2]}:{rest}")
