"""ColumnsDialog: which columns of a list are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from tui.resources.columns import Column
from tui.screens.dialogs.frame import Dialog
from tui.services.printable import printable


class ColumnsDialog(Dialog[tuple[int, ...]]):
    """Returns the indices of the columns that are shown, in order; none of them stands for the list's own way."""

    DEFAULT_CSS = """
    ColumnsDialog OptionList, ColumnsDialog OptionList:focus {
        border: none; padding: 0; height: auto; max-height: 70vh; background: transparent; scrollbar-size-vertical: 1;
    }
    ColumnsDialog #help { color: $text-muted; margin-top: 1; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "show_or_hide", "show or hide", id="columns.toggle"),
        Binding("j,down", "step(1)", "down", id="columns.down", priority=True),
        Binding("k,up", "step(-1)", "up", id="columns.up", priority=True),
        Binding("J,shift+down,plus", "carry(1)", "move down", id="columns.later"),
        Binding("K,shift+up,minus", "carry(-1)", "move up", id="columns.sooner"),
        Binding("r", "reset", "as the list has them", id="columns.reset"),
        Binding("enter", "keep", "keep", id="columns.keep", priority=True),
    ]

    def __init__(self, title: str, columns: Sequence[Column], order: Sequence[int] | None) -> None:
        super().__init__()
        self._title, self._columns = title, columns
        self._own = order is None
        everything = range(len(columns))
        shown = list(everything if order is None else order)
        self._order = shown + [index for index in everything if index not in shown]
        self._shown = set(shown)
        self._at = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(f"columns of {self._title}", 60))
            yield OptionList(*self._lines())
            words = "space shows or hides, J and K move, r as the list has them; enter keeps, esc leaves it as it was"
            yield Label(words, id="help", markup=False)

    def on_mount(self) -> None:
        if self.is_whole:
            options = self.query_one(OptionList)
            options.highlighted = 0
            options.focus()

    def _lines(self) -> list[Option]:
        return [Option(Content(self._line(index))) for index in self._order]

    def _line(self, index: int) -> str:
        column = self._columns[index]
        heading = printable(column.heading, 40)
        also = "" if heading == column.name else f"  ({printable(column.name, 40)})"
        return f"{'[x]' if index in self._shown else '[ ]'} {heading}{also}"

    def _paint(self) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._lines())
        options.highlighted = self._at

    def action_step(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._order) - 1))
        self.query_one(OptionList).highlighted = self._at

    def action_show_or_hide(self) -> None:
        self._shown ^= {self._order[self._at]}
        self._own = False
        self._paint()

    def action_carry(self, by: int) -> None:
        to = self._at + by
        if 0 <= to < len(self._order):
            order = self._order
            order[self._at], order[to] = order[to], order[self._at]
            self._at, self._own = to, False
            self._paint()

    def action_reset(self) -> None:
        self._order = list(range(len(self._columns)))
        self._shown, self._own, self._at = set(self._order), True, 0
        self._paint()

    def action_keep(self) -> None:
        """Keep what is chosen. A list without any column would be none: the first stays."""
        shown = tuple(index for index in self._order if index in self._shown) or (self._order[0],)
        self.dismiss(() if self._own or shown == tuple(range(len(self._columns))) else shown)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click on a column shows or hides it."""
        event.stop()
        self._at = event.option_index
        self.action_show_or_hide()
