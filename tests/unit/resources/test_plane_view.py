"""The view of a plane: the cursor stays in the window, the window in the plane, and both where one expects them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.arrays.array_axis import Dimension, Labels, ScaleAxis, TimeAxis, plain_dimensions
from tui.resources.arrays.axis_ticks import axis_ticks, shortened
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.plane_view import Fit, PlaneView, first_view, fit_plane

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("moved"), st.integers(-50, 50), st.integers(-50, 50)),
        st.tuples(st.just("panned"), st.integers(-50, 50), st.integers(-50, 50)),
        st.tuples(st.just("zoomed"), st.sampled_from([0.5, 2.0, 0.1, 10.0])),
        st.tuples(st.just("slid"), st.integers(0, 2), st.integers(-5, 5)),
        st.tuples(st.just("swapped")),
        st.tuples(st.just("with_axes"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.just("whole")),
    ),
    max_size=12,
)


@given(st.tuples(*[st.integers(1, 40)] * 3), MOVES)
def test_whatever_is_done_the_cursor_is_in_the_window_and_the_window_in_the_plane(
    shape: tuple[int, int, int], moves: list[tuple[object, ...]]
) -> None:
    view = first_view(shape)
    for name, *arguments in moves:
        view = getattr(view, str(name))(*arguments)
        rows, columns = view.size
        assert view.row_axis != view.column_axis
        assert 0 <= view.rows[0] <= view.row < view.rows[1] <= rows
        assert 0 <= view.columns[0] <= view.column < view.columns[1] <= columns
        assert all(0 <= at < size for at, size in zip(view.index, shape, strict=True))


def test_the_last_two_dimensions_that_matter_are_shown_first() -> None:
    def shown(*shape: int) -> tuple[int | None, int | None]:
        view = first_view(shape)
        return view.row_axis, view.column_axis

    assert shown(4, 5, 6) == (1, 2)
    assert shown(4, 5, 1) == (0, 1)
    assert shown(4, 1, 1) == (0, 2)
    assert shown(7) == (None, 0)
    assert shown() == (None, None)
    assert shown(3, 0) == (0, 1)


def test_zooming_in_and_out_keeps_the_cursor_where_it_is_seen() -> None:
    view = first_view((1000, 1000)).at(250, 750)
    near = view.zoomed(0.5)
    assert near.rows == (125, 625) and near.columns == (375, 875)
    assert (near.row, near.column) == (250, 750)
    assert near.zoomed(2.0).is_whole
    for _ in range(20):
        near = near.zoomed(0.5)
    assert near.rows[1] - near.rows[0] == 4


def test_the_window_follows_the_cursor_and_no_further() -> None:
    view = first_view((100, 100)).at(50, 50).zoomed(0.2)
    assert view.rows == (40, 60)
    assert view.moved(9, 0).rows == (40, 60)
    assert view.moved(10, 0).rows == (41, 61)
    assert view.moved(-11, 0).rows == (39, 59)


def test_choosing_the_other_axis_swaps_the_two() -> None:
    view: PlaneView = first_view((4, 5, 6))
    assert (view.with_axes(2, 2).row_axis, view.with_axes(2, 2).column_axis) == (2, 1)
    assert (view.with_axes(1, 1).row_axis, view.with_axes(1, 1).column_axis) == (2, 1)
    assert view.with_axes(0, 2).sliders == (1,)


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 100), st.integers(1, 200), st.booleans())
def test_a_plane_always_fits(rows: int, columns: int, height: int, width: int, half: bool) -> None:
    fit = fit_plane(rows, columns, height, width, half=half)
    assert 1 <= fit.rows <= rows
    assert 1 <= fit.columns <= columns
    assert fit.rows * fit.cell_height <= height
    assert fit.columns * fit.cell_width <= width
    assert not half or fit.cell_height == 1 or fit.cell_height % 2 == 0


def test_a_plane_keeps_its_shape_where_it_can_and_fills_the_screen() -> None:
    assert fit_plane(900, 1400, 70, 104, half=True) == Fit(67, 104)
    assert fit_plane(90, 180, 38, 76, half=True) == Fit(38, 76)
    assert fit_plane(900, 1400, 35, 104, half=False) == Fit(33, 104)
    assert fit_plane(365, 4, 70, 104, half=True) == Fit(70, 4, 1, 16)
    assert fit_plane(10, 20, 70, 104, half=True) == Fit(10, 20, 4, 4)


def test_labels_never_touch() -> None:
    dimension = Dimension("time", 5000, TimeAxis(datetime(2020, 1, 1, tzinfo=UTC), timedelta(hours=6)))
    for count, cell in ((4000, 1), (4000, 8), (571, 1), (80, 2)):
        ticks = axis_ticks(dimension, Bins(3, 4003, count), cell, along=True)
        ends = [-1, *(at * cell + len(text) for at, text in ticks)]
        assert len(ticks) > 1
        assert all(at * cell > end for (at, _), end in zip(ticks, ends, strict=False))
    assert shortened("a very long label indeed", 11) == "a ver…ndeed"


def test_what_an_index_stands_for() -> None:
    labels, scale = Labels(["north\x1b", "south"]), ScaleAxis(90.0, -0.1)
    days = TimeAxis(datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=1))
    hours = TimeAxis(datetime(2020, 1, 1, 6), timedelta(hours=1))
    assert (labels.text(0), labels.text(5)) == ("north\\e", "")
    assert scale.text(3) == "89.7"
    assert days.text(31) == "2020-02-01"
    assert hours.text(1) == "2020-01-01 07:00"
    assert days.text(10**9) == ""
    assert plain_dimensions((2, 3), ("x",)) == (Dimension("x", 2), Dimension("dim1", 3))


@pytest.mark.parametrize(
    ("axis", "text", "index"),
    [
        (None, "7", 7),
        (None, "-1", 9),
        (None, "10", None),
        (None, "x", None),
        (Labels(["a", "b"]), "b", 1),
        (Labels(["2020", "2021"]), "=2021", 1),
        (ScaleAxis(90.0, -10.0), "49.0", 4),
        (ScaleAxis(90.0, -10.0), "=70", 2),
        (ScaleAxis(1.0, 0.0), "1.5", None),
        (TimeAxis(datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=1)), "2020-01-03", 2),
        (TimeAxis(datetime(2020, 1, 1), timedelta(days=1)), "2020-01-03T00:00+00:00", 2),
        (TimeAxis(datetime(2020, 1, 1), timedelta(days=1)), "1999-01-01", None),
    ],
)
def test_a_place_is_found_by_index_or_by_coordinate(axis: object, text: str, index: int | None) -> None:
    assert Dimension("d", 10, axis).find(text) == index  # type: ignore[arg-type]
