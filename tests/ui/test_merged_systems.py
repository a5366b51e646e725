"""Lists of several profiles of real systems: what hangs below others, light rows that fill, a service that is down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deker.mending import age
from tests.deker.pristine import Pristine, make_pristine
from tests.ui.arraylake_stage import OCEAN, catalogue, changes, profile_of, repository
from tests.ui.conftest import Start
from tests.ui.ways import fill_in, go
from tui.config.profiles import Profile
from tui.resources.deck import Deck


def storage(folder: Path, deck: Deck, name: str) -> Pristine:
    made = make_pristine(folder / name)
    age(made.root)
    deck.add_temporary(Profile(name=name, system="deker", uri=made.root.as_uri()))
    return made


def collections(store: Pristine) -> set[str]:
    return {path.name for path in (store.root / "collections").iterdir() if path.is_dir()}


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_arrays_of_all_collections_of_two_storages(
    start: Start, deck: Deck, tmp_path: Path, size: tuple[int, int]
) -> None:
    for name in ("one", "two"):
        storage(tmp_path, deck, name)
    async with start(size) as driver:
        await go(driver, "arrays @*", "all profiles", "collections › * › arrays", "COLLECTION", "● 2 profiles")
        await driver.press("slash")
        await driver.type("collection = packed")
        await driver.press("enter")
        await driver.until(lambda: "searching" not in driver.lines[0] and " of " in driver.lines[0])
        shown = [line.split()[:2] for line in driver.lines[2:] if line.split()[:1] in (["one"], ["two"])]
        assert shown == [["one", "packed"], ["two", "packed"]]
        view = driver.app.current.listing.view if driver.app.current is not None else None
        assert view is not None and not view.all_unfilled()
        await driver.press("escape", "g", "V")
        await driver.sees("arr")
        await driver.until(lambda: type(driver.app.screen).__name__ == "ArrayViewer")


async def test_a_collection_is_deleted_on_the_storage_of_its_row_alone(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    one, two = (storage(tmp_path, deck, name) for name in ("one", "two"))
    before = collections(one)
    async with start((140, 40)) as driver:
        await go(driver, "collections @*", "● 2 profiles", "plain", "two")
        await driver.press("slash")
        await driver.type("profile = two and name = arr")
        await driver.press("enter")
        await driver.until(lambda: "1 of" in driver.lines[0])
        await driver.press("ctrl+d")
        await driver.sees("delete on two", "moves collection arr to the trash")
        await driver.type("arr")
        await driver.press("enter")
        await driver.until(lambda: "arr" not in collections(two))
        assert collections(one) == before
        await driver.press("escape", "u")
        await driver.until(lambda: "arr" in collections(two), "it is taken back where it was done")
        await driver.press("g", "enter")
        await driver.sees("● online", "collections › arr › arrays")
        assert "all profiles" not in driver.lines[0]
        await go(driver, "compare arrays plain @one @two", "one | two", "collections › plain › arrays")
        await driver.sees("nothing differs: all")
        await driver.press("escape")
        await driver.sees("same but for m")


async def test_repositories_of_two_services_one_of_them_down(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue(10) as first, catalogue(10) as second, catalogue(0) as third:
        for name, service in (("lab", first), ("mirror", second), ("lost", third)):
            (tmp_path / name).mkdir()
            deck.add_temporary(profile_of(service, tmp_path / name, name=name))
        third.stop()
        async with start((140, 40)) as driver:
            await go(driver, "repos @*", "2 of 3 profiles", "lost: disconnected", "orgs › * › repos", "ORG")
            await driver.press("slash")
            await driver.type("metadata.source=nemo")
            await driver.press("enter")
            await driver.until(lambda: "searching" not in driver.lines[0] and " of 20" in driver.lines[0])
            assert "sea-surface-nemo" in driver.text and "lab" in driver.lines[2]
            await driver.press("slash", "ctrl+u")
            await driver.type("sea-surface-nemo")
            await driver.press("enter")
            await driver.until(lambda: "2 of 20" in driver.lines[0])
            await driver.press("G", "e")
            await driver.sees("edit (repos)")
            await fill_in(driver, "of the harbour")
            await driver.press("ctrl+s")
            await driver.sees("changed sea-surface-nemo")
            await driver.press("escape", "escape")
            made = repository(second, "sea-surface-nemo")
            assert made is not None and made["description"] == "of the harbour"
            assert changes(first) == [], "the other service was asked for no change"
            assert len(changes(second)) == 1
            await go(driver, f"compare repos {OCEAN} @lab @mirror", "different: ", "description")
            await driver.press("y")
            await driver.sees("--- lab", "+++ mirror", "of the harbour")
