"""KeyLine: the keys that work here, on one line that never wraps. `?` is on it wherever it helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.column_layout import fit

MESSAGE_LINES = 3
"""Lines that a long message may take for as long as it is shown; the keys have one."""


class KeyLine(Widget):
    """Keys with their meaning, the most useful first; what does not fit is left to the help."""

    DEFAULT_CSS = "KeyLine { height: 1; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key", "key-line--message"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: tuple[tuple[str, str], ...] = ()
        self._lent: tuple[tuple[str, str], ...] = ()
        self._message, self._most = "", MESSAGE_LINES
        self._last: tuple[tuple[str, str], ...] = (("?", "help"),)

    def show(self, keys: Sequence[tuple[str, str]], *, help: bool = True) -> None:
        """Show these keys, each with what it does; without `help` where a question mark is typed like any letter."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self._last = (("?", "help"),) if help else ()
            self.refresh()

    def show_own(self, keys: Sequence[tuple[str, str]], about: str = "", *, help: bool = True) -> None:
        """Show these keys of the screen, those that the user gave to its actions in place of those it came with.

        `about` is what the actions' names begin with.
        """
        self.show(self._in_force(keys, about), help=help)

    def _in_force(self, keys: Sequence[tuple[str, str]], about: str) -> Sequence[tuple[str, str]]:
        in_force: Any = getattr(self.app, "shown_keys", None)
        return keys if in_force is None else in_force(keys, about)

    def lend(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show these keys for as long as a prompt has the keyboard; none gives the line back to its own."""
        keys = self._in_force(keys, "prompt.")
        if tuple(keys) != self._lent:
            self._lent = tuple(keys)
            self.refresh()

    def say(self, message: str, lines: int = MESSAGE_LINES) -> None:
        """Show a message in the keys' place, in so many lines at most; an empty one brings the keys back."""
        if (message, lines) != (self._message, self._most):
            self._message, self._most = message, lines
            self._take_room()
            self.refresh()

    def on_resize(self) -> None:
        self._take_room()

    def _take_room(self) -> None:
        """Be as high as the message needs: an error whose hint is cut off helps nobody."""
        height = len(self._message_lines())
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def _message_lines(self) -> list[str]:
        """Return the message in lines of this width, the last with all that there is no room for."""
        lines = [str(line) for line in Content(self._message).wrap(max(self.size.width - 2, 1))] or [""]
        whole, rest = lines[: self._most - 1], lines[self._most - 1 :]
        return [*whole, " ".join(rest)] if rest else whole

    @property
    def message(self) -> str:
        """The message that is shown now."""
        return self._message

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        if self._message:
            style = base + self.get_component_rich_style("key-line--message", partial=True)
            lines = self._message_lines()
            text = fit(lines[y], max(width - 2, 1)) if y < len(lines) else ""
            return Strip([Segment(" " + text.rstrip(), style)]).adjust_cell_length(width, base)
        if y:
            return Strip.blank(width, base)
        key_style = base + self.get_component_rich_style("key-line--key", partial=True)
        segments: list[Segment] = []
        for key, meaning in self.keys_shown:
            segments += [Segment(" " + key, key_style), Segment(f" {meaning} ", base)]
        return Strip(segments).adjust_cell_length(width, base)

    @property
    def keys_shown(self) -> list[tuple[str, str]]:
        """The keys for which there is room, each with what it does."""
        last = () if self._lent else self._last
        room = self.size.width - self._length(last)
        shown: list[tuple[str, str]] = []
        for pair in self._lent or self._keys:
            if pair[0] == "?":
                continue
            if self._length([pair]) > room:
                break
            room -= self._length([pair])
            shown.append(pair)
        return [*shown, *last]

    def _length(self, keys: Sequence[tuple[str, str]]) -> int:
        return sum(cell_len(key) + cell_len(meaning) + 3 for key, meaning in keys)
