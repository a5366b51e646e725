"""A detail as lines of a pane: a long cell of a table goes on under its own column."""

from __future__ import annotations

from rich.cells import cell_len

from tui.resources.detail import Detail, Section, Table
from tui.widgets.detail_text import detail_lines


def lines_of(width: int) -> list[str]:
    table = Table(("database", "own", "through groups"), (("storm damage", "—", "administer by data stewards"),))
    detail = Detail("user", (Section("databases", table=table),))
    return [line.plain.rstrip() for line in detail_lines(detail, width)]


def test_the_last_cell_of_a_row_goes_on_under_where_it_began() -> None:
    assert lines_of(40)[-2:] == ["storm damage  —    administer by data", " " * 19 + "stewards"]
    assert all(cell_len(line) <= 40 for line in lines_of(40))


def test_where_it_has_room_or_none_at_all_it_stays_on_its_line() -> None:
    for width in (60, 30):
        assert lines_of(width)[-1] == "storm damage  —    administer by data stewards"
