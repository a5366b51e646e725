"""Looking closer: the detail pane that follows the cursor, the JSON view, and links to other lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import work

from tui.resources.command_line import describe_line
from tui.resources.json_text import to_json
from tui.resources.place import Place, format_place
from tui.screens.list_screen import ListScreen
from tui.screens.text_view import TextView
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.detail import Detail, Link
    from tui.resources.navigation import Frame

SOON = 0.08
"""Seconds that the cursor rests on a row before its details are fetched."""
KEPT = 100
"""Details that are kept: they are shown at once, and fetched again where the item differs."""


class Looking(ListScreen):
    """The part of the browse screen that shows more of an item than its row."""

    def _look_soon(self) -> None:
        if self._looking_soon is not None:
            self._looking_soon.stop()
        if self.is_whole and self.is_mounted and self.pane.display:
            self._looking_soon = self.set_timer(SOON, self._look)

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        frame = self.frame
        if frame is None or not self.is_whole or not self.pane.display:
            return
        item = self.current_item()
        if item is None:
            self.pane.show_words("")
            return
        key = (frame.text, frame.type.key(item))
        known = self._details.get(key)
        if known is not None:
            self.pane.show(known[1])
            if known[0] == item:
                return
        elif self.pane.detail is None:
            self.pane.show_words("loading…")
        try:
            detail = await _describe(frame, item)
        except ServiceError as error:
            if self.is_whole:
                self.pane.show_words(str(error), "bad")
            return
        if len(self._details) >= KEPT:
            del self._details[next(iter(self._details))]
        self._details[key] = (item, detail)
        if self.frame is frame and self.is_whole and self.current_item() == item:
            self.pane.show(detail)

    @work(exclusive=True, group="dialog")
    async def action_json(self) -> None:
        frame, item = self.frame, self.current_item()
        if frame is None or item is None:
            return
        try:
            with self.app.opening("JSON"):
                detail = await _describe(frame, item)
        except ServiceError as error:
            self.fail(error)
            return
        text = detail.text or to_json(detail.body if detail.body is not None else item, indent=2)
        title = f"{frame.type.name} {frame.type.label(item)}"
        await self.app.push_screen(TextView(title, text, lambda copied: self.app.copy(copied)))

    @work(exclusive=True, group="dialog")
    async def action_links(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        frame, item = self.frame, self.current_item()
        if frame is None:
            return
        links = [self.made] if self.made is not None else []
        if item is not None:
            try:
                here = frame.origin(item).connection.profile.name
                with self.app.opening("links"):
                    detail = await _describe(frame, item)
                links += [replace(link, profile=link.profile or here) for link in detail.links]
            except ServiceError as error:
                self.fail(error)
                return
        if not links:
            self.say("nothing is linked from here")
            return
        choices = [Choice(link.label, f"{link.type} {link.key}".strip()) for link in links]
        chosen = await self.app.push_screen_wait(ChooseDialog("go to", choices))
        if chosen is not None:
            self.follow(links[chosen])

    def follow(self, link: Link) -> None:
        """Open the list that a link leads to, with the cursor on its item."""
        if self.frame is None:
            return
        profile = link.profile or self.frame.connection.profile.name
        self.app.go_to(format_place(Place(link.type, link.scope.parents, "", profile)), cursor=link.key or None)


async def _describe(frame: Frame, item: Any) -> Detail:
    origin = frame.origin(item)
    connection, kind, scope = origin.connection, origin.type, origin.scope
    command = describe_line(connection, kind, scope, kind.key(origin.item))
    service = await connection.service()
    async with connection.watched(f"describe {kind.name}", command):
        return await kind.describe(service, scope, origin.item)
