"""Running actions: the form, the gate with its dialog, and what became of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import work
from textual.binding import Binding

from tui.jobs.progress import Progress
from tui.resources.actions import Context
from tui.resources.confirmation import Confirm, Confirmation, NotConfirmed
from tui.resources.gate import Request
from tui.resources.json_text import to_json
from tui.screens.list_screen import ListScreen
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.resources.actions import Action
    from tui.resources.gate import Report
    from tui.resources.navigation import Frame


TELLING = 1.0
"""Seconds after which it is said that an action is at work."""


def keys_of(made: Action) -> tuple[str, ...]:
    """Return the keys of an action, none if it is for the command line alone."""
    keys = (made.key,) if made.key else ()
    return (*keys, "delete") if made.key == "ctrl+d" else keys


class Running(ListScreen):
    """The part of the browse screen that asks the gate to do things."""

    def _bind_actions(self, frame: Frame) -> None:
        """Let the keys of the type's actions work, and no others'."""
        bindings = type(self)._merge_bindings().copy()
        self._bindings.key_to_bindings = bindings.key_to_bindings
        for made in (each for each in frame.type.actions.values() if each.key):
            identity = f"action.{frame.type.name}.{made.name}"
            for key in keys_of(made):
                self._bindings.key_to_bindings[key] = [
                    Binding(key, f"act('{made.name}')", made.title, id=identity, show=False)
                ]
        self.app.apply_keymap()
        self.refresh_bindings()

    def why_off(self, name: str) -> str | None:
        """Return why an action cannot run on what is chosen now, None if it can."""
        request = self._request(name, None)
        return None if request is None else self.app.deck.gate.why_off(request)

    def _request(self, name: str, form: BaseModel | None) -> Request | None:
        frame = self.frame
        if frame is None or name not in frame.type.actions:
            return None
        made = frame.type.actions[name]
        items: Sequence[Any] = () if made.on == "scope" else self.chosen_items()
        return Request(frame.connection, frame.type, made, frame.scope, tuple(items), form)

    _at_work: str | None = None

    @work(group="act")
    async def action_act(self, name: str) -> None:
        request = self._request(name, None)
        if request is None or self.frame is None:
            return
        if self._at_work is not None:
            self.say(f"{self._at_work} is not done yet")
            return
        self._at_work = request.action.title
        try:
            await self._act(request, self.frame)
        finally:
            self._at_work = None

    async def _act(self, request: Request, frame: Frame) -> None:
        reason = self.app.deck.gate.why_off(request)
        if reason is not None:
            self.say(f"cannot {request.action.title}: {reason}")
            return
        if request.action.screen:
            await self._do_on_screen(request)
            frame.watcher.now()
            return
        try:
            if request.action.form is not None:
                form = await self._ask_form(request)
                if form is None:
                    return
                request = replace(request, form=form)
            gate = self.app.deck.gate
            with self._asking(request.action.title, waits=gate.asks(request)) as confirm:
                report = await gate.run(request, confirm)
        except NotConfirmed as turned_away:
            self._keep_typed(request)
            self.say(str(turned_away))
        except ServiceError as error:
            self._keep_typed(request)
            self.fail(error)
        else:
            frame.listing.view.marks.clear()
            await self._show_report(request, frame, report)
        frame.watcher.now()
        self._repaint()

    async def _do_on_screen(self, request: Request) -> None:
        """Let the system's own screen do it, and wait until it is left."""
        from tui.screens.system_screen import screen_class

        connection, item = request.connection, request.items[0] if request.items else None
        made = screen_class(connection.system.screen(request.action.screen))
        await self.app.push_screen_wait(made(connection, request.type, request.scope, item))

    async def _ask_form(self, request: Request) -> BaseModel | None:
        from tui.screens.dialogs.form import FormDialog

        made, kind = request.action, request.type
        assert made.form is not None
        values: Mapping[str, Any] = {}
        connection = request.connection
        if made.defaults is not None and (request.items or made.on == "scope"):
            with self.app.opening(made.title):
                context = Context(await connection.service(), connection.profile, request.scope, Progress())
                async with connection.watched(f"fill in {made.name}"):
                    values = await made.defaults(kind, context, request.items[0] if request.items else None)
        self._form_had = dict(values)
        values = {**values, **self._typed_before(request)}

        async def choices(field: str) -> Sequence[str]:
            context = Context(await connection.service(), connection.profile, request.scope, Progress())
            async with request.connection.watched(f"choices of {field}"):
                return await kind.choices(context, field)

        form = (kind.form_of(made.name, request.items[0]) if request.items else None) or made.form
        title = f"{made.title} ({kind.name})"
        sending = (lambda form: self.app.deck.gate.sending(replace(request, form=form))) if made.is_dangerous else None
        return await self.app.push_screen_wait(FormDialog(title, form, values, choices, sending))

    _form_had: Mapping[str, Any] = MappingProxyType({})
    """What the form that was shown last was filled in with."""
    _typed_in_form: tuple[Any, Mapping[str, Any]] | None = None
    """What was typed for something that was then refused or turned away: what it was for, and the fields."""

    def _keep_typed(self, request: Request) -> None:
        """Have the same form show again what was typed, but for its secrets: nobody likes to type it all once more."""
        if request.form is not None:
            typed = {name: getattr(request.form, name) for name in type(request.form).model_fields}
            own = {name: value for name, value in typed.items() if self._form_had.get(name) != value}
            self._typed_in_form = (_aim(request), {name: value for name, value in own.items() if not _is_secret(value)})

    def _typed_before(self, request: Request) -> Mapping[str, Any]:
        aim, typed = self._typed_in_form or (None, {})
        self._typed_in_form = None
        return typed if aim == _aim(request) else {}

    @contextlib.contextmanager
    def _asking(self, title: str, *, waits: bool) -> Iterator[Confirm]:
        """Give what asks the person. Until it does, keys wait for the question if there will be one."""
        with contextlib.ExitStack() as until_asked, contextlib.ExitStack() as at_work:
            if waits:
                until_asked.enter_context(self.app.opening(title))
            else:
                at_work.enter_context(self._telling(title))

            async def confirm(confirmation: Confirmation) -> Mapping[str, str] | None:
                from tui.screens.dialogs.confirm import ConfirmDialog

                until_asked.close()
                answer = await self.app.push_screen_wait(ConfirmDialog(confirmation))
                if answer is not None:
                    at_work.enter_context(self._telling(title))
                return answer

            yield confirm

    @contextlib.contextmanager
    def _telling(self, title: str) -> Iterator[None]:
        """Say that something is at work once it takes a while."""
        timer = self.set_timer(TELLING, lambda: self.say(f"{title} …") if self.is_current else None)
        try:
            yield
        finally:
            timer.stop()

    async def _show_report(self, request: Request, frame: Frame, report: Report) -> None:
        from tui.screens.text_view import TextView

        made = next((outcome for _, outcome in report.done if outcome.link is not None), None)
        # It is offered on every list from now on, those of other profiles too.
        connection = request.connection
        profile = connection.profile.name
        link = None if made is None else made.link
        self.made = None if link is None else replace(link, profile=link.profile or profile)
        if made is not None and link is not None and made.goes and self.frame is frame and self.is_current:
            connection = self.app.deck.connection(link.profile) if link.profile else connection
            kind, cursor = connection.system.types[link.type], link.key or None
            self.app.show_list(connection, kind, link.scope, below=True, cursor=cursor)
            self.say(report.message)
            return
        way = f" ({self.app.key_of('list.links', 'o')} leads to {self.made.label})" if self.made is not None else ""
        self.say(report.message + way)
        results = [outcome.text or outcome.result for _, outcome in report.done if outcome.result is not None]
        if results:
            shown = results[0] if len(results) == 1 else results
            text = shown if isinstance(shown, str) else to_json(shown, indent=2)
            await self.app.push_screen(TextView(report.message, text, lambda copied: self.app.copy(copied)))


def _aim(request: Request) -> tuple[object, ...]:
    """Return what a form is for: the action, and what it would be done to."""
    keys = tuple(request.type.key(item) for item in request.items)
    return request.connection.profile.name, request.type.name, request.action.name, request.scope, keys


def _is_secret(value: object) -> bool:
    from pydantic import SecretStr

    return isinstance(value, SecretStr)
