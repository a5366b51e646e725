"""ChooseDialog: one of several, by arrows, by its key, or by typing part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.screens.dialogs.frame import Dialog
from tui.services.printable import printable


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose. `why_off` says why it cannot be chosen now."""

    label: str
    hint: str = ""
    key: str = ""
    why_off: str | None = None


class ChooseDialog(Dialog[int]):
    """Returns the index of what was chosen."""

    DEFAULT_CSS = """
    ChooseDialog Input { border: none; height: 1; padding: 0; background: transparent; }
    ChooseDialog OptionList { border: none; padding: 0; height: auto; max-height: 18; background: transparent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", "down", show=False, priority=True),
        Binding("up", "step(-1)", "up", show=False, priority=True),
        Binding("enter", "choose", "choose", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], *, start: int = 0) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._start = start
        self._shown = list(range(len(choices)))
        self._typed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(self._title, 60))
            line = Input(placeholder="type to narrow", compact=True, select_on_focus=False)
            line.cursor_blink = False
            yield line
            yield OptionList(*self._options())

    def on_mount(self) -> None:
        if self._shown:
            self.query_one(OptionList).highlighted = min(self._start, len(self._shown) - 1)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        """Show what the text is part of; a choice's own key, typed first, chooses it at once."""
        before, self._typed = self._typed, event.value
        if not before:
            for index, choice in enumerate(self._choices):
                if choice.key and choice.key == event.value and choice.why_off is None:
                    self.dismiss(index)
                    return
        self._fill(event.value.lower())

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_choose()

    def action_step(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_choose(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and self._choices[self._shown[at]].why_off is None:
            self.dismiss(self._shown[at])

    def _options(self) -> list[Option]:
        return [Option(_line(self._choices[index])) for index in self._shown]

    def _fill(self, text: str) -> None:
        self._shown = [
            index for index, choice in enumerate(self._choices) if text in f"{choice.label} {choice.hint}".lower()
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._options())
        if self._shown:
            options.highlighted = 0


def _line(choice: Choice) -> Content:
    key = f"{choice.key}  " if choice.key else ""
    parts = [Content.styled(key, "$text-accent bold"), Content(printable(choice.label, 200))]
    if choice.why_off is not None:
        parts.append(Content.styled(f"  {printable(choice.why_off, 80)}", "$text-warning"))
    elif choice.hint:
        parts.append(Content.styled(f"  {printable(choice.hint, 80)}", "$foreground 60%"))
    return Content("").join(parts)
