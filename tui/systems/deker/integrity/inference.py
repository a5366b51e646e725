"""What a collection is like by its arrays, where its metadata do not tell: the form that most of them share.

It serves to find the array that is not like the others. It is no schema: labels, fill value and the like are nowhere
but in the metadata (contract §11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from tui.systems.deker.entries import ItemKind, Shelf
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.header import ArrayHeader
from tui.systems.deker.format.item_file import header_of, whole_file
from tui.systems.deker.format.metadata import parse_json
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.stable_read import Writers
from tui.systems.deker.integrity.data_tree import WHOLE, DataTree, walk_data
from tui.systems.deker.integrity.level_one import Opened
from tui.systems.deker.models import Attribute
from tui.systems.deker.tree import Check

T = TypeVar("T", bound=Hashable)
SAMPLE = 40
"""Arrays that are asked."""

_NAMES = (
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "float128", "complex64", "complex128", "complex256"),
)
_STORED = {dtypes.stored_type(name): name for name in _NAMES}


class _Form(NamedTuple):
    """An item's attributes, if they can be read, and the header of its data, if it has any."""

    meta: dict[str, Any] | None
    shape: tuple[int, ...] | None
    dtype: str | None


def inferred(opened: Opened, writers: Writers, check: Check) -> Opened:
    """Return the collection with what its arrays tell in the place of what its metadata do not. Blocks."""
    collection = opened.collection
    kind = collection.kind or ("varray" if any(tree.startswith("varray") for tree in opened.trees) else "array")
    collection = collection.model_copy(update={"kind": kind})
    forms = list(_forms(Opened(collection, False, opened.trees), "array", writers, check))
    update: dict[str, Any] = {"kind": kind}
    shape, dtype = _most(form.shape for form in forms), _most(form.dtype for form in forms)
    if collection.dtype is None and dtype is not None:
        update["dtype"] = _STORED.get(dtype)
    if shape is not None and not (collection.tile_shape if kind == "varray" else collection.shape):
        update["tile_shape" if kind == "varray" else "shape"] = shape
    has_attributes = opened.has_attributes
    if not has_attributes:
        own = (
            forms
            if kind == "array"
            else list(_forms(Opened(collection, False, opened.trees), "varray", writers, check))
        )
        attributes = _attributes([form.meta for form in own if form.meta is not None])
        if attributes is not None:
            update["attributes"], has_attributes = attributes, True
    return Opened(collection.model_copy(update=update), has_attributes, opened.trees, is_inferred=True)


def _forms(opened: Opened, kind: ItemKind, writers: Writers, check: Check) -> Iterator[_Form]:
    shelf = Shelf.of(opened.collection, kind)
    if f"{kind}_data" not in opened.trees:
        return
    items = walk_data(shelf.data, shelf.suffix, opened.collection.name, WHOLE, DataTree(), check)
    for _, path in islice(items, SAMPLE):
        try:
            if kind == "varray":
                yield _Form(_meta(shelf.reader.read(path, whole_file, writers, 1).value), None, None)
                continue
            header = shelf.reader.read(path, header_of, writers, 1).value
        except OSError:
            continue
        if isinstance(header, ArrayHeader):
            data = header.data
            yield _Form(_meta(header.meta), data and data.shape, data and data.dtype)


def _meta(raw: bytes | None) -> dict[str, Any] | None:
    try:
        found = parse_json(raw or b"", "the attributes")
    except Defect:
        return None
    return found if isinstance(found, dict) else None


def _attributes(metas: list[dict[str, Any]]) -> tuple[Attribute, ...] | None:
    """Return the attributes that most items have, None where the items do not tell.

    Real numbers that are primary do not: the precision that their directories are spelt in is the schema's.
    """
    primary = _most(_keys(meta.get("primary_attributes")) for meta in metas)
    custom = _most(_keys(meta.get("custom_attributes")) for meta in metas)
    if primary is None or custom is None:
        return None
    found: list[Attribute] = []
    for name in primary:
        dtype = _most(
            _type(meta["primary_attributes"][name]) for meta in metas if _has(meta, "primary_attributes", name)
        )
        if dtype not in ("int", "string"):
            return None
        found.append(Attribute(name=name, dtype=dtype, primary=True))
    for name in custom:
        types = [_type(meta["custom_attributes"][name]) for meta in metas if _has(meta, "custom_attributes", name)]
        dtype = _most(each for each in types if each is not None)
        # An update makes texts of numbers (contract §5.1).
        if dtype is not None and not (dtype == "string" and {"int", "float"} & {*types}):
            found.append(Attribute(name=name, dtype=dtype))
    return tuple(found)


def _keys(values: Any) -> tuple[str, ...] | None:
    return tuple(values) if isinstance(values, dict) else None


def _has(meta: dict[str, Any], key: str, name: str) -> bool:
    return isinstance(meta.get(key), dict) and name in meta[key]


def _type(value: Any) -> str | None:
    """Return the type of attribute that a JSON value may be of; of a text that is any that is written as one."""
    return {"str": "string", "int": "int", "float": "float", "list": "tuple"}.get(type(value).__name__)


def _most(values: Iterable[T | None]) -> T | None:
    """Return the value that more than half, and at least two, have."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    value, count = Counter(known).most_common(1)[0]
    return value if count > 1 and 2 * count > len(known) else None
