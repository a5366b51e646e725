"""A stage for one dialog or widget: an app with our style sheets and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tests.ui.driver import Driver
from tui.config.paths import styles_folder

NOTHING = "nothing was answered yet"


class Stage(App[None]):
    """Shows a screen, and keeps its answer and the messages that its widgets post."""

    CSS_PATH = sorted(styles_folder().glob("*.tcss"))
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, screen: Screen[Any] | None = None, widgets: Sequence[Widget] = ()) -> None:
        super().__init__()
        self.ascii = False
        self.animation_level = "none"
        self.answer: Any = NOTHING
        self.heard: list[Message] = []
        self._shown = screen
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def on_mount(self) -> None:
        if self._shown is not None:
            self.push_screen(self._shown, self._answered)

    def _answered(self, answer: Any) -> None:
        self.answer = answer


@asynccontextmanager
async def staged(
    screen: Screen[Any] | None = None,
    widgets: Sequence[Widget] = (),
    *,
    size: tuple[int, int] = (80, 24),
    hear: Callable[[Message], None] | None = None,
) -> AsyncIterator[tuple[Driver, Stage]]:
    """Put a screen or widgets on the stage and drive them by keys."""
    app = Stage(screen, widgets)
    async with app.run_test(size=size, message_hook=hear) as pilot:
        yield Driver(app, pilot), app  # type: ignore[arg-type]
