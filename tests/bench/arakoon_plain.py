"""Plain clients to compare with: a synchronous one, one that writes field by field, and the bare event loop."""

from __future__ import annotations

import asyncio
import socket
from struct import Struct
from types import TracebackType
from typing import Self

from tests.bench.arakoon_node import CLUSTER

_I32 = Struct("<i")
_length_at = _I32.unpack_from
_PIECE = 1 << 16
_CONSISTENT = b"\0"
Request = tuple[bytes, ...]
"""The fields of a request, as they stand on the wire."""


def string(value: bytes) -> Request:
    """Return the two fields of a string."""
    return _I32.pack(len(value)), value


PROLOGUE: Request = (b"\0\0\xff\xb1", _I32.pack(1), *string(CLUSTER.encode()))


def get_request(key: bytes) -> Request:
    """Return the fields of a get."""
    return b"\x08\0\xff\xb1", _CONSISTENT, *string(key)


def set_request(key: bytes, value: bytes) -> Request:
    """Return the fields of a set."""
    return b"\x09\0\xff\xb1", *string(key), *string(value)


def range_entries_request(begin: bytes, most: int) -> Request:
    """Return the fields of a range of entries from a key to the end of the key space."""
    return b"\x0f\0\xff\xb1", _CONSISTENT, b"\1", *string(begin), b"\1", b"\0", b"\1", _I32.pack(most)


class PlainClient:
    """One connection, one request at a time: each sent in one write, its answer parsed from one buffer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._data, self._at = b"", 0
        self._set_up()

    def _set_up(self) -> None:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._send(PROLOGUE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def get(self, key: bytes) -> bytes:
        """Return a value."""
        self._send(get_request(key))
        self._check()
        return self._string()

    def set(self, key: bytes, value: bytes) -> None:
        """Write a value."""
        self._send(set_request(key, value))
        self._check()

    def range_entries(self, begin: bytes, most: int) -> list[tuple[bytes, bytes]]:
        """Return entries from a key on."""
        self._send(range_entries_request(begin, most))
        self._check()
        (count,) = _I32.unpack(self._exactly(4))
        flat = self._strings(2 * count)
        entries = list(zip(flat[::2], flat[1::2], strict=True))
        entries.reverse()
        return entries

    def _send(self, request: Request) -> None:
        self._socket.sendall(b"".join(request))

    def _check(self) -> None:
        (code,) = _I32.unpack(self._exactly(4))
        if code:
            raise RuntimeError(f"code {code:#x}")

    def _more(self) -> None:
        data = self._socket.recv(_PIECE)
        if not data:
            raise EOFError
        self._data, self._at = self._data[self._at :] + data, 0

    def _exactly(self, count: int) -> bytes:
        while len(self._data) - self._at < count:
            self._more()
        at = self._at
        self._at = at + count
        return self._data[at : at + count]

    def _string(self) -> bytes:
        return self._exactly(*_I32.unpack(self._exactly(4)))

    def _strings(self, count: int) -> list[bytes]:
        found: list[bytes] = []
        while len(found) < count:
            data, at, size = self._data, self._at, len(self._data)
            while at + 4 <= size and len(found) < count:
                begin = at + 4
                end = begin + _length_at(data, at)[0]
                if end > size:
                    break
                found.append(data[begin:end])
                at = end
            self._at = at
            if len(found) < count:
                self._more()
        return found


class FieldByFieldClient(PlainClient):
    """pyrakoon's way: each field of a request is a write, and the socket gathers small ones until the last arrived."""

    def _set_up(self) -> None:
        self._send(PROLOGUE)

    def _send(self, request: Request) -> None:
        for field in request:
            self._socket.sendall(field)


class BareProtocol(asyncio.BufferedProtocol):
    """The least that asyncio can do: a write, a future, a callback that counts bytes. Nothing is read of an answer."""

    def __init__(self) -> None:
        self._wanted = 0
        self._buffer = bytearray(_PIECE)
        self._answer: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport

    @classmethod
    async def connected(cls, port: int) -> BareProtocol:
        """Return one that is connected."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        made.transport.write(b"".join(PROLOGUE))
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._wanted -= nbytes
        if self._wanted <= 0 and self._answer is not None:
            self._answer.set_result(None)

    async def ask(self, request: bytes, size: int) -> None:
        """Send a request, and wait for an answer of so many bytes."""
        self._wanted = size
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        await self._answer
