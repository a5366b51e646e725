"""ChooseDialog: one of several, by arrows, by its key, or by typing part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from tui.screens.dialogs.frame import Dialog
from tui.services.printable import printable
from tui.widgets.line_input import LineInput


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose. `why_off` says why it cannot be chosen now; `group` stands above the first of its own."""

    label: str
    hint: str = ""
    key: str = ""
    why_off: str | None = None
    group: str = ""


class ChooseDialog(Dialog[int]):
    """Returns the index of what was chosen. `shows` is told of each that the cursor is on."""

    DEFAULT_CSS = """
    ChooseDialog OptionList {
        border: none; padding: 0; height: auto; max-height: 18; background: transparent; scrollbar-size-vertical: 1;
    }
    ChooseDialog #nothing { display: none; color: $text-muted; }
    ChooseDialog.-nothing #nothing { display: block; }
    ChooseDialog.-nothing OptionList { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step('cursor_down')", "down", show=False, priority=True),
        Binding("up", "step('cursor_up')", "up", show=False, priority=True),
        Binding("pagedown", "step('page_down')", "page down", show=False, priority=True),
        Binding("pageup", "step('page_up')", "page up", show=False, priority=True),
        Binding("enter", "choose", "choose", show=False, priority=True),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], *, start: int = 0, shows: Callable[[int], None] | None = None
    ) -> None:
        super().__init__()
        self._shows = shows
        self._title = title
        self._choices = choices
        self._start = start
        self._shown = list(range(len(choices)))
        self._rows: list[int | None] = []
        """The choice on each row; none is on a group's."""
        self._typed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(self._title, 60))
            yield LineInput(placeholder="type to narrow")
            yield OptionList(*self._options())
            yield Label("nothing is called so", id="nothing", markup=False)

    def on_mount(self) -> None:
        if not self.is_whole:
            return
        options = self.query_one(OptionList)
        options.can_focus = False  # a click chooses, and what is typed next still narrows
        if self._shown:
            options.highlighted = self._rows.index(min(self._start, len(self._choices) - 1))

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        """Show what the text is part of; a choice's own key, typed first, chooses it at once."""
        if not self.is_whole:
            return
        before, self._typed = self._typed, event.value
        if not before:
            for index, choice in enumerate(self._choices):
                if choice.key and choice.key == event.value and choice.why_off is None:
                    self.dismiss(index)
                    return
        self._fill(event.value.lower())

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Let be seen what would be chosen, where that is to be had."""
        index = self._rows[event.option_index] if event.option_index < len(self._rows) else None
        if self._shows is not None and index is not None and self.is_whole:
            self._shows(index)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.is_whole:
            self.action_choose()

    async def action_step(self, way: str) -> None:
        await self.query_one(OptionList).run_action(way)

    def action_choose(self) -> None:
        at = self.query_one(OptionList).highlighted
        index = self._rows[at] if at is not None else None
        if index is not None and self._choices[index].why_off is None:
            self.dismiss(index)

    def _options(self) -> list[Option]:
        options: list[Option] = []
        self._rows, group = [], ""
        for index in self._shown:
            choice = self._choices[index]
            if choice.group != group:
                group = choice.group
                options.append(Option(Content.styled(printable(group, 60), "$text-accent bold"), disabled=True))
                self._rows.append(None)
            options.append(Option(_line(choice)))
            self._rows.append(index)
        return options

    def _fill(self, text: str) -> None:
        self._shown = [
            index for index, choice in enumerate(self._choices) if text in f"{choice.label} {choice.hint}".lower()
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._options())
        self.set_class(not self._shown, "-nothing")
        if self._shown:
            options.highlighted = self._rows.index(self._shown[0])


def _line(choice: Choice) -> Content:
    key = f"{choice.key}  " if choice.key else ""
    parts = [Content.styled(key, "$text-accent bold"), Content(printable(choice.label, 200))]
    if choice.why_off is not None:
        parts.append(Content.styled(f"  {printable(choice.why_off, 80)}", "$text-warning"))
    elif choice.hint:
        parts.append(Content.styled(f"  {printable(choice.hint, 80)}", "$foreground-muted"))
    return Content("").join(parts)
