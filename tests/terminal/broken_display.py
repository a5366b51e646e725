"""The bench's table with a defect in its display: `python -m tests.terminal.broken_display`; key `Z` brings it out."""

from __future__ import annotations

from textual.binding import Binding

from tests.bench.table_program import TableProgram
from tui.display.difference import Difference


class BrokenDisplay(TableProgram):
    """Writes differences until it is told to fail; then says why in its title, and goes on."""

    BINDINGS = [Binding("Z", "break", "break")]

    def action_break(self) -> None:
        def write(self: Difference, *_: object, **__: object) -> str:
            raise ZeroDivisionError("the difference cannot be written")

        Difference.write = write  # type: ignore[method-assign]
        self.action_change()

    def display_failed(self, error: Exception) -> None:
        self.notify(f"display: {error}")


if __name__ == "__main__":
    BrokenDisplay(1_000, live=False).run(mouse=False)
