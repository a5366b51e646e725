"""FormDialog: a pydantic model asked field by field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Label, Select, TextArea

from tui.resources.forms import FormField, FormInvalid, form_fields, read_form
from tui.screens.dialogs.frame import Dialog
from tui.services.errors import ServiceError
from tui.services.printable import printable

Choices = Callable[[str], Awaitable[Sequence[str]]]


class FormDialog(Dialog[BaseModel]):
    """Returns the filled-in form. What is wrong stands beside its field; escape asks once before it discards."""

    DEFAULT_CSS = """
    FormDialog #fields { height: auto; max-height: 70vh; }
    FormDialog .field { height: auto; }
    FormDialog .field .label { width: 18; color: $text-muted; }
    FormDialog .field Input { border: none; height: 1; padding: 0; width: 1fr; background: $boost; }
    FormDialog .field Input:focus { background: $primary-muted; }
    FormDialog .field Select { width: 1fr; }
    FormDialog .field Checkbox { border: none; padding: 0; height: 1; background: transparent; }
    FormDialog .field TextArea { border: none; height: 5; width: 1fr; }
    FormDialog .problem { color: $text-error; display: none; margin-left: 18; }
    FormDialog .problem.-shown { display: block; }
    FormDialog #help { color: $text-muted; height: 2; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "submit", "save", id="form.submit", priority=True)]

    def __init__(
        self,
        title: str,
        model: type[BaseModel],
        values: Mapping[str, Any] | None = None,
        choices: Choices | None = None,
    ) -> None:
        super().__init__()
        self._title, self._model, self._choices = title, model, choices
        self._fields = form_fields(model)
        self._given = dict(values or {})
        self._asked_to_leave = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(self._title, 60))
            with VerticalScroll(id="fields", can_focus=False):
                for field in self._fields:
                    with Horizontal(classes="field"):
                        yield Label(field.label + (" *" if field.required else ""), classes="label", markup=False)
                        yield self._widget(field)
                    yield Label("", classes="problem", id=f"problem-{field.name}", markup=False)
            yield Label("", id="help", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel (esc)", id="cancel", compact=True)
                yield Button("OK (ctrl+s)", id="ok", variant="primary", compact=True)

    async def on_mount(self) -> None:
        self._widget_of(self._fields[0].name).focus()
        if self._choices is not None:
            self.run_worker(self._ask_choices(self._choices), exit_on_error=False)

    async def _ask_choices(self, ask: Choices) -> None:
        for field in self._fields:
            if field.asks:
                try:
                    known = await ask(field.name)
                except ServiceError as error:
                    self._show_problem(field.name, f"cannot be looked up: {error}")
                    continue
                widget = self._widget_of(field.name)
                if isinstance(widget, Select):
                    current = widget.value
                    widget.set_options([(printable(value) or "(none)", value) for value in known])
                    if current in known:
                        widget.value = current

    def _widget(self, field: FormField) -> Widget:
        value = self._given.get(field.name, field.default)
        name = f"field-{field.name}"
        if field.kind == "bool":
            return Checkbox("", bool(value), id=name, compact=True)
        if field.kind == "choice" or field.asks:
            text = field.write(value)
            options = [*field.choices] or [text]
            chosen = text if text in options else options[0]
            return Select([(option or "(none)", option) for option in options], value=chosen, id=name,
                          allow_blank=False, compact=True)  # fmt: skip
        if field.multiline or field.kind == "json":
            return TextArea(field.write(value), id=name, tab_behavior="focus", compact=True)
        made = Input(field.write(value), id=name, password=field.kind == "secret", compact=True)
        made.cursor_blink = False
        return made

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
        name = (event.widget.id or "").removeprefix("field-")
        field = next((field for field in self._fields if field.name == name), None)
        self.query_one("#help", Label).update(printable(field.help, 140) if field else "")

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#ok")
    def action_submit(self) -> None:
        for label in self.query(".problem"):
            label.remove_class("-shown")
        try:
            form = read_form(self._model, self._values(), self._title)
        except FormInvalid as error:
            for name, problem in error.problems.items():
                self._show_problem(name or self._fields[-1].name, problem)
            first = next((field.name for field in self._fields if field.name in error.problems), None)
            if first is not None:
                self._widget_of(first).focus()
            return
        self.dismiss(form)

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        if self._asked_to_leave or not self._is_edited():
            self.dismiss(None)
            return
        self._asked_to_leave = True
        self.query_one("#help", Label).update("what you typed is not saved: escape once more to discard it")

    def _is_edited(self) -> bool:
        for field in self._fields:
            before = self._given.get(field.name, field.default)
            now = self._values()[field.name]
            if now != (bool(before) if field.kind == "bool" else field.write(before)):
                return not (field.kind == "choice" and before is None)
        return False

    def _show_problem(self, name: str, problem: str) -> None:
        try:
            label = self.query_one(f"#problem-{name}", Label)
        except NoMatches:
            return
        label.update(printable(problem, 200))
        label.add_class("-shown")
