"""The bridge to a real server on screen, with the stand-in package behind it: what works, what is off, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.conftest import Start
from tests.ui.leapyear_stage import at_databases, no_secrets_left, profile_of
from tests.ui.ways import fill_in, find, go
from tests.unit.leapyear.servers import ROOT, Asker, Place, bridge, standin_environment
from tui.resources.deck import Deck

COLUMN = {"name": "age", "type": "INT", "bounds": [0, 120]}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The bridge, with a database and a table behind it."""
    standin_environment(monkeypatch, tmp_path)
    with no_secrets_left(), bridge() as made:
        with Asker.of(made.url) as root:
            root.done("POST", "/databases", json={"name": "sales"})
            root.done("POST", "/databases/sales/tables", json={"name": "orders", "columns": [COLUMN]})
        made.service.requests.clear()
        yield made


OFF = (
    ("privacy-profiles", "Strict", "n", "this server cannot create privacy profiles"),
    ("privacy-profiles", "Strict", "e", "this server cannot change privacy profiles"),
    ("groups", "analysts", "n", "this server cannot create groups"),
    ("members analysts", "members", "n", "this server cannot change the members of a group"),
    (f"keys {ROOT}", "keys", "n", "this server cannot keep public keys of users"),
    ("tables sales", "orders", "M", "this server cannot add data to a table"),
    (f"table-grants user:{ROOT}", "orders", "e", "this server cannot change access to columns"),
    ("databases", "sales", "e", "this server cannot set privacy limits"),
)
"""Places, what is seen there, the key of what has no published call, and what is said."""


async def test_what_was_never_published_is_off_and_says_why(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await driver.sees("vendor bridge", "sales")
        for where, seen, key, why in OFF:
            await go(driver, where, seen)
            await driver.press(key)
            await driver.sees(why, "the vendor's package has no published call for it")
        await go(driver, "exposure sales")
        await driver.sees("not supported")
        assert [entry for entry in place.service.requests.changing() if not entry.path.endswith("/session")] == []


async def test_what_was_published_works_and_its_levels_are_the_packages(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await driver.press("n")
        await driver.sees("new (databases)")
        await fill_in(driver, "claims")
        await driver.press("ctrl+s")
        await driver.sees("created the database claims")
        await go(driver, "grants", "group", "analysts")
        await find(driver, "analysts")
        await driver.press("e")
        await driver.sees("edit (grants)")
        await fill_in(driver, "claims THE_KEYS")
        await driver.press("ctrl+s")
        await driver.sees("claims: NOTHING_AT_ALL → THE_KEYS")
        await driver.press("tab", "enter")
        await driver.sees("u takes it back")
        await go(driver, "databases", "claims")
        await find(driver, "claims")
        await driver.press("ctrl+d")
        await driver.sees("drops the database claims")
        await driver.type("claims")
        await driver.press("enter")
        await driver.sees("dropped the database claims")
