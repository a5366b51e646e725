"""Key search: keys and prefixes by how they begin, in a few short range calls whatever the cluster holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tui.services.errors import InvalidInput
from tui.systems.arakoon.keys_text import behind_prefix, key_text, read_key
from tui.systems.arakoon.prefix_tree import Child, read_level

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService

FOUND = 200
"""Keys that one search gives."""
TOP = 40
"""Prefixes at the top of the tree among which a part of a name is sought."""
OFFERED = 20


async def found_keys(service: ArakoonService, text: str) -> AsyncIterator[list[Child]]:
    """Yield the keys that begin with `text`, and then the names at the top of the tree that hold it elsewhere.

    Capitals matter where a key begins with it, since keys are bytes.
    """
    begun = _bytes(text)
    end = behind_prefix(begun)
    keys = await service.client.range(begun, True, end, False, FOUND, consistency=service.consistency)
    yield [Child(key, is_prefix=False) for key in keys]
    level = await read_level(service.client, b"", service.separator, TOP, consistency=service.consistency)
    folded, known = text.casefold(), set(keys)
    yield [child for child in level.children if child.key not in known and folded in key_text(child.key).casefold()]


async def begun_prefixes(service: ArakoonService, begun: str) -> list[str]:
    """Return the prefixes that `begun` may be completed to, to the next separator."""
    level = await read_level(service.client, _bytes(begun), service.separator, OFFERED, consistency=service.consistency)
    return [key_text(child.key) for child in level.children if child.is_prefix]


def prefix_above(key: bytes, separator: bytes) -> bytes:
    """Return the prefix whose level shows a key or a prefix, b"" at the top."""
    if not separator:
        return b""
    at = key[: len(key) - len(separator)].rfind(separator) if key.endswith(separator) else key.rfind(separator)
    return key[: at + len(separator)] if at >= 0 else b""


def _bytes(text: str) -> bytes:
    """Return the bytes of a text that is still being typed: half an escape stands for itself."""
    try:
        return read_key(text)
    except InvalidInput:
        return text.encode("utf-8", "surrogateescape")
