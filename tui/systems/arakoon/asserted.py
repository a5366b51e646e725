"""Asserted sequences: changes of keys that happen only if the keys still are as they were seen."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from tui.services.errors import InvalidInput, ServiceError
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.wire.reader import MIB, SYSTEM
from tui.systems.arakoon.wire.steps import Assert, Delete, Set, Step

LARGEST_SEQUENCE = 32 * MIB
"""Bytes of one sequence that the server takes (contract §10)."""
USUAL_SEQUENCE = 4 * MIB
"""Bytes of one of many sequences: no other write of the cluster waits long for it."""
MOST_KEYS = 500
"""Keys that one of many sequences changes at most."""
_SEQUENCE_HEAD = 8
_NAMED_KEYS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a key. None is no value: the key is not there."""

    key: bytes
    before: bytes | None
    after: bytes | None

    def reversed(self) -> Change:
        """Return the change that takes this one back."""
        return Change(self.key, self.after, self.before)


def change_steps(changes: Iterable[Change]) -> list[Step]:
    """Return the steps that make the changes if every key is as it was before, and none otherwise.

    The keys must all be different.
    """
    changes = [*changes]
    asserts: list[Step] = [Assert(change.key, change.before) for change in changes]
    return asserts + [
        Delete(change.key) if change.after is None else Set(change.key, change.after)
        for change in changes
        if change.after != change.before
    ]


def change_size(change: Change) -> int:
    """Return how many bytes a change adds to a sequence (contract §10), without encoding it."""
    key = 8 + len(change.key)
    before = 1 if change.before is None else 5 + len(change.before)
    after = 0 if change.after is None else 4 + len(change.after)
    return key + before + (key + after if change.after != change.before else 0)


def check_size(change: Change, operation: str) -> None:
    """Do nothing if the change fits in a sequence.

    Raises:
        InvalidInput: it does not: the old and the new value are too large together.
    """
    size = _SEQUENCE_HEAD + change_size(change)
    if size > LARGEST_SEQUENCE:
        message = f"{key_text(change.key, 80)}: to change it safely takes {size:,} bytes in one sequence"
        hint = f"a sequence has {LARGEST_SEQUENCE:,} at most, for the old value and the new one together"
        raise InvalidInput(SYSTEM, operation, message, hint)


def batches(
    changes: Iterable[Change], most_keys: int = MOST_KEYS, most_bytes: int = USUAL_SEQUENCE
) -> Generator[list[Change]]:
    """Yield the changes in groups for a sequence each, of at most so many keys and bytes, or of one change alone."""
    batch: list[Change] = []
    size = _SEQUENCE_HEAD
    for change in changes:
        more = change_size(change)
        if batch and (len(batch) == most_keys or size + more > most_bytes):
            yield batch
            batch, size = [], _SEQUENCE_HEAD
        batch.append(change)
        size += more
    if batch:
        yield batch


def first_batch(changes: Iterable[Change]) -> list[Change]:
    """Return as many of the changes as one sequence takes; none only if there are none."""
    return next(batches(changes), [])


class Sent:
    """What became of a sequence: `error` is why it failed; `is_cancelled` that the task was to stop meanwhile."""

    def __init__(self) -> None:
        self.error: ServiceError | None = None
        self.is_cancelled = False


async def send(client: AsyncClient, steps: Sequence[Step], sync: bool = False) -> Sent:
    """Do the steps as one sequence, and return what became of it.

    It is waited for even if the task is cancelled meanwhile, so that it is known afterwards whether it was done;
    whoever calls it has to end then. The client's own time limit ends it in any case.
    """
    sent = Sent()
    task = asyncio.ensure_future(client.sequence(steps, sync))
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            sent.is_cancelled = True
    error = task.exception()
    if isinstance(error, ServiceError):
        sent.error = error
    elif error is not None:
        raise error
    return sent


def named(keys: Sequence[bytes]) -> str:
    """Return keys for a message: the first ones by name, and how many more."""
    first = ", ".join(key_text(key, 80) or "the empty key" for key in keys[:_NAMED_KEYS])
    more = len(keys) - _NAMED_KEYS
    return f"{first} and {more:,} more" if more > 0 else first
