"""A value to and from a file, byte for byte: for those that are too large or too strange for a form."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.new_file import new_file
from tui.services.errors import InvalidInput, NotFound
from tui.systems.arakoon.changes import UNSEEN
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.keys_text import read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.resources.key_forms import FileToLoad, FileToWrite
from tui.systems.arakoon.resources.key_list import KeyList, shown_key
from tui.systems.arakoon.values.value_difference import value_difference
from tui.systems.arakoon.wire.reader import SYSTEM

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.arakoon.service import ArakoonService


class ValueFileActions(KeyList):
    """The actions of the lists of keys that move one value between the cluster and a file."""

    @action("W", "write the value to a file", danger=Danger.READS, form=FileToWrite)
    async def save_value(self, context: Context[ArakoonService], item: KeyItem, form: FileToWrite) -> Outcome:
        service, path = context.service, form.path.expanduser()
        value = await service.client.get(read_key(item.key), consistency=service.consistency)
        await asyncio.to_thread(_write, path, value, form.overwrite)
        return Outcome(f"wrote {counted(len(value), 'byte')} to {path}")

    @save_value.why_off
    def why_not_save(self, profile: Profile, item: KeyItem | None) -> str | None:
        return no_value(item)

    @action("L", "load the value from a file", form=FileToLoad, asks=True, rehearsal="whole")
    async def load_value(self, context: Context[ArakoonService], item: KeyItem, form: FileToLoad) -> Outcome:
        key, service = read_key(item.key), context.service
        value = await _read(form.path, service.settings.max_value)
        written = await service.changes.set(key, value, service.edited.pop(key, UNSEEN))
        words = f"{shown_key(key)} is as it was"
        if written.count:
            words = f"loaded {counted(len(value), 'byte')} into {shown_key(key)}"
        return Outcome(words, undo=written.undo)

    @load_value.preview
    async def preview_load(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: FileToLoad
    ) -> ChangePreview:
        key, service = read_key(items[0].key), context.service
        value = await _read(form.path, service.settings.max_value)
        before = await service.client.get(key)
        service.edited[key] = before
        lines = await asyncio.to_thread(value_difference, before, value)
        if not lines:
            return ChangePreview("changes nothing: the key has that value already")
        sizes = f"{counted(len(before), 'byte')} become {len(value):,}"
        return ChangePreview(f"changes the value of {shown_key(key)}: {sizes}", lines)

    @load_value.why_off
    def why_not_load(self, profile: Profile, item: KeyItem | None) -> str | None:
        return no_value(item)


def no_value(item: KeyItem | None) -> str | None:
    """Return why an item has no value, None if it has one or is not known yet."""
    return "it is a prefix of keys, and no key" if item is not None and item.is_prefix else None


def _write(path: Path, value: bytes, overwrite: bool) -> None:
    with new_file(path, overwrite=overwrite) as file:
        file.write(value)


async def _read(path: Path, most: int) -> bytes:
    """Return what a file holds.

    Raises:
        NotFound: there is none that can be read.
        InvalidInput: it has `most` bytes or more, which the servers do not take.
    """

    def read() -> bytes:
        with path.expanduser().open("rb") as file:
            return file.read(most)

    try:
        value = await asyncio.to_thread(read)
    except OSError as error:
        raise NotFound(SYSTEM, "load-value", f"{error.strerror}: {path}") from error
    if len(value) >= most:
        raise InvalidInput(SYSTEM, "load-value", f"{path}: fewer than {most:,} bytes are taken")
    return value
