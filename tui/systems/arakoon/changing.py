"""Changing keys in one or several asserted sequences, with the way back, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.services import dry_run
from tui.services.errors import Cancelled, Conflict, ServiceError
from tui.systems.arakoon.asserted import Change, change_steps, check_size, named, send
from tui.systems.arakoon.call_words import held
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.errors import AssertionFailed, OutcomeUnknown
from tui.systems.arakoon.undo_log import UndoLog
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.reader import SYSTEM
from tui.systems.arakoon.wire.steps import Step, encode_sequence

ATTEMPTS = 5
"""How often changes are planned anew when somebody was faster."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done: how many keys were changed, and the data that `undo` takes back (JSON-able, None if nothing)."""

    count: int
    undo: dict[str, Any] | None


class Unfinished(ServiceError):
    """A change that ended before its end. `changed` is what was done until then, with the way back."""

    changed: Changed


class BrokenOff(Unfinished, Conflict):
    """Some keys were changed and the rest was not: `__cause__` is why."""


class InDoubt(Unfinished, OutcomeUnknown):
    """The last keys may have been changed, and may not. `changed.undo` takes back what of it was done."""


class Stopped(Unfinished, Cancelled):
    """It was cancelled when some keys were changed already."""


class Run:
    """A change under way. Made by `changing`."""

    def __init__(self, client: AsyncClient, what: str, folder: Path | None) -> None:
        self._client = client
        self._what = what
        self._log = UndoLog(what, client.settings.cluster_id, folder)
        self._is_open = False
        # Keys that were changed, and sequences that were done.
        self.count = 0
        self.sequences = 0

    async def change(self, plan: Callable[[], Awaitable[Sequence[Change]]], attempts: int = ATTEMPTS) -> list[Change]:
        """Make the changes that `plan` returns, in one sequence. If a key changed in between, plan and try again.

        Changes that change nothing are left out. Returns those that were made.

        Raises:
            AssertionFailed: somebody was faster every time; nothing of it was done.
            InvalidInput: a change is too large.
            OutcomeUnknown: the answer was lost.
            CancelledError: the task is to stop; what was sent is done nevertheless.
        """
        for attempt in range(attempts):
            changes = [change for change in await plan() if change.before != change.after]
            if not changes:
                return changes
            for change in changes:
                check_size(change, self._what)
            try:
                await self.send(changes, change_steps(changes))
            except AssertionFailed:
                if attempt == attempts - 1:
                    raise
            else:
                return changes
        return []

    async def send(self, changes: Sequence[Change], steps: Sequence[Step], sync: bool = False) -> None:
        """Do the steps, which make these changes, in one sequence. Raises as `change` does."""
        dry = dry_run.current()
        if dry is not None:
            # Before anything is written down of what would be taken back.
            command = commands.SYNCED_SEQUENCE if sync else commands.SEQUENCE
            dry.hold(held(command, [encode_sequence(steps)]))
        await self._log.begin(changes)
        sent = await send(self._client, steps, sync)
        if sent.error is None:
            self.count += len(changes)
            self.sequences += 1
        elif isinstance(sent.error, OutcomeUnknown):
            self._is_open = True
        else:
            await self._log.withdraw()
        if sent.is_cancelled:
            raise asyncio.CancelledError
        if sent.error is not None:
            raise sent.error

    async def changed(self) -> Changed:
        """Return what was done."""
        return Changed(self.count, await self._log.data(self._is_open))

    async def unfinished(self, error: ServiceError | asyncio.CancelledError) -> Unfinished | None:
        """Return the error to end with instead of this one, None if nothing was changed."""
        changed = await self.changed()
        if changed.undo is None:
            return None
        done = f"{self.count:,} keys were changed before"
        if self._is_open:
            reason = error.message if isinstance(error, ServiceError) else "outcome unknown: cancelled"
            made: Unfinished = InDoubt(
                SYSTEM, self._what, f"{reason}; {done}" if self.count else reason, "look at the keys, or undo it"
            )
        elif isinstance(error, (asyncio.CancelledError, Cancelled)):
            made = Stopped(SYSTEM, self._what, f"cancelled; {done}", "undo takes them back")
        else:
            made = BrokenOff(SYSTEM, self._what, f"{error.message}; {done}", "undo takes them back")
        made.changed, made.undo = changed, changed.undo
        return made


@asynccontextmanager
async def changing(client: AsyncClient, what: str, folder: Path | None = None) -> AsyncIterator[Run]:
    """Give a run for changes; whatever ends it early, what was done until then can be undone.

    Args:
        client: of the cluster.
        what: the name of the change, for errors and the undo data.
        folder: where large undo data goes; None is the folder of the state.

    Raises:
        Unfinished: it ended early and keys were changed; of the kinds that are above.
        ServiceError, CancelledError: it ended early and no key was changed.
    """
    run = Run(client, what, folder)
    try:
        yield run
    except (ServiceError, asyncio.CancelledError) as error:
        unfinished = await run.unfinished(error)
        if unfinished is None:
            raise
        raise unfinished from error


def overtaken(what: str, keys: Sequence[bytes], reason: str) -> AssertionFailed:
    """Return the error for keys that are not as they were seen."""
    were = "was" if len(keys) == 1 else "were"
    message = f"{named(keys)} {were} changed {reason}; nothing was changed here"
    return AssertionFailed(SYSTEM, what, message, "look again")
