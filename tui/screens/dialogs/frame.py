"""What all dialogs have in common: a box in the middle, undimmed, that escape closes without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tui.widgets.column_layout import fit

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.resources.sending import Sending

A = TypeVar("A")


class Dialog(ModalScreen[A | None], Generic[A]):
    """A modal screen whose answer is None when it is turned away.

    It answers once. Keys may come while its widgets are still being made, and after it has answered: before, only the
    one that turns it away works, afterwards none does.
    """

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

    _has_answered = False
    _foot: Any = None
    """What the lower border says when there is no message."""

    @property
    def is_whole(self) -> bool:
        """Whether its widgets are there: not yet, or no longer, if it is left before it was seen."""
        return not self._has_answered and self in self.app.screen_stack and bool(self.query(".box"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave":
            return not self._has_answered
        return self.is_mounted and self.is_whole

    def dismiss(self, result: A | None = None) -> AwaitComplete:
        # Textual would take whatever screen is on top by now from the stack.
        if self._has_answered or not self.is_active:
            return AwaitComplete()
        self._has_answered = True
        return super().dismiss(result)

    def tell(self, message: str, lines: int = 1) -> None:
        """Show a message on the lower border, where it covers nothing; an empty one takes it back."""
        for box in self.query(".box"):
            if self._foot is None:
                self._foot = box.border_subtitle or ""
            box.border_subtitle = Content(fit(message, box.size.width - 4).rstrip()) if message else self._foot

    def key_of(self, name: str, own: str) -> str:
        """Return the key in force of an action of this dialog, whose own key is `own`, as it is said."""
        from tui.screens.help import key_name

        key_of: Any = getattr(self.app, "key_of", None)
        return own if key_of is None else key_name(key_of(name, own))

    def show_sent(self, sending: Sending) -> None:
        """Show all that would be sent over this dialog, to be read, searched and copied."""
        from tui.screens.text_view import TextView

        app: ArraydeckApp = cast("ArraydeckApp", self.app)
        app.push_screen(TextView("what will be sent", sending.text, app.copy, wraps=True))

    def action_leave(self) -> None:
        self.dismiss(None)
