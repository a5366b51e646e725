"""How a client reaches the service: what it was told, over what TileDB's own tools were told (contract §5, §14)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from tui.services.http.settings import HttpSettings, check_address, is_below, is_loopback, origin
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.generations import Generation, token_workspace
from tui.systems.tiledb.profiles.classic_file import ClassicLogin, read_classic_login
from tui.systems.tiledb.profiles.profile_file import ProfileFile, StoredProfile, profile_folder
from tui.systems.tiledb.profiles.vendor_settings import DEFAULT_HOST, Source, VendorSettings, read_settings
from tui.systems.tiledb.retry_modes import RetryMode, in_mode

VENDOR = "api.tiledb.com"
"""The vendor's servers are this one and, for its regions, names within it."""
ATTEMPTS = 8
"""How often a call is sent at most. The published client's hundred would be three hours."""
MOST_THREADS = 64
"""Connections of one client at most."""
Wanted = Literal["auto", "carrara", "classic"]


@dataclass(frozen=True)
class ServiceOptions:
    """A server as a client needs to know it. `timeout` is how long a call may take in seconds, retries included.

    There is a `token`, or a `username` and a `password`, or neither where the profile does not say. `workspace` is a
    name or an id, "" if nothing says it. `expected` is the platform that the settings speak of, None if they do not;
    `wanted` is the one that a person chose. `redirect_hosts` are further servers that may be given the credential.
    """

    server_address: str
    token: SecretStr | None = None
    username: str = ""
    password: SecretStr | None = None
    workspace: str = ""
    expected: Generation | None = None
    wanted: Wanted = "auto"
    timeout: float = 30.0
    backoff: float = 0.25
    attempts: int = ATTEMPTS
    verify: bool = True
    ca_file: Path | None = None
    allow_plain_http: bool = False
    redirect_hosts: tuple[str, ...] = ()
    profile: str = ""
    """The name of the stored profile that the log-in is of, "" if it comes from elsewhere."""

    @property
    def forced(self) -> Generation | None:
        """The platform that a person chose, None if it is to be found out."""
        return None if self.wanted == "auto" else Generation(self.wanted)

    @property
    def has_credential(self) -> bool:
        """Whether there is something to log in with."""
        return self.token is not None or (bool(self.username) and self.password is not None)

    @property
    def token_workspace(self) -> str:
        """The id of the workspace that the token is for, "" if it does not tell."""
        return "" if self.token is None else token_workspace(self.token.get_secret_value())

    @property
    def workspace_in_use(self) -> str:
        """The workspace as the published client finds it: what the token says wins over what is set."""
        return self.token_workspace or self.workspace

    def http(self, mode: RetryMode) -> HttpSettings:
        """Return the settings of a session.

        Raises:
            InvalidInput: the address cannot be used, or would be asked without encryption.
        """
        host = check_address(SYSTEM, self.server_address).hostname or ""
        # A name's own subdomains are the same owner's; a number, and this machine, have none.
        own = (host,) if "." in host and host[-1:].isalpha() and not is_loopback(host) else ()
        vendor = (VENDOR,) if is_below(host, (VENDOR,)) else ()
        settings = HttpSettings(
            SYSTEM,
            self.server_address,
            # The servers choose the form of an answer by this, and not by Accept (contract §11).
            headers={"content-type": "application/json"},
            deadline=self.timeout,
            silence=min(15.0, self.timeout),
            attempts=self.attempts,
            backoff=self.backoff,
            connections=MOST_THREADS,
            allow_plain_http=self.allow_plain_http,
            verify=self.verify,
            ca_file=self.ca_file,
            redirect_hosts=(*own, *vendor, *self.redirect_hosts),
        )
        return in_mode(settings, mode)


def with_scheme(host: str) -> str:
    """Return a server's address: without the slashes at its end, and by https where it does not say how."""
    address = host.strip().rstrip("/")
    return address if address.lower().startswith(("http://", "https://")) else f"https://{address}"


def options_of(settings: VendorSettings) -> ServiceOptions:
    """Return the options that the settings of TileDB's own tools amount to. Reads a file: call it in a thread.

    Where nothing of the current platform tells who logs in, what the classic client keeps is used.

    Raises:
        InvalidInput: the server's address is none.
        DataCorrupt, Unavailable: the classic client's file cannot be used.
    """
    address, address_source = settings.find("rest.server_address")
    token, username, password = _credential(settings)
    workspace = settings.text("rest.workspace")
    expected = Generation.CARRARA if workspace or token_workspace(token) else None
    verify = all(settings.text(key).lower() != "false" for key in ("rest.verify_ssl", "ssl.verify"))
    if expected is None and address_source is Source.BUILT_IN:
        classic = _classic(settings.environment, token, username, password)
        if classic is not None:
            return replace(classic, verify=classic.verify and verify, ca_file=_ca_file(settings))
    server_address = with_scheme(address or DEFAULT_HOST)
    check_address(SYSTEM, server_address)
    return ServiceOptions(
        server_address,
        _secret(token),
        username,
        _secret(password),
        workspace,
        expected,
        verify=verify,
        ca_file=_ca_file(settings),
        profile=settings.profile.name if settings.profile is not None else "",
    )


def _credential(settings: VendorSettings) -> tuple[str, str, str]:
    """Return a token, or a user name and a password: those of the stronger source, and the token if both are as strong.

    That is how the library chooses (contract §2).
    """
    token, token_source = settings.find("rest.token")
    username, username_source = settings.find("rest.username")
    password, password_source = settings.find("rest.password")
    if not (username and password):
        return token, "", ""
    if token and token_source >= min(username_source, password_source):
        return token, "", ""
    return "", username, password


def _classic(environment: Mapping[str, str], token: str, username: str, password: str) -> ServiceOptions | None:
    """Return the options that the classic client would have, None if nothing speaks of it (contract §5)."""
    host = environment.get("TILEDB_REST_HOST", "")
    known = bool(token or (username and password))
    if known and not host:
        return None
    kept = read_classic_login(environment)
    if not host and (kept is None or not kept.is_known):
        return None
    login = kept if kept is not None else ClassicLogin()
    username, password = login.username or username, login.password or password
    # A kept log-in is for its own server, and for no other that the environment names.
    if kept is not None and host and kept.host and not same_service(with_scheme(host), with_scheme(kept.host)):
        login, username, password = ClassicLogin(), "", ""
    token = token or login.token
    address = with_scheme(host or login.host or DEFAULT_HOST)
    check_address(SYSTEM, address)
    ignored = environment.get("TILEDB_REST_IGNORE_SSL_VALIDATION", "").lower() in ("true", "1", "on")
    return ServiceOptions(
        address,
        _secret(token),
        "" if token else username,
        None if token else _secret(password),
        expected=Generation.CLASSIC,
        verify=not ignored if login.verify_ssl is None else login.verify_ssl,
    )


def _secret(text: str) -> SecretStr | None:
    return SecretStr(text) if text else None


def _ca_file(settings: VendorSettings) -> Path | None:
    text = settings.text("ssl.ca_file")
    return Path(text) if text else None


def same_service(address: str, other: str) -> bool:
    """Whether two addresses are of one server."""
    try:
        return origin(address) == origin(other)
    except ValueError:
        return False


def service_options(
    server_address: str | None = None,
    workspace: str = "",
    *,
    profile_name: str | None = None,
    profile_dir: Path | str | None = None,
    token: SecretStr | None = None,
    username: str = "",
    password: SecretStr | None = None,
    environment: Mapping[str, str] | None = None,
) -> ServiceOptions:
    """Return the options for a server and a workspace. Reads files: call it in a thread.

    The usual log-in is for the server that TileDB's own tools are set to and for no other: a credential must not be
    shown to whoever an address names. For another one, a stored profile of that server is used, if there is one.

    Args:
        server_address: the server, by default the one of the profile.
        workspace: its name or id; of the classic cloud the namespace that is looked at first.
        profile_name: a stored profile, in place of the usual one.
        profile_dir: the folder of the stored profiles.
        token: in place of what is stored.
        username: with `password`, in place of what is stored.
        password: see there.
        environment: in place of the process's own.

    Raises:
        ConfigurationError: there is no profile of the name that is given.
        InvalidInput: the address is none.
        DataCorrupt, PermissionDenied, Unavailable: what is stored cannot be read.
    """
    known = os.environ if environment is None else environment
    settings = read_settings(profile_name, profile_dir, environment=known)
    found = options_of(settings)
    if server_address:
        address = with_scheme(server_address)
        check_address(SYSTEM, address)
        if not profile_name and not same_service(address, found.server_address):
            stored = _stored_for(address, workspace, profile_dir, known)
            found = ServiceOptions(address) if stored is None else options_of(VendorSettings({}, {}, stored))
        found = replace(found, server_address=address)
    elif workspace and not profile_name and found.workspace_in_use != workspace:
        stored = _stored_for(None, workspace, profile_dir, known)
        found = found if stored is None else options_of(VendorSettings({}, {}, stored))
    if token is not None:
        found = replace(found, token=token, username="", password=None, profile="")
    elif username and password is not None:
        found = replace(found, token=None, username=username, password=password, profile="")
    return replace(found, workspace=workspace, expected=found.expected or Generation.CARRARA) if workspace else found


def _stored_for(
    address: str | None, workspace: str, folder: Path | str | None, environment: Mapping[str, str]
) -> StoredProfile | None:
    """Return the stored profile for a server, and a workspace if one is named; the first by name that fits."""
    file = ProfileFile(folder or environment.get("TILEDB_PROFILE_DIR") or profile_folder(None, environment))
    fitting = [
        profile
        for profile in file.all()
        if isinstance(profile, StoredProfile)
        and (address is None or same_service(address, with_scheme(profile.server_address or DEFAULT_HOST)))
    ]
    exact = [profile for profile in fitting if workspace and workspace == profile.workspace]
    if exact or address is None:
        return exact[0] if exact else None
    return fitting[0] if fitting else None
