"""How a client reaches the service: what it was told, over what the vendor's tools were told (contract §2, §3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from tui.services.http.settings import HttpSettings, check_address, origin
from tui.systems.arraylake.errors import SYSTEM, invalid
from tui.systems.arraylake.vendor_config import VendorConfig, read_vendor_config

DEFAULT_URI = "https://api.earthmover.io"
LONGEST_CALL = 300.0
MEDIA_TYPE = "application/vnd.earthmover+json"
_KEY = re.compile(r"(?:ema_|ey)[\x21-\x7e]+\Z")


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """A catalogue as a client needs to know it. `timeout` is how long a call may take in seconds, retries included.

    `backoff` is what the waits between attempts grow from. `api_key` wins over the log-in that is kept in
    `token_file`. `org` is the organisation that is looked at, "" for all of the user's.
    """

    service_uri: str
    token_file: Path
    api_key: SecretStr | None = None
    org: str = ""
    timeout: float = 30.0
    backoff: float = 0.25
    verify: bool = True
    ca_file: Path | None = None
    proxy: str | None = field(default=None, repr=False)
    allow_plain_http: bool = False

    def http(self, base_url: str | None = None, deadline: float | None = None) -> HttpSettings:
        """Return the settings of a session with the service, or with the provider of its log-ins at `base_url`.

        Raises:
            InvalidInput: the address cannot be used, or would be asked without encryption.
        """
        accept = {"accept": MEDIA_TYPE} if base_url is None else {}
        return HttpSettings(
            SYSTEM,
            self.service_uri if base_url is None else base_url,
            headers=accept,
            deadline=self.timeout if deadline is None else deadline,
            silence=min(15.0, self.timeout),
            backoff=self.backoff,
            allow_plain_http=self.allow_plain_http and base_url is None,
            verify=self.verify,
            ca_file=self.ca_file,
            proxy=self.proxy,
        )


def service_options(
    service_uri: str | None = None,
    token: SecretStr | str | None = None,
    *,
    org: str = "",
    token_file: Path | None = None,
    timeout: float | None = None,
    ca_file: Path | None = None,
    allow_plain_http: bool = False,
    config: VendorConfig | None = None,
) -> ServiceOptions:
    """Return the options for a service. Reads files: call it in a thread.

    The environment's key, and the log-in in the vendor's usual file, are for the service that the vendor's tools are
    set to and for no other: a key must not be shown to whoever an address names.

    Raises:
        InvalidInput: the address, a key or the vendor's configuration cannot be used. No text holds the key.
    """
    known = read_vendor_config() if config is None else config
    usual = known.text("service.uri") or DEFAULT_URI
    address = (service_uri or usual).rstrip("/")
    check_address(SYSTEM, address)
    is_usual = _same_service(address, usual)
    key = SecretStr(token) if isinstance(token, str) else token
    if key is None and is_usual:
        configured = known.text("token")
        key = None if configured is None else SecretStr(configured)
    if key is not None and not _KEY.match(key.get_secret_value()):
        raise invalid("log in", "the API key is none: it begins with ema_ and has no blanks in it", "copy it again")
    authority = known.text("service.ssl.cafile")
    return ServiceOptions(
        service_uri=address,
        token_file=token_file.expanduser() if token_file is not None else _token_file(known, address, is_usual),
        api_key=key,
        org=org,
        timeout=timeout if timeout is not None else min(known.seconds("http.timeout", 30.0), LONGEST_CALL),
        verify=known.flag("service.ssl.verify", True),
        ca_file=ca_file if ca_file is not None else Path(authority) if authority else None,
        proxy=known.text("service.proxy"),
        allow_plain_http=allow_plain_http,
    )


def _same_service(address: str, usual: str) -> bool:
    try:
        return origin(address) == origin(usual)
    except ValueError:
        return False


def _token_file(known: VendorConfig, address: str, is_usual: bool) -> Path:
    """Return where the log-in is kept: newer tools keep one file for each service but the vendor's own."""
    folder = Path.home() / ".arraylake"
    configured = known.text("service.token_path")
    if configured is not None and is_usual:
        return Path(configured).expanduser()
    if _same_service(address, DEFAULT_URI):
        return folder / "token.json"
    own = folder / "tokens" / f"{_safe_host(address)}.json"
    return folder / "token.json" if is_usual and not own.exists() else own


def _safe_host(address: str) -> str:
    """Return the host of a service with `_` for what cannot be part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", check_address(SYSTEM, address).netloc)
