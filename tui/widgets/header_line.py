"""HeaderLine: where one is, how the store is doing, and how the list stands, on one line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.resources.columns import Tone

LEAST = 28
"""Cells that a part keeps which may be cut."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the line. The parts of lowest priority are left out first on a narrow terminal.

    `levels` parts the text into levels, of which the outer ones go first where there is no room for all of them. What
    may be `cut` loses its end before anything is left out.
    """

    text: str
    tone: Tone | str | None = None
    priority: int = 5
    right: bool = False
    levels: str = ""
    cut: bool = False


class HeaderLine(Widget):
    """One line of parts, some from the left and some from the right. Repainted only when a part differs."""

    DEFAULT_CSS = "HeaderLine { height: 1; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "header-line--ok",
        "header-line--warn",
        "header-line--bad",
        "header-line--stale",
        "header-line--muted",
        "header-line--accent",
        "header-line--prod",
        "header-line--title",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts: tuple[Part, ...] = ()

    def show(self, *parts: Part) -> None:
        """Show these parts."""
        if parts != self._parts:
            self._parts = parts
            self.refresh()

    @property
    def text(self) -> str:
        """The whole line, with nothing left out."""
        return "  ".join(part.text for part in self._parts)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        kept = [part for part in self._parts if part.text]
        whole = [part for part in kept if part.cut]
        kept = [_cut(part, LEAST) if part.cut else part for part in kept]
        while len(kept) > 1 and sum(cell_len(part.text) + 2 for part in kept) > width:
            least = min(reversed(kept), key=lambda part: part.priority)
            room = width - sum(cell_len(part.text) + 2 for part in kept if part is not least) - 2
            shorter = _shortened(least, room)
            kept[kept.index(least) : kept.index(least) + 1] = [] if shorter is None else [shorter]
        if len(kept) == 1:
            kept = [_cut(kept[0], max(width - 2, 1))]
        spare = width - sum(cell_len(part.text) + 2 for part in kept)
        for part in whole:
            short = _cut(part, LEAST)
            if short in kept:
                kept[kept.index(short)] = longer = _cut(part, cell_len(short.text) + max(spare, 0))
                spare -= cell_len(longer.text) - cell_len(short.text)
        left = [part for part in kept if not part.right]
        right = [part for part in kept if part.right]
        used = sum(cell_len(part.text) + 2 for part in kept)
        segments: list[Segment] = []
        for part in left:
            segments += [Segment(" ", base), Segment(part.text, self._style(part, base)), Segment(" ", base)]
        segments.append(Segment(" " * max(width - used, 0), base))
        for part in right:
            segments += [Segment(" ", base), Segment(part.text, self._style(part, base)), Segment(" ", base)]
        return Strip(segments).simplify().adjust_cell_length(width, base)

    def _style(self, part: Part, base: Style) -> Style:
        if part.tone is None:
            return base
        return base + self.get_component_rich_style(f"header-line--{part.tone}", partial=True)


def _shortened(part: Part, room: int) -> Part | None:
    """Return a part without its outer levels, so that it fits into `room`; None if that cannot be."""
    words = part.text.split(part.levels) if part.levels else []
    for at in range(1, len(words)):
        text = part.levels.join(("…", *words[at:]))
        if cell_len(text) <= room:
            return replace(part, text=text)
    return None


def _cut(part: Part, room: int) -> Part:
    """Return a part of at most `room` cells."""
    if cell_len(part.text) <= room:
        return part
    return replace(part, text=set_cell_size(part.text, room - 1).rstrip() + "…")
