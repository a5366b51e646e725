"""TooSmall: the sentence that stands in a terminal in which nothing else can."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST_COLUMNS, LEAST_ROWS = 30, 6
"""Below this a list shows neither a name nor a row."""


class TooSmall(ModalScreen[None]):
    """Covers everything, so that no key but `ctrl+c` does what cannot be seen, until the terminal has grown."""

    # Bars would come and go for ever where there is room for either a bar or the text.
    DEFAULT_CSS = "TooSmall { overflow: hidden; background: $background; }"

    def compose(self) -> ComposeResult:
        yield Static(f"too small: {LEAST_COLUMNS}x{LEAST_ROWS} is the least, 80x24 is better", markup=False)


class FittingApp(App[Any]):
    """An app that shows `TooSmall` while its terminal is."""

    def on_resize(self, event: events.Resize) -> None:
        too_small = event.size.width < LEAST_COLUMNS or event.size.height < LEAST_ROWS
        if too_small and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())
        elif not too_small and isinstance(self.screen, TooSmall):
            self.pop_screen()
