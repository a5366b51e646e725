"""StatisticsScreen: a node's operations a second, their latencies and its memory, drawn over time while one looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.markup import escape
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual_plot import HiResMode, PlotWidget

from tui.resources.cells import bytes_text
from tui.screens.system_screen import SystemScreen
from tui.systems.arakoon.models import Node
from tui.widgets.header_line import Part

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService
    from tui.systems.arakoon.statistics_history import NodeHistory

_MOST_LINES = 4
_COLOURS = ("primary", "success", "warning", "accent")


class _Plot(PlotWidget, can_focus=False):
    """A plot without keys of its own."""


class StatisticsScreen(SystemScreen["ArakoonService", "NodeHistory"]):
    """Three plots: operations a second by kind, mean time of one by kind, memory."""

    DEFAULT_CSS = """
    StatisticsScreen #rates { height: 1fr; }
    StatisticsScreen #below { height: 1fr; }
    StatisticsScreen #times { width: 1fr; }
    StatisticsScreen #memory { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "only", "one kind, the next, all", id="statistics.only")]
    refresh_every = 1.0
    keys_shown: ClassVar[tuple[tuple[str, str], ...]] = (
        ("esc", "back"),
        ("t", "one kind, the next, all"),
        ("r", "refresh"),
    )
    item: Node
    _only: int = -1
    _names: tuple[str, ...] = ()
    _history: NodeHistory | None = None

    def compose_body(self) -> ComposeResult:
        yield _Plot(id="rates", allow_pan_and_zoom=False)
        with Horizontal(id="below"):
            yield _Plot(id="times", allow_pan_and_zoom=False)
            yield _Plot(id="memory", allow_pan_and_zoom=False)

    async def load(self, service: ArakoonService) -> NodeHistory:
        await service.statistics(self.item.name)
        return service.history(self.item.name)

    def show(self, data: NodeHistory) -> None:
        self._history = data
        self._names = self._busiest(data)
        names = self._names if self._only < 0 else self._names[self._only % max(len(self._names), 1) :][:1]
        self._draw("rates", "operations a second", data, names, "rates", 1.0)
        self._draw("times", "mean ms", data, names, "times", 1000.0)
        self._draw_memory(data)

    def parts(self) -> tuple[Part, ...]:
        names = self._names if self._only < 0 else self._names[self._only % max(len(self._names), 1) :][:1]
        return (Part(", ".join(names) or "waiting for a second look", "muted", 6, right=True),)

    def action_only(self) -> None:
        """Go from all kinds to the first, to the next, and back to all."""
        self._only = -1 if self._only + 1 >= len(self._names) else self._only + 1
        if self._history is not None:
            self.show(self._history)
            self._head()

    @staticmethod
    def _busiest(data: NodeHistory) -> tuple[str, ...]:
        """Return the kinds with the most operations of late, at most as many as can be told apart."""
        recent = list(data.samples)[-60:]
        sums: dict[str, float] = {}
        for sample in recent:
            for name, rate in sample.rates.items():
                sums[name] = sums.get(name, 0.0) + rate
        busy = [name for name, total in sorted(sums.items(), key=lambda pair: -pair[1]) if total > 0 and name != "all"]
        return tuple(busy[:_MOST_LINES])

    def _draw(self, where: str, label: str, data: NodeHistory, names: Sequence[str], what: str, factor: float) -> None:
        plot = self.query_one(f"#{where}", _Plot)
        plot.clear()
        highest = 0.0
        for name, role in zip(names, _COLOURS, strict=False):
            times, values = data.series(name, what)
            scaled = [value * factor for value in values]
            highest = max([highest, *scaled])
            if len(times) > 1:
                plot.plot(times, scaled, self._colour(role), self._fine, label=escape(name))
        self._frame(plot, data, highest, label)
        if names and not self.ascii:
            plot.show_legend()

    def _draw_memory(self, data: NodeHistory) -> None:
        plot = self.query_one("#memory", _Plot)
        plot.clear()
        last = data.samples[-1].taken if data.samples else 0.0
        points = [(sample.taken - last, sample.memory / 2**20) for sample in data.samples if sample.memory is not None]
        if len(points) > 1:
            plot.plot([at for at, _ in points], [size for _, size in points], self._colour("primary"), self._fine)
        newest = data.samples[-1].memory if data.samples else None
        label = "memory, MiB" if newest is None else f"memory, MiB: {bytes_text(newest)}"
        self._frame(plot, data, max((size for _, size in points), default=0.0), label)

    def _frame(self, plot: PlotWidget, data: NodeHistory, highest: float, label: str) -> None:
        span = data.samples[-1].taken - data.samples[0].taken if len(data.samples) > 1 else 1.0
        plot.set_xlimits(-max(span, 10.0), 0.0)
        plot.set_ylimits(0.0, highest * 1.1 or 1.0)
        plot.set_xlabel("seconds")
        plot.set_ylabel(escape(label))

    @property
    def _fine(self) -> HiResMode | None:
        return None if self.ascii else HiResMode.BRAILLE

    def _colour(self, role: str) -> str:
        found = self.app.theme_variables.get(role, "white").partition(" ")[0]
        return found.removeprefix("ansi_") if found.startswith("ansi_") else found
