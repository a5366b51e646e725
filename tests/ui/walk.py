"""A walk through the screens: each is looked at in several sizes, once it has come to rest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.screen import ModalScreen, Screen
from textual.worker import WorkerState

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.layout_checks import problems
from tui.app import ArraydeckApp
from tui.config.profiles import Profile
from tui.resources.actions import Action
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.navigation import Frame
from tui.resources.types import ResourceType, Scope
from tui.screens.browse import BrowseScreen
from tui.screens.dialogs.form import FormDialog
from tui.screens.find import FindScreen

Size = tuple[int, int]
PATIENCE = 60.0
"""Seconds in which a screen must come to rest; the machine may be busy with other tests."""
TURNS = 3
"""Turns of the event loop for which nothing may be left to do."""


def called(value: str | Size | Sequence[Size]) -> str:
    """Return how a profile or a size is called in the name of a test."""
    return value if isinstance(value, str) else "x".join(map(str, value))


def not_at_rest(app: ArraydeckApp) -> str:
    """Return what is still to happen on the screen, nothing if it is at rest."""
    screen: Screen[object] = app.screen
    nodes = [screen, *screen.walk_children()]
    for worker in app.workers:
        if worker.node in nodes and worker.state in (WorkerState.PENDING, WorkerState.RUNNING):
            return f"{worker} runs"
    for node in (app, *nodes):
        if node.message_queue_size:
            return f"{node} has messages to read"
    for node in nodes:
        waits = node._layout_required or node._repaint_required or node._scroll_required
        if waits and all(above.display for above in node.ancestors_with_self):
            return f"{node} is to be laid out or painted"
    if isinstance(screen, BrowseScreen) and _lacks_details(screen):
        return "the details are to come"
    if isinstance(screen, FindScreen) and (screen._painting or screen._asking or _is_searching(screen)):
        return "more is to be found, or painted"
    return "parts are to be painted" if screen._dirty_widgets or screen.size != app.size else ""


def _lacks_details(browse: BrowseScreen) -> bool:
    """Whether the pane is still to show the item under the cursor."""
    pane = browse.pane
    waits = pane.display and pane.detail is None and str(pane._words) in ("", "loading…")
    return bool(waits and browse.current_item() is not None)


def _is_searching(find: FindScreen) -> bool:
    return find._finder is not None and find._finder.is_searching


class Walk:
    """A walk through the screens: what was wrong on each is kept until its end."""

    def __init__(self, driver: Driver, sizes: Sequence[Size]) -> None:
        self.driver, self.app = driver, driver.app
        self.found: list[str] = []
        self.looked_at = self.dialogs = 0
        self._sizes = list(sizes)

    async def rest(self, where: str) -> None:
        """Wait until the screen has nothing left to do."""
        end, turns = time.monotonic() + PATIENCE, 0
        while turns < TURNS:
            left = not_at_rest(self.app)
            assert time.monotonic() < end, f"{where} does not come to rest: {left}"
            turns = 0 if left else turns + 1
            await asyncio.sleep(0.005 if left else 0)

    async def look(self, where: str) -> None:
        """Check the screen in every size. The next one opens in the size that this one was left in."""
        self.looked_at += 1
        for width, height in self._sizes:
            if self.app.size != (width, height):
                await self.driver.pilot.resize_terminal(width, height)
            await self.rest(where)
            self.check(f"{where}, {width}x{height}")
        self._sizes.reverse()

    def check(self, where: str) -> None:
        """Keep what is wrong with the screen as it stands, and paint it once: that must go well in every size."""
        self.app.screen._compositor.render_strips()
        self.found += [f"{where}: {problem}" for problem in problems(self.app.screen)]

    async def leave(self) -> None:
        """Close what lies over the list."""
        for _ in range(3):
            if self.app.is_browsing:
                return
            await self.driver.press("escape")
            await self.rest("what is left")
        await self.driver.until(lambda: self.app.is_browsing, "back at the list")

    async def open(self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope) -> Frame:
        """Show a list, and wait for its rows."""
        self.app.show_list(connection, kind, scope)
        await self.driver.until(lambda: self.app.is_browsing and self.app.current is not None)
        frame = self.app.current
        assert frame is not None
        await self.driver.until(lambda: frame.listing.state.word != "loading", f"{frame.text} loaded")
        return frame

    async def list(
        self,
        connection: Connection,
        kind: ResourceType[Any, Any],
        scope: Scope,
        *,
        pane: bool = True,
        whole: bool = False,
    ) -> None:
        """Look at a list, with and without its `pane`, and for the `whole` of it also filtered and as JSON."""
        frame = await self.open(connection, kind, scope)
        browse, name = self.app.browse, frame.text
        await self.look(name)
        if pane:
            browse.action_toggle_pane()
            await self.look(f"{name}, the other pane")
            browse.action_toggle_pane()
        if not whole or not len(frame.listing.view):
            return
        browse._set_filter("nothing is called so")
        await self.look(f"{name}, filtered")
        browse._set_filter("")
        browse.action_json()
        await self.driver.until(lambda: not self.app.is_browsing, f"the JSON of {name}")
        await self.look(f"{name}, JSON")
        await self.leave()

    async def dialog(self, frame: Frame, action: Action) -> None:
        """Look at what is asked before an action runs, and at a form that lacks something; it is turned away."""
        browse = self.app.browse
        if action.on == "item" and not len(frame.listing.view):
            return
        if browse.why_off(action.name) is not None:
            return
        worker = browse.action_act(action.name)
        name = f"{frame.text}, {action.title}"
        await self.driver.until(lambda: isinstance(self.app.screen, ModalScreen) or worker.is_finished, name)
        asked = self.app.screen
        if isinstance(asked, ModalScreen):
            self.dialogs += 1
            await self.look(name)
            if isinstance(asked, FormDialog) and asked._read() is None:
                await self.look(f"{name}, with what is wrong")
        await self.leave()
        await self.driver.until(lambda: worker.is_finished, f"{action.name} left")


def _paint_nothing(compositor: Compositor, *_: object, **__: object) -> None:
    compositor._dirty_regions.clear()


@asynccontextmanager
async def walking(deck: Deck, start: Start, profiles: Sequence[Profile], sizes: Sequence[Size]) -> AsyncIterator[Walk]:
    """Walk through the dashboard on these profiles, and fail at the end with all that was wrong."""
    for profile in profiles:
        deck.add_temporary(profile)
    with pytest.MonkeyPatch.context() as patched:
        # A headless terminal shows nothing; painting every step on the way there would take most of the time.
        patched.setattr(Compositor, "render_update", _paint_nothing)
        async with start(sizes[0]) as driver:
            walk = Walk(driver, sizes)
            yield walk
        assert not walk.found, f"{len(walk.found)} problems\n" + "\n".join(walk.found)
