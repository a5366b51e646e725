"""An answer's body, read piece by piece and never more of it than is allowed, however it is packed."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

from tui.services.errors import ProtocolError

if TYPE_CHECKING:
    import httpx

PIECE = 2**18
"""Bytes that are unpacked at a time."""
_GZIP_OR_ZLIB = 47
"""zlib's window bits for: the largest window, and whichever of the two headers is there."""


class _Unpacker(Protocol):
    """zlib's object that unpacks piece by piece; its class has no public name."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


async def read_body(response: httpx.Response, most: int, system: str, operation: str) -> bytes:
    """Return the whole body, unpacked.

    httpx would unpack each piece whole and layer upon layer, so that a few kilobytes could fill the memory; here one
    layer of gzip or deflate is undone with a bound.

    Raises:
        ProtocolError: it is larger than `most` bytes, or packed in a way that was not asked for, or damaged.
        httpx.TransportError: the connection failed.
    """
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise ProtocolError(system, operation, "the service packs its answers in a way that was not asked for")
    unpacker = None if packing in ("identity", "") else zlib.decompressobj(_GZIP_OR_ZLIB)
    body = bytearray()
    try:
        async for piece in response.aiter_raw():
            if unpacker is None:
                body += piece
            else:
                _unpack(unpacker, piece, body, most)
            if len(body) > most:
                raise ProtocolError(system, operation, f"the answer is larger than {most:,} bytes")
    except zlib.error as error:
        raise ProtocolError(system, operation, "the answer is damaged: it cannot be unpacked") from error
    if unpacker is not None and body and not unpacker.eof:
        raise ProtocolError(system, operation, "the answer is damaged: it ends too early")
    return bytes(body)


def _unpack(unpacker: _Unpacker, piece: bytes, body: bytearray, most: int) -> None:
    while piece and not unpacker.eof and len(body) <= most:
        body += unpacker.decompress(piece, PIECE)
        piece = unpacker.unconsumed_tail
