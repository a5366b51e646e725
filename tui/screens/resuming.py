"""Where one was: written down every few seconds and at the end, and gone back to at the next start."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, Any

from textual import work

from tui.screens.touring import TouringApp
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.jobs.sessions import Ending
    from tui.resources.deck import Deck
    from tui.resources.resuming import Found, Left, Resuming

KEPT_EVERY = 5.0
"""Seconds between two looks at whether there is a new place to write down."""


class ResumingApp(TouringApp):
    """An app that goes on where an earlier one lost its line. `where` is what it is opened on, "" for home."""

    def __init__(self, deck: Deck, where: str = "") -> None:
        super().__init__(deck)
        self._opened_on = where
        self._last: Left | None = None

    @cached_property
    def _resuming(self) -> Resuming:
        from tui.resources.resuming import Resuming

        return Resuming(self.deck, self._opened_on)

    def exit(self, *args: Any, **options: Any) -> None:
        """Note where one is while there are still screens; see `App.exit`."""
        self._last = self._noted()
        super().exit(*args, **options)

    async def resume(self) -> str:
        """Go on where an earlier arraydeck was, if there is one to follow; return what to say of it, else ""."""
        try:
            found = await self._resuming.find()
            if found is None or not found.left.lists:
                return ""
            problems = await self._resuming.restore(found.left, self._navigation)
            if self._navigation.current is None:
                return ""
            if not found.left.at_home:
                self._show(self._navigation.current)
            return "; ".join([self._story_of(found, await self._running_elsewhere()), *problems[:1]])
        except ServiceError:
            # The state database says itself what is wrong with it.
            return ""

    def keep_place_up_to_date(self) -> None:
        """Write down where one is from now on, each time that it is somewhere else."""
        self.set_interval(KEPT_EVERY, self._keep_place)

    async def leave_place(self, ending: Ending | None) -> None:
        """Write down where one was at the end, or with None forget it; and let all lists rest. After the app has run.

        What cannot be written down is lost: there is nobody left to tell.
        """
        for frame in (*self._navigation.stack, *self._navigation.history):
            frame.watcher.pause()
        try:
            if ending is None or self._last is None:
                await asyncio.to_thread(self._resuming.forget)
            else:
                await asyncio.to_thread(self._resuming.keep, self._last, ending)
        except ServiceError:
            return

    def _noted(self) -> Left:
        from tui.resources.resuming import noted

        if self._browse is not None:
            self._browse.remember_position()
        return noted(self._navigation, at_home=self._browse not in self.screen_stack)

    @work(exclusive=True, group="place")
    async def _keep_place(self) -> None:
        try:
            await asyncio.to_thread(self._resuming.keep, self._noted())
        except ServiceError:
            # Whoever changes something is told that the state cannot be written; this is tried again by itself.
            return

    async def _running_elsewhere(self) -> int:
        here = {job.id for job in self.deck.runner.current()}
        return sum(not job.state.is_over and job.id not in here for job in await self.deck.runner.list())

    def _story_of(self, found: Found, running: int) -> str:
        how = "the line was lost" if found.was_lost else "you left"
        keys = self.deck.settings.keys
        story = f"as it was when {how} {_ago(found.age)} ago"
        if not found.left.at_home:
            story += f"; {keys.get('app.home', '0')} goes home"
        if running:
            jobs = "1 job goes on" if running == 1 else f"{running} jobs go on"
            story += f"; {jobs}: {keys.get('app.jobs', 'J')}"
        return story


def _ago(seconds: float) -> str:
    from tui.resources.cells import duration_text

    return duration_text(seconds)
