"""Changes of keys that can be taken back: each asserts what it replaces, and returns what undoes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from tui.jobs.progress import Progress
from tui.services.errors import Conflict, InvalidInput, NotFound
from tui.systems.arakoon.asserted import MOST_KEYS, Change, first_batch
from tui.systems.arakoon.changing import ATTEMPTS, Changed, changing, overtaken
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.errors import AssertionFailed
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.paging import Pace, Stretch, read_entries
from tui.systems.arakoon.prefix_tree import count_keys
from tui.systems.arakoon.undoing import undo
from tui.systems.arakoon.wire.reader import SYSTEM


class _Unseen(Enum):
    UNSEEN = "unseen"


UNSEEN: Final = _Unseen.UNSEEN
"""In place of the value that a key is expected to have: whatever is there."""
Expected = bytes | None | _Unseen


@dataclass(frozen=True, slots=True)
class Written(Changed):
    """A change of one key. `before` is the value that it had, None if it was not there."""

    before: bytes | None = None


@dataclass(frozen=True, slots=True)
class PrefixLook:
    """What the deletion of a prefix would delete. `count` is of all its keys if `is_all`, else there are more."""

    count: int
    is_all: bool
    sample: tuple[bytes, ...]


class KeyChanges:
    """Changes of a cluster's keys.

    No write is sent again when its answer was lost. Each of them raises, besides what it says itself:

    * InDoubt (an OutcomeUnknown): the answer was lost. Its `changed.undo` undoes it if it was done.
    * AssertionFailed: the key is changed all the time by others; nothing was done.
    * InvalidInput: the value is larger than the servers take, or too large to be replaced with an assert.
    * Unavailable, TimedOut, ReadOnly and whatever else the client raises: nothing was done.
    """

    def __init__(self, client: AsyncClient, folder: Path | None = None) -> None:
        """Take the client, and where large undo data goes: None is the folder of the state."""
        self._client = client
        self._folder = folder

    async def set(self, key: bytes, value: bytes, expected: Expected = UNSEEN) -> Written:
        """Write a value. With `expected` only if the key has that value, None being that it is not there.

        Raises:
            AssertionFailed: it has another one.
        """
        return await self._write("set", key, value, expected)

    async def replace(self, key: bytes, value: bytes | None, expected: Expected = UNSEEN) -> Written:
        """Write a value, or with None delete the key if it is there. Raises as `set` does."""
        return await self._write("replace", key, value, expected)

    async def confirm(self, key: bytes, value: bytes) -> Written:
        """Write a value unless the key has it already; then nothing is sent and there is nothing to undo."""
        return await self._write("confirm", key, value, UNSEEN)

    async def delete(self, key: bytes, expected: Expected = UNSEEN) -> Written:
        """Delete a key. Raises as `set` does.

        Raises:
            NotFound: it is not there.
        """
        return await self._write("delete", key, None, expected, must_exist=True)

    async def test_and_set(self, key: bytes, test_value: bytes | None, set_value: bytes | None) -> Written:
        """Write `set_value` (None deletes) if the value is `test_value` (None: the key is not there).

        Otherwise nothing is changed, which is no error: `before` says what is there, `count` that it was not written.
        """
        try:
            written = await self._write("test_and_set", key, set_value, test_value)
        except AssertionFailed:
            return Written(0, None, await self._value(key))
        return written

    async def _write(
        self, what: str, key: bytes, value: bytes | None, expected: Expected, must_exist: bool = False
    ) -> Written:
        self._check_value(what, value)
        before: bytes | None = None

        async def plan() -> Sequence[Change]:
            nonlocal before
            before = await self._value(key) if isinstance(expected, _Unseen) else expected
            if before is None and must_exist:
                raise NotFound(SYSTEM, what, f"there is no key {key_text(key, 200)}")
            return [Change(key, before, value)]

        async with changing(self._client, what, self._folder) as run:
            try:
                if not isinstance(expected, _Unseen) and expected == value:
                    await self._client.assert_(key, expected)
                await run.change(plan, ATTEMPTS if isinstance(expected, _Unseen) else 1)
            except AssertionFailed as error:
                reason = "again and again meanwhile" if isinstance(expected, _Unseen) else "since it was looked at"
                raise overtaken(what, [key], reason) from error
        changed = await run.changed()
        return Written(changed.count, changed.undo, before)

    async def _value(self, key: bytes) -> bytes | None:
        return (await self._client.multi_get_option([key]))[0]

    def _check_value(self, what: str, value: bytes | None) -> None:
        # The servers refuse it in a plain `set`, and take it in a sequence; then nothing else could write it again.
        most = self._client.settings.max_value
        if value is not None and len(value) >= most:
            message = f"value: it has {len(value):,} bytes, and fewer than {most:,} are taken"
            raise InvalidInput(SYSTEM, what, message)

    async def look_at_prefix(self, prefix: bytes, most: int = 100_000, sample: int = 10) -> PrefixLook:
        """Return how many keys begin with `prefix`, counted up to `most`, and the first of them."""
        stretch = Stretch.of_prefix(prefix)
        bounds = (stretch.begin, stretch.begin_inclusive, stretch.end, stretch.end_inclusive)
        keys = await self._client.range(*bounds, sample)
        count, is_all = await count_keys(self._client, stretch, most)
        return PrefixLook(count, is_all, tuple(keys))

    async def delete_prefix(self, prefix: bytes, most: int | None = None, progress: Progress | None = None) -> Changed:
        """Delete all keys that begin with `prefix`, with b"" all there are, key by key in asserted sequences.

        The server's own delete_prefix is atomic and quick, and cannot be undone. This one can; it is as many
        sequences as it takes, each whole or not done at all, so that others may see it half done.

        Args:
            prefix: what the keys begin with.
            most: keys that may be deleted: what a person has agreed to.
            progress: hears of keys, and may cancel between two sequences.

        Raises:
            Conflict: there are more than `most`; nothing was deleted, or if they came meanwhile, BrokenOff.
            Stopped, Cancelled: it was cancelled, with or without anything done.
            BrokenOff: it could not go on.
        """
        stretch = Stretch.of_prefix(prefix)
        pace = Pace()
        progress = progress or Progress()
        progress.expect(None, "keys")
        progress.check()
        if most is not None and not (await count_keys(self._client, stretch, most))[1]:
            raise _too_many(most)

        async def plan() -> Sequence[Change]:
            entries = await read_entries(self._client, stretch, MOST_KEYS, pace)
            if most is not None and run.count + len(entries) > most:
                raise _too_many(most)
            return first_batch(Change(key, value, None) for key, value in entries)

        async with changing(self._client, "delete_prefix", self._folder) as run:
            while deleted := await run.change(plan):
                stretch = stretch.after(deleted[-1].key)
                progress.advance(len(deleted))
        return await run.changed()

    async def undo(self, data: Mapping[str, Any], progress: Progress | None = None) -> int:
        """Take back a change by its undo data, and return how many keys were put back. Raises as `undoing.undo`."""
        return await undo(self._client, data, folder=self._folder, progress=progress)


def _too_many(most: int) -> Conflict:
    message = f"there are more than {most:,} keys now, which is what was looked at"
    return Conflict(SYSTEM, "delete_prefix", message, "look again")
