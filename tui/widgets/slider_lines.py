"""SliderLines: the dimensions that are not shown, a line each, with the index at which they are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

MOST = 4
"""Lines at most; the others are scrolled to."""
_SIGNS = {False: ("▶", "━", "●", "─"), True: (">", "=", "O", "-")}


@dataclass(frozen=True, slots=True)
class Slider:
    """A dimension that is held at an index. `place` is what the index stands for."""

    name: str
    index: int
    size: int
    place: str = ""
    active: bool = False


class SliderLines(Widget):
    """One line for each slider; only lines that changed are painted again."""

    DEFAULT_CSS = """
    SliderLines { height: 0; }
    SliderLines > .slider-lines--active { color: $text-accent; text-style: bold; }
    SliderLines > .slider-lines--done { color: $primary; }
    SliderLines > .slider-lines--rail { color: $foreground 30%; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"slider-lines--active", "slider-lines--rail", "slider-lines--done"}

    def __init__(self, *, id: str | None = None, ascii: bool = False) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._sliders: tuple[Slider, ...] = ()
        self._first = 0

    def show(self, sliders: Sequence[Slider]) -> None:
        """Show these sliders."""
        before, self._sliders = self._sliders, tuple(sliders)
        height = min(len(sliders), MOST)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        active = next((at for at, slider in enumerate(sliders) if slider.active), 0)
        first = max(min(self._first, active), active - height + 1, 0)
        if first != self._first or len(before) != len(self._sliders):
            self._first = first
            self.refresh()
            return
        for line, (old, new) in enumerate(zip(before[first:], self._sliders[first:], strict=True)):
            if old != new and line < height:
                self.refresh(Region(0, line, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        at = self._first + y
        if at >= len(self._sliders):
            return Strip([Segment(" " * width, base)], width)
        slider = self._sliders[at]
        mark, done, knob, rail = _SIGNS[self._ascii]
        bright = base + self.get_component_rich_style("slider-lines--active", partial=True) if slider.active else base
        name_width = min(max(cell_len(each.name) for each in self._sliders), 18)
        head = f" {mark if slider.active else ' '} {slider.name[:name_width].ljust(name_width)} "
        tail = f" {slider.index:,} of {slider.size:,}" + (f"  {slider.place}" if slider.place else "")
        room = min(max(width - cell_len(head) - 34, 8), 60)
        return Strip([Segment(head, bright), *self._rail(slider, room, (done, knob, rail), base, bright),
                      Segment(tail, bright)]).adjust_cell_length(width, base)  # fmt: skip

    def _rail(
        self, slider: Slider, room: int, signs: tuple[str, str, str], base: Style, bright: Style
    ) -> list[Segment]:
        done, knob, rail = signs
        at = round(slider.index / max(slider.size - 1, 1) * (room - 1))
        passed = base + self.get_component_rich_style("slider-lines--done", partial=True)
        muted = base + self.get_component_rich_style("slider-lines--rail", partial=True)
        return [Segment(done * at, passed), Segment(knob, bright), Segment(rail * (room - 1 - at), muted)]
