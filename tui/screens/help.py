"""HelpScreen: every key that works here, searchable; enter runs the entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.keys import key_to_character
from textual.screen import Screen
from textual.widgets import Label, OptionList

from tui.screens.dialogs.choose import Choice, ChooseDialog
from tui.services.printable import printable
from tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from tui.app import ArraydeckApp

KEY_NAMES = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "at": "@",
    "plus": "+",
    "underscore": "_",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
}

GROUPS = {
    "action": "DO",
    "list": "THIS LIST",
    "app": "EVERYWHERE",
    "table": "MOVE",
    "pane": "MOVE",
    "text": "THIS TEXT",
}
"""What actions are about, by the first word of their names."""


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """A key and what it does. `action` is run when the entry is chosen; `why_off` says why it cannot be now."""

    keys: str
    title: str
    action: str
    why_off: str | None = None
    name: str = ""
    upon: str = ""
    """What it would act upon now, where it acts on rows."""

    @property
    def group(self) -> str:
        """What the entry is about, as the help groups it."""
        return GROUPS.get(self.name.partition(".")[0], "THIS SCREEN")


def key_name(key: str) -> str:
    """Return a key as people write it."""
    if key in KEY_NAMES or len(key) == 1:
        return KEY_NAMES.get(key, key)
    # A key such as delete stands for a character too, which nobody could read.
    character = key_to_character(key)
    return character if character is not None and character.isprintable() and character > " " else key


def entries_of(screen: Screen[object]) -> list[HelpEntry]:
    """Return an entry for each action that a key of this screen, or of what has the keyboard, runs now."""
    keys: dict[str, list[str]] = {}
    found: dict[str, HelpEntry] = {}
    for key, active in screen.active_bindings.items():
        binding = active.binding
        if not binding.description or not binding.id or not active.enabled:
            continue
        keys.setdefault(binding.action, []).append(key_name(binding.key_display or key))
        found.setdefault(binding.action, HelpEntry("", binding.description, binding.action, name=binding.id or ""))
    return [
        HelpEntry(" ".join(dict.fromkeys(keys[action])), entry.title, action, entry.why_off, entry.name)
        for action, entry in found.items()
    ]


class HelpSearch(LineInput):
    """Takes what is typed, but for a `?` that nothing stands before: that is the key of the tour."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return super().check_consume_key(key, character) and not (key == "question_mark" and not self.value)


class HelpScreen(ChooseDialog):
    """Returns the index of the entry to run. `?` once more begins the guided tour."""

    DEFAULT_CSS = """
    HelpScreen > .box { width: 78; }
    HelpScreen OptionList { max-height: 80vh; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "tour", "guided tour", id="help.tour", priority=True, show=False)
    ]

    def __init__(self, title: str, entries: Sequence[HelpEntry]) -> None:
        width = max((len(entry.keys) for entry in entries), default=0)
        choices = [
            Choice(f"{entry.keys.ljust(width)}  {entry.title}", entry.name, why_off=entry.why_off, group=entry.group)
            for entry in entries
        ]
        super().__init__(title, choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(self._title, 60))
            box.border_subtitle = Content("enter runs it, ? is a guided tour, names are for [keys] in settings.toml")
            yield HelpSearch(placeholder="type to search")
            yield OptionList(*self._options())
            yield Label("nothing is called so", id="nothing", markup=False)

    def action_tour(self) -> None:
        app = cast("ArraydeckApp", self.app)
        self.dismiss(None)
        app.call_after_refresh(app.begin_tour)
