"""The Textual App: the keys that work everywhere, the way from list to list, and the wiring."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from rich.text import Text
from textual import events, work
from textual.actions import ActionError
from textual.app import ScreenStackError
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from tui.config.paths import state_folder, styles_folder
from tui.display.difference_app import DifferenceApp
from tui.resources.confirmation import NotConfirmed
from tui.screens.home import HomeScreen
from tui.screens.resuming import ResumingApp
from tui.screens.settings_app import SettingsApp
from tui.screens.too_small import FittingApp
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.services.story import write_story
from tui.widgets.ascii_filter import AsciiFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.command import Provider
    from textual.filter import LineFilter

    from tui.jobs.job import Job
    from tui.resources.confirmation import Confirmation
    from tui.resources.deck import Deck


SLOW_LINE_FACTOR = 4
"""How many times less often lists are refreshed over a slow line."""

THREADS = 64
"""Calls that may block at the same time; a thread is made only when all others are busy."""


@runtime_checkable
class Restful(Protocol):
    """A screen that asks stores for news while somebody looks at it."""

    def wake(self) -> None:
        """Begin, or go on."""

    def rest(self) -> None:
        """Ask nobody."""


def _deck_commands() -> type[Provider]:
    """Return the palette's provider, loaded when the palette is first opened."""
    from tui.screens.palette import DeckCommands

    return DeckCommands


class ArraydeckApp(DifferenceApp, FittingApp, SettingsApp, ResumingApp):
    """The dashboard on a deck. `uri` is opened at once, else the home screen, else the welcome.

    Before all of these goes the place where an earlier one lost its line, if it was opened on the same.
    """

    TITLE = "arraydeck"
    COMMANDS: ClassVar[set[Any]] = {_deck_commands}
    CSS_PATH = sorted(styles_folder().glob("*.tcss"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command", "go to a list", id="app.command", key_display=":", priority=True),
        Binding("semicolon", "find", "find anything", id="app.find", key_display=";"),
        Binding("question_mark", "help", "help", id="app.help", key_display="?"),
        Binding("p", "own('profiles')", "profiles", id="app.profiles"),
        Binding("J", "own('jobs')", "jobs", id="app.jobs"),
        Binding("A", "own('journal')", "journal", id="app.journal"),
        Binding("at", "own('log')", "command log", id="app.log", key_display="@"),
        Binding("u", "undo", "undo the last change", id="app.undo"),
        Binding("left_square_bracket", "travel(-1)", "place before", id="app.before", key_display="["),
        Binding("right_square_bracket", "travel(1)", "place after", id="app.after", key_display="]"),
        Binding("T", "choose_theme", "theme", id="app.theme"),
        Binding("ctrl+p", "command_palette", "palette", id="app.palette"),
        Binding("0", "home", "home", id="app.home"),
        *(Binding(str(digit), f"list({digit})", f"list {digit}", id=f"app.list_{digit}") for digit in range(1, 10)),
        Binding("q", "leave", "quit", id="app.quit"),
        Binding("ctrl+c", "leave", "quit", id="app.quit_now", show=False, system=True),
    ]

    def __init__(self, deck: Deck, *, uri: str | None = None) -> None:
        super().__init__(deck, uri or "")
        self.ascii = deck.settings.wants_ascii()
        self.animation_level = "none"
        self.unexpected: list[BaseException] = []
        self._uri = uri
        self.use_display(deck.settings.display, deck.settings.line)
        self.learn_themes()

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, AsciiFilter()] if self.ascii else filters

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # The binding goes before the focused widget's own keys, so that what is typed right after it is not lost.
        if action == "command" and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def get_default_screen(self) -> Screen[Any]:
        return HomeScreen()

    async def on_mount(self) -> None:
        # A file on a server that is gone holds its thread for as long as it likes, and must not hold up the others.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "arraydeck"))
        await self.heed_settings()
        for ended in (self.deck.runner.ended, self.deck.connections.job_ended):
            ended.append(self._job_ended)
        self._heed_signals()
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        for ended in (self.deck.runner.ended, self.deck.connections.job_ended):
            ended.remove(self._job_ended)

    def _heed_signals(self) -> None:
        """Leave in good order when told to by the system, so that the terminal is as it was found."""
        if self.is_headless:
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self.exit, 128 + number)

    @work
    async def _begin(self) -> None:
        """Go where the command line said, once the first screen is painted."""
        await self.load_history()
        resumed = await self.resume()
        self.keep_place_up_to_date()
        where = self._uri or self.deck.settings.default_profile
        if self.deck.settings.default_screen and not self._uri and not resumed:
            self.go_to(self.deck.settings.default_screen, profile=self.deck.settings.default_profile)
        elif where and not resumed:
            self.open_profile(where)
        elif not resumed and not self.deck.all_profiles():
            from tui.screens.welcome import WelcomeScreen

            await self.push_screen(WelcomeScreen())
        problems = await asyncio.to_thread(lambda: self.deck.problems)
        more = f" (and {len(problems) - 1} more: arraydeck doctor)" if problems[1:] else ""
        if words := "; ".join([*([resumed] if resumed else []), *(problem + more for problem in problems[:1])]):
            # The screen that has just been opened has yet to be made.
            self.screen.call_after_refresh(self.say, words)

    # Everywhere

    @work(exclusive=True, group="undo")
    async def action_undo(self) -> None:
        try:
            self.say(await self.deck.undo(None, self._confirm_undo))
        except NotConfirmed as turned_away:
            self.say(str(turned_away))
        except ServiceError as error:
            self.say_error(error)
        if self.current is not None and self.is_browsing:
            self.current.watcher.now()

    async def _confirm_undo(self, confirmation: Confirmation) -> Mapping[str, str] | None:
        from tui.screens.dialogs.confirm import ConfirmDialog

        return await self.push_screen_wait(ConfirmDialog(confirmation))

    @work(exclusive=True, group="dialog")
    async def action_help(self) -> None:
        from tui.screens.entries import offered_entries, run_entry
        from tui.screens.help import HelpScreen

        screen = self.screen
        entries = offered_entries(screen, self.list_names())
        chosen = await self.push_screen_wait(HelpScreen("keys that work here", entries))
        if chosen is not None:
            await run_entry(screen, entries[chosen].action)

    @work(exclusive=True, group="dialog")
    async def action_leave(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        running = self.deck.runner.current()
        if running:
            choices = [Choice("stay"), Choice(f"quit and cancel {len(running)} running jobs")]
            if await self.push_screen_wait(ChooseDialog("jobs are running", choices)) != 1:
                return
        self.exit(0)

    def action_command_palette(self) -> None:
        from tui.screens.palette import DeckPalette

        if not isinstance(self.screen, DeckPalette):
            self.push_screen(DeckPalette(id="--command-palette"))

    def copy(self, text: str) -> None:
        """Copy a text, and say where it went."""
        self._copy(text)

    @work(exclusive=True, group="copy")
    async def _copy(self, text: str) -> None:
        from tui.screens.clipboard import copy_text

        self.say(await copy_text(self, text, self.deck.settings.clipboard))

    def _job_ended(self, job: Job) -> None:
        self.say_ended(job)

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Let the screen rest while nobody looks at the terminal."""
        if isinstance(self.screen, Restful):
            self.screen.rest()

    def on_app_focus(self, event: events.AppFocus) -> None:
        if isinstance(self.screen, Restful):
            self.screen.wake()

    def line_slowed(self) -> None:
        self.deck.slow_down(SLOW_LINE_FACTOR)
        self.deck.settings_changed()
        message = f"slow line: fewer colours, and lists refresh {SLOW_LINE_FACTOR} times less often (setting line)"
        # It may be found out while the first screens are made, which would take the message with them.
        self.set_timer(1.0, lambda: self.say(message))

    # When something goes wrong that nobody expected

    def display_failed(self, error: Exception) -> None:
        self._survive(error)

    async def run_action(
        self,
        action: Any,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except ServiceError as error:
            self.say_error(error)
        except (asyncio.CancelledError, ActionError):
            raise
        except Exception as error:
            self._survive(error)
        return True

    def _handle_exception(self, error: Exception) -> None:
        """Survive what a worker did not catch; for all else leave, with the terminal as it was found."""
        if isinstance(error, WorkerFailed):
            self._survive(error.error)
            return
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._exit_renderables = [Text(printable(f"arraydeck ended: {_story_of(error)}"))]
        self._close_messages_no_wait()

    def _survive(self, error: BaseException) -> None:
        if isinstance(error, ServiceError):
            self.say_error(error)
            return
        if isinstance(error, (NoMatches, ScreenStackError)) and not self.is_running:
            return  # the program ends, and its screens go before the work that would write on them
        self.unexpected.append(error)
        self.say(_story_of(error))


def _story_of(error: BaseException) -> str:
    """Write the story of an unexpected error to a file, and return one line that says so."""
    try:
        where = f"the whole story is in {write_story(error, state_folder())}"
    except (OSError, ServiceError) as problem:
        where = f"its story could not be written: {problem}"
    return f"unexpected {type(error).__name__}; {where}"
