"""What all dialogs have in common: a box in the middle, undimmed, that escape closes without an answer."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

A = TypeVar("A")


class Dialog(ModalScreen[A | None], Generic[A]):
    """A modal screen whose answer is None when it is turned away."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog > .box {
        width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $primary; background: $surface;
    }
    Dialog .buttons { height: 1; align-horizontal: right; margin-top: 1; }
    Dialog Button { margin-left: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "cancel", id="dialog.leave", show=False)]

    def action_leave(self) -> None:
        self.dismiss(None)
