"""ColourScale: which value has which colour, on one line under a picture."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.resources.arrays.picture import FILL, NAN, Part, Scale, colour_indices, short_number
from tui.resources.arrays.plane_view import Fit
from tui.resources.arrays.text_picture import signs_of
from tui.widgets.heat_cells import CellMode, HeatPainter, HeatPicture

WIDEST = 48
_DEGREES = {True: ("-180", "180"), False: ("-180°", "180°")}


class ColourScale(Widget):
    """A bar from low to high, or a swatch for each class; then how NaN and the fill value look, if there are any."""

    DEFAULT_CSS = """
    ColourScale { height: 1; }
    ColourScale > .colour-scale--muted { color: $foreground 65%; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"colour-scale--muted"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._painter = HeatPainter()
        self._scale: Scale | None = None
        self._shown: tuple[object, ...] = ()
        self._mode: CellMode = "half"
        self._basic = False
        self._blanks: tuple[int, ...] = ()
        self._note = ""
        self._labels: tuple[str, ...] = ()

    def show(
        self,
        scale: Scale | None,
        mode: CellMode,
        *,
        basic: bool,
        count: int,
        blanks: tuple[int, ...] = (),
        part: Part = "value",
        labels: tuple[str, ...] = (),
        note: str = "",
    ) -> None:
        """Show a scale of `count` colours; `blanks` are those of `NAN` and `FILL` that occur, `note` stands at the end,
        `labels` name the classes."""
        shown = (scale, mode, basic, count, blanks, part, labels, note)
        if shown != self._shown:
            self._shown, self._scale, self._mode, self._basic = shown, scale, mode, basic
            self._blanks, self._note, self._count, self._part, self._labels = blanks, note, count, part, labels
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        muted = base + self.get_component_rich_style("colour-scale--muted", partial=True)
        scale = self._scale
        if scale is None:
            return Strip([Segment(" " + self._note, muted)]).adjust_cell_length(width, base)
        tail: list[Segment] = []
        for blank in self._blanks:
            tail += [
                Segment("  ", base),
                *self._cells([blank], 2, base),
                Segment(" nan" if blank == NAN else " fill", muted),
            ]
        if self._note:
            tail.append(Segment("   " + self._note, muted))
        room = width - sum(cell_len(segment.text) for segment in tail) - 2
        body = self._swatches(scale, room, base) if scale.kind == "categorical" else self._bar(scale, room, base)
        return Strip([Segment(" ", base), *body, *tail]).adjust_cell_length(width, base)

    def _bar(self, scale: Scale, room: int, base: Style) -> list[Segment]:
        low, high = short_number(scale.low), short_number(scale.high)
        if self._part == "phase":
            low, high = _DEGREES[self._mode in ("block", "shade_ascii")]
        length = max(min(room - len(low) - len(high) - 2, WIDEST), 4)
        indices = colour_indices(scale.ramp(length), scale, self._count)
        return [Segment(f"{low} ", base), *self._cells(indices.tolist(), 1, base), Segment(f" {high}", base)]

    def _swatches(self, scale: Scale, room: int, base: Style) -> list[Segment]:
        found: list[Segment] = []
        used = 0
        for number in range(scale.classes):
            text = self._labels[number] if number < len(self._labels) else short_number(scale.low + number)
            used += len(text) + 5
            if used > room:
                found.append(Segment("…", base))
                break
            index = min(number, self._count - 1)
            found += [*self._cells([index], 2, base), Segment(f" {text}  ", base)]
        return found

    def _cells(self, indices: list[int], width: int, base: Style) -> list[Segment]:
        assert self._scale is not None
        table = self._scale.table(basic=self._basic)
        mode: CellMode = "block" if self._mode == "half" and FILL not in indices and NAN not in indices else self._mode
        fit = Fit(cell_width=width, cell_height=2 if mode == "half" else 1)
        signs = signs_of(ascii=mode == "shade_ascii", classes=self._scale.classes)
        picture = HeatPicture(np.array([indices], np.int16), table, fit, mode, signs)
        return self._painter.line(picture, 0, None, base)
