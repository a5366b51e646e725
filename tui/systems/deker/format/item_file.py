"""The two ways to read an item's file: the header of an array's, the whole of a VArray's."""

from __future__ import annotations

import os

from tui.systems.deker.format.header import META_LIMIT, ArrayHeader, read_header
from tui.systems.deker.format.header_messages import Damaged, Unfamiliar


def any_header(descriptor: int, size: int) -> ArrayHeader:
    """Return the header of an open array file, by h5py where the quick reader does not know its form.

    Raises:
        Damaged: the file cannot be understood.
    """
    try:
        return read_header(descriptor, size)
    except Unfamiliar:
        from tui.systems.deker.format.header_h5py import read_header_by_h5py

        return read_header_by_h5py(descriptor, size)


def header_of(descriptor: int, size: int) -> ArrayHeader | Damaged:
    """Return the header of the open file of `size` bytes, or how it is damaged."""
    try:
        return any_header(descriptor, size)
    except Damaged as damage:
        return damage


def whole_file(descriptor: int, size: int) -> bytes:
    """Return the content of the open file of `size` bytes.

    Raises:
        OSError: it is larger than any metadata, or cannot be read.
    """
    if size > META_LIMIT:
        raise OSError(0, f"{size:,} bytes of metadata")
    parts: list[bytes] = []
    offset = 0
    while offset < size and (part := os.pread(descriptor, size - offset, offset)):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)
