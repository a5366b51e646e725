"""Groups and arrays of a snapshot as zarr describes them, made into values. All of it blocks: call it in a thread."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tui.services.printable import printable
from tui.systems.arraylake.content_models import Node

if TYPE_CHECKING:
    import zarr

MOST_NODES = 10_000
"""Children of one group that are described."""
LONGEST = 200
MOST_ATTRIBUTES = 2**18
"""Characters of JSON of a node's attributes; what is longer is left out, with a word that it is."""


def group_at(store: Any, path: str) -> zarr.Group:
    """Return a group of a snapshot. Raises KeyError or FileNotFoundError if there is none."""
    import zarr

    return zarr.open_group(store, path=path, mode="r")


def array_at(store: Any, path: str) -> zarr.Array[Any]:
    """Return an array of a snapshot. Raises KeyError or FileNotFoundError if there is none."""
    import zarr

    return zarr.open_array(store, path=path, mode="r")


def node_at(store: Any, path: str) -> Node:
    """Return the description of a group or an array."""
    import zarr

    return described(path, zarr.open(store, path=path, mode="r"))


def children_of(store: Any, path: str) -> tuple[Node, ...]:
    """Return what is directly in a group, groups first, each by name. One that cannot be described says why."""
    group_at(store, path)
    prefix = f"{path}/" if path else ""
    # One by one and not by the group's own list, which a single damaged node would end.
    found = [_one(store, f"{prefix}{name}") for name in asyncio.run(_names(store, path))]
    return tuple(sorted(found, key=lambda node: (node.kind != "group", node.path)))


async def _names(store: Any, path: str) -> list[str]:
    names: list[str] = []
    async for name in store.list_dir(path):
        if name != "zarr.json":
            names.append(name)
        if len(names) >= MOST_NODES:
            break
    return names


def _one(store: Any, path: str) -> Node:
    try:
        return node_at(store, path)
    except Exception as error:
        return Node(path=path, kind="array", problem=printable(f"{type(error).__name__}: {error}", LONGEST))


def described(path: str, member: Any) -> Node:
    """Return the description of what zarr opened."""
    import zarr

    if isinstance(member, zarr.Group):
        return Node(path=path, kind="group", attributes=attributes_of(member))
    metadata: Any = member.metadata
    names = getattr(metadata, "dimension_names", None)
    return Node(
        path=path,
        kind="array",
        shape=tuple(member.shape),
        dtype=printable(str(member.dtype), LONGEST),
        chunks=tuple(member.chunks),
        shards=None if member.shards is None else tuple(member.shards),
        dimension_names=None if names is None else tuple(names),
        fill_value=printable(str(member.fill_value), LONGEST),
        codecs=tuple(_codec_name(codec) for codec in (*member.filters, member.serializer, *member.compressors)),
        size=int(member.nbytes),
        chunk_count=int(member.nchunks),
        attributes=attributes_of(member),
    )


def attributes_of(member: Any) -> dict[str, Any]:
    """Return a node's attributes as JSON-able data."""
    attributes = dict(member.attrs)
    try:
        text = json.dumps(attributes, default=str)
    except (ValueError, TypeError, RecursionError):
        return {"problem": "the attributes cannot be shown"}
    if len(text) > MOST_ATTRIBUTES:
        return {"problem": f"the attributes take {len(text):,} characters and are left out"}
    return json.loads(text)


def _codec_name(codec: Any) -> str:
    return printable(type(codec).__name__.removesuffix("Codec"), 60)
