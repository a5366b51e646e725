"""ArrayViewer: any array as a picture, with sliders for its other dimensions, numbers, plots and statistics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from textual import events, on, work

from tui.resources.arrays.latest import Latest
from tui.resources.arrays.plane_loader import PlaneLoader
from tui.resources.arrays.plane_reader import Plane, PlaneReader, PlaneRequest
from tui.screens.arrays.array_keys import KEYS_OF_NO_SLIDER, KEYS_SHOWN
from tui.screens.arrays.array_screen import WIDE, Body
from tui.screens.arrays.array_takeaway import ArrayTakeaway
from tui.screens.dialogs.ask import AskDialog
from tui.screens.dialogs.choose import Choice, ChooseDialog
from tui.screens.themes import theme_maps
from tui.widgets.heatmap import Heatmap
from tui.widgets.key_line import KeyLine
from tui.widgets.number_table import NumberTable

if TYPE_CHECKING:
    from tui.resources.arrays.plane_view import PlaneView

AHEAD_CELLS = 8_000_000
"""Planes of more cells are not read ahead."""


class ArrayViewer(ArrayTakeaway):
    """The viewer of one array. Keys change the view at once; planes follow, the latest wanted first."""

    def on_mount(self) -> None:
        self.look.maps |= theme_maps(self.app.theme)
        self.look.plain = self.mode.startswith("shade")
        self.start_studies()
        self.loader = PlaneLoader(PlaneReader(self.source), self._arrived, self._failed)
        self.cells: Latest[tuple[int, ...], Any] = Latest(self._read_cell, self._cell_arrived, self._cell_failed)
        self._direction = 1
        self._is_due = False
        if not self.is_whole:
            return
        self.query_one(KeyLine).show_own(KEYS_SHOWN if self.view.sliders else KEYS_OF_NO_SLIDER, "array.")
        self._place_facts()
        self.paint_sliders()
        self.paint_head()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if not self.is_whole:
            return
        if self.source.note:
            self.say(self.source.note)
        if self.view.is_empty:
            self.query_one(Heatmap).say("no cells", "", "a dimension has no index")
            self.paint_facts("no cells")
            return
        self.take_sample()
        if not self.can_draw:
            self._show_body("numbers")
        elif len(self.source.shape) == 1 and self.source.written and self.source.shape[0] > 1:
            self.line_axis = 0
            self._show_body("line")
        else:
            self._changed()

    async def on_unmount(self) -> None:
        await self.loader.close()
        await self.cells.close()
        await self.lines.close()

    def on_resize(self, event: events.Resize) -> None:
        self._place_facts()
        if self.is_mounted and hasattr(self, "loader"):
            self.call_after_refresh(self._changed)

    # Reading

    def _changed(self) -> None:
        """Follow the view: what can be painted at once, and what is to be read."""
        if self.view.is_empty or not self.is_whole:
            return
        self.paint_sliders()
        self.paint_cell()
        self.point()
        self.cells.want(self.view.index)
        if self.body == "line":
            self.want_line()
        elif self.body in ("picture", "numbers"):
            self.want_plane()

    def want_plane(self) -> None:
        """Have the plane read and painted once the slider and the cursor were: they answer the key at once."""
        if not self._is_due:
            self._is_due = True
            self.call_after_refresh(self._load)

    def _load(self) -> None:
        self._is_due = False
        if not self.is_whole or self.body not in ("picture", "numbers"):
            return
        request = self.request()
        (first, end), (left, right) = self.view.rows, self.view.columns
        small = (end - first) * (right - left) <= AHEAD_CELLS
        ahead = self._neighbours(request) if small and self.source.written else []
        self.loader.want(_place(request), [_place(each) for each in ahead])

    def _neighbours(self, request: PlaneRequest) -> list[PlaneRequest]:
        """Return the planes that the active slider leads to next: two on in its direction, and one back."""
        if self.active is None:
            return []
        found: list[PlaneRequest] = []
        for by in (self._direction, 2 * self._direction, -self._direction):
            at = request.index[self.active] + by
            if 0 <= at < self.source.shape[self.active]:
                index = tuple(at if axis == self.active else entry for axis, entry in enumerate(request.index))
                found.append(replace(request, index=index))
        return found

    def _arrived(self, plane: Plane) -> None:
        if not self.is_whole:
            return
        wanted = _place(self.request())
        if replace(plane.request, index=wanted.index) != wanted:
            return  # of a window or a size that is gone
        if plane is self.plane and self.body == "picture":
            return  # only the cursor moved
        self.plane = plane
        self.paint_plane()
        self._cell_again()

    def _failed(self, request: PlaneRequest, error: Exception) -> None:
        self.fail(error)
        if self.plane is None and self.is_whole:
            self.query_one(Heatmap).say("cannot be read", "", str(error)[:200])

    async def _read_cell(self, index: tuple[int, ...]) -> Any:
        return (await self.source.read(index))[()]

    def _cell_arrived(self, index: tuple[int, ...], value: Any) -> None:
        self._last_cell = (index, value)
        if self.is_whole:
            self.paint_cell(value, known=True)

    _last_cell: tuple[tuple[int, ...], Any] | None = None

    def _cell_again(self) -> None:
        """Show the value once more after the line was painted anew."""
        if self._last_cell is not None and self._last_cell[0] == self.view.index:
            self.paint_cell(self._last_cell[1], known=True)

    def _cell_failed(self, index: tuple[int, ...], error: Exception) -> None:
        self.fail(error)

    # Moving

    def _go(self, view: PlaneView) -> None:
        self.say("")
        if view != self.view:
            self.view = view
            self._changed()

    def action_step(self, rows: int, columns: int) -> None:
        request = self.plane.request if self.plane is not None and self.body == "picture" else None
        if self.body == "line" and self.line_axis is not None:
            self._go(self.view.slid(self.line_axis, columns or rows))
            return
        if request is None:
            self._go(self.view.moved(rows, columns))
        else:
            row, column = self.view.row, self.view.column
            self._go(self.view.at(request.rows.beside(row, rows), request.columns.beside(column, columns)))

    def action_page(self, rows: int, columns: int) -> None:
        (first, end), (left, right) = self.view.rows, self.view.columns
        if self.body == "numbers":
            high, wide = self.query_one(NumberTable).room(self.cell_width)
            self._go(self.view.moved(rows * high, columns * wide))
        elif self.view.is_whole:
            self._go(self.view.moved(rows * max((end - first) // 4, 1), columns * max((right - left) // 4, 1)))
        else:
            self._go(self.view.panned(rows * max((end - first) // 2, 1), columns * max((right - left) // 2, 1)))

    def action_edge(self, side: int) -> None:
        rows, columns = self.view.size
        self._go(self.view.at(0, 0) if side < 0 else self.view.at(rows - 1, columns - 1))

    def action_slide(self, by: int) -> None:
        if self.active is None:
            self.say("there is no other dimension to slide along")
            return
        self._direction = 1 if by > 0 else -1
        self._go(self.view.slid(self.active, by))

    def action_slider(self, by: int) -> None:
        sliders = self.view.sliders
        if sliders:
            at = sliders.index(self.active) if self.active in sliders else 0
            self.active = sliders[(at + by) % len(sliders)]
            self.paint_sliders()

    def action_zoom(self, factor: float) -> None:
        if self.body == "picture":
            self._go(self.view.zoomed(factor))

    def action_whole(self) -> None:
        self._go(self.view.whole())

    @work(exclusive=True, group="dialog")
    async def action_find(self) -> None:
        """Ask for a place: an index or a coordinate for each dimension that is to change, by commas."""
        names = ", ".join(dimension.title for dimension in self.source.dimensions)
        here = ", ".join(map(str, self.view.index))
        typed = await self.app.push_screen_wait(
            AskDialog("go to", f"{names}   (an index, =coordinate, or nothing to stay)", here, self._check_place)
        )
        if typed is None:
            return
        view = self.view
        for axis, text in enumerate(typed.split(",")):
            at = self.source.dimensions[axis].find(text) if text.strip() else None
            if at is not None:
                view = view.placed(axis, at)
        self._go(view)

    def _check_place(self, text: str) -> str | None:
        parts = text.split(",")
        if len(parts) > len(self.source.shape):
            return f"the array has {len(self.source.shape)} dimensions"
        for dimension, part in zip(self.source.dimensions, parts, strict=False):
            if part.strip() and dimension.find(part) is None:
                return (
                    f"{dimension.title}: no such place ({dimension.place(0)} to {dimension.place(dimension.size - 1)})"
                )
        return None

    # Axes and looks

    @work(exclusive=True, group="dialog")
    async def action_axis(self, which: Literal["row", "column"]) -> None:
        if len(self.source.shape) < 2:
            self.say("the array has no other dimension")
            return
        choices = [
            Choice(
                f"{dimension.title}  {dimension.size:,}",
                f"{dimension.place(0)} to {dimension.place(dimension.size - 1)}",
            )
            for dimension in self.source.dimensions
        ]
        start = (self.view.row_axis if which == "row" else self.view.column_axis) or 0
        title = "what runs down" if which == "row" else "what runs across"
        chosen = await self.app.push_screen_wait(ChooseDialog(title, choices, start=start))
        if chosen is None:
            return
        row, column = (chosen, self.view.column_axis) if which == "row" else (self.view.row_axis, chosen)
        self._use_axes(self.view.with_axes(row, column))

    def action_swap(self) -> None:
        if self.view.row_axis is not None:
            self._use_axes(self.view.swapped())

    def _use_axes(self, view: PlaneView) -> None:
        if self.active not in view.sliders:
            self.active = view.sliders[-1] if view.sliders else None
        self.number_corner = (0, 0)
        self._go(view)

    def action_map(self) -> None:
        name = self.look.next_map()
        self.paint_plane()
        self._cell_again()
        self.say(f"colour map: {name}")

    def action_fit(self) -> None:
        words = self.look.next_fit()
        self.paint_plane()
        self._cell_again()
        self.say(f"colours: {words}" if words else "classes and phases have one scale")

    def action_method(self) -> None:
        self.method = "nearest" if self.method == "mean" else "mean"
        self.method_chosen, self.look.kind = True, None
        self._changed()
        self.say("reduced by " + ("the mean, without NaN and fill" if self.method == "mean" else "the nearest cell"))

    def action_part(self) -> None:
        if self.look.part == "value":
            self.say("only complex numbers have a phase")
            return
        part = self.look.next_part()
        self.look.array_limits = None
        if part in ("magnitude", "real", "imaginary"):
            self.take_sample()
        self.paint_plane()
        self._changed()
        self.say(f"{part} of complex numbers")

    # What is shown

    def action_body(self, body: Body) -> None:
        if self.view.is_empty or (body != "numbers" and not self.can_draw):
            self.say("there are no numbers to draw")
            return
        self._show_body("picture" if self.body == body and self.can_draw else body)

    def action_line(self) -> None:
        if not self.can_draw or not self.source.shape:
            self.say("there is no line of numbers")
            return
        long = [axis for axis, size in enumerate(self.source.shape) if size > 1] or [0]
        if self.body == "line" and self.line_axis in long:
            at = long.index(self.line_axis) + 1
            if at == len(long):
                self._show_body("picture")
                return
            self.line_axis = long[at]
        else:
            self.line_axis = long[0]
        self._show_body("line")

    @work(exclusive=True, group="body")
    async def _show_body(self, body: Body) -> None:
        self.body = body
        if body in ("line", "histogram"):
            await self.make_plot()
            if self.body != body or not self.is_whole:
                return
        for name, bodies in (("picture", ("picture",)), ("numbers", ("numbers",)), ("plot", ("line", "histogram"))):
            for widget in self.query(f"#array-{name}"):
                widget.display = self.body in bodies
        self.query_one("#array-scale").display = body in ("picture", "numbers")
        self.plane = None
        if body == "histogram":
            self.show_histogram()
        self.paint_head()
        self.call_after_refresh(self._changed)

    def action_facts(self) -> None:
        self.facts_wanted = not self.has_class("-facts")
        self._place_facts()
        self.call_after_refresh(self._changed)

    def _place_facts(self) -> None:
        narrow = self.size.width < WIDE
        self.set_class(narrow, "-narrow")
        self.set_class(self.facts_wanted if self.facts_wanted is not None else not narrow, "-facts")

    def action_refresh(self) -> None:
        self.loader.forget()
        self.plane, self._last_cell, self._last_line = None, None, None
        self.take_sample()
        self._changed()

    def action_back(self) -> None:
        if self.has_class("-facts") and self.has_class("-narrow"):
            self.action_facts()
        elif self.body != "picture" and self.can_draw and len(self.source.shape) > 1:
            self._show_body("picture")
        elif self.is_active:
            self.dismiss(None)

    # The mouse

    @on(Heatmap.CellPressed)
    def _picture_pressed(self, event: Heatmap.CellPressed) -> None:
        if self.plane is not None:
            request = self.plane.request
            self._go(self.view.at(request.rows.start(event.row), request.columns.start(event.column)))

    @on(NumberTable.CellPressed)
    def _number_pressed(self, event: NumberTable.CellPressed) -> None:
        self._go(self.view.at(self.number_corner[0] + event.row, self.number_corner[1] + event.column))

    @on(Heatmap.Turned)
    def _turned(self, event: Heatmap.Turned) -> None:
        self.action_slide(event.by)


def _place(request: PlaneRequest) -> PlaneRequest:
    """Return the request without the cursor's own indices, which do not matter to the plane."""
    shown = (request.row_axis, request.column_axis)
    return replace(request, index=tuple(0 if axis in shown else at for axis, at in enumerate(request.index)))
