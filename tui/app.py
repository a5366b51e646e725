"""The Textual App: the keys that work everywhere, the way from list to list, and the wiring."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events, work
from textual.actions import ActionError
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import WorkerFailed

from tui.config.paths import state_folder, styles_folder
from tui.resources.navigation import Frame, Navigation
from tui.resources.place import complete, parse_place, resolve
from tui.screens.browse import BrowseScreen
from tui.screens.home import HomeScreen
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.services.story import write_story
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.command import Provider

    from tui.jobs.job import Job
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.types import ResourceType, Scope

MESSAGE_SECONDS = 8.0


def _deck_commands() -> type[Provider]:
    """Return the palette's provider, loaded when the palette is first opened."""
    from tui.screens.palette import DeckCommands

    return DeckCommands


class ArraydeckApp(App[int]):
    """The dashboard on a deck. `uri` is opened at once, else the home screen, else the welcome."""

    TITLE = "arraydeck"
    COMMANDS: ClassVar[set[Any]] = {_deck_commands}
    CSS_PATH = sorted(styles_folder().glob("*.tcss"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command", "go to a list", id="app.command", key_display=":"),
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
        super().__init__()
        self.deck = deck
        self.ascii = deck.settings.ascii
        self.animation_level = "none"
        self.unexpected: list[BaseException] = []
        self._uri = uri
        self._navigation = Navigation()
        self._history: dict[str, list[str]] = {}
        self._message_timer: Any = None
        if deck.settings.theme in self.available_themes:
            self.theme = deck.settings.theme

    def get_default_screen(self) -> Screen[Any]:
        return HomeScreen()

    async def on_mount(self) -> None:
        gc.set_threshold(50_000, 20, 50)
        self.install_screen(BrowseScreen(), "browse")
        self.apply_keymap()
        self.deck.runner.ended.append(self._job_ended)
        self._heed_signals()
        self.call_after_refresh(self._begin)

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
        for kind in ("command", "filter"):
            with contextlib.suppress(ServiceError):
                self._history[kind] = await asyncio.to_thread(self.deck.state.history, kind)
        problems = self.deck.problems
        if problems:
            self.say(problems[0] + (f" (and {len(problems) - 1} more: arraydeck doctor)" if problems[1:] else ""))
        where = self._uri or self.deck.settings.default_profile
        if where:
            self.open_profile(where)
        elif not self.deck.all_profiles():
            from tui.screens.welcome import WelcomeScreen

            await self.push_screen(WelcomeScreen())

    def apply_keymap(self) -> None:
        """Let the user's own keys take the place of the program's, by action name."""
        self.set_keymap(dict(self.deck.settings.keys))

    # From place to place

    @property
    def browse(self) -> BrowseScreen:
        """The screen in which lists live."""
        screen = self.get_screen("browse")
        assert isinstance(screen, BrowseScreen)
        return screen

    def show_list(
        self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope, *, below: bool = False,
        filter_text: str = "", cursor: str | None = None,
    ) -> None:  # fmt: skip
        """Open a list; `below` keeps the one that is shown to go back to. One that was open is found as it was left."""
        frame = self._navigation.find(connection, kind, scope)
        if frame is None:
            frame = Frame(connection, kind, scope, self.deck.settings)
        if filter_text:
            frame.listing.view.set_filter(filter_text)
        if cursor is not None:
            frame.listing.view.position.key = cursor
        for unneeded in self._navigation.open(frame, below=below):
            self.run_worker(unneeded.close())
        self._show(frame)

    def _show(self, frame: Frame) -> None:
        if self.screen is not self.browse:
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self.push_screen("browse")
        self.call_after_refresh(self.browse.open, frame)

    def open_profile(self, where: str) -> None:
        """Open the first list of a profile, an address or a path."""
        try:
            connection = self.deck.connection(where)
            first = next(iter(connection.system.types.values()))
        except ServiceError as error:
            self.say_error(error)
            return
        from tui.resources.types import Scope

        self.show_list(connection, first, Scope())

    def go_to(self, text: str, cursor: str | None = None) -> None:
        """Go where a typed line says."""
        from tui.resources.types import Scope

        if not text.strip():
            return
        try:
            place = parse_place(text)
            current = self._navigation.current
            if place.profile:
                connection = self.deck.connection(place.profile)
            elif current is not None:
                connection = current.connection
            else:
                connection = self.deck.connection(None)
            own = self.deck.own.system
            known = {name for kind in connection.system.types.values() for name in (kind.name, *kind.aliases)}
            if place.type not in known and any(place.type in (kind.name, *kind.aliases) for kind in own.types.values()):
                connection = self.deck.own
            kind, scope = resolve(place, connection.system)
            self.show_list(connection, kind, Scope(scope.parents), filter_text=place.filter, cursor=cursor)
        except ServiceError as error:
            self.say_error(error)

    def go_back(self) -> None:
        """Leave the list for the one it was opened from, or for home."""
        frame = self._navigation.back()
        if frame is not None:
            self._show(frame)
        else:
            self.action_home()

    def action_home(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def action_travel(self, step: int) -> None:
        frame = self._navigation.travel(step)
        if frame is not None:
            self._show(frame)
        else:
            self.say("there is no place further that way")

    def action_own(self, name: str) -> None:
        from tui.resources.types import Scope

        below = self.screen is self.browse and self._navigation.current is not None
        self.show_list(self.deck.own, self.deck.own.system.types[name], Scope(), below=below)

    def action_list(self, digit: int) -> None:
        from tui.resources.types import Scope

        current = self._navigation.current
        if current is None or self.screen is not self.browse:
            self.say("open a profile first")
            return
        kinds = list(current.connection.system.types.values())
        if digit > len(kinds):
            self.say(f"{current.connection.system.title} has {len(kinds)} lists")
            return
        kind = kinds[digit - 1]
        if kind.depth > len(current.scope.parents):
            levels = current.connection.system.ancestry(kind)
            self.say(f"{kind.name} hang below: open one of the {levels[-2].name} first")
            return
        self.show_list(current.connection, kind, Scope(current.scope.parents[: kind.depth]))

    # Typing a place

    def action_command(self) -> None:
        from tui.widgets.prompt import Prompt

        prompts = self.screen.query(Prompt)
        if prompts:
            prompts.first().open("command", "", suggest=self._complete, history=self.history("command"))

    def reachable_types(self) -> list[str]:
        """Return the names of the lists that can be gone to from here without naming a parent, this system's first."""
        current = self._navigation.current
        systems = [*([current.connection.system] if current is not None else []), self.deck.own.system]
        return [kind.name for system in dict.fromkeys(systems) for kind in system.types.values() if not kind.depth]

    def _complete(self, text: str) -> str | None:
        current = self._navigation.current
        systems = [self.deck.own.system] + ([current.connection.system] if current is not None else [])
        kinds = [kind.name for system in reversed(systems) for kind in system.types.values()]
        return complete(text, kinds, [profile.name for profile in self.deck.all_profiles()], self.history("command"))

    def history(self, kind: str) -> list[str]:
        """Return the lines that were typed, the newest first."""
        return self._history.setdefault(kind, [])

    def remember_line(self, kind: str, text: str) -> None:
        """Keep a line that was typed."""
        if text.strip():
            lines = self.history(kind)
            lines[:] = [text, *(line for line in lines if line != text)]
            self._keep_line(kind, text)

    @work(thread=True)
    def _keep_line(self, kind: str, text: str) -> None:
        with contextlib.suppress(ServiceError):
            self.deck.state.add_history(kind, text)

    # Everywhere

    @work(exclusive=True, group="undo")
    async def action_undo(self) -> None:
        try:
            self.say(await self.deck.undo(None))
        except ServiceError as error:
            self.say_error(error)
        current = self._navigation.current
        if current is not None and self.screen is self.browse:
            current.watcher.now()

    @work(exclusive=True, group="dialog")
    async def action_help(self) -> None:
        from tui.screens.help import HelpScreen, entries_of

        screen = self.screen
        entries = entries_of(screen)
        chosen = await self.push_screen_wait(HelpScreen("keys that work here", entries))
        if chosen is not None:
            await screen.run_action(entries[chosen].action)

    @work(exclusive=True, group="dialog")
    async def action_choose_theme(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        names = sorted(self.available_themes)
        start = names.index(self.theme)
        chosen = await self.push_screen_wait(ChooseDialog("theme", [Choice(name) for name in names], start=start))
        if chosen is None:
            return
        self.theme = names[chosen]
        try:
            await asyncio.to_thread(self.deck.settings_file.save, "theme", names[chosen])
        except (OSError, ServiceError, ValueError) as error:
            self.say(f"the theme cannot be kept: {error}")

    @work(exclusive=True, group="dialog")
    async def action_leave(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        running = self.deck.runner.current()
        if running:
            choices = [Choice("stay"), Choice(f"quit and cancel {len(running)} running jobs")]
            if await self.push_screen_wait(ChooseDialog("jobs are running", choices)) != 1:
                return
        self.exit(0)

    def copy(self, text: str) -> None:
        """Copy a text, and say where it went."""
        self._copy(text)

    @work(exclusive=True, group="copy")
    async def _copy(self, text: str) -> None:
        from tui.screens.clipboard import copy_text

        self.say(await copy_text(self, text, self.deck.settings.clipboard))

    def say(self, message: str) -> None:
        """Show a message on the key line for a while."""
        lines = self.screen.query(KeyLine)
        if not lines:
            self.notify(printable(message), markup=False)
            return
        lines.first().say(printable(message, 400))
        if self._message_timer is not None:
            self._message_timer.stop()
        self._message_timer = self.set_timer(MESSAGE_SECONDS, lambda: lines.first().say("")) if message else None

    def say_error(self, error: ServiceError) -> None:
        """Show an error with its hint."""
        self.say(f"{error.kind}: {error}")

    def _job_ended(self, job: Job) -> None:
        self.say(f"job {job.id} {job.state}: {job.title}" + (f", {job.message}" if job.message else ""))

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Let the screen rest while nobody looks at the terminal."""
        screen = self.screen
        if isinstance(screen, BrowseScreen | HomeScreen):
            screen.rest()

    def on_app_focus(self, event: events.AppFocus) -> None:
        screen = self.screen
        if isinstance(screen, BrowseScreen | HomeScreen):
            screen.watch()

    # When something goes wrong that nobody expected

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
        self.unexpected.append(error)
        self.say(_story_of(error))


def _story_of(error: BaseException) -> str:
    """Write the story of an unexpected error to a file, and return one line that says so."""
    try:
        where = f"the whole story is in {write_story(error, state_folder())}"
    except (OSError, ServiceError) as problem:
        where = f"its story could not be written: {problem}"
    return f"unexpected {type(error).__name__}; {where}"
