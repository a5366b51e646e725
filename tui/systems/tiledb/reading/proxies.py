"""Proxies of the environment, as TileDB's own library takes them: it would ask them for this machine's own door."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from tui.systems.tiledb.errors import SYSTEM, ConfigurationError

HOST = "127.0.0.1"
NAMES = ("http_proxy", "all_proxy", "ALL_PROXY")
"""Variables of a proxy for plain HTTP, the first one wins. The library's `HTTP_PROXY` is in small letters alone."""


def check_no_proxy(environment: Mapping[str, str]) -> None:
    """See that the library will reach a door of this machine: no setting of its own is against a proxy.

    Raises:
        ConfigurationError: it would ask a proxy, which would see the door's key and most likely not get there.
    """
    proxy = next((name for name in NAMES if environment.get(name)), None)
    spared = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if proxy is None or any(map(_is_here, spared.replace(",", " ").split())):
        return
    message = f"TileDB's library would take the way to this program's own relay at {HOST} through the proxy of {proxy}"
    raise ConfigurationError(SYSTEM, "config", message, f"set NO_PROXY={HOST}, and what it has besides")


def _is_here(entry: str) -> bool:
    """Whether an entry of NO_PROXY means this machine: a star, its number, or a network with it."""
    try:
        return entry == "*" or ipaddress.ip_address(HOST) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
