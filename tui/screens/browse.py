"""BrowseScreen: the one screen in which every list lives; opening another list swaps what its table shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Input

from tui.resources.column_choice import chosen_order
from tui.screens.browse_columns import ChoosingColumns
from tui.screens.browse_compare import Comparing
from tui.screens.browse_copy import CopyAndExport
from tui.screens.browse_look import Looking
from tui.screens.browse_select import Selecting
from tui.screens.browse_view import Viewing
from tui.screens.running_several import RunningSeveral
from tui.widgets.detail_pane import DetailPane
from tui.widgets.header_line import HeaderLine
from tui.widgets.key_line import KeyLine
from tui.widgets.live_table import LiveTable
from tui.widgets.prompt import Prompt
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.resources.navigation import Frame

NARROW = 100
PANE_SIZES = (25, 33, 42, 50, 60, 70, 80)


class BrowseScreen(RunningSeveral, Comparing, ChoosingColumns, Looking, Viewing, CopyAndExport, Selecting):
    """A header, a live table, a detail pane that follows the cursor, a prompt, and the keys that work here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="list.filter", key_display="/", priority=True),
        Binding("escape,h,backspace,left", "back", "back", id="list.back", key_display="esc"),
        Binding("d", "toggle_pane", "details", id="list.pane"),
        Binding("y", "json", "JSON", id="list.json"),
        Binding("o", "links", "links", id="list.links"),
        Binding("V", "view", "view the data", id="list.view"),
        Binding("space", "mark", "mark", id="list.mark"),
        Binding("v", "mark_range", "mark a range", id="list.mark_range"),
        Binding("a", "mark_all", "mark all shown", id="list.mark_all"),
        Binding("s", "sort", "sort", id="list.sort"),
        Binding("S", "reverse", "reverse the order", id="list.reverse"),
        Binding("plus", "grow(1)", "grow the pane", id="list.grow", key_display="+"),
        Binding("underscore", "grow(-1)", "shrink the pane", id="list.shrink", key_display="_"),
        Binding("c", "copy", "copy", id="list.copy"),
        Binding("x", "export", "export", id="list.export"),
        Binding("C", "compare", "compare with another profile", id="list.compare"),
        Binding("vertical_line", "columns", "choose the columns", id="list.columns", key_display="|"),
        Binding("r", "refresh", "refresh", id="list.refresh"),
        Binding("tab", "switch_focus", "table or pane", id="list.focus", show=False),
    ]

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="header")
        with Container(id="body"):
            with Vertical(id="list"):
                yield LiveTable(id="table")
                yield Words(id="empty", markup=False)
            yield DetailPane(id="pane")
        yield Prompt(id="prompt")
        yield KeyLine(id="keys")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "view":
            return self.can_view
        # The binding goes before the focused widget's own keys, so that what is typed right after it is not lost.
        return not (action == "filter" and isinstance(self.focused, Input))

    # Opening a list

    def open(self, frame: Frame) -> None:
        """Swap the list that is shown; the one that was keeps its place and rests."""
        if not self.query(LiveTable):
            self._to_open = frame
            return
        self._leave_frame()
        self.frame = frame
        self._range_from = None
        frame.listing.listeners.append(self)
        self._bind_actions(frame)
        self._show_rows()
        if self.is_mounted and self.is_current:
            frame.watcher.resume()
        self._update_words()
        self.pane.show_words("")
        self._look_soon()
        self.set_focus(self.table, scroll_visible=False)

    def _leave_frame(self) -> None:
        if self.frame is None:
            return
        self.remember_position()
        self.frame.watcher.pause()
        if self in self.frame.listing.listeners:
            self.frame.listing.listeners.remove(self)
        self.frame = None

    def remember_position(self) -> None:
        """Have the list that is shown know where its cursor is."""
        if self.frame is None or not self.is_whole or self.table.source is not self.frame.listing.view:
            return
        # While no row is there yet, the place is the one that is still sought.
        if self.table.cursor_key is not None:
            position = self.frame.listing.view.position
            position.key, position.scroll = self.table.cursor_key, self.table.scroll_line

    def _show_rows(self) -> None:
        assert self.frame is not None
        view = self.frame.listing.view
        sought = self._sought_row()
        key = sought if sought is not None else view.position.key
        cursor = view.index_of(key) if key is not None else 0
        sort = None if view.sort_column is None else (view.sort_column, view.descending)
        order = chosen_order(self.frame, self.app.deck.settings.columns)
        self.table.show(view, view.columns, cursor=cursor or 0, scroll=view.position.scroll, sort=sort, order=order)

    def _sought_row(self) -> str | None:
        """Return the key of the item that the list was opened for, once it has come and nobody has moved on."""
        assert self.frame is not None
        listing, key = self.frame.listing, self.frame.listing.seeks
        if key is None or listing.view.index_of(key) is None:
            return None
        listing.seeks = None
        return key

    def on_mount(self) -> None:
        self._place_pane()
        if self._to_open is not None:
            self.open(self._to_open)

    def on_screen_resume(self) -> None:
        self.wake()

    def wake(self) -> None:
        """Refresh what is shown from now on, and let its age be seen."""
        if self.frame is not None:
            self.frame.watcher.resume()
        self._clock = self._clock or self.set_interval(1.0, self._tick)

    def on_screen_suspend(self) -> None:
        # Left and opened again at once, it hears of both only when it is shown already.
        if not self.is_current:
            self.rest()

    def rest(self) -> None:
        """Stop every timer: nobody looks."""
        if self.frame is not None:
            self.remember_position()
            self.frame.watcher.pause()
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    def on_resize(self, event: events.Resize) -> None:
        self._place_pane()
        self._look_soon()

    # What the listing says

    def rows_changed(self, indices: Sequence[int]) -> None:
        if not self.is_whole:
            return
        self.table.rows_changed(indices)
        if self.table.cursor_index in indices:
            self._look_soon()

    def rows_reset(self) -> None:
        if self.frame is None or not self.is_whole:
            return
        if self.table.source is not self.frame.listing.view:
            self._show_rows()
        else:
            # A list that was opened on one of its items has its cursor put there once that item has come.
            sought = self._sought_row() if self.table.cursor_index == 0 else None
            if sought is None and self.table.cursor_key is None:
                sought = self.frame.listing.view.position.key
            self.table.rows_reset(sought)
        self._update_words()

    def state_changed(self) -> None:
        if self.is_whole:
            self._update_words()
            self.tell_missing_columns()

    def _tick(self) -> None:
        """Let ages grow and waits shrink, once a second; where nothing differs, nothing is painted."""
        if not self.is_whole:
            return
        self._update_header()
        self._update_empty()

    # Moving

    @on(LiveTable.CursorMoved)
    def _cursor_moved(self, event: LiveTable.CursorMoved) -> None:
        if self._range_from is not None and self.frame is not None:
            self.frame.listing.view.mark_range(self._range_from, event.index)
            self.table.rows_changed(range(min(self._range_from, event.index), max(self._range_from, event.index) + 1))
            self._update_header()
        self._look_soon()

    @on(LiveTable.Viewport)
    def _viewport(self, event: LiveTable.Viewport) -> None:
        if self.frame is not None:
            self.frame.listing.show_range(event.first, event.last)

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        frame = self.frame
        item = None if frame is None else frame.listing.view.item(event.index)
        if frame is None or item is None:
            return
        origin = frame.origin(item)
        connection, kind = origin.connection, origin.type
        child = connection.system.child_of(kind, origin.item)
        if kind.opens_item(origin.item) is not None:
            self.action_open_screen()
        elif child is not None:
            self.app.show_list(connection, child, kind.below(origin.scope, origin.item), below=True)
        elif kind.views:
            self.action_view()
        elif kind.enters:
            self.action_act(kind.enters)
        elif frame.type.name == "profiles" and frame.connection is self.app.deck.own:
            self.app.open_profile(frame.type.key(item))
        elif not self.pane.display:
            self.action_toggle_pane()
        else:
            self.set_focus(self.pane, scroll_visible=False)

    @on(LiveTable.HeadingClicked)
    def _heading_clicked(self, event: LiveTable.HeadingClicked) -> None:
        view = None if self.frame is None else self.frame.listing.view
        if view is not None:
            self._sort_by(event.column.name, view.sort_column == event.column.name and not view.descending)

    def action_back(self) -> None:
        """Leave the pane, the range, the filter, the marks, and then the list, each with a key press of its own."""
        if self.frame is None:
            return
        view = self.frame.listing.view
        if self.pane.has_focus:
            self.set_focus(self.table, scroll_visible=False)
        elif self._range_from is not None:
            self.action_mark_range()
        elif view.filter_text:
            self._set_filter("")
        elif view.marks:
            view.marks.clear()
            self._repaint()
        else:
            self.app.go_back()

    def action_switch_focus(self) -> None:
        to_table = self.pane.has_focus or not self.pane.display
        self.set_focus(self.table if to_table else self.pane, scroll_visible=False)

    def action_refresh(self) -> None:
        if self.frame is not None:
            self.say("refreshing")
            self._details.clear()
            self.frame.watcher.now()
            self._look_soon()

    # The prompt

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        if event.kind == "filter":
            self._set_filter(event.text)

    @on(Prompt.Submitted)
    def _submitted(self, event: Prompt.Submitted) -> None:
        self.query_one(Prompt).close()
        self.set_focus(self.table, scroll_visible=False)
        if event.kind == "command":
            self.app.go_to(event.text)
        self.app.remember_line(event.kind, event.text)

    @on(Prompt.Closed)
    def _prompt_closed(self, event: Prompt.Closed) -> None:
        self.query_one(Prompt).close()
        self.set_focus(self.table, scroll_visible=False)
        if event.kind == "filter":
            self._set_filter("")

    # The pane

    def action_toggle_pane(self) -> None:
        self._pane_wanted = not self.pane.display
        self._place_pane()
        self._look_soon()

    def action_grow(self, step: int) -> None:
        self._pane_size = max(0, min(self._pane_size + step, len(PANE_SIZES) - 1))
        self._place_pane()

    def _place_pane(self) -> None:
        narrow = self.size.width < NARROW
        self.set_class(narrow, "-narrow")
        wanted = self._pane_wanted if self._pane_wanted is not None else not narrow
        self.pane.display = wanted
        share = f"{PANE_SIZES[self._pane_size]}%"
        self.pane.styles.width = "100%" if narrow else share
        self.pane.styles.height = share if narrow else "100%"
