"""The viewer's studies: a line through the cursor, the histogram, and statistics of a sample or of every cell."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual import work

from tui.jobs.progress import Progress
from tui.resources.arrays.array_statistics import ArrayStatistics, exact_statistics, sample_statistics
from tui.resources.arrays.latest import Latest
from tui.resources.arrays.picture import MOST_CLASSES, drawn, fill_mask
from tui.resources.arrays.plane_reader import Line, read_line
from tui.screens.arrays.array_facts import array_facts
from tui.screens.arrays.array_painting import ArrayPainting
from tui.services.errors import Cancelled, ServiceError
from tui.widgets.facts_pane import FactsPane

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from textual.widget import AwaitMount

    from tui.widgets.array_plot import ArrayPlot

_TOLD_EVERY = 0.25
"""Seconds between two looks at how far the exact statistics have come."""
LineKey = tuple[tuple[int, ...], int, int, str]


class ArrayStudies(ArrayPainting):
    """Plots and statistics. They are read only while they are looked at, or when asked for."""

    exact: Progress | None = None
    sampled_part: str = ""

    def start_studies(self) -> None:
        """Make what reads lines."""
        self.lines: Latest[LineKey, Line] = Latest(self._read_line, self._line_arrived, self._line_failed)

    # A line through the cursor

    def want_line(self) -> None:
        """Have the line through the cursor shown."""
        axis = self.line_axis
        if axis is not None:
            index = tuple(0 if at == axis else entry for at, entry in enumerate(self.view.index))
            self.lines.want((index, axis, max(self.size.width - 14, 20) * 2, self.look.part))
            plot = self.plot_shown()
            if plot is not None and self._last_line is not None and self._last_line[0] == index:
                self._show_line(self._last_line[1])

    _last_line: tuple[tuple[int, ...], Line] | None = None

    async def _read_line(self, key: LineKey) -> Line:
        index, axis, points, _ = key
        return await read_line(self.source, index, axis, points, self._numbers)

    def _numbers(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return what is drawn of cells, with NaN for those that hold the fill value."""
        import numpy as np

        shown = np.asarray(drawn(values, self.look.part), "f8")
        filled = fill_mask(values, self.source.fill_value)
        return shown if filled is None else np.where(filled, np.nan, shown)

    def _line_arrived(self, key: LineKey, line: Line) -> None:
        self._last_line = (key[0], line)
        if self.is_whole and self.body == "line" and self.line_axis == line.axis:
            self._show_line(line)

    def _line_failed(self, key: LineKey, error: Exception) -> None:
        self.fail(error)

    def _show_line(self, line: Line) -> None:
        plot = self.plot_shown()
        if plot is not None and self.line_axis == line.axis:
            unit = self.look.part if self.look.part != "value" else "value"
            plot.show_line(line, self.source.dimensions[line.axis], self.view.index[line.axis], unit)

    _plot: ArrayPlot | None = None
    _plot_arrival: AwaitMount

    def plot_shown(self) -> ArrayPlot | None:
        """Return the plot, None while there is nothing to draw on."""
        return self._plot if self._plot is not None and self._plot.is_whole else None

    async def make_plot(self) -> None:
        """Have a plot, made when it is first wanted: its library is loaded then."""
        if self._plot is None:
            module = await asyncio.to_thread(__import__, "tui.widgets.array_plot", fromlist=["ArrayPlot"])
            plot: ArrayPlot = module.ArrayPlot(id="array-plot", ascii=self.ascii)
            self._plot, self._plot_arrival = plot, self.query_one("#array-main").mount(plot)
        # Whoever asked first may have been cancelled in mid-arrival.
        await self._plot_arrival

    # Statistics

    def paint_facts(self, note: str = "", share: float | None = None) -> None:
        """Show what is known of the array."""
        if self.is_whole:
            self.query_one(FactsPane).show(array_facts(self.source, self.statistics, note, share))

    @work(exclusive=True, group="sample")
    async def take_sample(self) -> None:
        """Learn the array's statistics from a bounded sample."""
        if not self.can_draw:
            self.paint_facts("no numbers" if not self.view.is_empty else "no cells")
            return
        self.paint_facts("reading a sample")
        part = self.look.part
        try:
            found = await sample_statistics(self.source, part)
        except ServiceError as error:
            self.fail(error)
            self.paint_facts("cannot be read")
            return
        if self.is_whole:
            self.sampled_part = part
            self._learn(found)

    def _learn(self, found: ArrayStatistics) -> None:
        self.statistics = found
        if found.minimum is not None and found.maximum is not None:
            self.look.array_limits = (float(found.minimum), float(found.maximum))
            self._suit_method(found.maximum - found.minimum)
        self.paint_facts()
        if self.body == "histogram":
            self.show_histogram()

    def _suit_method(self, apart: float) -> None:
        """Reduce whole numbers by the nearest cell if they are few, as classes have no mean; else by the mean."""
        if self.method_chosen or not self.source.dtype.startswith(("int", "uint")):
            return
        method = "nearest" if apart < MOST_CLASSES else "mean"
        if method != self.method:
            self.method, self.look.kind = method, None
            self.want_plane()

    def show_histogram(self) -> None:
        """Show the histogram of what is known."""
        plot, found = self.plot_shown(), self.statistics
        if plot is None or found is None or found.histogram is None:
            return
        what = "all cells" if found.is_exact else f"a sample of {found.cells:,} of {found.total:,} cells"
        part = f"{self.sampled_part} of " if self.sampled_part not in ("", "value") else ""
        plot.show_histogram(found.histogram, f"{part}{what}")

    async def action_exact(self) -> None:
        """Look at every cell, as a job where there are jobs; cancel it when asked for again."""
        if self.exact is not None:
            self.exact.cancel()
            return
        if not self.can_draw:
            self.say("there are no numbers to count")
            return
        if self.statistics is not None and self.statistics.is_exact and self.sampled_part == self.look.part:
            self.say("these are exact already: every cell was looked at")
            return
        self.exact = Progress()
        if self._start_job is None:
            self._run_exact(self.exact)
        else:
            title = f"statistics of {self.source.title}"
            try:
                self.say(await self._start_job(title, self._exact_work))
            except ServiceError as error:
                self.exact = None
                self.fail(error)
        self._tell_exact()

    @work(group="exact")
    async def _run_exact(self, progress: Progress) -> None:
        try:
            await self._exact_work(progress)
        except Cancelled:
            self.say("cancelled; the statistics are still those of the sample")
        except ServiceError as error:
            self.fail(error)

    async def _exact_work(self, progress: Progress) -> dict[str, Any]:
        """Count every cell; what it returns is the job's result. The viewer may be gone by then."""
        if self.exact is not None and self.exact.is_cancelled:
            progress.cancel()
        self.exact = progress
        part = self.look.part
        try:
            found = await exact_statistics(self.source, progress, part)
        finally:
            self.exact = None
            if self.is_whole:
                self.call_later(self.paint_facts)
        if self.is_whole:
            self.sampled_part = part
            self._learn(found)
        return {
            "cells": found.cells,
            "values": found.count,
            "minimum": found.minimum,
            "maximum": found.maximum,
            "mean": found.mean if found.count else None,
            "std": found.std if found.count else None,
            "nan": found.nan,
            "fill": found.filled,
        }

    def _tell_exact(self) -> None:
        progress = self.exact
        if progress is None or not self.is_whole:
            return
        share = progress.done / progress.total if progress.total else 0.0
        self.paint_facts("counting every cell", share)
        self.set_timer(_TOLD_EVERY, self._tell_exact)

    def want_plane(self) -> None:
        """Have the plane of the view shown."""
        raise NotImplementedError
