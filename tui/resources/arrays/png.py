"""PNG: a picture of indexed colours written with what Python has. An imaging package would be 20 MB for 40 lines."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS_INDEXED = struct.pack(">BBBBB", 8, 3, 0, 0, 0)


def png_bytes(indices: NDArray[Any], colours: Sequence[tuple[int, int, int]], texts: dict[str, str]) -> bytes:
    """Return a PNG of `indices` (rows of entries of `colours`, at most 256). `texts` go in as iTXt by keyword."""
    rows, columns = indices.shape
    if not 0 < len(colours) <= 256:
        raise ValueError("a PNG palette has 1 to 256 colours")
    plain = indices.astype("uint8")
    body = b"".join(b"\0" + row.tobytes() for row in plain)  # 0: each row is as it is, no filter
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">II", columns, rows) + _EIGHT_BITS_INDEXED),
            _chunk(b"PLTE", b"".join(bytes(colour) for colour in colours)),
            *(_chunk(b"iTXt", _text(keyword, text)) for keyword, text in texts.items()),
            _chunk(b"IDAT", zlib.compress(body, 6)),
            _chunk(b"IEND", b""),
        )
    )


def _text(keyword: str, text: str) -> bytes:
    return keyword.encode("latin-1", "replace")[:79] + b"\0\0\0\0\0" + text.encode("utf-8", "replace")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
