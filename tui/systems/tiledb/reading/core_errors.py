"""Work that TileDB's own library does, in a thread, with its failures in the program's one family of errors."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import TypeVar

from tui.services.errors import (
    NotAuthenticated,
    NotFound,
    NotSupported,
    PermissionDenied,
    ServiceError,
    TimedOut,
    Unavailable,
)
from tui.services.printable import printable
from tui.systems.tiledb.errors import LOG_IN, SYSTEM
from tui.systems.tiledb.values import without_keys

T = TypeVar("T")
LONGEST = 300
"""Characters of the library's own words that are passed on."""
_SAID = re.compile(r'server response data \'\{[^{}]{0,200}?"message": ?("(?:[^"\\]|\\.){1,400}")')
"""Where the library repeats what the server said, in the midst of words of its own that help nobody."""


async def run_core(operation: str, work: Callable[[], T], seconds: float) -> T:
    """Return what `work` returns; it runs in a thread of its own.

    Raises:
        TimedOut: it took longer than `seconds`; the thread goes on until the library gives up.
        NotAuthenticated, PermissionDenied, NotFound, NotSupported, Unavailable: by what the library says.
    """
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.to_thread(work)
    except TimeoutError:
        raise TimedOut(SYSTEM, operation, f"TileDB's library did not answer within {seconds:g} s") from None
    except ServiceError:
        raise
    except Exception as error:
        if not type(error).__module__.startswith("tiledb"):
            raise
        # Without the library's own exception, whose text may hold a key.
        raise core_error(operation, str(error)) from None


def core_error(operation: str, text: str) -> ServiceError:
    """Return what the library says as an error of the family. Its words come from the server as they are."""
    words = printable(without_keys(_said(text)), LONGEST)
    low = text.lower()
    if "unauthorized" in low or "http code 401" in low:
        return NotAuthenticated(SYSTEM, operation, words, LOG_IN)
    if "forbidden" in low or "http code 403" in low or "permission denied" in low:
        return PermissionDenied(SYSTEM, operation, words)
    if "does not exist" in low or "not found" in low or "http code 404" in low:
        return NotFound(SYSTEM, operation, words)
    if "http code 501" in low:
        # A server that answers so is there: nothing is wrong with the way to it.
        return NotSupported(SYSTEM, operation, words)
    return Unavailable(SYSTEM, operation, words)


def _said(text: str) -> str:
    """Return what the server said, as far as the library repeats it; else all that the library says."""
    found = _SAID.search(text)
    if found is None:
        return text
    try:
        return str(json.loads(found[1]))
    except ValueError:
        return text
