"""However a storage is damaged: its lists come, the damage is shown with a reason, and nothing else is hidden."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.deker.corruptions import CORRUPTIONS, SHOWN_AS_DAMAGED
from tests.deker.pristine import Pristine, make_pristine
from tests.deker.remembered import set_back
from tests.thoroughness import one_in
from tui.app import ArraydeckApp
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.resources.types import Query, Scope
from tui.screens.browse import BrowseScreen
from tui.services.errors import ServiceError


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def damage(storage: Pristine, row: int) -> None:
    """Do it, and let it be some time ago: what changed a moment ago is given the benefit of the doubt."""
    CORRUPTIONS[row][1](storage)
    set_back(storage.root, 60)


async def look(deck: Deck, root: Path) -> list[tuple[str, str, str | None]]:
    """Return every item of every list as (type, health, problem), after describing each."""
    connection = deck.connection(str(root))
    service, types = await connection.service(), connection.system.types
    found: list[tuple[str, str, str | None]] = []

    async def walk(kind: Any, scope: Scope) -> None:
        async for page in kind.pages(service, scope, Query()):
            for item in await kind.fill(service, scope, page.items):
                if item is None:
                    continue
                assert (await kind.describe(service, scope, item)).title
                found.append((kind.name, item.health, item.problem))
                if kind.name == "collections" and item.kind is not None:
                    for child in ("arrays", "varrays") if item.kind == "varray" else ("arrays",):
                        await walk(types[child], Scope((item.name,)))

    await walk(types["collections"], Scope())
    return found


def test_a_pristine_storage_shows_no_damage(storage: Pristine, home: Path) -> None:
    async def run() -> None:
        deck = Deck.load()
        found = await look(deck, storage.root)
        await deck.close()
        assert len(found) == 4 + 3 + 3 + 1 + 4 + 1
        assert {(health, problem) for _, health, problem in found} == {("ok", None)}

    asyncio.run(run())


@pytest.mark.parametrize("row", CORRUPTIONS, ids=lambda row: f"{row:02}")
async def test_lists_and_details_survive(storage: Pristine, deck: Deck, row: int) -> None:
    damage(storage, row)
    found = await look(deck, storage.root)
    healthy = [kind for kind, health, _ in found if health == "ok"]
    assert healthy.count("collections") >= 3
    if row != 18:
        assert healthy.count("arrays") >= 5, "a bad item hides others"
    damaged = [(kind, problem) for kind, health, problem in found if health == "damaged"]
    if row in SHOWN_AS_DAMAGED:
        assert damaged and all(problem for _, problem in damaged)


async def test_the_screen_survives_every_one(tmp_path: Path, deck: Deck) -> None:
    storages = {row: make_pristine(tmp_path / f"row{row:02}") for row in one_in(4, CORRUPTIONS)}
    app = ArraydeckApp(deck)
    async with app.run_test(size=(140, 40)) as pilot:
        for row, storage in storages.items():
            damage(storage, row)
            name = f"row{row:02}"
            deck.add_temporary(Profile(name=name, system="deker", uri=str(storage.root)))
            for place in (f"collections @{name}", f"arrays arr @{name}", f"arrays va @{name}", f"varrays va @{name}"):
                app.go_to(place)
                await pilot.pause()
                async with asyncio.timeout(20):
                    while not _shows_something(app):
                        await pilot.pause(0.01)
            await deck.connections.forget(name)
    assert app.return_code in (None, 0)


def _shows_something(app: ArraydeckApp) -> bool:
    screen = app.screen
    if not isinstance(screen, BrowseScreen) or screen.frame is None:
        return False
    state = screen.frame.listing.state
    return state.refreshed is not None or isinstance(state.error, ServiceError)
