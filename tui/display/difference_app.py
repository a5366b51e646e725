"""DifferenceApp: an app that writes what differs, at the pace of the line; the one place that overrides App."""

from __future__ import annotations

import os
import re
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.color import ColorSystem
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Offset

from tui.display.cells import Unpaintable
from tui.display.difference import Difference
from tui.display.driver import PacedDriver

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen


GLANCE = 0.2
"""Seconds between two frames while more is to come."""
_UNABLE = re.compile(r"vt52|vt1\d\d.*")
"""Terminals by `TERM` that cannot erase characters within a line, or insert and delete lines."""


class DifferenceApp(App[int]):
    """Writes frames itself once `use_display` was called with "auto", on a terminal that Textual's Unix driver drives.

    While the terminal is behind, nothing is written: frames are merged into what is wanted, and the difference between
    that and what is shown is written when the terminal has caught up. So no frame waits behind another, and the event
    loop never waits for the line. Whatever goes wrong in the writing leaves the rest of the run to Textual's own.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+l", "redraw", "redraw everything", id="app.redraw")]

    difference: Difference | None = None
    _line: Literal["auto", "fast", "slow"] = "auto"
    _is_slow = False
    _text_cursor = Offset(0, 0)
    _frames_wait = False
    _last_frame = 0.0

    def use_display(self, display: Literal["auto", "plain"], line: Literal["auto", "fast", "slow"]) -> None:
        """Choose how frames are written, before the app runs: "plain" is Textual's own way."""
        remote = os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY")
        self._line = "fast" if line == "auto" and not remote else line
        able = _UNABLE.fullmatch(os.environ.get("TERM", "")) is None
        if display == "auto" and able and self.driver_class is LinuxDriver:
            self.driver_class = PacedDriver
            system = self.console._color_system or ColorSystem.TRUECOLOR
            self.difference = Difference(system, erases_in_colour=_erases_in_colour())

    def end_driver(self) -> None:
        """End the driver's threads, after the app has run: with a terminal that is lost it may not have come to that.

        They would keep the process alive for ever.
        """
        if isinstance(self._driver, PacedDriver):
            self._driver.exit_event.set()
            self._driver.close()

    def line_slowed(self) -> None:
        """Be told, once, that the line is slow."""

    def let_frames_wait(self, wait: bool) -> None:
        """Write few frames while `wait`: what comes next is known already, and changes them."""
        if wait == self._frames_wait:
            return
        self._frames_wait = wait
        if not wait:
            self._send()

    def display_failed(self, error: Exception) -> None:
        """Be told that frames are written in Textual's own way from now on, and why."""

    def on_load(self) -> None:
        if self._line == "slow":
            self.call_later(self._slow_down)

    def on_resize(self, event: events.Resize) -> None:
        """Terminals do what they like with what was shown before a resize."""
        if self.difference is None:
            return
        if self.difference.size != event.size:
            self.difference.resize(*event.size)
        else:
            self._shown_again()

    def action_redraw(self) -> None:
        if self.difference is not None:
            self._shown_again()
        else:
            self.refresh()

    def _display(self, screen: Screen, renderable: RenderableType | None) -> None:
        driver = self._driver
        if self.difference is None or not isinstance(driver, PacedDriver) or self._batch_count or renderable is None:
            super()._display(screen, renderable)
            return
        driver.when_ready, driver.when_shown = self._send, self._shown_again
        try:
            if not isinstance(renderable, (LayoutUpdate, ChopsUpdate)):
                raise Unpaintable
            self.difference.paint(renderable, self.size)
            self._text_cursor = screen.outer_size.clamp_offset(self.cursor_position)
            self._write_frame(driver, self.difference)
        except Unpaintable:
            driver.write(self.difference.step_aside(renderable))
            super()._display(screen, renderable)
        except Exception as error:
            self._fall_back(driver, error)
            self.post_display_hook()
        else:
            self.post_display_hook()

    def _shown_again(self) -> None:
        """Write everything again: the terminal may have lost what it showed."""
        if self.difference is not None:
            self.difference.forget()
            self._send()

    def _send(self) -> None:
        """Write what differs, if the terminal has caught up."""
        driver = self._driver
        if self.difference is None or not isinstance(driver, PacedDriver):
            return
        try:
            self._write_frame(driver, self.difference)
        except Exception as error:
            self._fall_back(driver, error)

    def _write_frame(self, driver: PacedDriver, difference: Difference) -> None:
        now = monotonic()
        outdated = self._frames_wait and now - self._last_frame < GLANCE
        if outdated or not driver.is_showing or not driver.is_ready:
            return
        if text := difference.write(self._text_cursor, sync=self._sync_available):
            driver.write_frame(text)
            self._last_frame = now
        if self._line == "auto" and driver.pace.is_slow and not self._is_slow:
            self.call_later(self._slow_down)

    def _slow_down(self) -> None:
        """Spare a slow line: 256 colours take half of the bytes of 16 million, and whoever refreshes does it less."""
        if self._is_slow:
            return
        self._is_slow = True
        if self.difference is not None:
            self.difference.use_few_colours()
            self.refresh()
        self.line_slowed()

    def _fall_back(self, driver: PacedDriver, error: Exception) -> None:
        """Leave the writing to Textual."""
        self.difference = None
        driver.when_ready = driver.when_shown = None
        driver.bound_output()
        driver.write("\x1b[m\x1b[r")
        self.refresh()
        self.call_later(self.display_failed, error)


def _erases_in_colour() -> bool:
    """Whether the terminal fills what it erases with the background that is on. GNU screen does not, tmux does."""
    return not os.environ.get("TERM", "").startswith("screen") or "TMUX" in os.environ
