"""Viewing: from an item that is an array to its numbers, in the array viewer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual import work

from tui.resources.command_line import action_line
from tui.screens.list_screen import ListScreen
from tui.services.errors import NotFound, ServiceError

if TYPE_CHECKING:
    from tui.jobs.progress import Progress
    from tui.resources.arrays.array_source import ArraySource
    from tui.resources.navigation import Origin
    from tui.screens.arrays.array_screen import StartJob


class Viewing(ListScreen):
    """The part of the browse screen that opens the array viewer."""

    @property
    def can_view(self) -> bool:
        """Whether the list's items are arrays."""
        return self.frame is not None and self.frame.type.views

    def action_open_screen(self) -> None:
        """Open the system's own screen on the item."""
        from tui.screens.system_screen import screen_class

        frame, item = self.frame, self.current_item()
        if frame is None or item is None:
            return
        origin = frame.origin(item)
        name = origin.type.opens_item(origin.item)
        if name is not None:
            made = screen_class(origin.connection.system.screen(name))
            self.app.push_screen(made(origin.connection, origin.type, origin.scope, origin.item))

    @work(exclusive=True, group="view")
    async def action_view(self) -> None:
        frame, item = self.frame, self.current_item()
        if frame is None or item is None:
            return
        origin = frame.origin(item)
        if not origin.type.views:
            self.say(f"{origin.type.name} of {origin.connection.system.title} are no arrays")
            return
        try:
            with self.app.opening("the array"):
                source = await _array(origin)
        except ServiceError as error:
            self.fail(error)
            return
        if self.frame is not frame or not self.is_current:
            return  # one has gone elsewhere in the meantime
        from tui.screens.arrays.array_viewer import ArrayViewer

        await self.app.push_screen(ArrayViewer(source, self.app.copy, start_job=self._job_starter(origin)))

    def _job_starter(self, origin: Origin) -> StartJob:
        runner, profile, jobs_key = self.app.deck.runner, origin.connection.profile, self.app.key_of("app.jobs", "J")

        async def start(title: str, job: Callable[[Progress], Awaitable[Any]]) -> str:
            made = await runner.start(title, profile.name, profile.system, job)
            return f"started job {made.id}: {made.title} ({jobs_key} shows it)"

        return start


async def _array(origin: Origin) -> ArraySource:
    """Return the item's array as it is now, whatever of it the list has loaded."""
    kind, scope, item = origin.type, origin.scope, origin.item
    service = await origin.connection.service()
    command = action_line(origin.connection, kind, "show", scope, [kind.key(item)])
    async with origin.connection.watched(f"view {kind.name}", command):
        filled = (await kind.fill(service, scope, (item,)))[0]
        if filled is None:
            raise NotFound("arraydeck", "view", f"{kind.label(item)} is gone", "refresh the list")
        return await kind.array(service, scope, filled)
