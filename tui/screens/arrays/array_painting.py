"""The viewer's painting: a plane that has arrived becomes a picture or numbers, with its axes, scale and cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.resources.arrays.axis_ticks import axis_ticks
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.picture import FILL, NAN, Scale, colour_indices, value_text
from tui.resources.arrays.plane_reader import Plane, PlaneRequest
from tui.resources.arrays.plane_view import Fit, fit_plane
from tui.resources.arrays.text_picture import signs_of
from tui.screens.arrays.array_screen import ArrayScreen
from tui.services.printable import printable
from tui.widgets.colour_scale import ColourScale
from tui.widgets.header_line import HeaderLine, Part
from tui.widgets.heat_cells import HeatPicture
from tui.widgets.heatmap import LONGEST_LABEL, Heatmap
from tui.widgets.number_table import NumberCells, NumberTable
from tui.widgets.slider_lines import Slider, SliderLines

if TYPE_CHECKING:
    from tui.resources.arrays.array_axis import Dimension
    from tui.resources.arrays.colour_maps import Rgb

_CELL_WIDTHS = {"b": 6, "c": 22, "f": 12}


class ArrayPainting(ArrayScreen):
    """Knows what is on the screen; reads nothing itself."""

    number_corner: tuple[int, int] = (0, 0)
    line_axis: int | None = None

    # What is asked for

    def fit(self) -> Fit:
        """Return how the window goes onto the space that there is."""
        heatmap = self.query_one(Heatmap)
        heatmap.reserve(self._gutter())
        lines, width = heatmap.cells_area
        half = self.mode == "half"
        (first, end), (left, right) = self.view.rows, self.view.columns
        return fit_plane(end - first, right - left, lines * 2 if half else lines, width, half=half)

    def request(self) -> PlaneRequest:
        """Return the plane that should be shown now."""
        view = self.view
        if self.body == "numbers":
            rows, columns = self._number_window()
            return PlaneRequest(view.index, view.row_axis, view.column_axis, Bins.each(*rows), Bins.each(*columns))
        fit = self.fit()
        rows, columns = Bins(*view.rows, fit.rows), Bins(*view.columns, fit.columns)
        return PlaneRequest(view.index, view.row_axis, view.column_axis, rows, columns, self.method)

    def _gutter(self) -> int:
        if self.view.row_axis is None:
            return 0
        dimension, (first, end) = self.source.dimensions[self.view.row_axis], self.view.rows
        return min(max(len(dimension.place(at)) for at in (first, (first + end) // 2, max(end - 1, 0))), LONGEST_LABEL)

    @property
    def cell_width(self) -> int:
        """Characters of a number in the table."""
        kind = self.source.dtype
        if kind.startswith(("int", "uint")):
            return {"8": 5, "16": 7, "32": 11}.get(kind.lstrip("uint"), 14)
        return _CELL_WIDTHS.get(kind[:1], 12)

    def _number_window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rows and columns of the table, moved as little as makes them hold the cursor."""
        rows, columns = self.query_one(NumberTable).room(self.cell_width)
        top = _held(self.number_corner[0], self.view.row, rows, self.view.size[0])
        left = _held(self.number_corner[1], self.view.column, columns, self.view.size[1])
        self.number_corner = (top, left)
        return (top, min(top + rows, self.view.size[0])), (left, min(left + columns, self.view.size[1]))

    # What is shown

    def paint_plane(self) -> None:
        """Show the plane that arrived last."""
        plane = self.plane
        if plane is None:
            return
        if self.body == "numbers":
            self._paint_numbers(plane)
        elif self.body == "picture":
            self._paint_picture(plane)
        self.paint_head()
        self.paint_cell()

    def _paint_picture(self, plane: Plane) -> None:
        heatmap, request = self.query_one(Heatmap), plane.request
        if not plane.written:
            fill = "unknown" if self.source.fill_value is None else value_text(self.source.fill_value)
            heatmap.say("never written", "", f"every cell is the fill value, {printable(fill, 40)}")
            self.query_one(ColourScale).show(None, self.mode, basic=False, count=2, note="")
            return
        scale = self.look.scale_for(plane.values, self.source.fill_value)
        colours = scale.colours(basic=self.basic)
        signs = signs_of(ascii=self.mode == "shade_ascii", classes=scale.classes)
        count = len(signs) if self.mode.startswith("shade") else len(colours)
        indices = colour_indices(plane.values, scale, count, self.source.fill_value, self.look.part)
        fit = self._fit_of(request)
        picture = HeatPicture(indices, scale.table(basic=self.basic), fit, self.mode, signs)
        lines_a_row = 0.5 * fit.cell_height if self.mode == "half" else fit.cell_height
        heatmap.show(
            picture,
            axis_ticks(self._dimension(request.row_axis), request.rows, lines_a_row, along=False),
            axis_ticks(self._dimension(request.column_axis), request.columns, fit.cell_width, along=True),
        )
        self._paint_scale(scale, count, tuple(code for code in (NAN, FILL) if (indices == code).any()))
        self.point()

    def _fit_of(self, request: PlaneRequest) -> Fit:
        """Return the fit that a request was made for, by the space that there is now."""
        fit = self.fit()
        return Fit(request.rows.count, request.columns.count, fit.cell_height, fit.cell_width)

    def _paint_scale(self, scale: Scale, count: int, blanks: tuple[int, ...]) -> None:
        labels = ("false", "true") if self.source.dtype == "bool" else ()
        name = "" if self.look.plain else scale.map_name
        note = "  ".join(text for text in (name, self.look.fit_words) if text)
        self.query_one(ColourScale).show(
            scale,
            self.mode,
            basic=self.basic,
            count=count,
            blanks=blanks,
            part=self.look.part,
            labels=labels,
            note=note,
        )

    def _paint_numbers(self, plane: Plane) -> None:
        request, fill = plane.request, self.source.fill_value
        texts = [[_number(value) for value in row] for row in plane.values]
        colours: list[list[Rgb | None]] = [[None] * len(row) for row in texts]
        if self.can_draw and plane.written and not self.mode.startswith("shade"):
            scale = self.look.scale or self.look.scale_for(plane.values, fill)
            table = scale.table(basic=self.basic)
            indices = colour_indices(plane.values, scale, len(table) - 2, fill, self.look.part)
            colours = [[table[index] for index in row] for row in indices.tolist()]
            self._paint_scale(scale, len(table) - 2, tuple(code for code in (NAN, FILL) if (indices == code).any()))
        row, column = self._dimension(request.row_axis), self._dimension(request.column_axis)
        cells = NumberCells(
            texts,
            colours,
            ["" if row is None else row.place(at) for at in range(request.rows.first, request.rows.end)],
            ["" if column is None else column.place(at) for at in range(request.columns.first, request.columns.end)],
            self.cell_width,
        )
        cursor = (self.view.row - request.rows.first, self.view.column - request.columns.first)
        self.query_one(NumberTable).show(cells, cursor)

    def point(self) -> None:
        """Put the picture's cursor where the view's is."""
        plane = self.plane
        if plane is None or self.body != "picture" or not plane.written:
            return
        request = plane.request
        row, column = request.rows.of(self.view.row), request.columns.of(self.view.column)
        inside = 0 <= row < request.shape[0] and 0 <= column < request.shape[1]
        self.query_one(Heatmap).point((row, column) if inside else None)

    def paint_sliders(self) -> None:
        """Show where the dimensions that are not on the picture are held."""
        found: list[Slider] = []
        for axis in self.view.sliders:
            dimension, index = self.source.dimensions[axis], self.view.index[axis]
            place = dimension.coordinate(index)
            found.append(Slider(dimension.title, index, dimension.size, place, axis == self.active))
        self.query_one(SliderLines).show(found)

    def paint_head(self) -> None:
        """Show what is looked at, and how it is reduced."""
        view, request = self.view, None if self.plane is None else self.plane.request
        parts = [Part(printable(self.source.title, 60), "title", 9), Part(self._shown_words(), "accent", 7)]
        if self.look.part != "value":
            parts.append(Part(self.look.part, "accent", 6))
        if not self.source.written:
            parts.append(Part("never written", "warn", 8))
        if request is not None and self.body == "picture" and self.source.written:
            if not view.is_whole:
                rows, columns = view.rows, view.columns
                parts.append(Part(f"{rows[0]}:{rows[1]}, {columns[0]}:{columns[1]}", "muted", 4, right=True))
            tone = "warn" if request.is_reduced else "muted"
            parts.append(Part(request.reduction, tone, 8, right=True))
        parts.append(Part(f"{self.source.dtype} {'x'.join(map(str, self.source.shape))}", "muted", 3, right=True))
        self.query_one("#array-head", HeaderLine).show(*parts)

    def _shown_words(self) -> str:
        """What the body shows, in words."""
        line = self._dimension(self.line_axis)
        if self.body == "histogram":
            return "histogram"
        if self.body == "line" and line is not None:
            return f"along {line.title}"
        shown = (self._dimension(self.view.row_axis), self._dimension(self.view.column_axis))
        return " x ".join(dimension.title for dimension in shown if dimension is not None)

    def paint_cell(self, value: Any = None, *, known: bool = False) -> None:
        """Show where the cursor stands, and the value there once it is known."""
        index = self.view.index
        parts = [Part(f"[{', '.join(map(str, index))}]", "title", 8)]
        for axis in (self.view.row_axis, self.view.column_axis):
            dimension = self._dimension(axis)
            if dimension is not None and dimension.coordinate(index[axis or 0]):
                parts.append(Part(f"{dimension.title} {dimension.coordinate(index[axis or 0])}", "muted", 5))
        if known:
            parts.append(Part(f"= {self._value_words(value)}", "accent", 9))
        self.query_one("#array-cell", HeaderLine).show(*parts)

    def _value_words(self, value: Any) -> str:
        text = printable(value_text(value), 60)
        if self.look.part != "value":
            text += f"   {self.look.part} {value_text(value, self.look.part)}"
        fill = self.source.fill_value
        if fill is not None and (value == fill or (value != value and fill != fill)):
            text += " (fill)"
        return text

    def _dimension(self, axis: int | None) -> Dimension | None:
        return None if axis is None else self.source.dimensions[axis]


def _held(corner: int, at: int, room: int, size: int) -> int:
    corner = min(max(corner, at - room + 1), at)
    return max(min(corner, size - room), 0)


def _number(value: Any) -> str:
    text = value_text(value)
    return text if len(text) <= 12 or isinstance(value, complex) else f"{value:.6g}" if "." in text else text
