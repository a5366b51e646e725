"""What a collection's files show of it when its metadata do not: shape, dtype, storage, attributes, grid (§11)."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tui.systems.deker.format import dtypes
from tui.systems.deker.format.header_messages import DataHeader
from tui.systems.deker.format.metadata import parse_json
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import Branch, branches
from tui.systems.deker.tree import Check

_LOOKED_AT = 200
"""Files of each kind that are looked at."""

_VALUES = 3
_DTYPES = (
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "float128", "complex64", "complex128", "complex256"),
)


@dataclass(slots=True)
class AttributeEvidence:
    """An attribute of which values were seen; `kinds` are JSON types by their Python names."""

    name: str
    primary: bool
    values: list[Any] = field(default_factory=list[Any])
    kinds: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Evidence:
    """What was seen. `data` is the most frequent form of the data, None if no array was ever written.

    `attributes` are in the order of the links' directories, then the custom ones; None if no file tells them. `grid`
    is the least grid that holds all tiles, () for arrays or if there are none.
    """

    is_virtual: bool = False
    data: DataHeader | None = None
    attributes: list[AttributeEvidence] | None = None
    grid: tuple[int, ...] = ()

    @property
    def dtype(self) -> str | None:
        """The canonical name of the data's dtype, None if it is unknown or not one of Deker's."""
        if self.data is None:
            return None
        return next((name for name in _DTYPES if dtypes.stored_type(name)[1:] == self.data.dtype[1:]), None)


def evidence(root: str, collection: Collection, check: Check) -> Evidence:
    """Look at some of a collection's files; its metadata are not used."""
    arrays, varrays = branches(root, collection)
    metas, forms = _look(arrays, check)
    found = Evidence()
    tiles = sum(_primary(meta).keys() == {"vid", "v_position"} for meta in metas.values())
    found.is_virtual = os.path.isdir(varrays.data) or tiles > len(metas) // 2
    if forms:
        found.data = forms.most_common(1)[0][0]
    if found.is_virtual:
        found.grid = _grid(arrays, metas, check)
        metas, _ = _look(varrays, check)
    own = varrays if found.is_virtual else arrays
    if metas:
        found.attributes = _attributes(metas, own, check)
    return found


def _look(branch: Branch, check: Check) -> tuple[dict[str, dict[str, Any]], Counter[DataHeader]]:
    """Return the attributes' JSON of some files by id, and how often each form of data was seen."""
    metas: dict[str, dict[str, Any]] = {}
    forms: Counter[DataHeader] = Counter()
    writers = writers_now()
    files, _ = branch.files(check)
    for identity, path in list(files.items())[:_LOOKED_AT]:
        check()
        content = branch.content(path, writers)
        if content.header is not None and content.header.data is not None:
            data = content.header.data
            forms[DataHeader(data.shape, data.dtype, data.storage, data.chunks, data.filters)] += 1
        try:
            meta = parse_json(content.raw or b"", "the attributes")
        except Defect:
            continue
        if isinstance(meta, dict) and meta.get("id") == identity:
            metas[identity] = meta
    return metas, forms


def _primary(meta: dict[str, Any]) -> dict[str, Any]:
    found = meta.get("primary_attributes")
    return found if isinstance(found, dict) else {}


def _grid(tiles: Branch, metas: dict[str, dict[str, Any]], check: Check) -> tuple[int, ...]:
    """Return the least grid that holds the positions of the tiles' attributes and links."""
    positions: list[list[int]] = []
    for meta in metas.values():
        position = _primary(meta).get("v_position")
        if isinstance(position, list) and all(type(number) is int for number in position):
            positions.append(position)
    try:
        names = os.listdir(tiles.links)
    except OSError:
        names = []
    for name in names[:_LOOKED_AT]:
        check()
        if not ID.match(name):
            continue
        try:
            texts = os.listdir(f"{tiles.links}/{name}")
        except OSError:
            continue
        for text in texts:
            numbers = text.split("-")
            if all(number.isdecimal() and len(number) < 10 for number in numbers):
                positions.append([int(number) for number in numbers])
    if not positions:
        return ()
    rank = Counter(len(position) for position in positions).most_common(1)[0][0]
    return tuple(max(axis) + 1 for axis in zip(*(p for p in positions if len(p) == rank), strict=True))


def _attributes(metas: dict[str, dict[str, Any]], branch: Branch, check: Check) -> list[AttributeEvidence]:
    found: dict[tuple[bool, str], AttributeEvidence] = {}
    for meta in metas.values():
        custom = meta.get("custom_attributes")
        for primary, values in ((True, _primary(meta)), (False, custom if isinstance(custom, dict) else {})):
            for name, value in values.items():
                seen = found.setdefault((primary, name), AttributeEvidence(name, primary))
                if value is not None:
                    seen.kinds.add(type(value).__name__)
                if len(seen.values) < _VALUES and value is not None and value not in seen.values:
                    seen.values.append(value)
    first = [seen for seen in found.values() if seen.primary]
    return _in_link_order(first, metas, branch, check) + [seen for seen in found.values() if not seen.primary]


def _in_link_order(
    primary: list[AttributeEvidence], metas: dict[str, dict[str, Any]], branch: Branch, check: Check
) -> list[AttributeEvidence]:
    """Return primary attributes in the order of the links' directories, where those tell it without doubt."""
    possible = [{seen.name for seen in primary} for _ in primary]
    looked_at = 0
    for link in branch.linked(check):
        if link.id not in metas or len(link.parts) != len(primary):
            continue
        values = _primary(metas[link.id])
        for level, part in enumerate(link.parts):
            agreeing = {name for name in possible[level] if isinstance(values.get(name), list | dict)}
            possible[level] &= agreeing | {name for name, value in values.items() if str(value) == part}
        looked_at += 1
        if looked_at >= _LOOKED_AT:
            break
    order = [next(iter(names)) for names in possible if len(names) == 1]
    if len(set(order)) < len(primary):
        return primary
    return sorted(primary, key=lambda seen: order.index(seen.name))
