"""One of several arraydecks that change everything at once: `python -m tests.terminal.hammering NAME ROUNDS BOXES`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tui.config.profiles import Profile
from tui.jobs.sessions import Ending, Sessions
from tui.resources.confirmation import nobody
from tui.resources.deck import Deck
from tui.resources.forms import read_form
from tui.resources.gate import Request
from tui.resources.types import Scope


async def hammer(name: str, rounds: int, boxes: Path) -> None:
    """Make boxes and jobs, add and remove profiles, change settings, and leave a place, again and again."""
    deck = await asyncio.to_thread(Deck.load)
    boxes.write_text("[]")
    deck.profiles.add(Profile(name=name, system="toy", uri=f"toy://{boxes}"))
    connection = deck.connection(name)
    kind = connection.system.type_named("boxes")
    create, sessions = kind.actions["create"], Sessions(deck.state)
    form = create.form
    assert form is not None
    for number in range(rounds):
        made = read_form(form, {"name": f"{name}-{number}"}, create.name)
        await deck.gate.run(Request(connection, kind, create, Scope(), (), made), nobody)
        report = await deck.gate.run(Request(connection, kind, kind.actions["weigh"], Scope(), ()), nobody)
        deck.profiles.add(Profile(name=f"{name}-{number}", system="toy", uri=f"toy://{boxes}"))
        if number % 2:
            deck.profiles.remove(f"{name}-{number - 1}")
        deck.settings_file.save("lists.moved_seconds", number)
        sessions.keep(name, number, Ending.LOST)
        sessions.take("somewhere else")
        assert report.job is not None
        await deck.runner.wait(report.job.id)
    await deck.close()


if __name__ == "__main__":
    asyncio.run(hammer(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
