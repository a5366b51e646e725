"""How an HTTP service is reached, how long it is waited for, and how much it may send."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from tui.services.errors import InvalidInput
from tui.services.http.repeats import Repeats
from tui.services.printable import printable

MIB = 2**20
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """A service at one address; all that a session sends goes there and nowhere else. Times are in seconds.

    `deadline` ends a call whatever happens, retries included; `silence` is how long a server may say nothing while
    it is read from or written to. `attempts` is how often a call that may be repeated is sent at most, after waits
    that grow from `backoff` and are never longer than `longest_wait`: a server that asks for more is told of as an
    error at once. `most_bytes` is how large an answer may be once it is unpacked.

    `repeats` says after which statuses. `redirects` are followed for calls that only read, or for none, or for all
    where the server asks to send the same again; they lead to the same server, or to `redirect_hosts` and what is
    below them, and never from https to http.

    `ca_file` is a PEM file of further authorities to trust; `verify=False` trusts anyone. `proxy` is used in place
    of the environment's; `NO_PROXY` holds for both, and this machine itself is never asked through one.
    """

    system: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    deadline: float = 30.0
    connect: float = 5.0
    silence: float = 15.0
    attempts: int = 4
    backoff: float = 0.25
    longest_wait: float = 10.0
    most_bytes: int = 32 * MIB
    connections: int = 8
    allow_plain_http: bool = False
    verify: bool = True
    ca_file: Path | None = None
    proxy: str | None = field(default=None, repr=False)
    repeats: Repeats = field(default_factory=Repeats)
    redirects: Literal["none", "reads", "all"] = "reads"
    redirect_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        parts = check_address(self.system, self.base_url)
        if parts.scheme == "http" and not self.allow_plain_http and not is_loopback(parts.hostname or ""):
            host = printable(parts.hostname or "", 100)
            message = f"{host} would be asked without encryption, which shows the log-in to everyone on the way"
            raise InvalidInput(self.system, "open", message, "use https, or allow it in the profile's options")


def check_address(system: str, address: str) -> SplitResult:
    """Return the parts of a service's address.

    Raises:
        InvalidInput: it is no http or https address, or one with a user, a query or a fragment in it.
    """
    try:
        parts = urlsplit(address)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        # What it says would quote the address, which may hold a password.
        raise InvalidInput(system, "open", "the service's address is none", "such as https://api.example.com") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not has_port or printable(address) != address:
        raise InvalidInput(system, "open", "the service's address is none", "such as https://api.example.com")
    if "@" in parts.netloc or parts.query or parts.fragment:
        message = "the service's address has a user, a query or a fragment in it"
        raise InvalidInput(system, "open", message, "give the host and path alone")
    return parts


def is_loopback(host: str) -> bool:
    """Whether the name or number of a host means this machine."""
    name = host.lower().strip("[]").removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_below(host: str, names: tuple[str, ...]) -> bool:
    """Whether a host is one of `names`, or a name within one of them."""
    asked = host.lower().removesuffix(".")
    return any(asked == name.lower() or asked.endswith(f".{name.lower()}") for name in names if name)


def origin(address: str) -> tuple[str, str, int | None]:
    """Return the scheme, host and port of an address: two addresses of one origin are the same server's.

    Raises:
        ValueError: it is no address.
    """
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(scheme)
