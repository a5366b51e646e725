"""Arrays of a storage as the viewer opens them: by the client, from the names of a collection and an array."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from tui.systems.deker.client import AsyncClient
from tui.systems.deker.reading.source import DekerArray

T = TypeVar("T")


async def opened(client: AsyncClient, collection: str, identity: str | None = None, tiles: bool = False) -> DekerArray:
    """Return an array or VArray, the first one without `identity`; of `tiles`, one of a VArray collection's tiles."""
    found = await client.get_collection(collection)
    assert found is not None
    kind = "varray" if found.is_virtual and not tiles else "array"
    if identity is None:
        identity = next(iter([entry.key async for page in client.array_pages(found, kind) for entry in page]))
    return client.array_source(found, await client.get_entry(found, kind, identity))


def with_source(
    root: Path,
    collection: str,
    work: Callable[[DekerArray], Awaitable[T]],
    identity: str | None = None,
    *,
    tiles: bool = False,
    memory_limit: int = 0,
) -> T:
    """Return what `work` makes of an array, with a client of its own. The rest is as in `opened`."""

    async def run() -> T:
        async with AsyncClient(str(root), memory_limit=memory_limit) as client:
            return await work(await opened(client, collection, identity, tiles))

    return asyncio.run(run())


def values(root: Path, collection: str, index: object = (), identity: str | None = None, **more: Any) -> NDArray[Any]:
    """Return the values at an index by Deker's rules."""
    return with_source(root, collection, lambda source: source.read(source.select(index)), identity, **more)
