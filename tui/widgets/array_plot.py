"""ArrayPlot: a line through an array, or a histogram, drawn by the textual-plot library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.markup import escape
from textual import events
from textual_plot import HiResMode, NumericAxisFormatter, PlotWidget
from textual_plot.plot_widget import Legend

from tui.resources.arrays.picture import short_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tui.resources.arrays.array_axis import Dimension
    from tui.resources.arrays.dyadic_histogram import DyadicHistogram
    from tui.resources.arrays.plane_reader import Line

_LARGEST = 1e300
_PIECES = 400
"""Stretches between gaps that are drawn at most; a line with more is not readable anyway."""


class _Places(NumericAxisFormatter):
    """Ticks at whole indices, with what they stand for."""

    def __init__(self, dimension: Dimension, step: int) -> None:
        self._dimension, self._step = dimension, step

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        longest = len(self._dimension.place(self._dimension.size // 2))
        few = max_ticks if longest < 9 else 4
        interval = next(
            factor * 10**power for power in range(16) for factor in (1, 2, 5) if factor * 10**power * few >= max_ - min_
        )
        return [float(at) for at in range(max(int(-(-min_ // interval)) * interval, 0), int(max_) + 1, interval)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [escape(self._dimension.place(int(tick))[:20]) for tick in ticks]


class _Short(NumericAxisFormatter):
    """Ticks at round numbers, short whatever their size."""

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [short_number(round(tick, 12) if abs(tick) < 1e6 else tick) for tick in ticks]


class ArrayPlot(PlotWidget, can_focus=False):
    """Shows one thing at a time. The keys are the viewer's; the widget takes none."""

    DEFAULT_CSS = """
    ArrayPlot > .plot--axis { color: $foreground 40%; }
    ArrayPlot > .plot--tick { color: $foreground 80%; text-style: none; }
    ArrayPlot > .plot--label { color: $text-muted; text-style: none; }
    """

    def __init__(self, *, id: str | None = None, ascii: bool = False) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
        self._fine = None if ascii else HiResMode.BRAILLE
        self._bars = None if ascii else HiResMode.HALFBLOCK
        self.set_y_formatter(_Short())

    @property
    def is_whole(self) -> bool:
        """Whether its own widgets are there: not yet, or no longer, in a viewer that comes and goes."""
        return bool(self.query(Legend))

    def _on_mount(self, event: events.Mount) -> None:
        if not self.is_whole:
            event.prevent_default()

    def show_line(self, line: Line, dimension: Dimension, at: int, unit: str) -> None:
        """Show a line; a gap where there is nothing; the lowest and the highest beside the mean if it is reduced."""
        self._begin(line.low, line.high)
        positions = np.arange(line.mean.size) * line.step + (line.step - 1) / 2
        self.set_xlimits(0 if dimension.size > 1 else -0.5, max(dimension.size - 1, 0.5))
        self.set_x_formatter(_Places(dimension, line.step))
        if line.step > 1:
            for values in (line.low, line.high):
                self._draw(positions, values, self._colour("secondary"))
        self._draw(positions, line.mean, self._colour("primary"))
        self.add_v_line(float(at), self._colour("accent"))
        self.set_xlabel(escape(f"{dimension.title}   {line.reduction}"))
        self.set_ylabel(escape(unit))

    def show_histogram(self, histogram: DyadicHistogram, label: str) -> None:
        """Show how many cells hold which values."""
        edges = np.clip(np.array(histogram.edges, "f8"), -_LARGEST, _LARGEST)
        counts = np.array(histogram.counts, "f8")
        self._begin(np.zeros(1), counts)
        self.set_ylimits(0.0, max(float(counts.max()) * 1.05, 1.0))
        low, high = _apart(float(edges[0]), float(edges[-1]))
        self.set_xlimits(low, high)
        self.set_x_formatter(_Short())
        widths = np.diff(edges)
        self.bar(edges[:-1] + widths / 2, counts, widths, self._colour("primary"), self._bars)
        self.set_xlabel(escape(label))
        self.set_ylabel("cells")

    def _begin(self, low: NDArray[Any], high: NDArray[Any]) -> None:
        self.clear()
        found = np.concatenate((low[np.isfinite(low)], high[np.isfinite(high)]))
        bottom, top = (float(found.min()), float(found.max())) if found.size else (0.0, 1.0)
        self.set_ylimits(*_apart(bottom, top, 0.04))

    def _draw(self, positions: NDArray[Any], values: NDArray[Any], style: str) -> None:
        """Draw the stretches between gaps, each by itself."""
        clipped = np.clip(values, -_LARGEST, _LARGEST)
        present = np.flatnonzero(np.isfinite(values))
        pieces = np.split(present, np.flatnonzero(np.diff(present) > 1) + 1) if present.size else []
        for piece in pieces[:_PIECES]:
            if piece.size == 1:
                self.scatter(positions[piece], clipped[piece], "o", style, self._fine)
            else:
                self.plot(positions[piece], clipped[piece], style, self._fine)

    def _colour(self, role: str) -> str:
        """Return a theme's colour as Rich names it."""
        found = self.app.theme_variables.get(role, "white").partition(" ")[0]
        return found.removeprefix("ansi_") if found.startswith("ansi_") else found


def _apart(low: float, high: float, margin: float = 0.0) -> tuple[float, float]:
    """Return limits that differ by enough for ticks to be found between them."""
    low, high = (max(min(limit, _LARGEST), -_LARGEST) for limit in (low, high))
    size = max(abs(low), abs(high))
    if high - low <= max(size * 1e-12, 1e-290):
        apart = size * 1e-3 or 1.0
        return low - apart, high + apart
    return low - (high - low) * margin, high + (high - low) * margin
