"""Find anything: one search over all profiles, by keys; what comes first, what stays silent, and what it may cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events

from tests.deker.pristine import make_pristine
from tests.ui import arakoon_stage, tiledb_stage
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.unit.tiledb.conftest import serving
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.resources.finding.hits import HitList
from tui.resources.finding.walk import Budget
from tui.resources.types import Query, Scope
from tui.screens.find import FindScreen
from tui.screens.home import HomeScreen
from tui.widgets.live_table import LiveTable

KEYS = {f"users/{number:05}/name".encode(): b"x" for number in range(10_000)} | {b"temperature/unit": b"kelvin"}


def rows(driver: Driver) -> list[str]:
    """Return the names of what was found, in their order."""
    hits = driver.app.screen.query_one(LiveTable).source
    assert isinstance(hits, HitList)
    return [hits[index].name for index in range(len(hits))]


async def searched(driver: Driver, text: str) -> None:
    """Search for a text in the place of what was there, until every profile has ended."""
    if not isinstance(driver.app.screen, FindScreen):
        await driver.press("semicolon")
    await driver.until(lambda: isinstance(driver.app.screen, FindScreen) and driver.app.focused is not None)
    await driver.press("ctrl+u")
    await driver.type(text)
    await driver.sees(f"find: {text}", " · searched ")


async def stands_on(driver: Driver, key: str) -> None:
    """Wait until the cursor of the list that is shown is on this item."""

    def is_there() -> bool:
        tables = driver.app.browse.query(LiveTable)
        return driver.app.is_browsing and bool(tables) and tables.first().cursor_key == key

    await driver.until(is_there, f"the cursor on {key}")


def add_boxes(deck: Deck, folder: Path, name: str, boxes: list[dict[str, object]]) -> None:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(boxes))
    deck.add_temporary(Profile(name=name, system="toy", uri=f"toy://{path}"))


@asynccontextmanager
async def mute() -> AsyncIterator[int]:
    """Listen at a port, accept, and never answer."""
    writers: list[asyncio.StreamWriter] = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.close()


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_everything_is_searched_ranked_and_opened_in_place(
    start: Start, deck: Deck, lab: Profile, tmp_path: Path, size: tuple[int, int]
) -> None:
    names = ["attempt", "air temp", "temperature", "temp"]
    boxes: list[dict[str, object]] = [{"name": name} for name in names]
    add_boxes(deck, tmp_path, "two", [*boxes, {"name": "last", "colour": "temp"}])
    deck.add_temporary(Profile(name="store", system="deker", uri=str(make_pristine(tmp_path / "storage").root)))
    async with arakoon_stage.cluster_of({b"temperature/unit": b"kelvin", b"other": b"x"}) as cluster:
        deck.add_temporary(Profile(name="keys", system="arakoon", uri=arakoon_stage.where(cluster)))
        async with start(size) as driver:
            await driver.sees("lab")
            await searched(driver, "temp")
            assert rows(driver)[:2] == ["temp", "temperature"]
            assert set(rows(driver)) == {*names, "last", "temperature/", "temperature/unit"}
            assert rows(driver)[-1] == "last", "attributes come after names"
            await driver.press("enter")
            await stands_on(driver, "temp")
            await driver.sees("two", "last")

            # From a list it is opened below that list, which is there as it was when one comes back.
            await searched(driver, "temperature/u")
            await driver.press("enter")
            await stands_on(driver, "temperature/unit")
            await driver.sees("keys › temperature/")
            await driver.press("escape")
            await stands_on(driver, "temp")

            # Names below names: the arrays of a collection; and by a custom attribute that takes filling.
            await searched(driver, "plain")
            await driver.press("enter")
            await stands_on(driver, "plain")
            await searched(driver, "zzzz")
            await driver.sees("nothing is called 'zzzz'")
            await driver.press("escape")
            await stands_on(driver, "plain")


async def test_arrays_are_found_by_id_and_by_attributes(
    start: Start, deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_pristine(tmp_path / "storage")
    deck.add_temporary(Profile(name="store", system="deker", uri=str(made.root)))
    async with start((140, 40)) as driver:
        await driver.sees("store")
        await searched(driver, made.plain[1][:13])
        assert len(rows(driver)) == 1
        await driver.press("enter")
        await stands_on(driver, made.plain[1])
        entries = driver.app.current
        assert entries is not None and entries.scope.parents == ("plain",)
        notes = sorted((await _notes(deck)).values())
        await searched(driver, notes[0])
        await driver.sees("attributes.note")

        # What was filled for one text is not filled again for the next.
        service = await deck.connection("store").service()
        filled: list[int] = []
        plain = service.fill

        async def counted(collection: object, items: Sequence[object]) -> object:
            filled.append(len(items))
            return await plain(collection, items)

        monkeypatch.setattr(service, "fill", counted)
        await searched(driver, notes[1])
        await driver.sees("attributes.note", notes[1])
        assert not filled


async def _notes(deck: Deck) -> dict[str, str]:
    """Return the notes of the arrays in `arr`, by their ids."""
    connection = deck.connection("store")
    service = await connection.service()
    kind = connection.system.types["arrays"]
    found: dict[str, str] = {}
    async for page in kind.pages(service, Scope(("arr",)), Query()):
        for item in await kind.fill(service, Scope(("arr",)), page.items):
            assert item is not None
            found[item.key] = str(item.custom["note"])
    return found


async def test_a_dead_profile_delays_nothing_and_is_named(
    start: Start, deck: Deck, lab: Profile, tmp_path: Path
) -> None:
    async with mute() as port:
        deck.add_temporary(Profile(name="dead", system="arakoon", uri=f"arakoon://127.0.0.1:{port}/demo"))
        async with start((100, 30)) as driver:
            await driver.sees("lab")
            await driver.press("semicolon")
            await driver.type("bor")
            await driver.sees("borea", "1 of 2 profiles done", "silent: dead")
            # What one searches for is opened while others are still waited for.
            await driver.press("enter")
            await stands_on(driver, "borea")
        left = [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("find in")]
        assert not left, "what ran is cancelled when the search is left"


async def test_keys_are_found_by_prefix_in_few_short_calls(start: Start, deck: Deck) -> None:
    async with arakoon_stage.cluster_of(KEYS) as cluster:
        deck.add_temporary(Profile(name="keys", system="arakoon", uri=arakoon_stage.where(cluster)))
        async with start((100, 30)) as driver:
            await driver.sees("online")
            client = (await deck.connection("keys").service()).client
            asked: list[int] = []
            plain = client.range

            async def counted(*args: object, **options: object) -> list[bytes]:
                keys = await plain(*args, **options)
                asked.append(len(keys))
                return list(keys)

            client.range = counted
            await searched(driver, "users/0012")
            await driver.sees("users/00120/name")
            assert 1 <= len(asked) <= 10 and sum(asked) < 1_000, "never all ten thousand of them"
            await driver.press("enter")
            await stands_on(driver, "users/00120/name")


async def test_ten_thousand_items_are_read_once_and_typing_on_asks_no_more(
    start: Start, deck: Deck, lab: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_boxes(deck, tmp_path, "many", [{"name": f"box{number:05}"} for number in range(10_000)])
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        from arraydeck_toy import BoxFile  # type: ignore[import-not-found]

        asked: list[str] = []
        plain = BoxFile.boxes

        async def counted(self: object) -> object:
            asked.append("boxes")
            return await plain(self)

        monkeypatch.setattr(BoxFile, "boxes", counted)
        await searched(driver, "box0")
        await driver.sees("the best 500 shown", "10,003 looked at")
        pages = len(asked)
        await searched(driver, "box09999")
        assert rows(driver) == ["box09999"] and len(asked) == pages, "what was read is not read again"
        await driver.press("enter")
        await stands_on(driver, "box09999")


async def test_a_store_that_can_search_is_asked_to_and_not_walked(start: Start, deck: Deck, tmp_path: Path) -> None:
    with serving(assets=30, tasks=4) as place:
        deck.add_temporary(tiledb_stage.profile_of(place, tmp_path))
        async with start((140, 40)) as driver:
            await driver.sees("online")
            place.server.state.log.clear()
            await searched(driver, "velocity_2026-02")
            log = place.server.state.log
            assert not log.entries("server", "GET", "/v4/assets/list/")
            spaces = len(log.entries("server", "GET", "/v4/assets/search/"))
            assert 1 <= spaces <= Budget().pages
            assert len(log.entries("server")) < 100
            found = rows(driver)[0]
            assert "velocity_2026-02" in found
            await driver.press("enter")
            await stands_on(driver, found)


async def test_what_is_typed_before_the_screen_is_there_belongs_to_it(start: Start, lab: Profile) -> None:
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.press("semicolon", "a", "t", "l", "p", "backspace", "enter")
        await stands_on(driver, "atlas")


async def test_profiles_and_lists_are_found_and_the_bounds_are_said(
    start: Start, deck: Deck, lab: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Budget.__init__, "__defaults__", (15.0, 2, 20_000, 2_000, 30, 10_000, 20))
    add_boxes(deck, tmp_path, "many", [{"name": f"n{number:05}"} for number in range(3_000)])
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await searched(driver, "lab")
        assert rows(driver)[0] == "lab"
        await searched(driver, "boxes")
        assert rows(driver)[:2] == ["boxes", "boxes"]
        await searched(driver, "n0")
        await driver.sees("not all of many: stopped after 2 pages")
        await searched(driver, "lab")
        await driver.press("enter")
        await driver.sees("atlas", "borea")
        await driver.press("0")
        await driver.until(lambda: isinstance(driver.app.screen, HomeScreen))


async def test_hostile_names_are_shown_harmlessly(start: Start, deck: Deck, tmp_path: Path, toy: None) -> None:
    add_boxes(deck, tmp_path, "odd", [{"name": "red\x1b[31m[bold]", "colour": "blue\x07"}])
    async with start((100, 30)) as driver:
        await driver.sees("odd")
        await searched(driver, "blue")
        await driver.sees("red\\e[31m[bold]", "colour: blue\\x07")


async def test_who_leaves_at_once_harms_nothing(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("boxes 3")
        for pause in (0.0, 0.002, 0.005, 0.01, 0.02, 0.03):
            driver.app.post_message(events.Key("semicolon", ";"))
            await asyncio.sleep(pause)
            if isinstance(driver.app.screen, FindScreen):
                await driver.app.screen.remove_children()
                driver.app.screen.dismiss(None)
            await driver.until(lambda: isinstance(driver.app.screen, HomeScreen))
        await driver.sees("boxes 3")
