"""Heat cells: one line of a heatmap as segments, neighbours of the same colour in one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tui.resources.arrays.colour_maps import Rgb, contrast
from tui.resources.arrays.picture import NAN
from tui.resources.arrays.text_picture import BLANKS, SHADES, UPPER_HALF

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tui.resources.arrays.plane_view import Fit

CellMode = Literal["half", "block", "shade", "shade_ascii"]
"""Two rows a line in colour; a row a line as coloured blanks (ASCII); as shaded characters; as ASCII characters."""

NAN_SIGN = "·"
_STEPS_OF_INK = 0.42


@dataclass(frozen=True, slots=True, eq=False)
class HeatPicture:
    """Colours of cells. `indices` point into `table`, whose last two are for the fill value and NaN; where colours
    cannot be had, into `signs`."""

    indices: NDArray[np.int16]
    table: tuple[Rgb, ...]
    fit: Fit
    mode: CellMode
    signs: str = SHADES

    @property
    def height(self) -> int:
        """Lines that it takes."""
        pixels = self.indices.shape[0] * self.fit.cell_height
        return -(-pixels // 2) if self.mode == "half" else pixels

    @property
    def width(self) -> int:
        """Characters that it takes."""
        return self.indices.shape[1] * self.fit.cell_width

    def lines_of(self, row: int) -> range:
        """Return the lines on which a row of cells is."""
        high = self.fit.cell_height
        if self.mode == "half":
            return range(row * high // 2, ((row + 1) * high - 1) // 2 + 1)
        return range(row * high, (row + 1) * high)

    def rows_of(self, line: int) -> tuple[int, int | None]:
        """Return the rows of the upper and the lower half of a line; None below the last one."""
        high, count = self.fit.cell_height, self.indices.shape[0]
        if self.mode != "half":
            return line // high, line // high
        lower = (2 * line + 1) // high
        return 2 * line // high, lower if lower < count else None


class HeatPainter:
    """Makes segments, and keeps the styles that it made."""

    def __init__(self) -> None:
        self._styles: dict[tuple[Rgb | None, Rgb | None], Style] = {}

    def style(self, fore: Rgb | None, back: Rgb | None) -> Style:
        """Return the style of two colours."""
        made = self._styles.get((fore, back))
        if made is None:
            made = self._styles[(fore, back)] = Style(
                color=None if fore is None else Color.from_rgb(*fore),
                bgcolor=None if back is None else Color.from_rgb(*back),
            )
        return made

    def line(self, picture: HeatPicture, line: int, cursor: tuple[int, int] | None, base: Style) -> list[Segment]:
        """Return a line of a picture, with the cursor if it stands on it."""
        upper, lower = picture.rows_of(line)
        top = picture.indices[upper]
        bottom = top if lower == upper else None if lower is None else picture.indices[lower]
        column = cursor[1] if cursor is not None and cursor[0] in (upper, lower) else None
        segments: list[Segment] = []
        for first, end in _runs(top, bottom, column):
            pair = (int(top[first]), None if bottom is None else int(bottom[first]))
            if first == column and cursor is not None:
                segments.append(self._cursor(picture, line, pair, cursor, (upper, lower), base))
            else:
                segments.append(self._run(picture, pair, (end - first) * picture.fit.cell_width, base))
        return segments

    def _run(self, picture: HeatPicture, pair: tuple[int, int | None], width: int, base: Style) -> Segment:
        top, bottom = pair
        if picture.mode in ("shade", "shade_ascii"):
            return Segment(_sign(picture, top) * width, base)
        colour = picture.table[top]
        if bottom is None:
            return Segment(UPPER_HALF * width, base + self.style(colour, None))
        if top != bottom:
            return Segment(UPPER_HALF * width, self.style(colour, picture.table[bottom]))
        if top == NAN:
            sign = NAN_SIGN if picture.mode == "half" else "?"
            return Segment(sign * width, self.style(_between(colour, contrast(colour)), colour))
        return Segment(" " * width, self.style(None, colour))

    def _cursor(
        self,
        picture: HeatPicture,
        line: int,
        pair: tuple[int, int | None],
        cursor: tuple[int, int],
        rows: tuple[int, int | None],
        base: Style,
    ) -> Segment:
        """Return the cursor's cell: a frame in it if it is large enough, else its contrast."""
        width = picture.fit.cell_width
        if picture.mode in ("shade", "shade_ascii"):
            inner = _sign(picture, pair[0]) * width
            return Segment(inner if width < 3 else f"[{inner[2:]}]", base + Style(reverse=True))
        colour = picture.table[pair[0]]
        if rows[0] == rows[1]:
            ink = contrast(colour)
            if picture.mode == "block":
                return Segment("+" if width == 1 else f"[{' ' * (width - 2)}]", self.style(ink, colour))
            return Segment(_frame(picture, line, cursor[0], width), self.style(ink, colour))
        below = None if pair[1] is None else picture.table[pair[1]]
        if cursor[0] == rows[0]:
            return Segment(UPPER_HALF * width, base + self.style(contrast(colour), below))
        return Segment(UPPER_HALF * width, base + self.style(colour, contrast(below or colour)))


def _runs(top: NDArray[np.int16], bottom: NDArray[np.int16] | None, column: int | None) -> list[tuple[int, int]]:
    """Return stretches of equal pairs, the cursor's cell being one of its own."""
    changed = top[1:] != top[:-1]
    if bottom is not None:
        changed = changed | (bottom[1:] != bottom[:-1])
    starts = {0, *(np.flatnonzero(changed) + 1).tolist()}
    if column is not None:
        starts |= {column, column + 1}
    edges = sorted(start for start in starts if start <= len(top))
    if edges[-1] != len(top):
        edges.append(len(top))
    return [(first, end) for first, end in pairwise(edges) if end > first]


def _sign(picture: HeatPicture, index: int) -> str:
    return picture.signs[index] if index >= 0 else BLANKS[picture.mode == "shade_ascii"][index]


def _frame(picture: HeatPicture, line: int, row: int, width: int) -> str:
    if width == 1:
        return "◆"
    lines = picture.lines_of(row)
    if len(lines) == 1:
        return "▌" + " " * (width - 2) + "▐"
    if line == lines[0]:
        return "▛" + "▀" * (width - 2) + "▜"
    return "▙" + "▄" * (width - 2) + "▟" if line == lines[-1] else "▌" + " " * (width - 2) + "▐"


def _between(colour: Rgb, other: Rgb) -> Rgb:
    mixed = [round(one + (two - one) * _STEPS_OF_INK) for one, two in zip(colour, other, strict=True)]
    return mixed[0], mixed[1], mixed[2]
