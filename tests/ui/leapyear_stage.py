"""A LeapYear server for the tests of screens and command lines: a bundled one with few things in it, and profiles."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, ROOT, ROOT_PASSWORD, Asker, Place, bundled
from tui.config.profiles import Profile
from tui.resources.deck import Deck

SIZES = [(80, 24), (140, 40)]
SOURCE = "hdfs://lake/MARKERSOURCEKEY.parq"
COLUMNS = [
    {"name": "age", "type": "INT", "bounds": [0, 120]},
    {"name": "sex", "type": "FACTOR", "options": ["f", "m", "x"]},
    {"name": "note", "type": "TEXT", "nullable": True},
]


@contextmanager
def hospital(**options: Any) -> Iterator[Place]:
    """A server with two databases, three tables, a view, two users and a group, and grants."""
    with bundled(**options) as place:
        emulator = place.service.backend
        if not emulator.database.number("SELECT count(*) FROM db"):
            emulator.users.add(BRAM, BRAM_PASSWORD)
            with Asker.of(place.url) as root:
                for name in ("sales", "vital signs", "empty"):
                    root.done("POST", "/databases", json={"name": name, "privacy_profile": "Standard"})
                for database, table in (("sales", "orders"), ("sales", "people"), ("vital signs", "readings")):
                    body = {"name": table, "columns": COLUMNS, "credentials": "hdfs://lake/x.parq"}
                    path = f"/databases/{database.replace(' ', '%20')}/tables"
                    root.done("POST", path, json=body)
                root.done("PUT", "/groups/analysts/members/bram")
                root.done("PUT", "/databases/sales/access/group/analysts", json={"access": "view"})
                granted = {"columns": {"age": "private", "sex": "private"}}
                root.done("PUT", "/databases/sales/tables/orders/access/group/analysts", json=granted)
            number = emulator.database.number("SELECT id FROM db WHERE name = 'sales'")
            emulator.tables.add_view(number, "adults", "age of 18 and up", ["people"], ["age"])
            emulator.database.run(
                "INSERT INTO exposure VALUES (?, (SELECT id FROM user WHERE name = ?), 0.25)", (number, BRAM)
            )
        place.service.requests.clear()
        yield place


def profile_of(
    place: Place, name: str = "ward", user: str = ROOT, password: str = ROOT_PASSWORD, **fields: Any
) -> Profile:
    """Return a profile that logs in as somebody; the password is where secrets are looked for first."""
    if password:
        os.environ[f"ARRAYDECK_{name.upper()}_PASSWORD"] = password
    options = {"username": user, **fields.pop("options", {})}
    return Profile(name=name, system="leapyear", uri=place.service.uri, options=options, **fields)


@contextmanager
def no_secrets_left() -> Iterator[None]:
    """Take the profiles' secrets out of the environment again."""
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            if name.startswith("ARRAYDECK_"):
                del os.environ[name]


def changes(place: Place) -> list[str]:
    """Return the requests that asked for a change so far, log-ins aside."""
    return [str(entry) for entry in place.service.requests.changing() if not entry.path.endswith("/session")]


@asynccontextmanager
async def at_databases(start: Start, deck: Deck, profile: Profile, size: tuple[int, int]) -> AsyncIterator[Driver]:
    """Start the dashboard on a profile, at its databases."""
    deck.add_temporary(profile)
    async with start(size) as driver:
        await driver.sees(profile.name)
        await driver.press("enter")
        await driver.sees("databases")
        yield driver
