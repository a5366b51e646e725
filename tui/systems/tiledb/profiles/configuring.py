"""`configure`: write a profile from what a person knows, under the rules of the published client (contract §6)."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from tui.services.http.settings import check_address
from tui.systems.tiledb.errors import SYSTEM, ConfigurationError
from tui.systems.tiledb.generations import token_workspace
from tui.systems.tiledb.options import with_scheme
from tui.systems.tiledb.profiles.profile_file import DEFAULT, ProfileFile

Secret = SecretStr | str
WEB_ADDRESS = "the host begins with app., which is the address of the web pages; that of the service begins with api."


class KnownToken(Protocol):
    """A token as the service made it."""

    @property
    def api_key(self) -> SecretStr: ...
    @property
    def workspace_id(self) -> str | None: ...


def profile_values(
    token: Secret | KnownToken | None = None,
    username: str | None = None,
    password: Secret | None = None,
    workspace: str | None = None,
    host: str | None = None,
    verify_ssl: bool | None = None,
    ca_file: str | Path | None = None,
) -> dict[str, str]:
    """Return the settings that a profile of this log-in is stored as. Arguments as those of `configure`.

    Raises:
        ConfigurationError: the host, the credential or the workspace is missing.
        InvalidInput: the host is no address.
    """
    if not host or not host.strip():
        raise _missing("Host is required.", "such as https://api.tiledb.com")
    address = with_scheme(host)
    check_address(SYSTEM, address)
    values = {"rest.server_address": address}
    key, token_id = _key(token)
    if key:
        values["rest.token"] = key
        workspace = workspace or token_workspace(key) or token_id
    elif username and _text(password):
        values |= {"rest.username": username, "rest.password": _text(password)}
    else:
        raise _missing("A token, or a user name and a password, is required.", "tokens are made on the web pages")
    if not workspace:
        raise _missing("A workspace is required: its name, or its id, which begins with ws_.", "see the web pages")
    values["rest.workspace"] = workspace
    if verify_ssl is False:
        values["rest.verify_ssl"] = "false"
    if ca_file:
        values["ssl.ca_file"] = str(ca_file)
    return values


def configure(
    token: Secret | KnownToken | None = None,
    username: str | None = None,
    password: Secret | None = None,
    workspace: str | None = None,
    host: str | None = None,
    verify_ssl: bool | None = None,
    ca_file: str | Path | None = None,
    profile_name: str | None = None,
    profile_dir: str | Path | None = None,
    overwrite: bool = False,
) -> None:
    """Store a profile that this and TileDB's own tools log in with. Asks nobody; reads and writes a file.

    Args:
        token: an API token, as text or as the service made it. It wins over a user name and a password.
        username: with `password`, the other way to log in.
        password: see there.
        workspace: its name or id; by default the one that the token is for.
        host: the server, by https where it does not say how.
        verify_ssl: False trusts any server that answers; only to try things out.
        ca_file: a PEM file of authorities to trust.
        profile_name: what the profile is called, by default `default`.
        profile_dir: the folder of the file, by default `TILEDB_PROFILE_DIR` or `~/.tiledb`.
        overwrite: replace a profile of that name.

    Raises:
        ConfigurationError: the host, the credential or the workspace is missing.
        AlreadyExists: there is a profile of that name.
        InvalidInput, NotSupported, DataCorrupt, Conflict, PermissionDenied, Unavailable: as `ProfileFile.save`.
    """
    values = profile_values(token, username, password, workspace, host, verify_ssl, ca_file)
    if is_web_address(values["rest.server_address"]):
        warnings.warn(WEB_ADDRESS, UserWarning, stacklevel=2)
    ProfileFile(profile_dir).save(profile_name or DEFAULT, values, overwrite=overwrite)


def is_web_address(address: str) -> bool:
    """Whether a server's address looks like that of the web pages."""
    return (urlsplit(address).hostname or "").startswith("app.")


def _key(token: Secret | KnownToken | None) -> tuple[str, str]:
    """Return a token's text, and the id of its workspace if the service told it."""
    if token is None:
        return "", ""
    if isinstance(token, str | SecretStr):
        return _text(token), ""
    return token.api_key.get_secret_value(), token.workspace_id or ""


def _text(secret: Secret | None) -> str:
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret or ""


def _missing(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(SYSTEM, "configure", message, hint)
