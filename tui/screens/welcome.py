"""WelcomeScreen: no profile yet: open a folder, start the demo, add a profile, or take what was found here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.resources.discovery import without_profile
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.config.profiles import Profile

MOST_OFFERED = 30
"""Stores that are offered; `arraydeck profiles import` keeps them all."""


@dataclass(frozen=True, slots=True)
class _Way:
    title: str
    hint: str
    go: Callable[[], object]


class WelcomeScreen(Screen[None]):
    """Three ways to begin, and one more for each store that was found on this machine."""

    DEFAULT_CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen Vertical { width: 70; max-width: 100%; height: auto; padding: 1 2; border: round $primary; }
    WelcomeScreen OptionList { height: auto; max-height: 60vh; margin-top: 1; background: transparent; }
    WelcomeScreen OptionList, WelcomeScreen OptionList:focus { border: none; padding: 0; }
    WelcomeScreen Static { height: auto; }
    WelcomeScreen KeyLine { dock: bottom; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(digit), f"way({digit - 1})", f"way {digit}", show=False) for digit in range(1, 10)),
        Binding("j", "cursor(1)", "down", show=False),
        Binding("k", "cursor(-1)", "up", show=False),
        Binding("escape,h,backspace", "leave", "home", id="welcome.back"),
    ]

    app: ArraydeckApp  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self) -> None:
        super().__init__()
        self._ways = [
            _Way("open a folder or an address", "look at a store without keeping a profile", self._open_folder),
            _Way("start the demo", "sample data in a temporary folder", self._start_demo),
            _Way("add a profile", "keep the address of a store under a name", self._add_profile),
        ]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content.styled("arraydeck", "bold $text-primary"), markup=False)
            yield Static("A dashboard for the systems that store arrays. Where shall it look?", markup=False)
            yield OptionList(*map(self._option, range(len(self._ways))))
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(KeyLine).show([("1-9", "choose"), ("enter", "choose"), ("esc", "home"), ("q", "quit")])
        self.query_one(OptionList).focus()
        self._discover()

    def _option(self, index: int) -> Option:
        way = self._ways[index]
        # The first nine have a digit; whatever comes after them is chosen with the cursor.
        key = Content.styled(f"{index + 1 if index < 9 else ' '}  ", "$text-accent bold")
        hint = Content.styled(f"\n   {printable(way.hint, 120)}", "$foreground-muted")
        return Option(Content("").join([key, Content(printable(way.title, 80)), hint]))

    @work
    async def _discover(self) -> None:
        """Offer what other tools left on this machine."""
        deck = self.app.deck
        found = await asyncio.to_thread(deck.registry.discovered)
        for each in without_profile(found, deck.all_profiles())[:MOST_OFFERED]:
            title = f"open {each.profile.name} ({deck.registry.system(each.profile.system).title})"
            self._ways.append(_Way(title, f"found in {each.where}", partial(self._take, each.profile)))
            self.query_one(OptionList).add_option(self._option(len(self._ways) - 1))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._ways[event.option_index].go()

    def action_way(self, index: int) -> None:
        if index < len(self._ways):
            self._ways[index].go()

    def action_cursor(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_leave(self) -> None:
        self.app.action_home()

    def _take(self, profile: Profile) -> None:
        self.app.deck.add_temporary(profile)
        self.app.open_profile(profile.name)

    @work(exclusive=True, group="dialog")
    async def _open_folder(self) -> None:
        from tui.screens.dialogs.ask import AskDialog

        typed = await self.app.push_screen_wait(
            AskDialog("open", "a folder or an address", "", lambda text: None if text.strip() else "where?")
        )
        if typed is not None:
            self.app.open_profile(typed.strip())

    @work(exclusive=True, group="dialog")
    async def _start_demo(self) -> None:
        """Go on as `arraydeck demo`: it has a home of its own, so that nothing of the user's is touched."""
        self.query_one(KeyLine).say("starting the demo…")
        self.app.exit(DEMO_EXIT)

    @work(exclusive=True, group="dialog")
    async def _add_profile(self) -> None:
        from tui.resources.confirmation import nobody
        from tui.resources.gate import Request
        from tui.resources.own.profiles import ProfileForm
        from tui.resources.types import Scope
        from tui.screens.dialogs.form import FormDialog

        deck = self.app.deck
        form = await self.app.push_screen_wait(FormDialog("add a profile", ProfileForm))
        if form is None:
            return
        kind = deck.own.system.type_named("profiles")
        request = Request(deck.own, kind, kind.actions["add"], Scope(), (), form)
        try:
            await deck.gate.run(request, nobody)
        except ServiceError as error:
            self.app.say_error(error)
            return
        self.app.open_profile(form.name)  # pyright: ignore[reportAttributeAccessIssue]


DEMO_EXIT = 64
"""What the app returns when the demo is to be started in its place."""
