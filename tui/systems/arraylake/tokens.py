"""The log-in on disk: the file that the vendor's own tools read and write, so that one log-in serves both."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from tui.config.atomic import sole_writer, write_atomically
from tui.services.errors import Unavailable
from tui.services.http.secrets import revealed
from tui.systems.arraylake.errors import SYSTEM, invalid

MOST = 2**18
"""Bytes of a token file that are read."""


class Tokens(BaseModel):
    """A log-in. `id_token` is what the service takes (contract §2); `expires_in` is in seconds since it was made."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: SecretStr
    id_token: SecretStr
    refresh_token: SecretStr
    expires_in: int
    token_type: str


class Renewed(BaseModel):
    """What the provider answers to a refresh; without a `refresh_token` the old one stays (contract §4.1)."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: SecretStr
    id_token: SecretStr
    refresh_token: SecretStr | None = None
    expires_in: int
    token_type: str

    def over(self, old: Tokens) -> Tokens:
        """Return the whole log-in."""
        return Tokens(
            access_token=self.access_token,
            id_token=self.id_token,
            refresh_token=self.refresh_token or old.refresh_token,
            expires_in=self.expires_in,
            token_type=self.token_type,
        )


class KeptLogin:
    """A log-in as it was found: its tokens, and when it was written."""

    __slots__ = ("tokens", "written")

    def __init__(self, tokens: Tokens, written: datetime) -> None:
        self.tokens = tokens
        self.written = written

    @property
    def expires(self) -> datetime | None:
        """When the service stops taking it: the token says so, or else the time it was written and its lifetime."""
        stated = token_expiry(self.tokens.id_token)
        if stated is not None:
            return stated
        try:
            return self.written + timedelta(seconds=self.tokens.expires_in)
        except OverflowError:
            return None


def token_expiry(token: SecretStr) -> datetime | None:
    """Return when a JWT ends by its own word, None if it is no JWT or does not say. Its signature is not looked at."""
    parts = token.get_secret_value().split(".")
    if len(parts) != 3:
        return None
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        ends: Any = cast("dict[str, Any]", claims).get("exp") if isinstance(claims, dict) else None
        return datetime.fromtimestamp(ends, UTC) if isinstance(ends, int | float) else None
    except (ValueError, binascii.Error, RecursionError, OverflowError, OSError):
        return None


def read_login(path: Path) -> KeptLogin | None:
    """Return the log-in of a file, None if there is none. Call it in a thread.

    Raises:
        InvalidInput: the file holds something else; the message does not quote it.
        Unavailable: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(MOST) if stat.S_ISREG(status.st_mode) else b""
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Unavailable(SYSTEM, "log in", f"{path} cannot be read: {error.strerror}") from error
    try:
        return KeptLogin(Tokens.model_validate_json(content), datetime.fromtimestamp(status.st_mtime, UTC))
    except ValidationError as error:
        finding = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, finding["loc"])) or "its text"
    raise invalid("log in", f"{path} holds no log-in: see {where}", "log in again")


def write_login(path: Path, tokens: Tokens) -> KeptLogin:
    """Replace a log-in, for this user's eyes only. Call it in a thread, and `alone` with the file.

    Raises:
        Unavailable: it cannot be written; what was there is still there.
    """
    try:
        write_atomically(path, json.dumps(revealed(tokens.model_dump())))
    except OSError as error:
        raise Unavailable(SYSTEM, "log in", f"{path} cannot be written: {error.strerror}") from error
    return KeptLogin(tokens, datetime.now(UTC))


def delete_login(path: Path) -> bool:
    """Remove a log-in; return whether there was one. Call it in a thread.

    Raises:
        Unavailable: it cannot be removed.
    """
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise Unavailable(SYSTEM, "log out", f"{path} cannot be removed: {error.strerror}") from error
    return True


@asynccontextmanager
async def alone(path: Path) -> AsyncGenerator[None]:
    """Keep other arraydecks from refreshing or replacing the log-in of `path` meanwhile.

    Raises:
        Unavailable: another one does not let go of it, or its folder cannot be written.
    """
    lock = sole_writer(path)
    entering = asyncio.ensure_future(asyncio.to_thread(lock.__enter__))
    try:
        await asyncio.shield(entering)
    except asyncio.CancelledError:
        # The thread goes on; what it gets hold of must be let go.
        entering.add_done_callback(lambda done: done.exception() or lock.__exit__(None, None, None))
        raise
    except OSError as error:
        raise Unavailable(SYSTEM, "log in", f"{path} cannot be locked: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.__exit__(None, None, None)
