"""The live table alone, full screen, over made-up rows: `python -m tests.bench.table_program COUNT [--live] [--plain]`.

Keys: `z` changes one visible cell, `d` goes down to other rows and back up, `c` opens a dialog. With `--live` the 1,000
rows are refreshed each second and 50 of them change. With `--plain` Textual writes in its own way.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding

from tui.config.paths import styles_folder
from tui.display.difference_app import DifferenceApp
from tui.resources.columns import Column, Row
from tui.screens.dialogs.choose import Choice, ChooseDialog
from tui.widgets.live_table import LiveTable

CHOICES = ("name", "cell", "row as JSON", "row as CSV", "command line", "address")
NAMES = ("id", "name", "kind", "state", "owner", "size", "age", "note")
COLUMNS = tuple(Column(name, priority=9 - index) for index, name in enumerate(NAMES))
OTHER_ROWS = 977 * 500 + 40
"""Where the rows begin that one goes down to: their cells are as wide as those of the first, so columns stay."""
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")


def cells(index: int, turn: int = 0) -> tuple[str, ...]:
    """Return the cells of a row."""
    word = WORDS[index % 8]
    size = f"{(index * 7919 + turn) % 100_000}"
    return (
        f"{index:08}",
        f"{word}-{index % 977}",
        word,
        "running",
        f"user{index % 13}",
        size,
        f"{index % 60} min",
        word * 2,
    )


class MadeRows:
    """Rows that are made when they are painted: a million cost as much as a thousand."""

    def __init__(self, count: int, first: int = 0) -> None:
        self.count = count
        self.first = first
        self.asked = 0
        self.turns: dict[int, int] = {}

    def __len__(self) -> int:
        return self.count

    def row(self, index: int) -> Row | None:
        self.asked += 1
        return Row(f"{index:08}", cells(self.first + index, self.turns.get(index, 0)))

    def index_of(self, key: str) -> int | None:
        return int(key)

    def want(self, first: int, last: int) -> None:
        return None


class TableProgram(DifferenceApp):
    """The table and nothing else."""

    CSS_PATH = sorted(styles_folder().glob("*.tcss"))
    BINDINGS = [
        Binding("z", "change", "change a cell"),
        Binding("d", "drill", "other rows"),
        Binding("c", "choose", "dialog"),
        Binding("q", "quit", "quit"),
    ]
    ENABLE_COMMAND_PALETTE = False

    ascii = False

    def __init__(self, count: int, live: bool, plain: bool = False) -> None:
        super().__init__()
        self.use_display("plain" if plain else "auto", "fast")
        self.animation_level = "none"
        self.rows = MadeRows(count)
        self._live = live
        self._turn = 0

    def compose(self) -> ComposeResult:
        yield LiveTable()

    def on_mount(self) -> None:
        self.query_one(LiveTable).show(self.rows, COLUMNS)
        self.query_one(LiveTable).focus()
        if self._live:
            self.set_interval(1.0, self._refresh)

    def action_change(self) -> None:
        self._turn += 1
        self._change((5,))

    def action_drill(self) -> None:
        self.rows = MadeRows(self.rows.count, 0 if self.rows.first else OTHER_ROWS)
        self.query_one(LiveTable).show(self.rows, COLUMNS)

    def action_choose(self) -> None:
        self.push_screen(ChooseDialog("copy", [Choice(name) for name in CHOICES]))

    def _refresh(self) -> None:
        self._turn += 1
        self._change([(self._turn * 50 + offset) % self.rows.count for offset in range(50)])

    def _change(self, indices: Sequence[int]) -> None:
        for index in indices:
            self.rows.turns[index] = self._turn
        self.query_one(LiveTable).rows_changed(indices)


if __name__ == "__main__":
    TableProgram(int(sys.argv[1]), "--live" in sys.argv, "--plain" in sys.argv).run(mouse=False)
