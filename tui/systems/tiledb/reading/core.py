"""`Config` and `Ctx` of TileDB's own library, with a client's log-in: the optional extra `tiledb` (contract §6)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from tui.services.errors import NotSupported
from tui.systems.tiledb.errors import LOG_IN, SYSTEM, BadValue, ConfigurationError
from tui.systems.tiledb.options import ServiceOptions

INSTALL = "pip install 'arraydeck[tiledb]'"
OWN = ("rest.server_address", "rest.username", "rest.password")
"""Settings that come from the log-in, and may not be given besides."""


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


def core_values(options: ServiceOptions, given: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the settings of the library for a log-in, over which `given` ones are laid.

    Raises:
        BadValue: what is given says another server, user name or password.
        ConfigurationError: there is nothing to log in with.
    """
    clash = next((name for name in OWN if name in (given or {})), None)
    if clash is not None:
        raise BadValue(SYSTEM, "config", f"{clash}: it comes from the log-in", "log in with another profile")
    if not options.has_credential:
        raise ConfigurationError(SYSTEM, "config", "there is nothing to log in with", LOG_IN)
    values = {"rest.server_address": options.server_address}
    if options.token is not None:
        values["rest.token"] = options.token.get_secret_value()
    elif options.password is not None:
        values |= {"rest.username": options.username, "rest.password": options.password.get_secret_value()}
    if not options.verify:
        values["ssl.verify"] = "false"
    if options.ca_file is not None:
        values["ssl.ca_file"] = str(options.ca_file)
    return values | {key: str(value) for key, value in (given or {}).items()}


def make_config(options: ServiceOptions, given: Mapping[str, Any] | None = None) -> Any:
    """Return the library's `Config` for a log-in. Raises as `core_values` and `load_tiledb`; call it in a thread."""
    values = core_values(options, given)
    return load_tiledb("config").Config(values)


def make_context(options: ServiceOptions, given: Mapping[str, Any] | None = None) -> Any:
    """Return the library's `Ctx` for a log-in; it opens local arrays too. Raises as `make_config`."""
    config = make_config(options, given)
    return load_tiledb("context").Ctx(config)
