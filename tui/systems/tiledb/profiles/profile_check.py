"""Whether a stored profile is good: its host, its credential and its workspace, told apart, and soon."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from tui.services.errors import ServiceError
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.errors import (
    SYSTEM,
    HostUnreachable,
    LoginError,
    LoginRefused,
    ProfileUnusable,
    WorkspaceRefused,
)
from tui.systems.tiledb.opened import Detected
from tui.systems.tiledb.options import ServiceOptions, options_of
from tui.systems.tiledb.profiles.vendor_settings import read_settings

WRONG: dict[type[LoginError], str] = {
    HostUnreachable: "bad host",
    LoginRefused: "bad token or password",
    WorkspaceRefused: "bad workspace",
    ProfileUnusable: "nothing usable is stored",
}
"""What is said first of a log-in that fails."""
ATTEMPTS = 2
"""How often a server is asked: a person waits for the answer, and can ask again."""
SECONDS = 10.0
"""How long each answer may take."""


async def check_profile(name: str, folder: Path | None) -> tuple[ServiceOptions, Detected]:
    """Return what a stored profile says, and which platform answered and took it.

    Raises:
        LoginError: which of its kinds says what is wrong, and so does the beginning of its message.
    """
    try:
        options = await asyncio.to_thread(_options, name, folder)
    except ServiceError as error:
        raise said_first(ProfileUnusable(SYSTEM, "test profile", error.message, error.hint)) from error
    async with AsyncClient(options=options) as client:
        try:
            await client.check_login()
        except LoginError as error:
            raise said_first(error) from error
        return options, await client.detect()


def said_first(error: LoginError) -> LoginError:
    """Return the error with what is wrong at the beginning of its message."""
    kind = type(error)
    words = WRONG.get(kind, "it does not log in")
    return kind(error.system, error.operation, f"{words}: {error.message}", error.hint)


def _options(name: str, folder: Path | None) -> ServiceOptions:
    options = options_of(read_settings(name, folder, named_by_environment=False))
    if not options.has_credential:
        message = "neither a token nor a user name and a password"
        raise ProfileUnusable(SYSTEM, "test profile", message, "edit the profile")
    return replace(options, attempts=ATTEMPTS, timeout=SECONDS)
