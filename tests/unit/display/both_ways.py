"""An app that is written in both ways, Textual's and ours, to two terminals that must show the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from rich.color import ColorSystem
from rich.control import Control
from textual._compositor import ChopsUpdate, LayoutUpdate

from tests.unit.display.terminal import Terminal, differences
from tui.display.cells import Unpaintable
from tui.display.difference import Difference
from tui.display.difference_app import DifferenceApp


class BothWays(DifferenceApp):
    """`late` says whether a frame of ours waits for a later one, as over a line that is behind."""

    late: Callable[[], bool] = staticmethod(lambda: False)

    def watch_both(self) -> None:
        """Begin. Called before the app runs."""
        self.plain_terminal = self.our_terminal = Terminal(1, 1)
        self.size_shown = (0, 0)
        self.ours = Difference(self.console._color_system or ColorSystem.TRUECOLOR)
        self.frames = 0
        self.problems: list[str] = []

    def _display(self, screen: Any, renderable: Any) -> None:
        if isinstance(renderable, (LayoutUpdate, ChopsUpdate)) and not self._batch_count:
            self._show_both(renderable)
        super()._display(screen, renderable)

    def _show_both(self, update: LayoutUpdate | ChopsUpdate) -> None:
        if self.size_shown != self.size:
            self.size_shown = tuple(self.size)
            self.plain_terminal, self.our_terminal = Terminal(*self.size), Terminal(*self.size)
            self.ours.resize(*self.size)
        x, y = self.screen.outer_size.clamp_offset(self.cursor_position)
        plain = update.render_segments(self.console) + Control.move_to(x, y).segment.text
        self.plain_terminal.feed(plain)
        try:
            self.ours.paint(update, tuple(self.size))
        except Unpaintable:
            self.our_terminal.feed(self.ours.step_aside(update) + plain)
            return
        if not self.late():
            self.compare((x, y))

    def compare(self, cursor: tuple[int, int] = (0, 0)) -> None:
        """Write what differs, and note what is then seen to differ."""
        self.our_terminal.feed(self.ours.write(cursor, sync=True))
        self.frames += 1
        if len(self.problems) < 20:
            self.problems += differences(self.plain_terminal, self.our_terminal)


def sometimes(seed: int) -> Callable[[], bool]:
    """Return a `late` that is true two times of three."""
    chance = random.Random(seed)
    return lambda: chance.random() < 0.67
