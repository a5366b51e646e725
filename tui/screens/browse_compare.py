"""Comparing: from a list of one profile, or of several, to its comparison with that of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from tui.resources.together.comparison import ComparisonFrame
from tui.resources.together.part import Source
from tui.resources.together.several import sources_of
from tui.screens.help import key_name
from tui.screens.list_screen import ListScreen
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.navigation import Frame


class Comparing(ListScreen):
    """The part of the browse screen that opens comparisons."""

    @work(exclusive=True, group="dialog")
    async def action_compare(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        frame = self.frame
        if frame is None:
            return
        if isinstance(frame, ComparisonFrame):
            self.say(f"this is a comparison already; {key_name(self.app.key_of('list.back', 'esc'))} leads back")
            return
        if frame.connection is self.app.deck.own:
            self.say("this list is arraydeck's own: there is no other to compare it with")
            return
        here = self._here(frame)
        if here is None:
            self.say("put the cursor on a row of the profile that is to be compared")
            return
        try:
            found = sources_of(self.app.deck, self.app.deck.all_profiles(), here.type.name, here.scope.parents)
        except ServiceError as error:
            self.fail(error)
            return
        others = [source for source in found if source.connection is not here.connection]
        if not others:
            self.say(f"no other profile has {here.type.name}")
            return
        choices = [Choice(other.profile, other.connection.system.title) for other in others]
        chosen = await self.app.push_screen_wait(
            ChooseDialog(f"compare {here.type.name} of {here.profile} with", choices)
        )
        if chosen is not None:
            self.app.compare(here, others[chosen], below=True)

    def _here(self, frame: Frame) -> Source | None:
        """Return the list that is compared: the one shown, or the part that the row under the cursor is from."""
        if not frame.parts:
            return Source(frame.connection, frame.type, frame.scope)
        item = self.current_item()
        if item is None:
            return frame.parts[0].source
        connection = frame.origin(item).connection
        return next((part.source for part in frame.parts if part.source.connection is connection), None)
