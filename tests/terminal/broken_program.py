"""arraydeck with a defect in its first screen: `python -m tests.terminal.broken_program PATH`, key `Z` raises."""

from __future__ import annotations

import asyncio
import sys

from tui.app import ArraydeckApp
from tui.resources.deck import Deck
from tui.widgets.live_table import LiveTable


class BrokenTable(Exception):
    """Holds what must never be seen."""


async def main(path: str) -> int:
    """Run the dashboard with a table that cannot be painted any more once it has ten rows or more."""
    secret = "hunter2"
    original = LiveTable.render_line

    def render_line(self: LiveTable, y: int):
        hidden = secret
        if self.source is not None and len(self.source) > 10:
            raise BrokenTable(f"painting failed {len(hidden)}")
        return original(self, y)

    LiveTable.render_line = render_line  # type: ignore[method-assign]
    deck = Deck.load()
    app = ArraydeckApp(deck, uri=path)
    await app.run_async(mouse=False)
    await deck.close()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
