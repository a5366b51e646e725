"""The command bar and the palette: aliases, completion from live names, history, and every action that applies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.deker.pristine import make_pristine
from tests.ui import arakoon_stage
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.test_find import stands_on
from tui.config.profiles import Profile
from tui.resources.deck import Deck


def line(driver: Driver) -> str:
    return driver.app.screen.query_one("#line", Input).value


@pytest.fixture
def store(deck: Deck, tmp_path: Path) -> Profile:
    made = Profile(name="store", system="deker", uri=str(make_pristine(tmp_path / "storage").root))
    deck.add_temporary(made)
    return made


async def test_names_of_what_there_is_complete_a_place(start: Start, store: Profile) -> None:
    async with start((100, 30), uri="store") as driver:
        await driver.sees("packed", "plain")
        await driver.press("colon")
        await driver.type("arrays p")
        await driver.sees("packed  plain")
        await driver.press("tab")
        assert line(driver) == "arrays packed"
        await driver.press("tab")
        assert line(driver) == "arrays plain"
        await driver.press("enter")
        await driver.sees("collections › plain › arrays")
        # Of a list that was never opened, the names are asked for, once, and nobody waits for them.
        await driver.press("colon")
        await driver.type("varrays v")
        await driver.until(lambda: line(driver) == "varrays v")
        await driver.press("tab")
        assert line(driver) == "varrays va"


async def test_names_are_fetched_where_no_list_is_loaded(start: Start, deck: Deck, store: Profile) -> None:
    async with start((100, 30)) as driver:
        deck.add_temporary(store.model_copy(update={"name": "another"}))
        await driver.sees("store", "online")
        await driver.press("colon")
        await driver.type("arra")
        await driver.until(lambda: driver.app._completions("arra") == ["arrays"], "the lists of the chosen card")
        await driver.press("tab")
        await driver.press("space", "p")
        await driver.sees("packed  plain")
        await driver.press("tab", "tab", "enter")
        await driver.sees("collections › plain › arrays")


async def test_prefixes_of_keys_complete_by_range(start: Start, deck: Deck) -> None:
    entries = {f"{name}/{number:04}".encode(): b"x" for name in ("users/ann", "users/bob") for number in range(500)}
    async with arakoon_stage.cluster_of(entries) as cluster:
        deck.add_temporary(Profile(name="keys", system="arakoon", uri=arakoon_stage.where(cluster)))
        async with start((100, 30), uri="keys") as driver:
            await driver.sees("nodes", "master")
            await driver.press("colon")
            await driver.type("keys users/")
            await driver.sees("users/ann/  users/bob/")
            await driver.type("b")
            await driver.until(lambda: driver.app._completions("keys users/b") == ["keys users/bob/"])
            await driver.press("tab", "enter")
            await driver.sees("users/bob/", "0000")


async def test_an_alias_leads_where_it_says_and_no_list_is_hidden_by_one(
    start: Start, deck: Deck, store: Profile, tmp_path: Path, toy: None
) -> None:
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps([{"name": "atlas"}]))
    deck.add_temporary(Profile(name="lab", system="toy", uri=f"toy://{boxes}"))
    named = {"mine": "arrays plain @store", "boxes": "collections @store", "round": "loop", "loop": "round"}
    deck.settings = deck.settings.model_copy(update={"aliases": named})
    async with start((120, 30), uri="lab") as driver:
        await driver.sees("circle", "round")
        await driver.sees("atlas")
        await driver.press("colon")
        await driver.type("mi")
        await driver.press("tab")
        assert line(driver) == "mine"
        await driver.press("enter")
        await driver.sees("store", "plain › arrays")
        await driver.press("colon")
        await driver.type("boxes @lab")
        await driver.press("enter")
        await driver.sees("boxes is a list of Toy boxes, so that your alias boxes is not used here")
        await driver.sees("atlas")
        await driver.press("colon")
        await driver.type("round")
        await driver.press("enter")
        await driver.sees("these aliases lead in a circle")


async def test_history_is_kept_leafed_through_and_searched(start: Start, deck: Deck, store: Profile) -> None:
    for typed in ("arrays packed", "collections", "varrays va"):
        deck.state.add_history("command", typed)
    async with start((100, 30), uri="store") as driver:
        await driver.sees("packed")
        await driver.press("colon", "up")
        assert line(driver) == "varrays va"
        await driver.press("up", "up", "down")
        assert line(driver) == "collections"
        await driver.press("ctrl+u")
        await driver.type("va")
        await driver.press("ctrl+r")
        assert line(driver) == "varrays va"
        await driver.press("ctrl+u")
        await driver.type("pack")
        await driver.press("ctrl+r")
        assert line(driver) == "arrays packed"
        await driver.press("ctrl+r")
        await driver.sees("no older line has that")
        await driver.press("enter")
        await driver.sees("packed › arrays")
        await driver.press("colon")
        await driver.type("c")
        await driver.press("up")
        assert line(driver) == "collections", "what was typed narrows what is leafed through"
        await driver.press("down")
        assert line(driver) == "c"


async def test_the_palette_has_every_action_every_list_and_why_one_is_off(
    start: Start, deck: Deck, store: Profile, tmp_path: Path, toy: None
) -> None:
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps([{"name": "atlas"}, {"name": "borea"}]))
    deck.add_temporary(Profile(name="lab", system="toy", uri=f"toy://{boxes}", read_only=True))
    async with start((120, 40), uri="lab") as driver:
        await driver.sees("atlas")
        await driver.press("space", "j", "space")
        await driver.press("ctrl+p")
        await driver.type("delete")
        await driver.sees("on 2 marked", "off: ")
        await driver.press("ctrl+u")
        await driver.type("find any")
        await driver.sees("find anything", ";")
        await driver.press("ctrl+u")
        await driver.type("collections @")
        await driver.sees("go to collections @store")
        await driver.press("enter")
        await driver.until(lambda: driver.app.current is not None and driver.app.current.type.name == "collections")
        await driver.sees("store", "packed")
        await driver.press("ctrl+p")
        await driver.type("back to boxes")
        await driver.sees("back to boxes @lab")
        await driver.press("enter")
        await stands_on(driver, "borea")


async def test_a_list_that_the_profile_lacks_is_offered_where_it_is(
    start: Start, deck: Deck, lab: Profile, tmp_path: Path
) -> None:
    for name in ("grid", "mesh"):
        deck.add_temporary(Profile(name=name, system="deker", uri=str(tmp_path / name)))
    async with start() as driver:
        await driver.sees("lab", "grid")
        driver.app.go_to("boxes @lab")
        await driver.sees("atlas")
        await driver.press("colon")
        await driver.type("varrays temperature /2020")
        await driver.press("enter")
        await driver.sees("Toy boxes has no resource type 'varrays'; go to", "Deker")
        await driver.sees(":varrays temperature /2020 @grid")
        await driver.press("escape")
        await driver.sees("atlas")
        await driver.press("colon")
        await driver.type("collections")
        await driver.press("enter")
        await driver.sees(":collections @mesh")
        await driver.press("down", "enter")
        await driver.sees("mesh", "collections")
        await driver.until(lambda: driver.app.current.connection.profile.name == "mesh")  # type: ignore[union-attr]
        await driver.press("colon")
        await driver.type("nothings")
        await driver.press("enter")
        await driver.sees("Deker has no resource type 'nothings'")


async def test_a_line_that_led_nowhere_can_be_mended_and_is_never_offered(
    start: Start, deck: Deck, lab: Profile
) -> None:
    async with start() as driver:
        await driver.sees("lab")
        for typed in ("boxes one two three", "boxes /red"):
            await driver.press("colon")
            await driver.type(typed)
            await driver.press("enter")
        await driver.sees("/red", "borea")
        await driver.press("colon", "up", "up")
        await driver.until(lambda: line(driver) == "boxes one two three")
        await driver.press("ctrl+u", *"bo", "tab")
        await driver.until(lambda: line(driver) == "boxes /red")
        await driver.press("tab")
        await driver.until(lambda: line(driver) == "boxes")
        await driver.press("escape")
        await driver.until(lambda: deck.state.history("command") == ["boxes /red"])
