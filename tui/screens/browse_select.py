"""What of a list is looked at, and in which order: filter, sort, marks."""

from __future__ import annotations

from textual import work

from tui.resources.filter import InvalidFilter
from tui.screens.list_screen import ListScreen
from tui.widgets.prompt import Prompt


class Selecting(ListScreen):
    """The part of the browse screen that narrows, orders and marks."""

    def action_filter(self) -> None:
        if self.frame is not None:
            history = self.app.history("filter")
            self.query_one(Prompt).open(
                "filter", self.frame.listing.view.filter_text, suggest=lambda _: None, history=history
            )

    def _set_filter(self, text: str) -> None:
        if self.frame is None:
            return
        try:
            self.frame.listing.view.set_filter(text)
        except InvalidFilter as error:
            self.query_one(Prompt).show_problem(f"{error.message} (at {error.position + 1})")
            return
        self.query_one(Prompt).show_problem("")
        self._range_from = None
        self._repaint()
        if text:
            self.frame.listing.look_ahead()

    @work(exclusive=True, group="dialog")
    async def action_sort(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        if self.frame is None:
            return
        view = self.frame.listing.view
        names: list[str | None] = [None, *(column.name for column in view.columns)]
        choices = [Choice("the store's own order"), *(Choice(column.heading) for column in view.columns)]
        chosen = await self.app.push_screen_wait(
            ChooseDialog("sort by", choices, start=names.index(view.sort_column) if view.sort_column in names else 0)
        )
        if chosen is not None:
            self._sort_by(names[chosen], view.descending if names[chosen] == view.sort_column else False)

    def action_reverse(self) -> None:
        if self.frame is not None and self.frame.listing.view.sort_column is not None:
            self._sort_by(self.frame.listing.view.sort_column, not self.frame.listing.view.descending)

    def _sort_by(self, column: str | None, descending: bool) -> None:
        assert self.frame is not None
        self.frame.listing.view.set_sort(column, descending)
        self.table.set_sort(None if column is None else (column, descending))
        self._repaint()
        if column is not None:
            self.frame.listing.look_ahead()

    def action_mark(self) -> None:
        if self.frame is not None and self.table.cursor_key is not None:
            self.frame.listing.view.toggle_mark(self.table.cursor_key)
            self.table.rows_changed((self.table.cursor_index,))
            self.table.action_move(1)
            self._update_words()

    def action_mark_range(self) -> None:
        if self._range_from is None:
            self._range_from = self.table.cursor_index
            self.say(f"move to mark a range, {self.app.key_of('list.mark_range', 'v')} again to end it")
            if self.frame is not None:
                self.frame.listing.view.mark_range(self._range_from, self._range_from)
                self._repaint()
        else:
            self._range_from = None
            self.say("")

    def action_mark_all(self) -> None:
        if self.frame is None:
            return
        if not len(self.frame.listing.view):
            self.say("no row is shown: nothing is marked")
        self.frame.listing.view.mark_all()
        self._repaint()
