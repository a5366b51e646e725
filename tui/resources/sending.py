"""What an action would send, told before it is confirmed: as command lines, requests and words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.resources.command_line import run_line
from tui.services.dry_run import Held, dry_run
from tui.services.errors import ServiceError
from tui.services.printable import printable_lines

if TYPE_CHECKING:
    from tui.resources.gate import Request

MOST_ITEMS = 3
"""Items of one request for which it is found out; the others are said to go likewise."""
PATIENCE = 20.0
"""Seconds that finding out may take."""
LATER = "then, depending on its answer, more requests"


@dataclass(frozen=True, slots=True)
class Sending:
    """`command` does the same from a shell; `held` is what would go to the store; `note` says what of it is not told,
    and why."""

    command: str
    held: tuple[Held, ...] = ()
    note: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """What would go to the store, each part on one or more lines."""
        return tuple(change.text for change in self.held)

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, for a person."""
        return tuple(printable_lines(text) for text in (self.command, *self.parts, self.note) if text)

    @property
    def text(self) -> str:
        """All of it, as what can be copied and pasted into a shell."""
        note = f"# {self.note}" if self.note else ""
        return "\n\n".join(text for text in (self.command, *self.parts, note) if text)


async def find_out(request: Request, run: Callable[[Any], Awaitable[object]]) -> Sending:
    """Return what a request would send. `run` does it for one target, None being the scope. It never fails.

    Reads are sent for it. The first change of each target is held back and ends it, with those that go out beside it.
    """
    command = run_line(request)
    if request.action.rehearsal == "no":
        return Sending(command)
    held: list[Held] = []
    targets = request.items[:MOST_ITEMS] or (None,)
    try:
        async with asyncio.timeout(PATIENCE):
            for target in targets:
                with dry_run() as dry:
                    await run(target)
                held += dry.held
    except ServiceError as error:
        return Sending(command, tuple(held), f"what would be sent cannot be told: {error}")
    except TimeoutError:
        return Sending(command, tuple(held), "what would be sent cannot be told: it takes too long to find out")
    notes = [] if held else ["nothing would be sent: there is nothing to change"]
    if held and request.action.rehearsal == "start":
        notes.append(LATER)
    if len(request.items) > MOST_ITEMS:
        notes.append(f"and the same for {len(request.items) - MOST_ITEMS:,} more")
    return Sending(command, tuple(held), "; ".join(notes))
