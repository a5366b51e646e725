"""Saying things: a message stands in the keys' place for a while, or on a dialog's lower border."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from tui.jobs.job import JobState
from tui.screens.dialogs.frame import Dialog
from tui.screens.typed_lines import TypedLinesApp
from tui.services.printable import printable
from tui.widgets.key_line import MESSAGE_LINES, KeyLine

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.jobs.job import Job
    from tui.resources.deck import Deck
    from tui.services.errors import ServiceError

MESSAGE_SECONDS = 8.0
NEWS_SECONDS = 4.0
"""Seconds that the end of a job is told which went well and which nobody asked arraydeck for."""
OWN_SECONDS = 3.0
"""Seconds that what became of an action of one's own can be read before the end of a job may take its place."""
LONGEST = 400
"""Characters of a message."""


class SayingApp(TypedLinesApp):
    """An app that talks: one message at a time, where it covers nothing that is being worked on."""

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self._taking_back: Timer | None = None
        self._take_back: Callable[..., object] | None = None
        self._ended: list[tuple[float, Job]] = []
        self._own_until = 0.0
        self._telling_ended: Timer | None = None

    def say(self, message: str, seconds: float = MESSAGE_SECONDS, lines: int = MESSAGE_LINES) -> None:
        """Show a message on the key line for a while, or on the border of the dialog that is open."""
        self._own_until = monotonic() + OWN_SECONDS if message else 0.0
        self._say(message, seconds, lines)

    def _say(self, message: str, seconds: float, lines: int) -> None:
        screen, place = self.screen, self._place_of_messages()
        if place is None:
            if not screen.is_mounted:
                # It has just been opened, and its widgets have yet to be made.
                screen.call_after_refresh(self._say, message, seconds, lines)
            else:
                self.notify(printable(message), markup=False)
            return
        if self._taking_back is not None:
            self._taking_back.stop()
            self._taking_back = None
        if self._take_back is not None and self._take_back != place:
            self._take_back("")
        place(printable(self.with_keys(message), LONGEST), lines)
        self._take_back = place
        self._taking_back = self.set_timer(seconds, lambda: place("")) if message else None

    def _place_of_messages(self) -> Callable[..., object] | None:
        """Return what shows a message now."""
        screen = self.screen
        if isinstance(screen, Dialog) and screen.is_whole:
            return screen.tell
        lines = screen.query(KeyLine)
        return lines.first().say if lines else None

    def say_error(self, error: ServiceError) -> None:
        """Show an error with its hint."""
        self.say(f"{error.kind}: {error}")

    def say_ended(self, job: Job) -> None:
        """Tell the end of a job; several within a moment are told as one, so that the keys come back."""
        now = monotonic()
        self._ended = [(at, each) for at, each in self._ended if now - at < MESSAGE_SECONDS]
        self._ended.append((now, job))
        if self._telling_ended is not None:
            self._telling_ended.stop()
            self._telling_ended = None
        if now < self._own_until:
            self._telling_ended = self.set_timer(self._own_until - now, self._tell_ended)
        else:
            self._tell_ended()

    def _tell_ended(self) -> None:
        self._telling_ended = None
        jobs = [job for _, job in self._ended]
        is_quiet = not jobs[-1].id and jobs[-1].state is JobState.SUCCEEDED
        seconds = NEWS_SECONDS if is_quiet else MESSAGE_SECONDS
        self._say(ended_words(jobs, self.key_of("app.jobs", "J")), seconds, 1)

    # Keys, as they are said. The user may have given others than those that the program came with.

    def key_of(self, name: str, key: str) -> str:
        """Return the first key that runs the action of that name, whose own key is `key`."""
        return key

    def with_keys(self, text: str) -> str:
        """Return a text with the keys in force in place of those that the program came with.

        A key is named in backticks; `u takes it back` needs none.
        """
        return text

    def shown_keys(self, keys: Sequence[tuple[str, str]], about: str = "") -> Sequence[tuple[str, str]]:
        """Return what the line of keys of this screen says, with the keys in force. `about` is what the names of the
        actions begin with, where those of others on the screen are not meant."""
        return keys


def ended_words(jobs: list[Job], jobs_key: str = "J") -> str:
    """Return the ends of these jobs in one sentence, of which the newest is named."""
    last = jobs[-1]
    if len(jobs) == 1:
        return f"{last.naming} {last.state}: {last.title}" + (f", {last.message}" if last.message else "")
    failed = sum(job.state is JobState.FAILED for job in jobs)
    words = f", {failed} failed" if failed else ""
    return f"{len(jobs)} jobs ended{words} ({jobs_key}): {last.title} {last.state}" + (
        f", {last.message}" if last.message else ""
    )
