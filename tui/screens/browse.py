"""BrowseScreen: the one screen in which every list lives; opening another list swaps what its table shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from tui.resources.filter import InvalidFilter
from tui.resources.types import Scope
from tui.screens.browse_copy import CopyAndExport
from tui.screens.browse_header import empty_words, header_parts, key_pairs
from tui.screens.browse_look import Looking
from tui.screens.running import Running
from tui.services.errors import ServiceError
from tui.widgets.detail_pane import DetailPane
from tui.widgets.header_line import HeaderLine
from tui.widgets.key_line import KeyLine
from tui.widgets.live_table import LiveTable
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.resources.navigation import Frame

NARROW = 100
PANE_SIZES = (25, 33, 42, 50, 60, 70, 80)


class BrowseScreen(Running, Looking, CopyAndExport, Screen[None]):
    """A header, a live table, a detail pane that follows the cursor, a prompt, and the keys that work here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="list.filter", key_display="/"),
        Binding("escape,h,backspace,left", "back", "back", id="list.back", key_display="esc"),
        Binding("d", "toggle_pane", "details", id="list.pane"),
        Binding("y", "json", "JSON", id="list.json"),
        Binding("o", "links", "links", id="list.links"),
        Binding("space", "mark", "mark", id="list.mark"),
        Binding("v", "mark_range", "mark a range", id="list.mark_range"),
        Binding("a", "mark_all", "mark all shown", id="list.mark_all"),
        Binding("s", "sort", "sort", id="list.sort"),
        Binding("S", "reverse", "reverse the order", id="list.reverse"),
        Binding("plus", "grow(1)", "grow the pane", id="list.grow", key_display="+"),
        Binding("underscore", "grow(-1)", "shrink the pane", id="list.shrink", key_display="_"),
        Binding("c", "copy", "copy", id="list.copy"),
        Binding("x", "export", "export", id="list.export"),
        Binding("r", "refresh", "refresh", id="list.refresh"),
        Binding("tab", "switch_focus", "table or pane", id="list.focus", show=False),
    ]

    app: ArraydeckApp  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self) -> None:
        super().__init__()
        self.frame: Frame | None = None
        self._pane_size = 2
        self._pane_wanted: bool | None = None
        self._range_from: int | None = None
        self._looking_soon: Timer | None = None
        self._clock: Timer | None = None

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="header")
        with Container(id="body"):
            with Vertical(id="list"):
                yield LiveTable(id="table")
                yield Static(id="empty", markup=False)
            yield DetailPane(id="pane")
        yield Prompt(id="prompt")
        yield KeyLine(id="keys")

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    @property
    def pane(self) -> DetailPane:
        return self.query_one(DetailPane)

    # Opening a list

    def open(self, frame: Frame) -> None:
        """Swap the list that is shown; the one that was keeps its place and rests."""
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
        self.table.focus()

    def _leave_frame(self) -> None:
        if self.frame is None:
            return
        self._remember_position()
        self.frame.watcher.pause()
        if self in self.frame.listing.listeners:
            self.frame.listing.listeners.remove(self)
        self.frame = None

    def _remember_position(self) -> None:
        if self.frame is not None and self.table.source is self.frame.listing.view:
            position = self.frame.listing.view.position
            position.key, position.scroll = self.table.cursor_key, self.table.scroll_line

    def _show_rows(self) -> None:
        assert self.frame is not None
        view = self.frame.listing.view
        cursor = view.index_of(view.position.key) if view.position.key is not None else 0
        sort = None if view.sort_column is None else (view.sort_column, view.descending)
        self.table.show(view, view.columns, cursor=cursor or 0, scroll=view.position.scroll, sort=sort)

    def on_mount(self) -> None:
        self._place_pane()

    def on_screen_resume(self) -> None:
        self.watch()

    def watch(self) -> None:
        """Refresh what is shown from now on, and let its age be seen."""
        if self.frame is not None:
            self.frame.watcher.resume()
        self._clock = self._clock or self.set_interval(1.0, self._tick)

    def on_screen_suspend(self) -> None:
        self.rest()

    def rest(self) -> None:
        """Stop every timer: nobody looks."""
        if self.frame is not None:
            self._remember_position()
            self.frame.watcher.pause()
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    def on_resize(self, event: events.Resize) -> None:
        self._place_pane()

    # What the listing says

    def rows_changed(self, indices: Sequence[int]) -> None:
        self.table.rows_changed(indices)
        if self.table.cursor_index in indices:
            self._look_soon()

    def rows_reset(self) -> None:
        assert self.frame is not None
        if self.table.source is not self.frame.listing.view:
            self._show_rows()
        else:
            self.table.rows_reset()
        self._update_words()

    def state_changed(self) -> None:
        self._update_words()

    def _tick(self) -> None:
        """Let ages grow: of the list in the header once a second, nothing else."""
        self._update_header()

    def _update_words(self) -> None:
        self._update_header()
        if self.frame is None:
            return
        words = empty_words(self.frame) if not len(self.frame.listing.view) else ""
        empty = self.query_one("#empty", Static)
        empty.display = bool(words)
        if words:
            empty.update(Content(words))
        self.query_one(KeyLine).show(key_pairs(self))

    def _update_header(self) -> None:
        if self.frame is not None:
            self.query_one(HeaderLine).show(*header_parts(self.frame, len(self.frame.listing.view.marks)))

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
        child = frame.connection.system.child_of(frame.type, item)
        if child is not None:
            scope = Scope((*frame.scope.parents, frame.type.key(item)))
            self.app.show_list(frame.connection, child, scope, below=True)
        elif frame.type.name == "profiles" and frame.connection is self.app.deck.own:
            self.app.open_profile(frame.type.key(item))
        elif not self.pane.display:
            self.action_toggle_pane()
        else:
            self.pane.focus()

    @on(LiveTable.HeadingClicked)
    def _heading_clicked(self, event: LiveTable.HeadingClicked) -> None:
        view = None if self.frame is None else self.frame.listing.view
        if view is not None:
            self._sort_by(event.column.name, view.sort_column == event.column.name and not view.descending)

    def action_back(self) -> None:
        """Take back the range, then the marks, then the filter; then leave the list."""
        if self.frame is None:
            return
        view = self.frame.listing.view
        if self.pane.has_focus:
            self.table.focus()
        elif self._range_from is not None or view.marks:
            self._range_from = None
            view.marks.clear()
            self._repaint()
        elif view.filter_text:
            self._set_filter("")
        else:
            self.app.go_back()

    def action_switch_focus(self) -> None:
        (self.table if self.pane.has_focus or not self.pane.display else self.pane).focus()

    def action_refresh(self) -> None:
        if self.frame is not None:
            self.say("refreshing")
            self.frame.watcher.now()

    # Filter, sort, marks

    def action_filter(self) -> None:
        if self.frame is not None:
            history = self.app.history("filter")
            self.query_one(Prompt).open(
                "filter", self.frame.listing.view.filter_text, suggest=lambda _: None, history=history
            )

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        if event.kind == "filter":
            self._set_filter(event.text)

    @on(Prompt.Submitted)
    def _submitted(self, event: Prompt.Submitted) -> None:
        self.query_one(Prompt).close()
        self.table.focus()
        self.app.remember_line(event.kind, event.text)
        if event.kind == "command":
            self.app.go_to(event.text)

    @on(Prompt.Closed)
    def _closed(self, event: Prompt.Closed) -> None:
        self.query_one(Prompt).close()
        self.table.focus()
        if event.kind == "filter":
            self._set_filter("")

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
            self.say("move to mark a range, v again to end it")
            if self.frame is not None:
                self.frame.listing.view.mark_range(self._range_from, self._range_from)
                self._repaint()
        else:
            self._range_from = None
            self.say("")

    def action_mark_all(self) -> None:
        if self.frame is not None:
            self.frame.listing.view.mark_all()
            self._repaint()

    def _repaint(self) -> None:
        self.table.rows_reset()
        self._update_words()

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

    # Talking

    def say(self, message: str) -> None:
        """Show a message on the key line for a while."""
        self.app.say(message)

    def current_item(self) -> Any:
        """Return the item under the cursor."""
        return None if self.frame is None else self.frame.listing.view.item(self.table.cursor_index)

    def chosen_items(self) -> list[Any]:
        """Return the marked items, or the one under the cursor."""
        if self.frame is None:
            return []
        marked = self.frame.listing.view.marked_items()
        item = self.current_item()
        return marked or ([item] if item is not None else [])

    def fail(self, error: ServiceError) -> None:
        """Show an error with its hint."""
        self.app.say_error(error)
