"""Keys that are typed ahead: each acts only once what the one before it opened is there to take it.

Textual gives a key to what has the keyboard when the key comes. What a key opens takes the keyboard a little later, so
that of keys which come in one go, over a slow line or from fast hands, some would be lost or act on the list below.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual import events
from textual.worker import get_current_worker

from tui.screens.saying import SayingApp

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.worker import Worker

    from tui.resources.deck import Deck

PATIENCE = 5.0
"""Seconds after which the next key is let through although something is still at work."""
EARLY = 1.5
"""Seconds that a key waits for the rows which it is for."""
QUIET = 2
"""Times in a row that nothing must be found at work: what is done wakes others a moment later."""
TURNS, NAP = 100, 0.005
"""Looks that are taken turn by turn, and the seconds between two of them afterwards."""
TELLING = 0.5
"""Seconds after which it is told what is waited for."""
LONG = 3600.0
"""Seconds that this stays said, unless it is over before."""


@dataclass(eq=False, slots=True)
class _Opening:
    """Something that asks a store before it can show the screen which the next keys are for."""

    what: str
    worker: Worker[Any]
    over: Screen[Any]
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    is_given_up: bool = False


class TypedAheadApp(SayingApp):
    """An app that takes one key at a time. `opening` says that the screen for the next ones is still to come."""

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self._ahead: deque[events.Key | events.Paste] = deque()
        self._is_settling = False
        self._settler: asyncio.Task[None] | None = None
        self._openings: list[_Opening] = []

    def on_unmount(self) -> None:
        if self._settler is not None:
            self._settler.cancel()

    @contextlib.contextmanager
    def opening(self, what: str) -> Iterator[None]:
        """Have the keys wait for the screen that the worker which calls this is about to open.

        If none comes, they were meant for it and are dropped. Escape gives up, which cancels the worker.
        """
        made = _Opening(what, get_current_worker(), self.screen)
        self._openings.append(made)
        try:
            yield
        finally:
            self._openings.remove(made)
            made.ended.set()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif isinstance(event, events.Key) and event.key == "ctrl+c":
            self._ahead.clear()
            await super().on_event(event)
        elif self._openings and isinstance(event, events.Key) and event.key == "escape":
            self._give_up()
        elif self._is_settling:
            self._ahead.append(event)
        elif self._comes_early(event):
            self._ahead.append(event)
            self._is_settling = True
            self._settler = asyncio.create_task(self._settle())
        else:
            await self._take(event)

    def let_frames_wait(self, wait: bool) -> None:
        """Be told whether more keys are there already, so that what is shown now is outdated in a moment."""

    def is_early(self, event: events.Key | events.Paste) -> bool:
        """Whether what a key is for has yet to come, although the screen is there."""
        return False

    def _comes_early(self, event: events.Key | events.Paste) -> bool:
        """Whether a key comes before what it is for. A screen that a worker opened has no widgets at first."""
        return bool(self.screen_stack) and (not self.screen.is_mounted or self.is_early(event))

    def _give_up(self) -> None:
        self._ahead.clear()
        opening = self._openings[-1]
        opening.is_given_up = True
        opening.worker.cancel()
        self.say(f"{opening.what}: given up")

    async def _take(self, event: events.Event) -> None:
        self._is_settling = True
        try:
            await super().on_event(event)
        finally:
            self._settler = asyncio.create_task(self._settle())

    async def _settle(self) -> None:
        """Wait until what the key began is over, and take the next key."""
        await self._until_quiet()
        while self._openings:
            await self._until_opened(self._openings[-1])
        turns = int(EARLY / NAP)
        if self._ahead and self._comes_early(self._ahead[0]):
            self.let_frames_wait(False)
        while turns and self._ahead and self._comes_early(self._ahead[0]):
            await asyncio.sleep(NAP)
            turns -= 1
        self.call_later(self._go_on)

    async def _go_on(self) -> None:
        if self._ahead:
            key = self._ahead.popleft()
            self.let_frames_wait(bool(self._ahead))
            await self._take(key)
        else:
            self.let_frames_wait(False)
            self._is_settling = False

    async def _until_opened(self, opening: _Opening) -> None:
        self.let_frames_wait(False)
        try:
            await asyncio.wait_for(opening.ended.wait(), TELLING)
        except TimeoutError:
            self.say(f"{opening.what}: asking the store … (esc gives up)", LONG)
            await opening.ended.wait()
            if not opening.is_given_up:
                self.say("")
        await self._until_quiet()
        if self.screen is opening.over:
            self._ahead.clear()

    async def _until_quiet(self) -> None:
        """Wait until the screen is made, and nobody that a key goes through has anything left to do."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                quiet = 0
                while quiet < QUIET and not self._openings and self.screen_stack and self.is_running:
                    await asyncio.sleep(0)
                    screen = self.screen
                    target = self.focused or screen
                    had_work = [await _had_work(pump) for pump in target.ancestors_with_self]
                    stays = screen.is_mounted and target is (self.focused or self.screen)
                    quiet = quiet + 1 if stays and not any(had_work) else 0


async def _had_work(pump: MessagePump) -> bool:
    """Wait until what a widget is at now is done; return whether there was more than that."""
    passed = asyncio.Event()
    if not pump.is_running or not pump.call_later(passed.set):
        return False  # it is on its way out, and will do nothing any more
    turn = 0
    while not passed.is_set() and pump.is_running:
        await asyncio.sleep(0 if turn < TURNS else NAP)
        turn += 1
    return turn > TURNS or not pump._message_queue.empty()
