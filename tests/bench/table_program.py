"""The live table alone, full screen, over made-up rows: `python -m tests.bench.table_program COUNT [--live]`.

Keys: `z` changes one visible cell. With `--live` the 1,000 rows are refreshed each second and 50 of them change.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.binding import Binding

from tui.config.paths import styles_folder
from tui.resources.columns import Column, Row
from tui.widgets.live_table import LiveTable

NAMES = ("id", "name", "kind", "state", "owner", "size", "age", "note")
COLUMNS = tuple(Column(name, priority=9 - index) for index, name in enumerate(NAMES))
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

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = 0
        self.turns: dict[int, int] = {}

    def __len__(self) -> int:
        return self.count

    def row(self, index: int) -> Row | None:
        self.asked += 1
        return Row(f"{index:08}", cells(index, self.turns.get(index, 0)))

    def index_of(self, key: str) -> int | None:
        return int(key)

    def want(self, first: int, last: int) -> None:
        return None


class TableProgram(App[None]):
    """The table and nothing else."""

    CSS_PATH = styles_folder() / "tones.tcss"
    BINDINGS = [Binding("z", "change", "change a cell"), Binding("q", "quit", "quit")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, count: int, live: bool) -> None:
        super().__init__()
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

    def _refresh(self) -> None:
        self._turn += 1
        self._change([(self._turn * 50 + offset) % self.rows.count for offset in range(50)])

    def _change(self, indices: Sequence[int]) -> None:
        for index in indices:
            self.rows.turns[index] = self._turn
        self.query_one(LiveTable).rows_changed(indices)


if __name__ == "__main__":
    TableProgram(int(sys.argv[1]), "--live" in sys.argv).run(mouse=False)
