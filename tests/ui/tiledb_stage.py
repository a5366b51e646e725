"""Both TileDB platforms for the tests of screens: a profile whose log-in is in a folder of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.cli.tiledb_platforms import address, store_login
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.unit.tiledb.conftest import Place
from tui.config.profiles import Profile
from tui.resources.deck import Deck

SIZES = [(80, 24), (140, 40)]


def profile_of(place: Place, folder: Path, **fields: Any) -> Profile:
    """Return a profile that logs in as an owner."""
    store_login(place, folder=folder)
    options = {"profile_dir": str(folder), "profile_name": "stored"}
    return Profile(**{"name": "lab", "system": "tiledb", "uri": address(place), "options": options, **fields})


@asynccontextmanager
async def at_spaces(start: Start, deck: Deck, profile: Profile, size: tuple[int, int]) -> AsyncIterator[Driver]:
    """Start the dashboard on a profile, at its teamspaces or namespaces."""
    deck.add_temporary(profile)
    async with start(size) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("lab", "spaces", "ada.vogel")
        yield driver


def colours(driver: Driver, text: str) -> list[tuple[int, int, int]]:
    """Return the colours in which a text stands on the screen, red, green and blue, in the order of its lines."""
    strips = driver.app.screen._compositor.render_strips()
    segments = (segment for strip in strips for segment in strip if text in segment.text)
    triplets = [segment.style.color.triplet for segment in segments if segment.style and segment.style.color]
    return [(triplet.red, triplet.green, triplet.blue) for triplet in triplets if triplet is not None]


def reddish(colours: Sequence[tuple[int, int, int]]) -> bool:
    """Whether there are colours, and red is by far the strongest in each."""
    return bool(colours) and all(red > 1.3 * max(green, blue) for red, green, blue in colours)
