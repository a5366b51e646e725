"""Reader: bytes that arrive in pieces, decoded once the value that they make is whole (contract §2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from struct import error as StructError
from typing import Any, TypeVar

from tui.services.errors import ProtocolError
from tui.systems.arakoon.wire.entries import read_entries

T = TypeVar("T")
SYSTEM = "arakoon"
MIB = 1024 * 1024
_I32, _U32, _I64, _F64 = Struct("<i"), Struct("<I"), Struct("<q"), Struct("<d")
_length_at, _code_at = _I32.unpack_from, _U32.unpack_from


@dataclass(frozen=True, slots=True)
class Limits:
    """What is believed of the other side: lengths in bytes of one string and of one message, and nesting."""

    string: int = 64 * MIB
    message: int = 512 * MIB
    depth: int = 64


DEFAULT_LIMITS = Limits()


class Incomplete(Exception):
    """The value goes on beyond what has arrived. `end` is the position that must be reached to read on."""

    def __init__(self, end: int) -> None:
        super().__init__(end)
        self.end = end


def malformed(message: str) -> ProtocolError:
    """Return the error for bytes that cannot be what the contract says."""
    return ProtocolError(SYSTEM, "read", message)


class Reader:
    """The unread bytes of one direction of a connection.

    `feed` what arrives, `take` whole values. Every method that reads raises `Incomplete` when bytes are missing and
    `ProtocolError` when no bytes that may follow could make it right. No length makes it reserve memory: memory
    grows with what has arrived only, and up to `limits`.
    """

    __slots__ = (
        "_at",
        "_begin",
        "_data",
        "_depth",
        "_dropped",
        "_later",
        "_later_size",
        "_longest",
        "_most",
        "_partial",
        "_wanted",
        "limits",
    )

    def __init__(self, data: bytes = b"", limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._longest, self._most = limits.string, limits.message
        self._data = data
        self._at = 0
        self._begin = 0
        # While a value lacks bytes: how many are wanted from its begin, and what arrived since.
        self._wanted = 0
        self._later: list[bytes] = []
        self._later_size = 0
        # The first list of a value under way: where its elements begin counted from the value's begin, those that
        # were read, and the position behind them. When bytes are waited for, those of the elements are dropped.
        self._partial: tuple[int, list[Any], int] | None = None
        self._dropped = 0
        self._depth = 0

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        if self._wanted:
            self._later.append(data)
            self._later_size += len(data)
        elif self._at == len(self._data):
            self._data, self._at = data, 0
        else:
            self._data, self._at = self._data[self._at :] + data, 0

    @property
    def unread(self) -> int:
        """How many bytes have arrived and were not taken."""
        return len(self._data) - self._at + self._later_size

    def take(self, decode: Callable[[Reader], T]) -> T:
        """Return the next value.

        Raises:
            Incomplete: it is not whole yet; feed more and take it again with the same `decode`.
            ProtocolError: it is malformed or larger than is believed; the reader is of no use any more.
        """
        if self._wanted:
            if len(self._data) + self._later_size < self._wanted:
                raise Incomplete(self._wanted)
            self._data = b"".join((self._data, *self._later))
            self._later, self._later_size, self._wanted = [], 0, 0
        begin = self._begin = self._at
        try:
            value = decode(self)
        except Incomplete as lack:
            self._wait_for(lack.end)
            raise
        self._partial = None
        if self._dropped + self._at - begin > self._most:
            raise self._too_large()
        self._dropped = 0
        return value

    def _wait_for(self, end: int) -> None:
        begin = self._begin
        if self._partial is not None:
            # The elements that were read are not needed again: what follows them takes their place.
            first, items, resume = self._partial
            self._partial = first, items, first
            self._data = self._data[begin : begin + first] + self._data[resume:]
            self._dropped += resume - begin - first
            self._wanted = end - resume + first
        else:
            self._data = self._data[begin:]
            self._wanted = end - begin
        self._at = self._begin = 0
        if self._dropped + self._wanted > self.limits.message:
            raise self._too_large()

    def _too_large(self) -> ProtocolError:
        return malformed(f"a message of more than {self.limits.message:,} bytes")

    def byte(self) -> int:
        """Return one byte as a number."""
        at = self._at
        if at >= len(self._data):
            raise Incomplete(at + 1)
        self._at = at + 1
        return self._data[at]

    def flag(self) -> bool:
        """Return a bool: 00 or 01 and nothing else."""
        value = self.byte()
        if value > 1:
            raise malformed(f"a bool is {value:#04x}")
        return value == 1

    def _number(self, kind: Struct) -> Any:
        at = self._at
        end = at + kind.size
        if end > len(self._data):
            raise Incomplete(end)
        self._at = end
        return kind.unpack_from(self._data, at)[0]

    def i32(self) -> int:
        """Return a signed number of 4 bytes."""
        return self._number(_I32)

    def u32(self) -> int:
        """Return an unsigned number of 4 bytes."""
        at = self._at
        end = at + 4
        if end > len(self._data):
            raise Incomplete(end)
        self._at = end
        return _code_at(self._data, at)[0]

    def i64(self) -> int:
        """Return a signed number of 8 bytes."""
        return self._number(_I64)

    def f64(self) -> float:
        """Return a float of 8 bytes."""
        return self._number(_F64)

    def string(self) -> bytes:
        """Return a string: its length is looked at before its bytes are waited for."""
        at = self._at + 4
        data = self._data
        if at > len(data):
            raise Incomplete(at)
        length: int = _length_at(data, at - 4)[0]
        if not 0 <= length <= self._longest:
            raise malformed(f"a string of {length:,} bytes")
        end = at + length
        if end > len(data):
            raise Incomplete(end)
        self._at = end
        return data[at:end]

    def count(self, least: int) -> int:
        """Return the count of a list whose elements take `least` bytes or more each."""
        count = self.i32()
        if not 0 <= count * max(least, 1) <= self.limits.message:
            raise malformed(f"a list of {count:,} elements")
        return count

    def elements(self, count: int, read_one: Callable[[Reader], T]) -> list[T]:
        """Return `count` elements. Those that are whole are kept while the rest is waited for."""
        first = self._at - self._begin
        if not self._is_first_list(first):
            return [read_one(self) for _ in range(count)]
        items: list[T] = [] if self._partial is None else self._partial[1]
        self._depth += 1
        at = self._at
        try:
            while len(items) < count:
                items.append(read_one(self))
                at = self._at
        finally:
            self._depth -= 1
            self._partial = first, items, at
        return items

    def strings(self, count: int) -> list[bytes]:
        """Return `count` strings, as `elements` does, faster."""
        first = self._at - self._begin
        if not self._is_first_list(first):
            return [self.string() for _ in range(count)]
        items: list[bytes] = [] if self._partial is None else self._partial[1]
        data, at, most = self._data, self._at, self.limits.string
        size = len(data)
        append = items.append
        try:
            for _ in range(count - len(items)):
                length: int = _length_at(data, at)[0]
                begin = at + 4
                end = begin + length
                if end > size or not 0 <= length <= most:
                    break
                append(data[begin:end])
                at = end
        except StructError:
            # Fewer than 4 bytes are left, of which the reading below tells.
            pass
        self._at = at
        self._partial = first, items, at
        if len(items) < count:
            self.string()
        return items

    def entries(self, count: int) -> list[tuple[bytes, bytes]]:
        """Return `count` pairs of strings, as `elements` does, much faster."""
        first = self._at - self._begin
        size = len(self._data)
        if not self._is_first_list(first) or size > self.limits.string:
            return self.elements(count, Reader._entry)
        items: list[tuple[bytes, bytes]] = [] if self._partial is None else self._partial[1]
        at = read_entries(self._data, self._at, count - len(items), items)
        self._at = at
        self._partial = first, items, at
        if len(items) < count:
            # It is not whole or not right, and one of its strings tells which.
            self._entry()
        return items

    def _entry(self) -> tuple[bytes, bytes]:
        key = self.string()
        return key, self.string()

    def _is_first_list(self, first: int) -> bool:
        return not self._depth and (self._partial is None or self._partial[0] == first)


def whole(decode: Callable[[Reader], T], data: bytes, limits: Limits = DEFAULT_LIMITS, rest: bool = False) -> T:
    """Return the value that `data` is; with `rest`, other bytes may follow it.

    Raises:
        ProtocolError: it is malformed, cut short or too long.
    """
    reader = Reader(data, limits)
    try:
        value = reader.take(decode)
    except Incomplete:
        raise malformed("it is cut short") from None
    if reader.unread and not rest:
        raise malformed(f"{reader.unread:,} bytes too many")
    return value
