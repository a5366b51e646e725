"""FormDialog: a pydantic model asked field by field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Label, Select, TextArea

from tui.resources.forms import FormField, FormInvalid, form_fields, read_form
from tui.resources.sending import Sending
from tui.screens.dialogs.frame import Dialog
from tui.screens.dialogs.sent import asked
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.widgets.inputs import OneOf, TextBox, Tick
from tui.widgets.line_input import LineInput
from tui.widgets.words import Caption

Choices = Callable[[str], Awaitable[Sequence[str]]]
Asked = Callable[[BaseModel], Awaitable[Sending]]
"""Finds out what would be sent for a filled-in form."""


class FormDialog(Dialog[BaseModel]):
    """Returns the filled-in form. What is wrong stands beside its field; escape asks once before it discards."""

    DEFAULT_CSS = """
    FormDialog #fields { height: auto; max-height: 70vh; scrollbar-size-vertical: 1; }
    FormDialog .field { height: auto; }
    FormDialog .field .label { width: 18; color: $text-muted; }
    FormDialog .field LineInput { background: $boost; }
    FormDialog .field LineInput:focus { background: $primary-muted; }
    FormDialog .field TextBox { background: $boost; }
    FormDialog .field Select { width: 1fr; }
    FormDialog .problem { color: $text-error; display: none; width: 1fr; padding-left: 18; }
    FormDialog .problem.-shown { display: block; }
    FormDialog #help { color: $text-muted; height: auto; min-height: 2; max-height: 4; margin-top: 1; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "save", id="form.submit", priority=True),
        Binding("ctrl+r", "sent", "what will be sent", id="dialog.sent", priority=True),
    ]

    def __init__(
        self,
        title: str,
        model: type[BaseModel],
        values: Mapping[str, Any] | None = None,
        choices: Choices | None = None,
        sending: Asked | None = None,
    ) -> None:
        super().__init__()
        self._sending = sending
        self._title, self._model, self._choices = title, model, choices
        self._fields = form_fields(model)
        self._given = dict(values or {})
        self._untouched: dict[str, Any] = {}
        self._asked_to_leave = False
        self._wrong: set[str] = set()

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(self._title, 60))
            with VerticalScroll(id="fields", can_focus=False):
                for field in self._fields:
                    with Horizontal(classes="field"):
                        yield Label(field.label + (" *" if field.required else ""), classes="label", markup=False)
                        yield self._widget(field)
                    yield Caption("", classes="problem", id=f"problem-{field.name}", markup=False)
            yield Caption("", id="help", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(f"Cancel ({self.key_of('dialog.leave', 'esc')})", id="cancel", compact=True)
                if self._sending is not None:
                    sent = self.key_of("dialog.sent", "ctrl+r")
                    yield Button(f"What will be sent ({sent})", id="sent", compact=True)
                yield Button(f"OK ({self.key_of('form.submit', 'ctrl+s')})", id="ok", variant="primary", compact=True)

    async def on_mount(self) -> None:
        if not self.is_whole:
            return
        self._untouched = self._values()
        first = self._widget_of(self._fields[0].name) if self._fields else self.query_one("#ok", Button)
        first.focus()
        if self._choices is not None:
            self.run_worker(self._ask_choices(self._choices), exit_on_error=False)

    async def _ask_choices(self, ask: Choices) -> None:
        for field in self._fields:
            if field.asks:
                try:
                    known = await ask(field.name)
                except ServiceError as error:
                    self._show_problem(field.name, f"cannot be looked up: {error}")
                    known = ()
                if not self.is_whole:
                    return
                widget = self._widget_of(field.name)
                if isinstance(widget, Select) and known:
                    current = str(widget.value)
                    widget.set_options(_options(field, known, current))
                    widget.value = current
                elif isinstance(widget, Select):
                    await self._let_type(widget)

    async def _let_type(self, select: Select[str]) -> None:
        """Put a line to type on in the place of a choice of nothing."""
        line, parent, focused = LineInput(str(select.value), id=select.id), select.parent, select.has_focus
        await select.remove()
        if isinstance(parent, Widget):
            await parent.mount(line)
        if focused:
            line.focus()

    def _widget(self, field: FormField) -> Widget:
        value = self._given.get(field.name, field.default)
        name = f"field-{field.name}"
        if field.kind == "bool":
            return Tick(bool(value), id=name)
        text = field.write(value)
        if field.kind == "choice" or field.asks:
            options = _options(field, field.choices, text)
            return OneOf(options, value=text, id=name, allow_blank=False, compact=True)
        if field.multiline or field.kind == "json":
            return TextBox(text, id=name)
        return LineInput(text, id=name, secret=field.kind == "secret")

    def _widget_of(self, name: str) -> Widget:
        return self.query_one(f"#field-{name}", Widget)

    def _values(self) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for field in self._fields:
            widget = self._widget_of(field.name)
            if isinstance(widget, TextArea):
                read[field.name] = widget.text
            elif isinstance(widget, Input | Checkbox | Select):
                read[field.name] = widget.value
        return read

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._show_help(event.widget)

    def _show_help(self, focused: Widget | None) -> None:
        name = (focused.id or "" if focused is not None else "").removeprefix("field-")
        field = next((field for field in self._fields if field.name == name), None)
        self.query_one("#help", Caption).update(printable(field.help, 260) if field else "")

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        """Go on to the next field, and from the last one to what saves the form."""
        if self._fields and event.input.id == f"field-{self._fields[-1].name}":
            self.query_one("#ok", Button).focus()
        else:
            self.focus_next()

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    def _typed(self, event: Input.Changed | TextArea.Changed | Select.Changed | Checkbox.Changed) -> None:
        self._asked_to_leave = False
        name = (event.control.id or "").removeprefix("field-")
        if name in self._wrong:
            # What was wrong with the field is not what is in it now.
            self._wrong.discard(name)
            self.query(f"#problem-{name}").remove_class("-shown")

    @on(Button.Pressed, "#ok")
    def action_submit(self) -> None:
        # The binding goes before the field's own keys: what was typed right before it may not be in the field yet.
        (self.focused or self).call_later(self._submit)

    def _submit(self) -> None:
        if not self.is_whole or not self.is_current:
            return
        form = self._read()
        if form is not None:
            self.dismiss(form)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "sent" and self._sending is None:
            return False
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#sent")
    @work(exclusive=True, group="sent")
    async def action_sent(self) -> None:
        """Show what would be sent for what is typed now; nothing is saved by it."""
        form = self._read() if self.is_whole and self._sending is not None else None
        if form is None or self._sending is None:
            return
        self.query_one("#help", Caption).update("finding out what would be sent …")
        ask, typed = self._sending, form
        sending = await asked("", lambda: ask(typed))
        if self.is_whole and self.is_current:
            self._show_help(self.focused)
            self.show_sent(sending)

    def _read(self) -> BaseModel | None:
        """Return the form, or None once what is wrong with it is shown."""
        for label in self.query(".problem"):
            label.remove_class("-shown")
        try:
            return read_form(self._model, self._values(), self._title)
        except FormInvalid as error:
            for name, problem in error.problems.items():
                self._show_problem(name or self._fields[-1].name, problem)
                self._wrong.add(name)
            first = next((field.name for field in self._fields if field.name in error.problems), None)
            if first is not None:
                self._widget_of(first).focus()
            return None

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        if not (self.is_mounted and self.is_whole) or self._asked_to_leave or self._values() == self._untouched:
            self.dismiss(None)
            return
        self._asked_to_leave = True
        self.query_one("#help", Caption).update("what you typed is not saved: escape once more to discard it")

    def _show_problem(self, name: str, problem: str) -> None:
        try:
            label = self.query_one(f"#problem-{name}", Caption)
        except NoMatches:
            return
        label.update(printable(problem, 200))
        label.add_class("-shown")


def _options(field: FormField, known: Sequence[str], current: str) -> list[tuple[Text, str]]:
    """Return what a choice offers: nothing is chosen that was not, and what was chosen stays to be had."""
    may_be_none = not field.required and field.default is None
    values = [*([""] if may_be_none else []), *([] if current in known else [current]), *known]
    blank = "(choose)" if field.required else "(none)"
    return [(Text(printable(value, 200) or blank), value) for value in dict.fromkeys(values)]
