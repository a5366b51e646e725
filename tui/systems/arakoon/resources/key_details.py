"""Key details: what the pane says of a key or a prefix, and an entry as it is listed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.resources.detail import Detail, Field, Link, Preview, Section
from tui.resources.types import Scope
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.paging import Stretch
from tui.systems.arakoon.prefix_tree import count_keys
from tui.systems.arakoon.resources.key_list import EMPTY_KEY
from tui.systems.arakoon.values.value_kinds import Kind, Shown, recognise
from tui.systems.arakoon.values.value_lines import hex_lines

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService

LARGE = 64 << 10
"""Bytes from which a value is recognised in a thread."""
LINES_SHOWN = 200
COUNTED = 10_000
"""Keys of a prefix that are counted at most."""
_HEX_COLUMNS = 8
"""Bytes of a line in the pane, which has half of the screen."""


async def item_of(key: bytes, value: bytes) -> KeyItem:
    """Return an entry as it is listed."""
    shown = await recognised(value)
    text = key_text(key)
    start = "" if shown.kind is Kind.EMPTY else shown.summary
    return KeyItem(key=text, label=text, kind=shown.kind, size=len(value), value=start)


async def recognised(value: bytes) -> Shown:
    """Return what a value looks like; a large one is looked at in a thread."""
    return recognise(value) if len(value) < LARGE else await asyncio.to_thread(recognise, value)


async def described_key(service: ArakoonService, item: KeyItem, key: bytes) -> Detail:
    """Return all that there is to say of a key. Raises `ServiceError`."""
    value = await service.client.get(key, consistency=service.consistency)
    shown = await recognised(value)
    lines, is_all = await asyncio.to_thread(_first_lines, value, shown)
    fields = [
        Field("key", item.key or EMPTY_KEY),
        Field("key size", len(key), "bytes"),
        Field("value", shown.kind),
        Field("size", shown.size, "bytes"),
    ]
    if shown.kind in (Kind.COMPRESSED, Kind.MESSAGEPACK):
        fields.append(Field("holds", shown.summary))
    sections = [Section("key", tuple(fields))]
    if shown.readings:
        sections.append(Section("could be", tuple(Field("", reading) for reading in shown.readings)))
    rest = [] if is_all else ["… enter shows all of it"]
    if lines:
        sections.append(Section("value", tuple(Field("", line or " ") for line in (*lines, *rest))))
    links = (
        Link("this level of the tree", "keys", _level_of(key, service.separator), item.key),
        Link("entries from here on", "from", Scope((item.key,)), item.key),
    )
    body = item.model_copy(update={"value": shown.summary})
    previews = (Preview("value", "value"),)
    return Detail(item.key or EMPTY_KEY, tuple(sections), body=body, links=links, previews=previews)


async def described_prefix(service: ArakoonService, item: KeyItem, prefix: bytes) -> Detail:
    """Return what there is to say of a prefix. Raises `ServiceError`."""
    count, is_all = await count_keys(service.client, Stretch.of_prefix(prefix), COUNTED, service.consistency)
    fields = (
        Field("prefix", item.key),
        Field("keys", f"{count:,}" if is_all else f"more than {count:,}"),
        Field("separator", key_text(service.separator)),
    )
    link = Link("all its entries", "entries", Scope((item.key,)))
    return Detail(item.key, (Section("prefix", fields),), body=item, links=(link,))


async def counted_prefix(service: ArakoonService, item: KeyItem, prefix: bytes, most: int) -> KeyItem:
    """Return the row of a prefix with how many keys it has, counted up to `most`. Raises `ServiceError`."""
    count, is_all = await count_keys(service.client, Stretch.of_prefix(prefix), most, service.consistency)
    return item.model_copy(update={"value": counted(count) if is_all else f"more than {counted(count)}"})


def _first_lines(value: bytes, shown: Shown) -> tuple[list[str], bool]:
    """Return the first lines of a value as the pane shows them, and whether they are all."""
    if shown.kind not in (Kind.NUMBER, Kind.BINARY):
        lines, is_all = shown.first_lines(LINES_SHOWN)
        return list(lines), is_all
    most = LINES_SHOWN * _HEX_COLUMNS
    return list(hex_lines(value[:most], _HEX_COLUMNS)), len(value) <= most


def _level_of(key: bytes, separator: bytes) -> Scope:
    """Return the level of the tree that a key is in."""
    if not separator:
        return Scope()
    head, found, _ = key.rpartition(separator)
    return Scope((key_text(head + found),)) if found else Scope()
