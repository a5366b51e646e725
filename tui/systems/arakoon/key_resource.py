"""Keys as lists: a tree of prefixes by the separator, and flat pages of entries; never all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Preview, Section, Table
from tui.resources.types import Page, Query, Scope
from tui.services.errors import NotFound
from tui.systems.arakoon.key_actions import KeyActions
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.paging import Pace, Stretch
from tui.systems.arakoon.prefix_tree import LARGEST_PAGE, count_keys, read_level, read_page
from tui.systems.arakoon.transfer_actions import TransferActions
from tui.systems.arakoon.value_kinds import Kind, Shown, recognise

if TYPE_CHECKING:
    from tui.systems.arakoon.prefix_tree import Child
    from tui.systems.arakoon.service import ArakoonService

FILLED_BYTES = 16 << 20
"""Bytes of values that are read for the rows on screen; rows beyond that show no value."""
LARGE = 64 << 10
"""Bytes from which a value is recognised in a thread."""
LINES_SHOWN = 200
COUNTED = 10_000


class _KeyLists(KeyActions, TransferActions):
    """What the tree and the flat list have in common."""

    model = KeyItem
    nests = True
    refresh = 5.0
    prefetch = 1000

    def key(self, item: KeyItem) -> str:
        return item.key

    def label(self, item: KeyItem) -> str:
        return item.key

    def identity(self, item: KeyItem) -> Hashable:
        return item.key, item.is_prefix

    def opens_item(self, item: KeyItem) -> str | None:
        return None if item.is_prefix else "value"

    async def get(self, service: ArakoonService, scope: Scope, key: str) -> KeyItem:
        raw = read_key(key)
        ends = bool(service.separator) and raw.endswith(service.separator)
        value = (await service.client.multi_get_option([raw], consistency=service.consistency))[0]
        if value is not None:
            return await item_of(raw, value)
        if ends and await service.client.prefix(raw, 1, consistency=service.consistency):
            return KeyItem(key=key, is_prefix=True, label=key)
        raise NotFound("arakoon", "get", f"there is no key {key}", "list the prefix that it should be in")

    async def describe(self, service: ArakoonService, scope: Scope, item: KeyItem) -> Detail:
        raw = read_key(item.key)
        if item.is_prefix:
            count, is_all = await count_keys(service.client, Stretch.of_prefix(raw), COUNTED, service.consistency)
            fields = (
                Field("prefix", item.key),
                Field("keys" if is_all else "keys, at least", count, "count"),
                Field("separator", key_text(service.separator)),
            )
            link = Link("all its entries", "entries", Scope((item.key,)))
            return Detail(item.key, (Section("prefix", fields),), body=item, links=(link,))
        value = await service.client.get(raw, consistency=service.consistency)
        shown = await recognised(value)
        lines, is_all = await asyncio.to_thread(shown.first_lines, LINES_SHOWN)
        fields = (
            Field("key", item.key),
            Field("key size", len(raw), "bytes"),
            Field("value", shown.kind),
            Field("size", shown.size, "bytes"),
            Field("what", shown.summary),
        )
        sections = [Section("key", fields)]
        if shown.readings:
            sections.append(Section("could be", tuple(Field("", reading) for reading in shown.readings)))
        rest = () if is_all else (("… enter shows all of it",),)
        table = Table(("line",), (*((line,) for line in lines), *rest))
        sections.append(Section("value", table=table))
        body = item.model_copy(update={"value": shown.summary})
        return Detail(item.key, tuple(sections), body=body, previews=(Preview("value", "value"),))


class Keys(_KeyLists):
    """A level of the tree: keys, and the prefixes that end in the separator."""

    name = "keys"
    title = "Keys"
    aliases = ("key", "k", "tree")
    fills = True
    columns = (
        Column("label", "key", priority=9),
        Column("kind", priority=6),
        Column("size", kind="bytes", priority=7),
        Column("value", priority=5),
    )

    def child_of(self, item: KeyItem) -> str | None:
        return self.name if item.is_prefix else None

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[KeyItem]]:
        prefix = read_key(scope.parent)
        size, place = min(query.page_size, LARGEST_PAGE), None
        while True:
            level = await read_level(
                service.client, prefix, service.separator, size, place, consistency=service.consistency
            )
            yield Page(tuple(_child_item(child, prefix) for child in level.children))
            place = level.next
            if place is None:
                return

    async def fill(self, service: ArakoonService, scope: Scope, items: Sequence[KeyItem]) -> Sequence[KeyItem | None]:
        found: list[KeyItem | None] = []
        read = 0
        for item in items:
            if item.is_prefix or read > FILLED_BYTES:
                found.append(item)
                continue
            values = await service.client.multi_get_option([read_key(item.key)], consistency=service.consistency)
            if values[0] is None:
                found.append(None)
                continue
            read += len(values[0])
            filled = await item_of(read_key(item.key), values[0])
            found.append(filled.model_copy(update={"label": item.label}))
        return found


class Entries(_KeyLists):
    """Keys with their values, in the order of the keys, below a prefix or all."""

    name = "entries"
    title = "Entries"
    aliases = ("entry", "flat")
    columns = (
        Column("key", priority=9),
        Column("kind", priority=6),
        Column("size", kind="bytes", priority=7),
        Column("value", priority=5),
    )

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[KeyItem]]:
        stretch = Stretch.of_prefix(read_key(scope.parent)) if scope.parents else Stretch()
        pace, size = Pace(), min(query.page_size, LARGEST_PAGE)
        while True:
            page = await read_page(service.client, stretch, size, pace=pace, consistency=service.consistency)
            yield Page(tuple([await item_of(key, value) for key, value in page.entries]))
            if page.next is None:
                return
            stretch = page.next


async def item_of(key: bytes, value: bytes) -> KeyItem:
    """Return an entry as it is listed."""
    shown = await recognised(value)
    text = key_text(key)
    return KeyItem(key=text, label=text, kind=shown.kind, size=len(value), value=_start(shown))


async def recognised(value: bytes) -> Shown:
    """Return what a value looks like; a large one is looked at in a thread."""
    return recognise(value) if len(value) < LARGE else await asyncio.to_thread(recognise, value)


def _start(shown: Shown) -> str:
    return "" if shown.kind is Kind.EMPTY else shown.summary


def _child_item(child: Child, prefix: bytes) -> KeyItem:
    name = key_text(child.name(prefix)) or key_text(child.key)
    count = f"{child.count:,} keys" if child.is_prefix and child.count is not None else None
    return KeyItem(
        key=key_text(child.key),
        is_prefix=child.is_prefix,
        label=name,
        kind="prefix" if child.is_prefix else None,
        value=count,
    )
