"""StatisticsScreen: a node's operations a second, how long they take, what they move and its memory, over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.widgets import Static
from textual_plot import HiResMode, NumericAxisFormatter, PlotWidget

from tui.resources.arrays.picture import short_number
from tui.resources.cells import bytes_text, duration_text
from tui.screens.system_screen import SystemScreen
from tui.systems.arakoon.models import Node
from tui.widgets.header_line import Part

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService
    from tui.systems.arakoon.statistics_history import NodeHistory

_MOST_LINES = 4
_COLOURS = ("primary", "success", "warning", "accent")
_LEAST_SPAN = 30.0
"""Seconds that the plots show at least, however short one has looked."""
_PLOTS = (
    ("rates", "operations a second", 1.0),
    ("times", "mean ms", 1000.0),
    ("sizes", "mean bytes, of ranges keys", 1.0),
)


class _Short(NumericAxisFormatter):
    """Ticks at round numbers, short whatever their size."""

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [short_number(round(tick, 6)) for tick in ticks]


class _Plot(PlotWidget, can_focus=False):
    """A plot without keys of its own, and without room for labels: its title says what it shows."""

    DEFAULT_CSS = """
    _Plot { height: 1fr; }
    _Plot > .plot--axis { color: $foreground 40%; }
    _Plot > .plot--tick { color: $foreground 80%; text-style: none; }
    """

    def __init__(self, id: str) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
        self.set_reactive(_Plot.margin_top, 0)
        self.set_reactive(_Plot.margin_bottom, 1)
        self.set_reactive(_Plot.margin_left, 8)
        self.set_y_formatter(_Short())


class StatisticsScreen(SystemScreen["ArakoonService", "NodeHistory"]):
    """Four plots: operations a second by kind, mean time and mean size of one by kind, memory. Above them are the kinds
    in the colours of their lines, and above each plot the newest number of each kind, in the same order."""

    DEFAULT_CSS = """
    StatisticsScreen #plots { grid-size: 2 2; height: 1fr; }
    StatisticsScreen #plots Vertical { height: 1fr; }
    StatisticsScreen Static { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "only", "one kind of operation, the next, all", id="statistics.only")
    ]
    refresh_every = 1.0
    keys_shown: ClassVar[tuple[tuple[str, str], ...]] = (
        ("esc", "back"),
        ("t", "one kind, the next, all"),
        ("r", "refresh"),
    )
    item: Node
    _only: str | None = None
    _history: NodeHistory | None = None

    def compose_body(self) -> ComposeResult:
        yield Static(id="legend", markup=False)
        with Grid(id="plots"):
            for name in (*(name for name, _, _ in _PLOTS), "memory"):
                with Vertical():
                    yield Static(id=f"{name}-title", markup=False)
                    yield _Plot(name)

    async def load(self, service: ArakoonService) -> NodeHistory:
        await service.statistics(self.item.name)
        return service.history(self.item.name)

    def show(self, data: NodeHistory) -> None:
        self._history = data
        kinds = self._busiest(data)
        if self._only not in kinds:
            self._only = None
        shown = [(kind, role) for kind, role in zip(kinds, _COLOURS, strict=False) if self._only in (None, kind)]
        words = [(f"{'-' if self.ascii else '━'} {kind}", role) for kind, role in shown]
        idle = [("no operation was counted since one looks: they are drawn as they happen", "")]
        self.query_one("#legend", Static).update(_coloured(words or idle))
        for where, label, factor in _PLOTS:
            self._draw(where, label, data, shown, factor)
        self._draw_memory(data)

    def parts(self) -> tuple[Part, ...]:
        data = self._history
        if data is None or not data.samples:
            return ()
        words = f"{self._only} only" if self._only else ""
        span = f"the last {duration_text(max(self._span(data), _LEAST_SPAN))}"
        return (Part(words, "accent", 7), Part(span, "muted", 5, right=True))

    def action_only(self) -> None:
        """Go from all kinds to the first, to the next, and back to all."""
        if self._history is None:
            return
        order: list[str | None] = [None, *self._busiest(self._history)]
        if len(order) == 1:
            self.say("no operation was counted yet")
            return
        at = order.index(self._only) if self._only in order else 0
        self._only = order[(at + 1) % len(order)]
        self.show(self._history)
        self._head()

    @staticmethod
    def _busiest(data: NodeHistory) -> tuple[str, ...]:
        """Return the kinds with the most operations of late, at most as many as can be told apart."""
        sums: dict[str, float] = {}
        for sample in list(data.samples)[-60:]:
            for name, rate in sample.rates.items():
                sums[name] = sums.get(name, 0.0) + rate
        busy = [name for name, total in sorted(sums.items(), key=lambda pair: -pair[1]) if total > 0 and name != "all"]
        return tuple(busy[:_MOST_LINES])

    def _draw(self, where: str, label: str, data: NodeHistory, kinds: Sequence[tuple[str, str]], factor: float) -> None:
        plot = self.query_one(f"#{where}", _Plot)
        plot.clear()
        highest = 0.0
        newest: list[tuple[str, str]] = []
        for kind, role in kinds:
            times, values = data.series(kind, where)
            scaled = [value * factor for value in values]
            highest = max([highest, *scaled])
            if scaled:
                newest.append((_brief(scaled[-1]), role))
                self._line(plot, times, scaled, role)
        self._frame(plot, data, highest)
        self._title(where, label, newest)

    def _draw_memory(self, data: NodeHistory) -> None:
        plot = self.query_one("#memory", _Plot)
        plot.clear()
        last = data.samples[-1].taken
        points = [(sample.taken - last, sample.memory / 2**20) for sample in data.samples if sample.memory is not None]
        self._line(plot, [at for at, _ in points], [size for _, size in points], "primary")
        self._frame(plot, data, max((size for _, size in points), default=0.0))
        newest = data.samples[-1].memory
        self._title("memory", "memory, MiB", [("not told" if newest is None else bytes_text(newest), "primary")])

    def _line(self, plot: _Plot, times: Sequence[float], values: Sequence[float], role: str) -> None:
        fine = None if self.ascii else HiResMode.BRAILLE
        if len(times) > 1:
            plot.plot(times, values, self._colour(role), fine)
        elif times:
            plot.scatter(times, values, "o", self._colour(role), fine)

    def _title(self, where: str, label: str, newest: Sequence[tuple[str, str]]) -> None:
        title = Content.styled(f"{label}  ", "bold") + _coloured(newest)
        self.query_one(f"#{where}-title", Static).update(title)

    def _frame(self, plot: _Plot, data: NodeHistory, highest: float) -> None:
        plot.set_xlimits(-max(self._span(data), _LEAST_SPAN), 0.0)
        plot.set_ylimits(0.0, highest * 1.1 or 1.0)

    @staticmethod
    def _span(data: NodeHistory) -> float:
        return data.samples[-1].taken - data.samples[0].taken

    def _colour(self, role: str) -> str:
        found = self.app.theme_variables.get(role, "white").partition(" ")[0]
        return found.removeprefix("ansi_") if found.startswith("ansi_") else found


def _coloured(words: Sequence[tuple[str, str]]) -> Content:
    parts = (Content.styled(text, f"$text-{role}" if role else "$text-muted") for text, role in words)
    return Content("  ").join(parts)


def _brief(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else short_number(round(value))
