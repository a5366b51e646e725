"""Choosing the columns of a list: which are shown and in which order, kept for all lists of that type."""

from __future__ import annotations

import asyncio

from textual import work

from tui.resources.column_choice import OWN, choosable, chosen_order, list_name, missing_columns, order_of
from tui.screens.list_screen import ListScreen
from tui.services.errors import ServiceError
from tui.services.printable import printable


class ChoosingColumns(ListScreen):
    """The part of the browse screen that chooses columns."""

    _told: frozenset[str] = frozenset()
    """The lists of which it was said that they lack a column."""

    def tell_missing_columns(self) -> None:
        """Say once which of the chosen columns the list lacks, as soon as it has told what it has."""
        frame, choices = self.frame, self.app.deck.settings.columns
        if frame is None or not choices or frame.text in self._told or frame.listing.state.refreshed is None:
            return
        if missing := missing_columns(frame, choices):
            self._told |= {frame.text}
            names = printable(", ".join(missing), 120)
            self.say(f"settings.toml: columns.{list_name(frame)}: there is no column {names} here")

    @work(exclusive=True, group="dialog")
    async def action_columns(self) -> None:
        from tui.screens.dialogs.columns import ColumnsDialog

        frame = self.frame
        name = None if frame is None else list_name(frame)
        if frame is None or name is None:
            self.say("the columns of this list are always the same")
            return
        columns = choosable(frame)
        order = order_of(columns, self.app.deck.settings.columns.get(name, ()))
        chosen = await self.app.push_screen_wait(ColumnsDialog(name, columns, order))
        if chosen is not None:
            await self._keep_columns(name, [columns[index].name.removeprefix(OWN) for index in chosen])

    def settings_changed(self) -> None:
        """Show the columns as they are to be shown from now on, and every cell as it is written now."""
        if self.frame is None or not self.query("#table"):
            return
        view = self.frame.listing.view
        view.write_anew()
        order = chosen_order(self.frame, self.app.deck.settings.columns)
        sort = None if view.sort_column is None else (view.sort_column, view.descending)
        cursor, scroll = self.table.cursor_index, self.table.scroll_line
        self.table.show(view, view.columns, cursor=cursor, scroll=scroll, sort=sort, order=order)

    async def _keep_columns(self, name: str, names: list[str]) -> None:
        """Write the choice to the settings; none at all is the list's own way again."""
        deck = self.app.deck
        try:
            await asyncio.to_thread(deck.settings_file.save, ("columns", name), names or None)
        except ServiceError as error:
            self.fail(error)
            return
        await asyncio.to_thread(deck.read_settings)
        deck.settings_changed()
        self.say(f"columns of {name} are kept in settings.toml" if names else f"columns of {name} are its own again")
