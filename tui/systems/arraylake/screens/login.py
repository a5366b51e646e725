"""LoginScreen: logging in from a terminal, by a page that any device can open, or by an API key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.timer import Timer
from textual.worker import Worker

from tui.resources.cells import duration_text
from tui.screens.system_screen import SystemScreen
from tui.services.errors import NotAuthenticated, ServiceError
from tui.services.printable import printable
from tui.systems.arraylake.login import LoginState, Step
from tui.systems.arraylake.resources.account_forms import ApiKeyForm
from tui.systems.arraylake.resources.org_actions import account_facts
from tui.systems.arraylake.screens.large_text import large_lines
from tui.systems.arraylake.screens.qr_code import qr_lines
from tui.widgets.header_line import Part
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService

SIDE = 38
"""Columns that the words beside the code need: the user code drawn large."""
Facts = tuple[tuple[str, str], ...]


class LoginScreen(SystemScreen["ArraylakeService", Facts]):
    """Shows who is logged in; without a log-in, or on `n`, begins one: the page's address, the code that it must show,
    the address as a QR code, how long there is, and what the provider said. It ends by itself once it is done."""

    DEFAULT_CSS = """
    LoginScreen #panel { height: 1fr; }
    LoginScreen #qr { width: auto; height: auto; background: #000000; color: #ffffff; display: none; margin-right: 2; }
    LoginScreen #side { width: 1fr; padding: 1 1 0 1; scrollbar-size-vertical: 1; }
    LoginScreen #side Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "begin", "begin a log-in", id="login.begin"),
        Binding("c", "copy_code", "copy the code", id="login.copy_code"),
        Binding("a", "copy_address", "copy the address", id="login.copy_address"),
        Binding("K", "enter_key", "enter an API key", id="login.key"),
    ]
    refresh_every = 0.0
    item: None

    _state: LoginState | None = None
    _facts: Facts = ()
    _words = ""
    _trouble = False
    _clock: Timer | None = None
    _flow: Worker[None] | None = None
    _begun = False

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="panel"):
            yield Words(id="qr", markup=False)
            with VerticalScroll(id="side", can_focus=False):
                yield Words(id="told", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._clock = self.set_interval(1.0, self._paint)
        self._paint()

    def on_resize(self) -> None:
        self._paint()

    @property
    def place(self) -> str:
        return "log in"

    def parts(self) -> tuple[Part, ...]:
        return () if self._state is None else (Part(self._left(self._state), "muted", 7, right=True),)

    async def load(self, service: ArraylakeService) -> Facts:
        """Return who is logged in; nobody is no failure here, but the reason to be."""
        try:
            who = await service.client.get_user()
        except NotAuthenticated as error:
            self._words = error.message
            return ()
        return tuple(account_facts(who, service))

    def show(self, data: Facts) -> None:
        self._facts = data
        if data or self._begun:
            self._paint()
        else:
            self.action_begin()

    # The flow

    def action_begin(self) -> None:
        """Begin a log-in, in the place of one that is under way."""
        self._begun = True
        self._state, self._words, self._trouble = None, "asking the provider for a code", False
        self._paint()
        self._flow = self._log_in()

    @work(exclusive=True, group="login")
    async def _log_in(self) -> None:
        try:
            service: ArraylakeService = await self.connection.service()
            if service.client.account.kind == "API key":
                self._say_of_key()
                return
            async with aclosing(service.client.login_states()) as states:
                async for state in states:
                    self._state = state
                    self._paint()
            if self._state is not None and self._state.step is Step.DONE:
                await self._done(service)
        except ServiceError as error:
            self._fail(error)

    async def _done(self, service: ArraylakeService) -> None:
        async with self.connection.watched("log in"):
            who = await service.client.get_user()
        ends = service.client.account.expires
        left = "" if ends is None else f", for {duration_text((ends - datetime.now(UTC)).total_seconds())}"
        self._leave(f"logged in as {who.title}{left}")

    def _leave(self, words: str) -> None:
        """Go back to the list, and say there what was done."""
        if self.is_attached:
            self.dismiss()
        self.app.call_later(self.app.say, printable(words, 200))

    def _fail(self, error: ServiceError) -> None:
        self._state, self._words, self._trouble = None, f"{error.kind}: {error}", True
        self._paint()

    def _say_of_key(self) -> None:
        words = "an API key is used, which goes before a log-in; K enters another one, and logging out forgets it"
        self._state, self._words, self._trouble = None, words, True
        self._paint()

    @work(exclusive=True, group="key")
    async def action_enter_key(self) -> None:
        """Use an API key in place of a log-in."""
        from tui.screens.dialogs.form import FormDialog

        form = await self.app.push_screen_wait(FormDialog("enter an API key", ApiKeyForm))
        if not isinstance(form, ApiKeyForm):
            return
        try:
            service: ArraylakeService = await self.connection.service()
            async with self.connection.watched("enter key"):
                who, is_kept = await service.take_key(await asyncio.to_thread(form.entered))
        except ServiceError as error:
            self.say(f"{error.kind}: {error}")
            return
        if self._flow is not None:
            self._flow.cancel()
        kept = "kept for this profile" if is_kept else "for this run alone"
        self._leave(f"the key of {who.title} is good; {kept}")

    def action_copy_code(self) -> None:
        """Copy the code to be entered."""
        if self._state is None:
            self.say("there is no code yet")
        else:
            self.app.copy(self._state.user_code)

    def action_copy_address(self) -> None:
        """Copy the address to be opened."""
        if self._state is None:
            self.say("there is no address yet")
        else:
            self.app.copy(self._state.address)

    # What is painted

    def _paint(self) -> None:
        if not self.is_mounted or not self.query("#told"):
            return
        state = self._state
        code = () if state is None or state.is_over else self._code(state.address)
        qr = self.query_one("#qr", Words)
        qr.display = bool(code)
        qr.update(Content("\n".join(code)))
        lines = self._idle() if state is None else self._under_way(state, bool(code))
        self.query_one("#told", Words).update(Content("\n").join(lines))
        self._show_keys()
        self._head()

    def _show_keys(self) -> None:
        from tui.widgets.key_line import KeyLine

        keys = [("esc", "cancel" if self._state is not None else "back"), ("n", "begin a log-in")]
        if self._state is not None:
            keys[1:] = [("c", "copy the code"), ("a", "copy the address"), ("n", "another code")]
        self.query_one(KeyLine).show([*keys, ("K", "enter an API key")])

    def _code(self, address: str) -> Sequence[str]:
        """Return the QR code if there is room for it beside the words."""
        try:
            lines = () if self.ascii else qr_lines(address)
        except ValueError:
            return ()
        fits = bool(lines) and len(lines) <= self.size.height - 2 and len(lines[0]) + 2 + SIDE <= self.size.width
        return lines if fits else ()

    def _idle(self) -> list[Content]:
        if self._words and not self._facts:
            words = Content.styled(printable(self._words, 600), "$text-error" if self._trouble else "$text-muted")
            again = [Content(""), Content("n begins again, esc goes back")] if self._trouble else []
            return [words, *again]
        lines = [Content.styled("logged in", "bold"), Content("")]
        lines += [
            Content.styled(f"{name:<11} ", "$text-muted") + Content(printable(value, 300))
            for name, value in self._facts
        ]
        if self._words:
            lines += [Content(""), Content.styled(printable(self._words, 600), "$text-error")]
        return (
            [*lines, Content(""), Content("n logs in anew, esc goes back")]
            if self._facts
            else [Content("asking who is logged in")]
        )

    def _under_way(self, state: LoginState, has_code: bool) -> list[Content]:
        if state.is_over and state.step is not Step.DONE:
            return [
                Content.styled(printable(f"{state.step}: {state.problem}", 300), "$text-error"),
                Content(""),
                Content("n begins again, esc goes back"),
            ]
        scan = "Scan the code with a phone, or open" if has_code else "Open in a browser, on any device"
        address = printable(state.address, 1000)
        return [
            Content.styled(scan, "$text-muted"),
            Content.styled(address, Style(link=address, underline=True)),
            Content(""),
            Content.styled("and see that it shows", "$text-muted"),
            Content(""),
            *(Content.styled(line, "$text-accent") for line in large_lines(state.user_code, ascii=self.ascii)),
            Content(""),
            Content.styled(state.user_code, "bold"),
            Content(""),
            Content(self._left(state)),
            self._provider(state),
        ]

    def _left(self, state: LoginState) -> str:
        left = (state.expires - datetime.now(UTC)).total_seconds()
        if state.step is Step.DONE:
            return "done"
        return (
            f"{int(left) // 60}:{int(left) % 60:02d} left" if left > 0 and not state.is_over else "the code has ended"
        )

    @staticmethod
    def _provider(state: LoginState) -> Content:
        if state.problem:
            return Content.styled(printable(f"the provider: {state.problem}", 200), "$text-warning")
        slower = ", more slowly as it wishes" if state.step is Step.SLOW_DOWN else ""
        asked = f"asked {state.polls} times, every {state.interval:g} s{slower}"
        return Content.styled(f"waiting for you; {asked}" if state.polls else "waiting for you", "$text-muted")
