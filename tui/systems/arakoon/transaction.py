"""Transaction: steps that are staged one by one, looked at together, and done as one sequence or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui.services.errors import Conflict, InvalidInput, NotFound
from tui.systems.arakoon.asserted import LARGEST_SEQUENCE, Change
from tui.systems.arakoon.changing import Changed, changing, overtaken
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.errors import AssertionFailed
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.paging import Pace, Stretch, read_entries, values_of
from tui.systems.arakoon.rehearsal import Rehearsal, ReviewLine, StagedStep, key_of, rehearse, writes
from tui.systems.arakoon.wire.reader import SYSTEM
from tui.systems.arakoon.wire.steps import Assert, Delete, DeletePrefix, Step, encode_step

MOST_STEPS = 10_000
MOST_EXPANDED = 1000
"""Keys of a prefix that are deleted one by one in its place."""
_ASKED_AT_ONCE = 32
_HEAD = 8
"""Bytes of a sequence that has no steps."""


class Transaction:
    """Steps in the order in which they will be done, and the values that their keys had when they were staged.

    At its commit every key that it writes is asserted to have that value still, so that nothing is done if somebody
    changed one in between. Positions count from 0. While it is committed it cannot be changed: that is a Conflict.
    """

    def __init__(self) -> None:
        self._steps: list[StagedStep] = []
        self._seen: dict[bytes, bytes | None] = {}
        self._is_committing = False

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> tuple[StagedStep, ...]:
        """The steps as they were staged."""
        return tuple(self._steps)

    @property
    def size(self) -> int:
        """Bytes of the sequence that it makes, the asserts among them; LARGEST_SEQUENCE is the most (contract §10)."""
        return _size_of(self.sequence())

    def seen(self, key: bytes) -> bytes | None:
        """Return the value that the key of a step had when it was staged, None if it was not there.

        Raises:
            NotFound: no step is about this key.
        """
        if key not in self._seen:
            raise NotFound(SYSTEM, "transaction", f"no step is about the key {key_text(key, 80)}")
        return self._seen[key]

    async def stage(self, client: AsyncClient, *steps: StagedStep, position: int | None = None) -> None:
        """Add steps, behind the others or before the one at `position`. Their keys are read, if no other step has them.

        Raises:
            InvalidInput: one is no step that can be staged, or they do not fit in any more; none is added then.
            ServiceError: as the client's `multi_get_option`.
        """
        await self._look(client, steps)
        at = len(self._steps) if position is None else position
        self._become([*self._steps[:at], *steps, *self._steps[at:]])

    async def edit(self, client: AsyncClient, position: int, step: StagedStep) -> None:
        """Put a step in the place of another.

        Raises:
            NotFound: there is no step at the position.
            InvalidInput, ServiceError: as `stage`.
        """
        replaced = self._at(position)
        await self._look(client, [step])
        if position >= len(self._steps) or self._steps[position] is not replaced:
            raise Conflict(SYSTEM, "transaction", "the steps were changed meanwhile", "look again")
        self._become([*self._steps[:position], step, *self._steps[position + 1 :]])

    def remove(self, position: int) -> StagedStep:
        """Take a step out and return it. Raises NotFound if there is none at the position."""
        removed = self._at(position)
        self._become([*self._steps[:position], *self._steps[position + 1 :]])
        return removed

    def move(self, position: int, to: int) -> None:
        """Move a step to another position. Raises NotFound if there is none at one of them."""
        step = self._at(position)
        self._at(to)
        steps = [*self._steps[:position], *self._steps[position + 1 :]]
        steps.insert(to, step)
        self._become(steps)

    def clear(self) -> None:
        """Take all steps out."""
        self._become([])

    def _at(self, position: int) -> StagedStep:
        if not 0 <= position < len(self._steps):
            raise NotFound(SYSTEM, "transaction", f"there is no step {position + 1:,}")
        return self._steps[position]

    async def _look(self, client: AsyncClient, steps: Sequence[StagedStep]) -> None:
        """Read the steps' keys that are not known. Raises as `stage`."""
        for step in steps:
            if not isinstance(step, StagedStep):
                raise InvalidInput(SYSTEM, "transaction", f"{type(step).__name__} cannot be staged")
        if _size_of(steps) > LARGEST_SEQUENCE:
            raise _too_large(_size_of(steps))
        keys = dict.fromkeys(key for key in map(key_of, steps) if key is not None)
        found: dict[bytes, bytes | None] = {}
        pace = Pace()
        # A step that is taken out meanwhile takes what was known of its key with it, so this looks again.
        while missing := [key for key in keys if key not in self._seen and key not in found]:
            found.update(zip(missing, await values_of(client, missing, pace), strict=False))
            if sum(len(value or b"") for value in found.values()) > LARGEST_SEQUENCE:
                raise _too_large(LARGEST_SEQUENCE + 1)
        for key, value in found.items():
            self._seen.setdefault(key, value)

    def _become(self, steps: list[StagedStep]) -> None:
        """Take these steps, all of whose keys are known."""
        if self._is_committing:
            raise Conflict(SYSTEM, "transaction", "it is just being committed", "wait for it")
        before, self._steps = self._steps, steps
        try:
            if len(steps) > max(len(before), MOST_STEPS):
                raise InvalidInput(SYSTEM, "transaction", f"it has {MOST_STEPS:,} steps, and no more are taken")
            if len(steps) >= len(before) and self.size > LARGEST_SEQUENCE:
                raise _too_large(self.size)
        except InvalidInput:
            self._steps = before
            raise
        finally:
            used = {key_of(step) for step in self._steps}
            self._seen = {key: value for key, value in self._seen.items() if key in used}

    def asserts(self) -> list[Assert]:
        """Return the assertions that make it safe: each key that it writes is as it was when it was staged."""
        first: dict[bytes, StagedStep] = {}
        written: dict[bytes, None] = {}
        for step in self._steps:
            key = key_of(step)
            if key is not None:
                first.setdefault(key, step)
                if writes(step):
                    written[key] = None
        made = [Assert(key, self._seen[key]) for key in written]
        # The same assertion may be among the steps; before the deletion of a prefix it must not come later.
        return [each for each in made if first[each.key] != each or self._has_delete_prefix]

    def sequence(self) -> list[Step]:
        """Return all that is sent: the assertions, then the steps."""
        return [*self.asserts(), *self._steps]

    @property
    def _has_delete_prefix(self) -> bool:
        return any(isinstance(step, DeletePrefix) for step in self._steps)

    def review(self) -> tuple[ReviewLine, ...]:
        """Return a line for each step: what it makes of what, why it would fail, and what to know of it."""
        return self._rehearsed().lines

    def _rehearsed(self) -> Rehearsal:
        return rehearse(self._steps, self._seen)

    async def refresh(self, client: AsyncClient) -> list[bytes]:
        """Read the keys again, so that it rests on what they are now, and return those that changed.

        Look at the review again before it is committed. Raises as the client's `multi_get_option`.
        """
        moved: list[bytes] = []
        for key in [*self._seen]:
            value = (await client.multi_get_option([key]))[0]
            if key in self._seen and self._seen[key] != value:
                self._seen[key] = value
                moved.append(key)
        return moved

    async def expand(self, client: AsyncClient, position: int) -> int:
        """Put deletions of its keys in the place of a deletion of a prefix, which then is safe and can be undone.

        Keys that others add to the prefix before the commit are not deleted then. Returns how many deletions it is.

        Raises:
            NotFound: there is no step at the position.
            InvalidInput: it deletes no prefix, or of more than MOST_EXPANDED keys, or does not fit any more.
        """
        step = self._at(position)
        if not isinstance(step, DeletePrefix):
            raise InvalidInput(SYSTEM, "transaction", f"step {position + 1:,} deletes no prefix")
        there = await _entries_of(client, step.prefix)
        if position >= len(self._steps) or self._steps[position] is not step:
            raise Conflict(SYSTEM, "transaction", "the steps were changed meanwhile", "look again")
        for key, value in there.items():
            self._seen.setdefault(key, value)
        state = rehearse(self._steps[:position], self._seen).state
        doomed = sorted(key for key, value in state.items() if key.startswith(step.prefix) and value is not None)
        deletions: list[StagedStep] = [Delete(key) for key in doomed]
        self._become([*self._steps[:position], *deletions, *self._steps[position + 1 :]])
        return len(deletions)

    async def commit(self, client: AsyncClient, folder: Path | None = None, sync: bool = False) -> Changed:
        """Do it as one sequence, and return how many keys changed and what undoes it; afterwards it is empty.

        With a deletion of a prefix in it there is nothing that undoes it.

        Args:
            client: of the cluster.
            folder: where large undo data goes; None is the folder of the state.
            sync: the nodes write it to disk before they answer.

        Raises:
            InvalidInput: there are no steps.
            Conflict: a step would fail; nothing was sent.
            AssertionFailed: keys were changed since they were staged; nothing was done.
            OutcomeUnknown: the answer was lost; if there is something to undo an InDoubt. It stays staged.
            ServiceError: nothing was done.
        """
        rehearsed = self._rehearsed()
        self._check(rehearsed)
        changes: Sequence[Change] = ()
        if not self._has_delete_prefix:
            state, seen = rehearsed.state, self._seen
            changes = [Change(key, seen[key], state[key]) for key in seen if state[key] != seen[key]]
        self._is_committing = True
        is_done = False
        try:
            async with changing(client, "transaction", folder) as run:
                try:
                    await run.send(changes, self.sequence(), sync)
                except AssertionFailed as error:
                    moved = await self._moved(client)
                    if not moved:
                        raise
                    raise overtaken("transaction", moved, "since they were staged") from error
                finally:
                    # It may be done and the task be cancelled; then it must not stay staged either.
                    is_done = run.sequences > 0
        finally:
            self._is_committing = False
            if is_done:
                self.clear()
        return await run.changed()

    def _check(self, rehearsed: Rehearsal) -> None:
        if self._is_committing:
            raise Conflict(SYSTEM, "transaction", "it is just being committed", "wait for it")
        if not self._steps:
            raise InvalidInput(SYSTEM, "transaction", "nothing is staged")
        for position, line in enumerate(rehearsed.lines, 1):
            if line.problem:
                message = f"step {position:,} would fail: {line.problem}; nothing was sent"
                raise Conflict(SYSTEM, "transaction", message, "edit the steps, or refresh what they rest on")

    async def _moved(self, client: AsyncClient) -> list[bytes]:
        """Return the keys that are not as they were seen."""

        async def has_moved(key: bytes, value: bytes | None) -> bool:
            try:
                await client.assert_(key, value)
            except AssertionFailed:
                return True
            return False

        moved: list[bytes] = []
        seen = [*self._seen.items()]
        for begin in range(0, len(seen), _ASKED_AT_ONCE):
            some = seen[begin : begin + _ASKED_AT_ONCE]
            answers: list[Any] = await asyncio.gather(*(has_moved(*each) for each in some), return_exceptions=True)
            moved += [key for (key, _), answer in zip(some, answers, strict=True) if answer is True]
        return moved


def _size_of(steps: Sequence[Step]) -> int:
    """Return the bytes of a sequence of the steps. Raises InvalidInput if a field of one is of the wrong kind."""
    return _HEAD + sum(len(encode_step(step)) for step in steps)


def _too_large(size: int) -> InvalidInput:
    message = f"it would take {size:,} bytes or more, and a sequence has {LARGEST_SEQUENCE:,} at most"
    hint = "old values count as well as new ones: make two transactions of it"
    return InvalidInput(SYSTEM, "transaction", message, hint)


async def _entries_of(client: AsyncClient, prefix: bytes) -> dict[bytes, bytes]:
    """Return all entries of a prefix. Raises InvalidInput if there are too many for a transaction."""
    stretch, pace = Stretch.of_prefix(prefix), Pace()
    found: dict[bytes, bytes] = {}
    size = 0
    while page := await read_entries(client, stretch, MOST_EXPANDED + 1 - len(found), pace):
        found.update(page)
        size += sum(len(key) + len(value) for key, value in page)
        if len(found) > MOST_EXPANDED or size > LARGEST_SEQUENCE:
            message = f"{key_text(prefix, 80)}: it has too many keys to be deleted one by one in a transaction"
            raise InvalidInput(SYSTEM, "transaction", message, "delete the prefix by itself")
        stretch = stretch.after(page[-1][0])
    return found
