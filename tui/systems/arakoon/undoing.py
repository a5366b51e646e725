"""Undo: keys brought back to what they were, if they still are what the change made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from tui.jobs.progress import Progress
from tui.services.errors import Conflict, ServiceError
from tui.systems.arakoon.asserted import LARGEST_SEQUENCE, Change, change_steps, named, send
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.errors import AssertionFailed, OutcomeUnknown, shown
from tui.systems.arakoon.undo_log import UndoData
from tui.systems.arakoon.wire.reader import SYSTEM

MOST_AT_ONCE = 20_000
"""Keys that are taken back in one sequence, if it is not too large."""
ASKED_AT_ONCE = 32
"""Keys that are asked for without waiting for the answers."""
ATTEMPTS = 3


class _State(Enum):
    CHANGED = "as the change left it"
    BACK = "as it was before the change"
    OTHER = "something else"


async def undo(
    client: AsyncClient, data: Mapping[str, Any], *, folder: Path | None = None, progress: Progress | None = None
) -> int:
    """Take back a change by the data that it left, and return how many keys were put back.

    What fits in one sequence is taken back whole or not at all. More goes in several: all keys are looked at first,
    and nothing is done if one was changed since; if one is changed while it runs, it stops there, and may be
    undone again for the rest. So may a change whose outcome was not known.

    Args:
        client: of the cluster that was changed.
        data: what the change returned.
        folder: where files of undo data are; None is the folder of the state.
        progress: hears of keys, and may cancel between two sequences.

    Raises:
        Conflict: a key was changed since, or the cluster is another one; the message names keys.
        OutcomeUnknown: the answer of a sequence was lost.
        Cancelled: `progress` was cancelled.
        InvalidInput, NotFound, DataCorrupt: the data is of no use.
    """
    found = UndoData(data, folder)
    if found.cluster_id != client.settings.cluster_id:
        message = f"it was a change of the cluster {shown(found.cluster_id.encode())}, not of this one"
        raise Conflict(SYSTEM, "undo", message)
    progress = progress or Progress()
    progress.expect(found.count, "keys")
    alone = await _only_batch(found)
    progress.check()
    if alone is not None:
        put_back = await _undo_at_once(client, alone, found.is_open)
        progress.add(put_back)
    else:
        put_back = await _undo_in_steps(client, found, progress)
    await found.forget()
    return put_back


async def _only_batch(found: UndoData) -> list[Change] | None:
    """Return the changes if one sequence takes them all. All are read, so that damage is known before a key changes."""
    first: list[Change] | None = None
    is_alone = True
    async for batch in found.batches(MOST_AT_ONCE, LARGEST_SEQUENCE):
        is_alone = first is None
        first = batch if is_alone else []
    return first if is_alone else None


async def _undo_at_once(
    client: AsyncClient, changes: Sequence[Change], is_open: bool, rest: str = "; nothing was undone"
) -> int:
    """Put keys back in one sequence. `rest` is said of all others when one was changed since."""
    left = list(changes)
    for _ in range(ATTEMPTS):
        sent = await send(client, change_steps(change.reversed() for change in left))
        if sent.is_cancelled:
            raise asyncio.CancelledError
        if sent.error is None:
            return len(left)
        if not isinstance(sent.error, AssertionFailed):
            raise sent.error
        states = await _states(client, left)
        if not is_open:
            _refuse(_State.BACK, left, states, rest)
        _refuse(_State.OTHER, left, states, rest)
        left = [change for change, state in zip(left, states, strict=True) if state is _State.CHANGED]
        if not left:
            return 0
    raise Conflict(SYSTEM, "undo", f"{named([change.key for change in left])} changes all the time", "try again")


async def _undo_in_steps(client: AsyncClient, found: UndoData, progress: Progress) -> int:
    async for batch in found.batches():
        progress.check()
        _refuse(_State.OTHER, batch, await _states(client, batch), "; nothing was undone")
    put_back = 0
    async for batch in found.batches():
        progress.check()
        try:
            put_back += await _undo_at_once(client, batch, is_open=True, rest="")
        except OutcomeUnknown:
            raise
        except ServiceError as error:
            if not put_back:
                raise
            message = f"{put_back:,} of {found.count:,} keys were put back, then: {error.message}"
            raise Conflict(SYSTEM, "undo", message, "undo it again for the rest") from error
        progress.add(len(batch))
    return put_back


async def _states(client: AsyncClient, changes: Sequence[Change]) -> list[_State]:
    """Return how each key is now. Values are sent, not fetched: nobody knows how large they have become."""
    states: list[_State] = []
    for begin in range(0, len(changes), ASKED_AT_ONCE):
        some = changes[begin : begin + ASKED_AT_ONCE]
        states += await _all_of([_state(client, change) for change in some])
    return states


async def _all_of(questions: list[Any]) -> list[_State]:
    answers = await asyncio.gather(*questions, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if isinstance(answer, _State)]


async def _state(client: AsyncClient, change: Change) -> _State:
    for value, state in ((change.after, _State.CHANGED), (change.before, _State.BACK)):
        try:
            await client.assert_(change.key, value)
        except AssertionFailed:
            continue
        return state
    return _State.OTHER


def _refuse(wrong: _State, changes: Sequence[Change], states: Sequence[_State], rest: str) -> None:
    """Do nothing, or raise Conflict if there are keys in that state."""
    keys = [change.key for change, state in zip(changes, states, strict=True) if state is wrong]
    if keys:
        were = "was" if len(keys) == 1 else "were"
        back = " back" if wrong is _State.BACK else ""
        message = f"{named(keys)} {were} changed{back} since{rest}"
        raise Conflict(SYSTEM, "undo", message, "undoing it would lose that change")
