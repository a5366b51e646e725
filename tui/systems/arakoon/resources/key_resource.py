"""Keys as lists: a tree of prefixes by the separator, and flat pages of entries; never all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail
from tui.resources.types import Page, Query, Scope
from tui.services.errors import NotFound
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.paging import Pace, Stretch, values_of
from tui.systems.arakoon.prefix_tree import LARGEST_PAGE, read_level, read_page
from tui.systems.arakoon.resources.cluster_actions import ClusterActions
from tui.systems.arakoon.resources.key_actions import KeyActions
from tui.systems.arakoon.resources.key_details import counted_prefix, described_key, described_prefix, item_of
from tui.systems.arakoon.resources.key_list import EMPTY_KEY
from tui.systems.arakoon.resources.key_lookups import KeyLookups
from tui.systems.arakoon.resources.key_questions import KeyQuestions
from tui.systems.arakoon.resources.key_search import begun_prefixes, found_keys, prefix_above
from tui.systems.arakoon.resources.transfer_actions import TransferActions
from tui.systems.arakoon.resources.value_file_actions import ValueFileActions
from tui.systems.arakoon.values.value_kinds import Kind

if TYPE_CHECKING:
    from tui.systems.arakoon.prefix_tree import Child
    from tui.systems.arakoon.service import ArakoonService

FILLED_BYTES = 16 << 20
"""Bytes of values that are read for the rows on screen; rows beyond that show no value."""
COUNTED = 250
"""Keys of a prefix that are counted for its row, each time that it is looked at."""
_KIND = Column("kind", priority=4, width=max(map(len, Kind)))
_SIZE = Column("size", kind="bytes", priority=7)
_VALUE = Column("value", priority=6, stretch=True)


class _KeyLists(KeyQuestions, ClusterActions, TransferActions, ValueFileActions, KeyLookups, KeyActions):
    """What the tree and the flat lists have in common. The actions of the last base come first on the key line."""

    model = KeyItem
    nests = True
    completes = True
    refresh = 5.0
    prefetch = 1000

    def key(self, item: KeyItem) -> str:
        return item.key

    def label(self, item: KeyItem) -> str:
        return item.key or EMPTY_KEY

    def identity(self, item: KeyItem) -> Hashable:
        return item.key, item.is_prefix

    def opens_item(self, item: KeyItem) -> str | None:
        return None if item.is_prefix else "value"

    async def get(self, service: ArakoonService, scope: Scope, key: str) -> KeyItem:
        raw = read_key(key)
        if self.is_prefix(service, scope, raw):
            if await service.client.prefix(raw, 1, consistency=service.consistency):
                return KeyItem(key=key, is_prefix=True, label=key, kind="prefix")
        else:
            value = (await service.client.multi_get_option([raw], consistency=service.consistency))[0]
            if value is not None:
                return await item_of(raw, value)
        raise NotFound("arakoon", "get", f"there is no key {key}", "list the prefix that it should be in")

    def is_prefix(self, service: ArakoonService, scope: Scope, key: bytes) -> bool:
        """Whether this names a prefix in the list, and not the key that is called the same."""
        return False

    async def completions(self, service: ArakoonService, scope: Scope, begun: str) -> Sequence[str]:
        return await begun_prefixes(service, begun)

    async def describe(self, service: ArakoonService, scope: Scope, item: KeyItem) -> Detail:
        describe = described_prefix if item.is_prefix else described_key
        return await describe(service, item, read_key(item.key))


class Keys(_KeyLists):
    """A level of the tree: keys, and the prefixes that end in the separator."""

    name = "keys"
    title = "Keys"
    aliases = ("key", "k", "tree")
    fills = True
    finds = True
    columns = (Column("label", "key", priority=9), _KIND, _SIZE, _VALUE)

    def child_of(self, item: KeyItem) -> str | None:
        return self.name if item.is_prefix else None

    def is_prefix(self, service: ArakoonService, scope: Scope, key: bytes) -> bool:
        separator = service.separator
        return bool(separator) and key.endswith(separator) and key != read_key(scope.parent)

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[KeyItem]]:
        prefix = read_key(scope.parent)
        size, place = min(query.page_size, LARGEST_PAGE), None
        while True:
            level = await read_level(
                service.client, prefix, service.separator, size, place, consistency=service.consistency
            )
            yield Page(tuple(child_item(child, prefix) for child in level.children))
            place = level.next
            if place is None:
                return

    async def find(self, service: ArakoonService, scope: Scope, text: str) -> AsyncIterator[Page[KeyItem]]:
        async for found in found_keys(service, text):
            yield Page(tuple(child_item(child, b"") for child in found))

    def listed_in(self, service: ArakoonService, scope: Scope, item: KeyItem) -> Scope:
        above = prefix_above(read_key(item.key), service.separator)
        return Scope((key_text(above),)) if above else Scope()

    async def fill(self, service: ArakoonService, scope: Scope, items: Sequence[KeyItem]) -> Sequence[KeyItem | None]:
        keys = [item for item in items if not item.is_prefix]
        raw = [read_key(item.key) for item in keys]
        values = await values_of(service.client, raw, Pace(), FILLED_BYTES, consistency=service.consistency)
        # What is beyond the budget stays as it is: such values have megabytes, and only few are read at once.
        filled: dict[str, KeyItem | None] = {item.key: item for item in keys}
        for item, key, value in zip(keys, raw, values, strict=False):
            label = {"label": item.label}
            filled[item.key] = None if value is None else (await item_of(key, value)).model_copy(update=label)
        prefixes = [item for item in items if item.is_prefix]
        counting = (counted_prefix(service, item, read_key(item.key), COUNTED) for item in prefixes)
        for item, found in zip(prefixes, await asyncio.gather(*counting, return_exceptions=True), strict=True):
            if isinstance(found, BaseException):
                raise found
            filled[item.key] = found
        return [filled[item.key] for item in items]


class Entries(_KeyLists):
    """Keys with their values, in the order of the keys, below a prefix or all."""

    name = "entries"
    title = "Entries"
    aliases = ("entry", "flat")
    searched = False
    columns = (Column("key", priority=9, value=lambda item: item.key or EMPTY_KEY), _KIND, _SIZE, _VALUE)

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[KeyItem]]:
        async for page in _entry_pages(service, Stretch.of_prefix(read_key(scope.parent)), query):
            yield page


class EntriesFrom(_KeyLists):
    """Entries from a key on, to the end: a place among all keys, however many there are before it."""

    name = "from"
    title = "Entries from a key"
    searched = False
    nothing = "there is no key from here on"
    columns = Entries.columns

    def prefix_of(self, scope: Scope) -> str:
        return ""

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[KeyItem]]:
        begin = read_key(scope.parent) if scope.parents else None
        async for page in _entry_pages(service, Stretch(begin), query):
            yield page


async def _entry_pages(service: ArakoonService, stretch: Stretch, query: Query) -> AsyncIterator[Page[KeyItem]]:
    pace, size = Pace(), min(query.page_size, LARGEST_PAGE)
    while True:
        page = await read_page(service.client, stretch, size, pace=pace, consistency=service.consistency)
        yield Page(tuple([await item_of(key, value) for key, value in page.entries]))
        if page.next is None:
            return
        stretch = page.next


def child_item(child: Child, prefix: bytes) -> KeyItem:
    name = key_text(child.name(prefix)) or key_text(child.key) or EMPTY_KEY
    return KeyItem(
        key=key_text(child.key),
        is_prefix=child.is_prefix,
        label=name,
        kind="prefix" if child.is_prefix else None,
        value=counted(child.count) if child.is_prefix and child.count is not None else None,
    )
