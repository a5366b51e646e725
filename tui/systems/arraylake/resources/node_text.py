"""Groups and arrays in words, and those of the catalogue's own description as nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui.systems.arraylake.content_models import Node
from tui.systems.arraylake.repo_models import DatasetArray, DatasetNode


def shape_text(shape: tuple[int, ...] | None) -> str:
    """Return sizes as they are read: `24x180x360`; of no dimension `scalar`, of a group nothing."""
    if shape is None:
        return ""
    return "x".join(map(str, shape)) or "scalar"


def node_facts(node: Node) -> tuple[str, str]:
    """Return shape and type of a node, or why it has none."""
    if node.problem is not None:
        return "", node.problem
    return shape_text(node.shape), node.dtype or ""


def catalogue_nodes(group: DatasetNode) -> Iterator[Node]:
    """Yield what is directly in a group as the catalogue tells of it: groups, then arrays."""
    prefix = f"{group.path.strip('/')}/" if group.path.strip("/") else ""
    for name in group.child_groups:
        yield Node(path=prefix + name.strip("/").rpartition("/")[2], kind="group")
    for array in (*group.coordinates, *group.data_variables):
        yield _array(prefix, array)


def _array(prefix: str, array: DatasetArray) -> Node:
    dtype: Any = array.dtype
    return Node(
        path=prefix + array.name.strip("/").rpartition("/")[2],
        kind="array",
        shape=tuple(array.shape),
        dtype=str(dtype.get("name", "unknown")) if isinstance(dtype, dict) else dtype,
        chunks=None if array.chunk_shape is None else tuple(array.chunk_shape),
        dimension_names=None if array.dimension_names is None else tuple(array.dimension_names),
        fill_value=None if array.fill_value is None else str(array.fill_value),
        size=array.nbytes,
        attributes=array.attributes,
    )
