"""ProfileCard: a profile at a glance: how its store is doing, what is in it, what went wrong last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.resources.cells import sign_of
from tui.resources.columns import Tone
from tui.widgets.column_layout import fit

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII_BLOCKS = "_.,-=+*#"
LINES = 5


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a card: printable text, what its colour says, and whether its end says more than its beginning."""

    text: str
    tone: Tone | None = None
    keeps_end: bool = False


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card says. All texts are printable. `latencies` are in seconds, the newest last."""

    name: str
    tag: str = ""
    read_only: bool = False
    health: str = "connecting"
    tone: Tone = "muted"
    latencies: tuple[float, ...] = ()
    lines: tuple[CardLine, ...] = field(default=())


class ProfileCard(Widget, can_focus=True):
    """Shows a `CardContent`. Only lines that differ from the last one shown are painted again."""

    DEFAULT_CSS = """
    ProfileCard { height: 7; padding: 0 1; border: round $panel; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "profile-card--ok",
        "profile-card--warn",
        "profile-card--bad",
        "profile-card--stale",
        "profile-card--muted",
        "profile-card--accent",
    }

    @dataclass
    class Chosen(Message):
        """The card was clicked twice."""

        name: str

    def __init__(self, content: CardContent) -> None:
        super().__init__(classes="-prod" if content.tag == "prod" else None)
        self._content = content
        self._title(content)

    @property
    def content_shown(self) -> CardContent:
        """What it says now."""
        return self._content

    @property
    def profile_name(self) -> str:
        """The profile that it stands for."""
        return self._content.name

    def show(self, content: CardContent) -> None:
        """Show this, repainting the lines that differ."""
        width, before = self.size.width, self._texts(self.size.width)
        old, self._content = self._content, content
        if (old.name, old.tag, old.read_only) != (content.name, content.tag, content.read_only):
            self._title(content)
            self.set_class(content.tag == "prod", "-prod")
        for y, (one, other) in enumerate(zip(before, self._texts(width), strict=True)):
            if one != other:
                self.refresh(Region(0, y, width, 1))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        texts = self._texts(width)
        if y >= len(texts):
            return Strip([Segment(" " * width, base)], width)
        line = texts[y]
        style = base
        if line.tone is not None:
            style = base + self.get_component_rich_style(f"profile-card--{line.tone}", partial=True)
        text = line.text
        if line.keeps_end and len(text) > width > 1:
            text = "…" + text[1 - width :]
        return Strip([Segment(fit(text, width), style)], width)

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2:
            self.post_message(self.Chosen(self.profile_name))

    def _title(self, content: CardContent) -> None:
        prod = "PROD " if content.tag == "prod" else ""
        self.border_title = Content(f"{prod}{content.name}")
        notes = [content.tag if content.tag != "prod" else "", "read-only" if content.read_only else ""]
        self.border_subtitle = Content(", ".join(note for note in notes if note))

    def _texts(self, width: int) -> list[CardLine]:
        content, ascii_only = self._content, bool(getattr(self.app, "ascii", False))
        health = f"{sign_of(content.tone, ascii=ascii_only)} {content.health}"
        spark = sparkline(content.latencies, max(width - cell_len(health) - 2, 0), ascii=ascii_only)
        first = fit(health, max(width - len(spark), 0)) + spark
        lines = [CardLine(first, content.tone), *content.lines][:LINES]
        return [*lines, *([CardLine("")] * (LINES - len(lines)))]


def sparkline(values: Sequence[float], width: int, *, ascii: bool = False) -> str:
    """Return the newest values as a row of blocks, at most `width` of them and at most 20; the highest is full."""
    shown = list(values)[-min(width, 20) :] if width > 0 else []
    if not shown:
        return ""
    blocks, top = (_ASCII_BLOCKS if ascii else _BLOCKS), max(max(shown), 1e-9)
    return "".join(blocks[min(int(value / top * len(blocks)), len(blocks) - 1)] for value in shown)
