"""What a profile's address means: a part of a service, and the host to ask: `scheme://[part][@host[:port]]`."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tui.services.errors import InvalidInput
from tui.services.http.settings import is_loopback
from tui.services.printable import printable

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?\Z")


def read_place(uri: str, system: str, what: str, example: str) -> tuple[str, str | None]:
    """Return the part, "" if none is named, and the service's own address, None if no host is named.

    The part is as it was meant, unquoted, and not looked at. A service on this machine is asked by http, any other by
    https.

    Args:
        uri: the address; its scheme is the system's name.
        what: what the address is one of, for the error.
        example: how addresses are written, for the error.

    Raises:
        InvalidInput: it cannot be understood; the message says what.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != system or not rest.startswith("//"):
        raise InvalidInput(system, "open", f"{printable(uri, 120)!r} is no address of a {what}", example)
    part, at, host = rest[2:].rstrip("/").rpartition("@")
    if not at:
        return unquote(host), None
    if not _HOST.match(host):
        raise InvalidInput(system, "open", f"{printable(host, 120)!r} is no host", example)
    name = host.rpartition(":")[0] if re.search(r":\d+\Z", host) else host
    return unquote(part), f"{'http' if is_loopback(name) else 'https'}://{host}"
