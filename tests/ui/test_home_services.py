"""The home screen with services that are dead: none of them delays another card, and each says what is wrong."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ui.conftest import Start
from tests.ui.test_home import card
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.screens.home import HomeScreen


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """The port of a server that accepts and never answers."""
    open_now: list[asyncio.StreamWriter] = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.append(writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in open_now:
        writer.close()


@pytest.fixture
def refused() -> int:
    """A port at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def test_dead_services_delay_no_other_card(
    start: Start, deck: Deck, silent: int, refused: int, lab: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARRAYDECK_MUTE2_PASSWORD", "secret")
    for name, system, uri in (
        ("mute1", "arakoon", f"arakoon://127.0.0.1:{silent}/demo"),
        ("mute2", "leapyear", f"leapyear+http://127.0.0.1:{silent}"),
        ("shut", "arakoon", f"arakoon://127.0.0.1:{refused}/demo"),
    ):
        options = {"username": "ada"} if system == "leapyear" else {}
        deck.add_temporary(Profile(name=name, system=system, uri=uri, options=options))
    async with start((100, 40)) as driver:
        await driver.sees("boxes 3", "1 online", "2 connecting", "4 profiles")
        await driver.until(lambda: card(driver, "shut").content_shown.tone == "bad")
        shut = card(driver, "shut").content_shown
        assert shut.health.startswith("offline") and shut.problem
        assert {card(driver, name).content_shown.tone for name in ("mute1", "mute2")} == {"muted"}
        # Those that wait hold up no key either.
        await driver.press("right", "enter")
        await driver.until(lambda: not isinstance(driver.app.screen, HomeScreen))


async def test_the_total_counts_profiles_by_how_they_are(start: Start, deck: Deck, lab: Profile, refused: int) -> None:
    deck.add_temporary(Profile(name="shut", system="arakoon", uri=f"arakoon://127.0.0.1:{refused}/demo"))
    deck.add_temporary(Profile(name="odd", system="nosuch", uri="nosuch://x"))
    async with start((120, 30)) as driver:
        await driver.sees("3 profiles", "1 online", "1 offline", "1 unusable")


async def test_stores_that_hang_in_a_thread_delay_no_other_card(
    start: Start, deck: Deck, lab: Profile, tmp_path: Path
) -> None:
    # Reading a pipe waits until somebody writes, as a file does on a server that is gone.
    pipes = [tmp_path / f"pipe{number}.json" for number in range(12)]
    temporary = {**deck.temporary}
    deck.temporary.clear()
    for pipe in pipes:
        os.mkfifo(pipe)
        deck.add_temporary(Profile(name=pipe.stem, system="toy", uri=f"toy://{pipe}"))
    deck.temporary.update(temporary)
    try:
        async with start((160, 50)) as driver:
            await driver.sees("13 profiles", "12 connecting", "1 online", "boxes 3")
    finally:
        for pipe in pipes:
            os.close(os.open(pipe, os.O_RDWR))
