"""Return codes: what an answer begins with, and whether the connection lives on behind it (contract §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from tui.systems.arakoon.wire.codecs import STRING, U32
from tui.systems.arakoon.wire.reader import Reader, malformed

T = TypeVar("T")


class Code(IntEnum):
    """The codes that servers are known to send, and the three that only old ones did."""

    OK = 0x00
    NO_MAGIC = 0x01
    TOO_MANY_DEAD_NODES = 0x02
    NO_HELLO = 0x03
    NOT_MASTER = 0x04
    NOT_FOUND = 0x05
    WRONG_CLUSTER = 0x06
    ASSERTION_FAILED = 0x07
    READ_ONLY = 0x08
    OUTSIDE_INTERVAL = 0x09
    GOING_DOWN = 0x10
    NOT_SUPPORTED = 0x20
    NO_LONGER_MASTER = 0x21
    BAD_INPUT = 0x26
    INCONSISTENT_READ = 0x80
    USER_FUNCTION_FAILURE = 0x81
    USER_HOOK_NOT_FOUND = 0x82
    MAX_CONNECTIONS = 0xFE
    UNKNOWN_FAILURE = 0xFF


STAYS_OPEN = frozenset(
    {
        Code.OK,
        Code.NOT_FOUND,
        Code.ASSERTION_FAILED,
        Code.NO_LONGER_MASTER,
        Code.BAD_INPUT,
        Code.INCONSISTENT_READ,
    }
)
"""After any other code the server closes right behind its answer (contract §6.2)."""
_KNOWN = frozenset(Code)


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is no result."""

    code: int
    message: bytes

    @property
    def closes(self) -> bool:
        """Whether the server hangs up behind it, so that whatever was sent after the request is never read."""
        return self.code not in STAYS_OPEN

    def encode(self) -> bytes:
        """Return the answer's bytes. The code for a missing magic stands alone."""
        if self.code == Code.NO_MAGIC:
            return U32.encode(self.code)
        return U32.encode(self.code) + STRING.encode(self.message)


def read_reply(reader: Reader, decode: Callable[[Reader], T], any_code: bool = False) -> T | Failure:
    """Return an answer: its result, or its failure. With `any_code` a code that is not known is one as well.

    Raises as `Reader` does.
    """
    code = reader.u32()
    return read_failure(reader, code, any_code) if code else decode(reader)


def read_failure(reader: Reader, code: int, any_code: bool = False) -> Failure:
    """Return an answer whose code, read already, says that it is a failure. Raises as `Reader` does."""
    if code == Code.NO_MAGIC:
        return Failure(code, b"")
    if code not in _KNOWN and not any_code:
        raise malformed(f"an answer begins with {code:#x}")
    return Failure(code, reader.string())
