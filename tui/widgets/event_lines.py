"""EventLines: what happened lately, a line each, the newest first; one of them can be chosen and gone to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.resources.cells import sign_of, tone_of
from tui.resources.columns import Tone
from tui.resources.events import Event
from tui.widgets.column_layout import fit

NOTHING = "nothing has happened yet: ends of jobs, health of stores and changes show here"
TITLE = "recent events"
PROFILE_WIDTH = 14


class EventLines(Widget, can_focus=True):
    """A heading and as many events as fit; of one line, the newest event alone. Repaints only lines that differ."""

    DEFAULT_CSS = "EventLines { height: 1; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "event-lines--heading",
        "event-lines--cursor",
        "event-lines--ok",
        "event-lines--warn",
        "event-lines--bad",
        "event-lines--stale",
        "event-lines--muted",
        "event-lines--accent",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,l,right", "open", "go there", id="events.open"),
        Binding("j,down", "move(1)", "event below", id="events.down"),
        Binding("k,up", "move(-1)", "event above", id="events.up"),
        Binding("pagedown,ctrl+f", "page(1)", "page down", id="events.page_down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "page up", id="events.page_up", show=False),
        Binding("g,home", "first", "newest event", id="events.first", show=False),
        Binding("G,end", "last", "oldest event", id="events.last", show=False),
        Binding("escape,e,h,left,backspace", "leave", "back to the cards", id="events.leave"),
    ]

    @dataclass
    class Opened(Message):
        """An event was chosen."""

        event: Event

    @dataclass
    class Left(Message):
        """The cards are wanted again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._events: tuple[Event, ...] = ()
        self._chosen = ""
        self._top = 0

    @property
    def events_shown(self) -> tuple[Event, ...]:
        """All that can be scrolled to."""
        return self._events

    @property
    def chosen(self) -> Event | None:
        """The event under the cursor."""
        return self._events[self._index()] if self._events else None

    def show(self, found: Sequence[Event]) -> None:
        """Show these, the newest first; the cursor stays on its event."""
        before = self._painted()
        self._events = tuple(found)
        if not self.has_focus:
            self._chosen, self._top = "", 0
        self._keep_visible()
        for y, (one, other) in enumerate(zip(before, self._painted(), strict=True)):
            if one != other:
                self.refresh(Region(0, y, self.size.width, 1))

    # Moving

    def action_move(self, by: int) -> None:
        if by < 0 and self._index() == 0:
            self.post_message(self.Left())
        else:
            self._go(self._index() + by)

    def action_page(self, by: int) -> None:
        self._go(self._index() + by * max(self._rows, 1))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._events) - 1)

    def action_open(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.post_message(self.Opened(chosen))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        at = event.y - self._heading + self._top
        if event.y >= self._heading and at < len(self._events):
            self._go(at)
            if event.chain == 2:
                self.action_open()

    def on_focus(self) -> None:
        self._go(self._index())

    def on_blur(self) -> None:
        self._chosen, self._top = "", 0
        self.refresh()

    def on_resize(self) -> None:
        self._keep_visible()

    def _go(self, index: int) -> None:
        if self._events:
            self._chosen = self._events[max(0, min(index, len(self._events) - 1))].key
            self._keep_visible()
        self.refresh()

    def _index(self) -> int:
        return next((at for at, event in enumerate(self._events) if event.key == self._chosen), 0)

    def _keep_visible(self) -> None:
        index, rows = self._index(), max(self._rows, 1)
        self._top = max(0, min(self._top, index, len(self._events) - rows), index - rows + 1)

    # Painting

    @property
    def _heading(self) -> int:
        return 1 if self.size.height > 1 else 0

    @property
    def _rows(self) -> int:
        return self.size.height - self._heading

    def _painted(self) -> list[tuple[str, Tone | None, bool]]:
        """Return each line's text and tone, and whether the cursor is on it."""
        lines: list[tuple[str, Tone | None, bool]] = [(TITLE, None, False)] if self._heading else []
        if not self._events:
            lines.append((f" {NOTHING}", "muted", False))
        shown = self._events[self._top : self._top + self._rows]
        for at, event in enumerate(shown, self._top):
            lines.append((self._text(event), tone_of(event.status), self.has_focus and at == self._index()))
        return [*lines, *([("", None, False)] * (self.size.height - len(lines)))][: self.size.height]

    def _text(self, event: Event) -> str:
        sign = sign_of(tone_of(event.status) or "muted", ascii=bool(getattr(self.app, "ascii", False)))
        # What is said of a store's health begins with its name.
        profile = (
            "" if event.kind == "health" else f"{fit(event.profile, min(cell_len(event.profile), PROFILE_WIDTH))}: "
        )
        return f" {moment_text(event.at)} {sign} {profile}{event.text}"

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        painted = self._painted()
        text, tone, is_chosen = painted[y] if y < len(painted) else ("", None, False)
        if self._heading and y == 0:
            style = base + self.get_component_rich_style("event-lines--heading", partial=True)
            return Strip([Segment(fit(f" {text} ".center(width, "─"), width), style)], width)
        return Strip([Segment(fit(text, width), self._style(base, tone, is_chosen))], width)

    def _style(self, base: Style, tone: Tone | None, is_chosen: bool) -> Style:
        style = base
        # What went well needs no colour: it is the rule.
        if tone is not None and tone != "ok":
            style += self.get_component_rich_style(f"event-lines--{tone}", partial=True)
        return style + self.get_component_rich_style("event-lines--cursor", partial=True) if is_chosen else style


def moment_text(moment: datetime, now: datetime | None = None) -> str:
    """Return the local time of day of what happened today, else the day; six cells wide, and it never changes by
    itself while the day lasts."""
    local = moment.astimezone()
    today = (now or datetime.now(UTC)).astimezone().date()
    return local.strftime("%H:%M").rjust(6) if local.date() == today else local.strftime("%d %b")[:6].rjust(6)
