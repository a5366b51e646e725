"""PlaneView: which plane of an array is looked at, through which window, and where the cursor stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

SMALLEST = 4
"""Cells along each side of the closest window."""


_NEARLY = 1.6
"""Ratios that differ by less are made the same: a map keeps its shape."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How cells go onto a screen: as so many rows and columns; a cell may be several pixels large."""

    rows: int = 1
    columns: int = 1
    cell_height: int = 1
    cell_width: int = 1


def fit_plane(rows: int, columns: int, height: int, width: int, *, half: bool) -> Fit:
    """Return how `rows` x `columns` cells fit into `height` x `width` pixels.

    With `half` a pixel is half a line high, so about square; else it is a whole line, twice as high as wide.
    A plane that is too large is reduced by the same ratio both ways where the two are nearly the same, else so that
    it fills the screen.
    """
    rows, columns, height, width = max(rows, 1), max(columns, 1), max(height, 1), max(width, 1)
    square = 1 if half else 2
    down, across = rows / height, columns / width
    if down > 1 and across > 1 and max(down / square, across) <= _NEARLY * min(down / square, across):
        down, across = max(down, across * square), max(across, down / square)
    shown_rows = min(max(round(rows / max(down, 1)), 1), height, rows)
    shown_columns = min(max(round(columns / max(across, 1)), 1), width, columns)
    high, wide = _magnified(height // shown_rows, half), width // shown_columns
    if (shown_rows, shown_columns) == (rows, columns):
        side = min(high, max(wide // square, 1))
        high = _magnified(side, half)
        wide = min(wide, max(high * square, 1))
    return Fit(shown_rows, shown_columns, min(high, 8), min(wide, 16))


def _magnified(pixels: int, half: bool) -> int:
    """Return how many pixels high a cell can be. One of more than one half line takes whole lines."""
    return pixels - pixels % 2 if half and pixels > 1 else max(pixels, 1)


@dataclass(frozen=True, slots=True)
class PlaneView:
    """A view. `index` has an entry for each dimension: the cursor's along the two that are shown, the slider's
    along the others. The cursor is always inside of the window."""

    shape: tuple[int, ...]
    index: tuple[int, ...]
    row_axis: int | None
    column_axis: int | None
    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def sliders(self) -> tuple[int, ...]:
        """The dimensions that are not shown, outermost first."""
        return tuple(axis for axis in range(len(self.shape)) if axis not in (self.row_axis, self.column_axis))

    @property
    def row(self) -> int:
        """The cursor's row."""
        return 0 if self.row_axis is None else self.index[self.row_axis]

    @property
    def column(self) -> int:
        """The cursor's column."""
        return 0 if self.column_axis is None else self.index[self.column_axis]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the whole plane."""
        return self._length(self.row_axis), self._length(self.column_axis)

    @property
    def is_whole(self) -> bool:
        """Whether the window shows the whole plane."""
        return self.rows == (0, self.size[0]) and self.columns == (0, self.size[1])

    @property
    def is_empty(self) -> bool:
        """Whether the array has no cell."""
        return 0 in self.shape

    def at(self, row: int, column: int) -> PlaneView:
        """Return the view with the cursor there, or at the nearest cell; the window follows."""
        rows, columns = self.size
        row, column = _clamp(row, rows), _clamp(column, columns)
        index = list(self.index)
        if self.row_axis is not None:
            index[self.row_axis] = row
        if self.column_axis is not None:
            index[self.column_axis] = column
        return replace(
            self, index=tuple(index), rows=_around(self.rows, row, rows), columns=_around(self.columns, column, columns)
        )

    def moved(self, rows: int, columns: int) -> PlaneView:
        """Return the view with the cursor moved."""
        return self.at(self.row + rows, self.column + columns)

    def slid(self, axis: int, by: int) -> PlaneView:
        """Return the view with one dimension's index moved, as far as it goes."""
        return self.placed(axis, self.index[axis] + by)

    def placed(self, axis: int, at: int) -> PlaneView:
        """Return the view with one dimension's index there, or at the nearest end."""
        index = list(self.index)
        index[axis] = _clamp(at, self.shape[axis])
        moved = replace(self, index=tuple(index))
        return moved.at(moved.row, moved.column)

    def panned(self, rows: int, columns: int) -> PlaneView:
        """Return the view with the window moved; the cursor keeps its place in it where it can."""
        new_rows, new_columns = _shifted(self.rows, rows, self.size[0]), _shifted(self.columns, columns, self.size[1])
        row, column = self.row + new_rows[0] - self.rows[0], self.column + new_columns[0] - self.columns[0]
        return replace(self, rows=new_rows, columns=new_columns).at(row, column)

    def zoomed(self, factor: float) -> PlaneView:
        """Return the view with a window of `factor` times the sides, about the cursor."""
        return replace(
            self,
            rows=_scaled(self.rows, self.row, factor, self.size[0]),
            columns=_scaled(self.columns, self.column, factor, self.size[1]),
        )

    def whole(self) -> PlaneView:
        """Return the view of the whole plane."""
        return replace(self, rows=(0, self.size[0]), columns=(0, self.size[1]))

    def with_axes(self, row_axis: int | None, column_axis: int | None) -> PlaneView:
        """Return the view of two other dimensions, whole. Choosing the other one's dimension swaps the two."""
        if row_axis == column_axis and row_axis is not None:
            if row_axis == self.row_axis:
                row_axis = self.column_axis
            else:
                column_axis = self.row_axis
        return replace(self, row_axis=row_axis, column_axis=column_axis).whole()

    def swapped(self) -> PlaneView:
        """Return the view with rows and columns exchanged, through the same window."""
        return replace(self, row_axis=self.column_axis, column_axis=self.row_axis, rows=self.columns, columns=self.rows)

    def _length(self, axis: int | None) -> int:
        return 1 if axis is None else self.shape[axis]


def first_view(shape: tuple[int, ...]) -> PlaneView:
    """Return the view that is shown first: the last two dimensions that have more than one index, all others at 0."""
    long = [axis for axis, size in enumerate(shape) if size != 1]
    spare = [axis for axis in range(len(shape)) if axis not in long]
    chosen = sorted([*long[-2:], *spare[::-1][: max(2 - len(long), 0)]])
    column = chosen[-1] if chosen else None
    row = chosen[-2] if len(chosen) > 1 else None
    view = PlaneView(shape, (0,) * len(shape), row, column, (0, 1), (0, 1))
    return view.whole()


def _clamp(at: int, size: int) -> int:
    return max(min(at, size - 1), 0)


def _around(window: tuple[int, int], at: int, size: int) -> tuple[int, int]:
    """Return the window, moved as little as makes it hold `at`."""
    first, end = window
    if at < first:
        return at, min(at + end - first, size)
    return (max(at + 1 - (end - first), 0), at + 1) if at >= end else window


def _shifted(window: tuple[int, int], by: int, size: int) -> tuple[int, int]:
    length = window[1] - window[0]
    first = max(min(window[0] + by, size - length), 0)
    return first, first + length


def _scaled(window: tuple[int, int], at: int, factor: float, size: int) -> tuple[int, int]:
    """Return a window of another length in which `at` keeps its relative place."""
    length = window[1] - window[0]
    if length == 0:
        return window
    wanted = round(length * factor)
    if wanted == length:
        wanted += 1 if factor > 1 else -1
    wanted = max(min(wanted, size), min(SMALLEST, size))
    share = (at - window[0]) / length
    first = max(min(round(at - share * wanted), size - wanted, at), 0, at - wanted + 1)
    return first, first + wanted
