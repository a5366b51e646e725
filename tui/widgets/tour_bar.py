"""TourBar: three lines at the foot of a screen that say where the guided tour is and what to press next."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

KEYS = "n next  b back  esc leaves"


class TourBar(Widget):
    """Shows a step. It takes no keys and covers nothing: the screen above it is that much lower."""

    DEFAULT_CSS = "TourBar { split: bottom; height: 3; background: $boost; color: $text; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[str, str, str] = ("", "", "")
        self._is_done = False

    def show(self, title: str, press: str, told: str, *, is_done: bool) -> None:
        """Show a step; one that is done says how to go on."""
        wanted = (
            f" TOUR {title}",
            f" ✓ done: enter or n goes on   ({press})" if is_done else f" › {press}",
            f" {told}",
        )
        if (wanted, is_done) != (self._lines, self._is_done):
            self._lines, self._is_done = wanted, is_done
            self.refresh()

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(self._lines)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        line = self._lines[y] if y < len(self._lines) else ""
        if y == 0:
            room = max(width - cell_len(KEYS) - 1, 0)
            segments = [Segment(set_cell_size(line, room), base + Style(bold=True)), Segment(KEYS, base)]
        else:
            segments = [Segment(line, base + Style(bold=y == 1, dim=y == 2))]
        return Strip(segments).adjust_cell_length(width, base)
