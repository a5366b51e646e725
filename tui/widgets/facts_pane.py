"""FactsPane: what is known of an array beside its picture: facts, statistics, and a small histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: a heading (no value), a label with its value, or a bar (`share` of the longest one, from 0 to 1)."""

    label: str
    value: str | None = None
    share: float | None = None


class FactsPane(Widget):
    """Lines of facts, painted again only when they differ."""

    DEFAULT_CSS = """
    FactsPane { width: 36; height: 1fr; }
    FactsPane > .facts-pane--heading { color: $text-accent; text-style: bold; }
    FactsPane > .facts-pane--label { color: $foreground 65%; }
    FactsPane > .facts-pane--bar { color: $primary; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"facts-pane--heading", "facts-pane--label", "facts-pane--bar"}

    def __init__(self, *, id: str | None = None, ascii: bool = False) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._facts: tuple[Fact, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is shown."""
        return self._facts

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these facts."""
        if tuple(facts) != self._facts:
            self._facts = tuple(facts)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        if y >= len(self._facts):
            return Strip([Segment(" " * width, base)], width)
        fact = self._facts[y]
        if fact.share is not None:
            segments = self._bar(fact, width, base)
        elif fact.value is None:
            segments = [Segment(f" {fact.label}", self._style("heading", base))]
        else:
            room = width - 3 - cell_len(fact.label)
            value = fact.value if cell_len(fact.value) <= room else fact.value[: max(room - 1, 0)] + "…"
            gap = max(room - cell_len(value), 0) + 1
            segments = [Segment(f" {fact.label}{' ' * gap}", self._style("label", base)), Segment(value, base)]
        return Strip(segments).adjust_cell_length(width, base)

    def _bar(self, fact: Fact, width: int, base: Style) -> list[Segment]:
        label = fact.label.rjust(11)[:11]
        count = fact.value or ""
        room = max(width - 14 - max(len(count), 9), 4)
        eighths = max(round((fact.share or 0) * room * 8), 1 if fact.share else 0)
        bar = "#" * -(-eighths // 8) if self._ascii else "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        return [
            Segment(f" {label} ", self._style("label", base)),
            Segment(bar.ljust(room), self._style("bar", base)),
            Segment(" " + count, self._style("label", base)),
        ]

    def _style(self, name: str, base: Style) -> Style:
        return base + self.get_component_rich_style(f"facts-pane--{name}", partial=True)
