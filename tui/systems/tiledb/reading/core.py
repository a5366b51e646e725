"""`Config` and `Ctx` of TileDB's own library, for a client's log-in: the optional extra `tiledb` (contract §6, §15).

Neither holds the log-in. The library gives a credential to any host that a server redirects it to, and cannot be told
not to; so both lead it to a relay of the client on this machine (`relay`), with a key that is good for that alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from tui.services.errors import NotSupported
from tui.systems.tiledb.errors import LOG_IN, SYSTEM, BadValue, ConfigurationError
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.reading.proxies import check_no_proxy

if TYPE_CHECKING:
    from tui.systems.tiledb.reading.relay_process import Door, RelayProcess

INSTALL = "pip install 'arraydeck[tiledb]'"
OWN = ("rest.server_address", "rest.username", "rest.password")
"""Settings that come from the log-in, and may not be given besides."""
TOKEN = "rest.token"
SHOWN = ("rest.server_address", TOKEN, "ssl.verify", "ssl.ca_file")
"""Settings that say how the library reaches a server."""


def has_tiledb() -> bool:
    """Whether the extra is installed. Imports nothing of it."""
    return find_spec("tiledb") is not None


def load_tiledb(operation: str) -> Any:
    """Return the package. It takes a while the first time: call it in a thread.

    Raises:
        NotSupported: it is not installed, or cannot be loaded; the hint says what to do.
    """
    try:
        import tiledb
    except ImportError as error:
        raise NotSupported(SYSTEM, operation, "opening arrays needs the package tiledb", INSTALL) from error
    return tiledb


def log_in_of(options: ServiceOptions, given: Mapping[str, str]) -> ServiceOptions:
    """Return the log-in that the relay is to use: a token and TLS settings that are `given` go before the client's.

    Raises:
        BadValue: what is given says another server, user name or password.
        ConfigurationError: there is nothing to log in with.
    """
    clash = next((name for name in OWN if name in given), None)
    if clash is not None:
        raise BadValue(SYSTEM, "config", f"{clash}: it comes from the log-in", "log in with another profile")
    if given.get(TOKEN):
        options = replace(options, token=SecretStr(given[TOKEN]), username="", password=None)
    if not options.has_credential:
        raise ConfigurationError(SYSTEM, "config", "there is nothing to log in with", LOG_IN)
    for name in ("ssl.verify", "rest.verify_ssl"):
        if name in given:
            options = replace(options, verify=given[name].lower() != "false")
    if "ssl.ca_file" in given:
        options = replace(options, ca_file=Path(given["ssl.ca_file"]) if given["ssl.ca_file"] else None)
    return options


def core_values(door: Door, log_in: ServiceOptions, given: Mapping[str, str]) -> dict[str, str]:
    """Return the library's settings for a door, with further `given` ones.

    TLS is the relay's where the server is concerned. The library has its settings too, for the object storages that
    it may open besides.
    """
    values = {"rest.server_address": door.address, TOKEN: door.key}
    if not log_in.verify:
        values["ssl.verify"] = "false"
    if log_in.ca_file is not None:
        values["ssl.ca_file"] = str(log_in.ca_file)
    return values | {key: value for key, value in given.items() if key != TOKEN}


def make_config(relay: RelayProcess, options: ServiceOptions, given: Mapping[str, Any] | None = None) -> Any:
    """Return the library's `Config` for a log-in, which is good as long as `relay` is open. Call it in a thread.

    Raises:
        BadValue, ConfigurationError: as `log_in_of` and `check_no_proxy`.
        NotSupported: the extra is not installed.
        InvalidInput, Unavailable: as `RelayProcess.door`.
    """
    plain = {key: str(value) for key, value in (given or {}).items()}
    log_in = log_in_of(options, plain)
    tiledb = load_tiledb("config")
    check_no_proxy(os.environ)
    return tiledb.Config(core_values(relay.door(log_in), log_in, plain))


def make_context(relay: RelayProcess, options: ServiceOptions, given: Mapping[str, Any] | None = None) -> Any:
    """Return the library's `Ctx` for a log-in; it opens local arrays too. As `make_config`."""
    config = make_config(relay, options, given)
    return load_tiledb("context").Ctx(config)


def settings_of(config: Any, given: Mapping[str, str]) -> dict[str, str]:
    """Return what a `Config` says of how a server is reached, and of what was given for it."""
    return {name: config[name] for name in (*SHOWN, *(name for name in given if name not in SHOWN)) if config[name]}
