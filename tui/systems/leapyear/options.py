"""How a client reaches a server: its address, and what it is told of the environment (contract §2.2, §8)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from tui.services.http.settings import HttpSettings
from tui.services.printable import printable
from tui.systems.leapyear.errors import SYSTEM, InvalidURL

DEFAULT_URL = "http://localhost:4401"
URL_VARIABLE, TOKEN_VARIABLE, KEY_VARIABLE = "LY_API_URL", "LY_JWT", "LY_PRIVATE_KEY_FILE"
CONTRACT_VERSION: Final = 1
BASE = "/api/v1"
LONGEST_WAIT = 30
"""Seconds that a server is asked to hold an answer back at most, while a job runs."""
_EXAMPLE = "such as https://ly-server:4401"


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """A server as a client needs to know it. `timeout` is how long a call may take in seconds, retries included."""

    url: str
    timeout: float = 30.0
    ca_file: Path | None = None
    allow_plain_http: bool = False

    def http(self, waiting: bool = False) -> HttpSettings:
        """Return the settings of a session with the server; `waiting`: one for calls that it is slow to answer.

        Raises:
            InvalidInput: it would be asked without encryption.
        """
        return HttpSettings(
            SYSTEM,
            self.url + BASE,
            headers={"ly-contract-version": str(CONTRACT_VERSION)},
            deadline=self.timeout,
            silence=LONGEST_WAIT + 10.0 if waiting else min(30.0, self.timeout),
            attempts=1 if waiting else 3,
            backoff=0.2,
            most_bytes=16 * 2**20,
            connections=2 if waiting else 16,
            allow_plain_http=self.allow_plain_http,
            ca_file=self.ca_file,
            redirects="none",
        )


def server_options(
    url: str | None = None, *, timeout: float = 30.0, ca_file: Path | None = None, allow_plain_http: bool = False
) -> ServerOptions:
    """Return the options for a server; without `url` it is that of `LY_API_URL`, or the one on this machine.

    Raises:
        InvalidURL: the address cannot be one.
    """
    given = url if url is not None else os.environ.get(URL_VARIABLE) or DEFAULT_URL
    return ServerOptions(check_url(given), timeout, ca_file, allow_plain_http)


def token_from_environment() -> SecretStr | None:
    """Return the token of `LY_JWT`, None without one."""
    found = os.environ.get(TOKEN_VARIABLE)
    return SecretStr(found.strip()) if found and found.strip() else None


def check_url(url: str) -> str:
    """Return a server's address without the slash at its end. A path before the API's is kept.

    Raises:
        InvalidURL: it is none. The text does not quote it, since it may hold a password.
    """

    def no(why: str) -> InvalidURL:
        return InvalidURL(SYSTEM, "open", f"the server's address {why}", _EXAMPLE)

    if not url or printable(url) != url or any(letter.isspace() for letter in url):
        raise no("has blanks or control characters in it, or is empty")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise no("cannot be understood; is the port a number up to 65535?") from None
    if parts.scheme not in ("http", "https"):
        raise no("begins with neither http:// nor https://")
    if not parts.hostname:
        raise no("names no host")
    if port == 0:
        raise no("has the port 0")
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise no("has a user, a query or a fragment in it")
    return url.rstrip("/")
