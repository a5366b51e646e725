"""ListScreen: what the parts of the browse screen share: the list that is shown, and the widgets that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from tui.resources.gate import unavailable
from tui.screens.browse_header import empty_words, header_parts, key_pairs
from tui.services.errors import ServiceError
from tui.widgets.detail_pane import DetailPane
from tui.widgets.header_line import HeaderLine
from tui.widgets.key_line import KeyLine
from tui.widgets.live_table import LiveTable
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.resources.actions import Action
    from tui.resources.detail import Detail, Link
    from tui.resources.navigation import Frame


class ListScreen(Screen[None]):
    """A frame is shown, or none yet. `say` and `fail` talk on the key line."""

    app: ArraydeckApp  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self) -> None:
        super().__init__()
        self.frame: Frame | None = None
        self._pane_size = 2
        self._pane_wanted: bool | None = None
        self._range_from: int | None = None
        self._looking_soon: Timer | None = None
        self._clock: Timer | None = None
        self._to_open: Frame | None = None
        self._empty_words = ""
        self._details: dict[tuple[str, str], tuple[Any, Detail]] = {}
        self.made: Link | None = None
        """The way to what the last action made."""

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    @property
    def pane(self) -> DetailPane:
        return self.query_one(DetailPane)

    @property
    def is_whole(self) -> bool:
        """Whether there is something to paint on: while the program ends, a screen loses its parts before its work."""
        return bool(self.query("#table")) and bool(self.query("#keys"))

    def offered_actions(self) -> list[Action]:
        """Return the actions that can ever be done here: a read-only profile, or what the store is, takes some away."""
        frame = self.frame
        if frame is None:
            return []
        connections = [part.source.connection for part in frame.parts] or [frame.connection]
        read_only = all(connection.profile.read_only for connection in connections)
        return [
            made
            for made in frame.type.actions.values()
            if not (read_only and made.is_dangerous)
            and any(unavailable(connection, frame.type, made.name) is None for connection in connections)
        ]

    def _repaint(self) -> None:
        self.table.rows_reset()
        self._update_words()

    def _update_words(self) -> None:
        self._update_header()
        if self.frame is not None:
            self._update_empty()
            self.query_one(KeyLine).show(key_pairs(self.offered_actions(), self.frame.type.name, self.app.key_of))

    def keys_changed(self) -> None:
        """Show the keys as they are from now on."""
        if self.is_whole:
            self._update_words()

    def _update_empty(self) -> None:
        words = "" if self.frame is None or len(self.frame.listing.view) else empty_words(self.frame, self.app.key_of)
        if words != self._empty_words:
            self._empty_words = words
            empty = self.query_one("#empty", Words)
            empty.display = bool(words)
            empty.update(Content(words))

    def _update_header(self) -> None:
        if self.frame is not None:
            self.query_one(HeaderLine).show(*header_parts(self.frame, len(self.frame.listing.view.marks)))

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
