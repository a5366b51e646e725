"""A small Deker storage written by our own writer, and a client on it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from tests.deker.remembered import Remembered, entries, remember
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Attribute, Collection, Dimension, Entry

T = TypeVar("T")


@dataclass(frozen=True)
class Storage:
    """The storage's root and the ids that it holds, by collection, in the order of their primary attributes."""

    root: Path
    arrays: dict[str, list[str]]

    def directory(self, collection: str) -> Path:
        return self.root / "collections" / collection

    def data(self, collection: str, index: int = 0, kind: str = "array") -> Path:
        """Return the path of an item's file."""
        identity = self.arrays[collection][index]
        suffix = "json" if kind == "varray" else "hdf5"
        return self.directory(collection) / f"{kind}_data" / main_directory(identity) / f"{identity}.{suffix}"

    def use(self, work: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Run `work` with an open client on the storage."""

        async def run() -> T:
            async with AsyncClient(str(self.root)) as client:
                return await work(client)

        return asyncio.run(run())

    def entries(self, collection: str, kind: Any = None) -> list[Entry]:
        """Return the collection's filled entries in the order in which they are listed."""

        async def work(client: AsyncClient) -> list[Entry]:
            found = await client.get_collection(collection)
            assert found is not None and found.kind is not None
            pages = [page async for page in client.array_pages(found, kind or found.kind, 3)]
            return [entry for page in pages for entry in await client.fill(found, page) if entry is not None]

        return self.use(work)

    def collections(self) -> dict[str, Collection]:
        return {collection.name: collection for collection in self.use(lambda client: client.list_collections())}


def age(root: Path) -> None:
    """Set every file's times back by an hour, so that nothing looks as if it were being written."""
    for entry in [*entries(root)]:
        if not entry.is_dir():
            past = entry.stat(follow_symlinks=False).st_mtime - 3600
            os.utime(entry.path, (past, past), follow_symlinks=False)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """Two array collections, with and without attributes, and VArrays with tiles."""
    written, arrays = _written()
    written.write(tmp_path / "storage")
    return Storage(tmp_path / "storage", {name: [*identities] for name, identities in arrays.items()})


@cache
def _written() -> tuple[Remembered, dict[str, list[str]]]:
    """Return what the storage's directory holds, and the ids in it."""
    with tempfile.TemporaryDirectory() as folder:
        arrays = _create(folder)
        return remember(Path(folder)), arrays


def _create(root: str) -> dict[str, list[str]]:
    """Make the storage with the writer."""
    plane = (Dimension(name="y", size=6), Dimension(name="x", size=4))
    values = np.arange(24, dtype=np.float32).reshape(6, 4)
    attributes = (
        Attribute(name="number", dtype="int", primary=True),
        Attribute(name="place", dtype="string", primary=True),
        Attribute(name="note", dtype="string"),
    )
    arr = create_collection(root, NewCollection("arr", "float32", plane, attributes, chunks=(3, 2), compression="gzip"))
    arrays = [
        create_array(arr, {"number": number, "place": f"Łódź {number}"}, {"note": "n"}, values + 1)
        for number in (1, 2, 10)
    ]
    plain = create_collection(root, NewCollection("plain", "float32", plane))
    plains = sorted(create_array(plain, data=data) for data in (values, values, None))
    time = Dimension(name="t", size=4, kind="time", start_attribute="start", step=timedelta(hours=1))
    grid = (time, Dimension(name="x", size=6))
    keys = (Attribute(name="k", dtype="int", primary=True), Attribute(name="start", dtype="datetime"))
    va = create_collection(root, NewCollection("va", "int32", grid, keys, vgrid=(2, 3)))
    field = np.zeros((4, 6), np.int32)
    start = {"start": datetime(2020, 1, 1, tzinfo=UTC)}
    varrays = [create_varray(va, {"k": k}, start, field if k else None) for k in (0, 1)]
    return {"arr": arrays, "plain": plains, "va": varrays}
