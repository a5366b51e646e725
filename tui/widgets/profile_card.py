"""ProfileCard: a profile at a glance: how its store is doing, what is in it, what went wrong last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.containers import ItemGrid
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.resources.columns import Tone
from tui.widgets.card_lines import CardContent, Line, card_lines


class CardGrid(ItemGrid):
    """Cards side by side. It knows the look of each tone for all of them: found out for each card, that would be most
    of what the first screen costs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "card-grid--ok",
        "card-grid--warn",
        "card-grid--bad",
        "card-grid--stale",
        "card-grid--muted",
        "card-grid--accent",
    }

    def style_of(self, tone: Tone) -> Style:
        """Return what a tone adds to the look of a card."""
        return self.get_component_rich_style(f"card-grid--{tone}", partial=True)


class ProfileCard(Widget, can_focus=True):
    """Shows a `CardContent` in a `CardGrid`. Only lines that differ from the last one shown are painted again."""

    DEFAULT_CSS = """
    ProfileCard { height: 7; padding: 0 1; border: round $panel; }
    """

    @dataclass
    class Chosen(Message):
        """The card was clicked twice."""

        name: str

    def __init__(self, content: CardContent, profile: str) -> None:
        super().__init__(classes="-prod" if content.tag == "prod" else None)
        self.profile_name = profile
        self._content = content
        self._title(content)

    @property
    def content_shown(self) -> CardContent:
        """What it says now."""
        return self._content

    def show(self, content: CardContent) -> None:
        """Show this, repainting the lines that differ."""
        width, before = self.size.width, self._lines(self.size.width)
        old, self._content = self._content, content
        if _title_parts(old) != _title_parts(content):
            self._title(content)
            self.set_class(content.tag == "prod", "-prod")
        for y, (one, other) in enumerate(zip(before, self._lines(width), strict=True)):
            if one != other:
                self.refresh(Region(0, y, width, 1))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        lines = self._lines(width)
        pieces = lines[y] if y < len(lines) else ()
        segments = [Segment(piece.text, self._style(base, piece.tone)) for piece in pieces]
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2:
            self.post_message(self.Chosen(self.profile_name))

    def _style(self, base: Style, tone: Tone | None) -> Style:
        return base if tone is None else base + self.query_ancestor(CardGrid).style_of(tone)

    def _title(self, content: CardContent) -> None:
        prod = "PROD " if content.tag == "prod" else ""
        self.border_title = Content(f"{prod}{content.name}")
        self.border_subtitle = Content(", ".join(note for note in _title_parts(content)[2:] if note))

    def _lines(self, width: int) -> list[Line]:
        return card_lines(self._content, width, ascii=bool(getattr(self.app, "ascii", False)))


def _title_parts(content: CardContent) -> tuple[str, ...]:
    """Return what the border says: name and tag, then system, any tag but prod, and whether nothing can be changed."""
    tag = content.tag if content.tag != "prod" else ""
    return content.name, content.tag, content.system, tag, "read-only" if content.read_only else ""
