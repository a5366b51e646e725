"""Looking keys up: a jump to a key among millions, all keys with a prefix, and a range of them by its bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.keys_text import behind_prefix, key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.resources.key_forms import KeyForm, PrefixForm, RangeForm
from tui.systems.arakoon.resources.key_list import EMPTY_KEY, KeyList, shown_key
from tui.systems.arakoon.values.value_json import json_value
from tui.systems.arakoon.values.value_kinds import recognise

if TYPE_CHECKING:
    from tui.systems.arakoon.paging import Entry
    from tui.systems.arakoon.service import ArakoonService

PREFIX_KEYS = 1000
"""Keys with a prefix that the command line gets; the screen lists them all, page by page."""


class KeyLookups(KeyList):
    """The actions of the lists of keys that lead to others. None of them reads more than it shows."""

    @action("F", "jump to a key", danger=Danger.READS, on="scope", form=KeyForm)
    async def jump(self, context: Context[ArakoonService], form: KeyForm) -> Outcome:
        key, service = read_key(form.key), context.service
        found = await service.client.range(key, True, None, False, 1, consistency=service.consistency)
        name = shown_key(key)
        link = Link(f"entries from {name} on", "from", Scope((form.key,)))
        if not found:
            return Outcome(f"there is no key {name}, nor one behind it", result=[], link=link, goes=True)
        if found[0] == key:
            message = name
        elif found[0].startswith(key):
            message = f"the first key that begins with {name}"
        else:
            message = f"there is no key {name}; this is the next one"
        return Outcome(message, result=[key_text(found[0])], link=link, goes=True)

    @action("P", "keys with a prefix", danger=Danger.READS, on="scope", form=PrefixForm)
    async def prefix(self, context: Context[ArakoonService], form: PrefixForm) -> Outcome:
        prefix, service = read_key(form.prefix), context.service
        keys = await service.client.prefix(prefix, PREFIX_KEYS, consistency=service.consistency)
        names = [key_text(key) for key in keys]
        more = f", the first {PREFIX_KEYS:,}" if len(keys) == PREFIX_KEYS else ""
        link = Link(f"entries with {form.prefix}", "entries", Scope((form.prefix,)))
        shown = "\n".join(name or EMPTY_KEY for name in names) or "there are none"
        return Outcome(f"{counted(len(keys))}{more}", result=names, text=shown, link=link, goes=True)

    @prefix.defaults
    async def prefix_start(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        return {"prefix": self.prefix_of(context.scope)}

    @action("Q", "range query", danger=Danger.READS, on="scope", form=RangeForm)
    async def range(self, context: Context[ArakoonService], form: RangeForm) -> Outcome:
        client, consistency = context.service.client, context.service.consistency
        begin, end = (read_key(text) if text else None for text in (form.begin, form.end))
        bounds = (begin, form.begin_inclusive, end, form.end_inclusive, form.limit)
        if form.reversed:
            entries = await client.rev_range_entries(*bounds, consistency=consistency)
        elif form.keys_only:
            entries = [(key, b"") for key in await client.range(*bounds, consistency=consistency)]
        else:
            entries = await client.range_entries(*bounds, consistency=consistency)
        rows = [
            {"key": key_text(key), "value": None if form.keys_only else json_value(value)} for key, value in entries
        ]
        lines = await asyncio.to_thread(_entry_lines, entries, form.keys_only)
        if len(entries) == form.limit:
            lines.append(f"… the limit of {form.limit:,} was reached")
        message = counted(len(rows), *(("key",) if form.keys_only else ("entry", "entries")))
        return Outcome(message, result=rows, text="\n".join(lines) or "there are none")

    @range.defaults
    async def range_start(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        prefix = self.prefix_of(context.scope)
        behind = behind_prefix(read_key(prefix))
        if not prefix or behind is None:
            return {"begin": prefix}
        return {"begin": prefix, "end": key_text(behind), "end_inclusive": False}


def _entry_lines(entries: Sequence[Entry], keys_only: bool) -> list[str]:
    return [_entry_line(key, None if keys_only else value) for key, value in entries]


def _entry_line(key: bytes, value: bytes | None) -> str:
    name = key_text(key) or EMPTY_KEY
    if value is None:
        return name
    return f"{name}  {recognise(value).summary if value else '(empty)'}"
