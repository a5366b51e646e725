"""Decompression of values that anyone may have made: no more than 16 MiB come of one, whatever it claims."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tui.systems.arakoon.wire.reader import MIB

LARGEST = 16 * MIB
"""Bytes that are unpacked; what follows them is left out."""
XZ_MEMORY = 80 * MIB
"""What xz may ask for to unpack; its strongest usual setting asks for 65 MiB."""
MOST_STREAMS = 100
"""Streams behind each other in one value that are unpacked: each costs a copy of all that follow it."""
_ONLY_RECOGNISED = {
    b"\xff\x06\x00\x00sNaPpY": "snappy",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a compressed value holds: its first LARGEST bytes if `is_cut`, None if none could be had.

    `problem` says what is wrong with it, or why it was not unpacked.
    """

    form: str
    content: bytes | None
    is_cut: bool = False
    problem: str = ""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def decompressed(value: bytes) -> Unpacked | None:
    """Return what a compressed value holds, None if it is not compressed in a way that can be recognised.

    One that is damaged or cut short is recognised by its first bytes all the same.
    """
    if value.startswith(b"\x1f\x8b\x08"):
        return _unpacked("gzip", value, lambda: zlib.decompressobj(31))
    if value[:3] == b"BZh" and value[4:10] == b"1AY&SY":
        return _unpacked("bz2", value, bz2.BZ2Decompressor)
    if value.startswith(b"\xfd7zXZ\0"):
        return _unpacked("xz", value, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY))
    for magic, form in _ONLY_RECOGNISED.items():
        if value.startswith(magic):
            return Unpacked(form, None, problem="it cannot be unpacked here")
    if _may_be_zlib(value):
        # Two bytes are little to go by: it is zlib only if all of it is, and nothing follows it.
        unpacked = _unpacked("zlib", value, zlib.decompressobj, many=False)
        return None if unpacked.problem else unpacked
    return None


def _may_be_zlib(value: bytes) -> bool:
    if len(value) < 8 or value[0] & 0x0F != 8 or value[0] >> 4 > 7 or value[1] & 0x20:
        return False
    return int.from_bytes(value[:2]) % 31 == 0


def _unpacked(form: str, value: bytes, make: Callable[[], _Decompressor], many: bool = True) -> Unpacked:
    """Return what the value holds; with `many`, of the streams that follow each other in it."""
    made: list[bytes] = []
    size, problem, is_whole, rest = 0, "", False, value
    try:
        for _ in range(MOST_STREAMS):
            stream = make()
            content, problem = _one_stream(stream, rest, LARGEST - size)
            made.append(content)
            size += len(content)
            is_whole, rest = stream.eof and not stream.unused_data, stream.unused_data
            if rest and not many:
                problem = "followed by something else"
            if problem or not rest or size == LARGEST:
                break
    except (zlib.error, OSError, lzma.LZMAError, EOFError, MemoryError) as error:
        problem = f"damaged ({type(error).__name__})"
    content = b"".join(made)
    return Unpacked(form, None if problem and not content else content, not is_whole and not problem, problem)


def _one_stream(stream: _Decompressor, value: bytes, most: int) -> tuple[bytes, str]:
    """Return what one stream holds, up to `most` bytes, and what is wrong with it."""
    made: list[bytes] = []
    size = 0
    while not stream.eof and size < most:
        content = stream.decompress(value, most - size)
        value = getattr(stream, "unconsumed_tail", b"")
        if not content and not value and not stream.eof:
            return b"".join(made), "cut short"
        made.append(content)
        size += len(content)
    return b"".join(made), ""
