"""ArrayScreen: what the parts of the array viewer share: the array, the view of it, and the widgets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from tui.jobs.progress import Progress
from tui.resources.arrays.array_look import ArrayLook
from tui.resources.arrays.array_source import ArraySource
from tui.resources.arrays.array_statistics import ArrayStatistics
from tui.resources.arrays.picture import is_complex, is_drawable
from tui.resources.arrays.plane_reader import Method, Plane
from tui.resources.arrays.plane_view import first_view
from tui.screens.arrays.array_keys import ARRAY_BINDINGS
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.widgets.colour_scale import ColourScale
from tui.widgets.facts_pane import FactsPane
from tui.widgets.header_line import HeaderLine
from tui.widgets.heat_cells import CellMode
from tui.widgets.heatmap import Heatmap
from tui.widgets.key_line import KeyLine
from tui.widgets.number_table import NumberTable
from tui.widgets.slider_lines import SliderLines

Body = Literal["picture", "numbers", "line", "histogram"]
StartJob = Callable[[str, Callable[[Progress], Awaitable[Any]]], Awaitable[str]]
"""Starts work as a background job by its title, and returns what to tell of it."""

WIDE = 110
"""Columns from which the facts stand beside the picture unless they are switched off."""


class ArrayScreen(Screen[None]):
    """The frame of the viewer. `name` is how the array is called in expressions that are copied."""

    DEFAULT_CSS = """
    ArrayScreen #array-body { height: 1fr; }
    ArrayScreen #array-main { width: 1fr; height: 100%; }
    ArrayScreen #array-plot { height: 1fr; width: 1fr; }
    ArrayScreen FactsPane { border-left: solid $foreground 20%; display: none; }
    ArrayScreen.-facts FactsPane { display: block; }
    ArrayScreen.-narrow.-facts #array-main { display: none; }
    ArrayScreen.-narrow FactsPane { width: 100%; border-left: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = ARRAY_BINDINGS

    def __init__(
        self,
        source: ArraySource,
        copy: Callable[[str], None],
        *,
        expression: str = "array",
        start_job: StartJob | None = None,
    ) -> None:
        super().__init__()
        self.source = source
        self.view = first_view(source.shape)
        self.look = ArrayLook(part="magnitude" if is_complex(source.dtype) else "value")
        self.statistics: ArrayStatistics | None = None
        self.plane: Plane | None = None
        self.body: Body = "picture"
        self.active: int | None = self.view.sliders[-1] if self.view.sliders else None
        self.method: Method = "nearest" if source.dtype in ("bool", "int8", "uint8") else "mean"
        self.method_chosen = False
        self.facts_wanted: bool | None = None
        self._copy, self._expression, self._start_job = copy, expression, start_job

    def compose(self) -> ComposeResult:
        ascii = self.ascii
        yield HeaderLine(id="array-head")
        yield SliderLines(id="array-sliders", ascii=ascii)
        with Horizontal(id="array-body"):
            with Vertical(id="array-main"):
                yield Heatmap(id="array-picture", ascii=ascii)
                numbers = NumberTable(id="array-numbers")
                numbers.display = False
                yield numbers
            yield FactsPane(id="array-facts", ascii=ascii)
        yield ColourScale(id="array-scale")
        yield HeaderLine(id="array-cell")
        yield KeyLine()

    @property
    def ascii(self) -> bool:
        """Whether only ASCII may be shown."""
        return bool(getattr(self.app, "ascii", False))

    @property
    def basic(self) -> bool:
        """Whether the terminal has 16 colours."""
        return self.app.console.color_system == "standard"

    @property
    def mode(self) -> CellMode:
        """How cells are painted on this terminal."""
        if self.app.no_color or self.app.console.color_system is None:
            return "shade_ascii" if self.ascii else "shade"
        return "block" if self.ascii else "half"

    @property
    def can_draw(self) -> bool:
        """Whether there are cells that have a colour."""
        return is_drawable(self.source.dtype) and not self.view.is_empty

    @property
    def is_whole(self) -> bool:
        """Whether there is something to paint on: what was read may arrive when the viewer was left."""
        return self in self.app.screen_stack and bool(self.query(KeyLine))

    def say(self, message: str) -> None:
        """Show a message in the keys' place, until the next key."""
        if self.is_whole:
            self.query_one(KeyLine).say(printable(message, 400))

    def fail(self, error: Exception) -> None:
        """Say what went wrong."""
        words = str(error) if isinstance(error, ServiceError) else f"unexpected {type(error).__name__}: {error}"
        self.say(words)
