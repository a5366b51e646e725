"""What a live table paints from: rows by index, of which only the visible ones are ever asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.resources.columns import Row


class RowSource(Protocol):
    """A list of rows whose length is known and whose rows come when they are wanted."""

    def __len__(self) -> int:
        """How many rows there are to scroll through."""
        ...

    def row(self, index: int) -> Row | None:
        """Return a row, None while it is not loaded. Called while painting: it must not wait."""
        ...

    def index_of(self, key: str) -> int | None:
        """Return where the row of that key is now, None if it is not in the list (any more)."""
        ...

    def want(self, first: int, last: int) -> None:
        """Hear that the rows `first` to `last` (inclusive) are on screen, so that they can be loaded or filled."""
        ...
