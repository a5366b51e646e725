"""Which columns of a table fit, and how wide they are, where one takes what room the others leave."""

from __future__ import annotations

from tui.resources.columns import Column, Row
from tui.widgets.column_layout import MOST, STRETCHED, longest, measure, place

COLUMNS = (
    Column("name", priority=9),
    Column("size", kind="bytes", priority=7),
    Column("note", priority=2),
    Column("value", priority=6, stretch=True),
)


def laid_out(value: str, width: int) -> dict[str, int]:
    rows = [Row("1", ("a name", "12 B", "a note", value))]
    return {each.column.name: each.width for each in place(COLUMNS, measure(COLUMNS, rows), width)}


def test_a_column_that_stretches_takes_the_rest_and_pushes_none_out() -> None:
    few, many = laid_out("x", 100), laid_out("x" * 500, 100)
    assert [*few] == [*many] == ["name", "size", "note", "value"]
    assert few == many
    assert sum(few.values()) + 3 * 2 == 100


def test_what_matters_less_goes_before_it() -> None:
    narrow = laid_out("x" * 500, 6 + 9 + 2 + 2 + STRETCHED)
    assert [*narrow] == ["name", "size", "value"]
    assert narrow["value"] == STRETCHED
    assert [*laid_out("x" * 500, 24)] == ["name", "size"]


def test_what_went_comes_back_where_a_wider_one_left_the_room() -> None:
    assert [*laid_out("x" * 500, 30)] == ["name", "size", "note"]


def test_the_room_that_is_left_goes_to_all_that_stretch() -> None:
    columns = (Column("step", stretch=True), Column("now", stretch=True))
    placed = place(columns, measure(columns, [Row("1", ("s" * 90, "ok"))]), 80)
    assert [each.column.name for each in placed] == ["step", "now"]
    assert placed[0].width > placed[1].width and placed[-1].right in (79, 80)


def test_a_text_that_is_cut_gets_the_room_that_others_leave_over() -> None:
    columns = (Column("state", width=5), Column("target"), Column("error", stretch=True), Column("by"))
    rows = [Row("1", ("running", "t" * (MOST + 9), "no answer " * 3, "ada"))]
    for width, is_whole in ((240, True), (MOST + 60, True), (MOST + 45, False)):
        placed = place(columns, measure(columns, rows), width, whole=longest(columns, rows))
        cut = [each.column.name for each in placed if each.width < len(rows[0].cells[each.index])]
        assert (cut == []) is is_whole and placed[-1].right <= width, (width, cut)
        assert is_whole or placed[-1].right >= width - len(columns), placed
