"""From the bytes of an answer to a value of a declared type, or to an error that names what is wrong."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tui.services.errors import ProtocolError
from tui.services.printable import printable

T = TypeVar("T")
IN_A_THREAD = 2**16
"""Bytes from which an answer is decoded in a thread: it would hold up the screen."""


async def decode(kind: type[T], body: bytes, system: str, operation: str) -> T:
    """Return the JSON `body` as a value of `kind`: a pydantic model, or a list or mapping of such.

    Raises:
        ProtocolError: it is no JSON, or a field is missing or wrong; the message names it and never its value.
    """
    if len(body) < IN_A_THREAD:
        return _decoded(kind, body, system, operation)
    return await asyncio.to_thread(_decoded, kind, body, system, operation)


def _decoded(kind: type[T], body: bytes, system: str, operation: str) -> T:
    try:
        return _adapter(kind).validate_json(body)
    except ValidationError as error:
        findings = error.errors(include_input=False, include_url=False, include_context=False)
        message = _in_words(findings[0]["loc"], findings[0]["type"], findings[0]["msg"])
        more = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
    # Raised here, without the cause: that one holds what was sent, which may be a secret.
    raise ProtocolError(system, operation, message + more, "the service may be of another version, or not one at all")


def _in_words(place: tuple[int | str, ...], kind: str, said: str) -> str:
    if kind == "json_invalid":
        return "the answer is not JSON"
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    reason = printable(said.removeprefix("Value error, "), 160)
    reason = reason[:1].lower() + reason[1:]
    return f"the answer's {printable(field, 120)}: {reason}" if field else f"the answer: {reason}"


@lru_cache(maxsize=256)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
