"""Keys: none is taken twice anywhere, and the user's own hold where they can; else the program's own stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.app import ArraydeckApp
from tui.cli.main import arraydeck
from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.jobs.state import StateDatabase
from tui.resources.deck import Deck
from tui.screens.acquaint import checked_keys
from tui.screens.key_places import key_places


def test_no_key_of_any_list_or_screen_runs_two_actions(deck: Deck) -> None:
    systems = list(deck.registry.systems())
    assert {system.name for system in systems} == {"arakoon", "arraylake", "deker", "leapyear", "tiledb"}
    places = key_places(ArraydeckApp, [deck.own.system, *systems])
    assert len(places) > 70 and sum(len(place.keys) for place in places) > 2_000
    assert [(place.title, *clash) for place in places for clash in place.clashes()] == []


@pytest.mark.parametrize(
    ("name", "keys", "problem"),
    [
        ("list.cpy", "q", "there is no action of that name; do you mean list.copy?"),
        ("collections.creat", "N", "do you mean collections.create?"),
        ("list.copy", "x", "x is list.export in lists; c stays"),
        ("list.copy", "ctrl+zz", "there is no key ctrl+zz"),
        ("list.copy", "enterr", "do you mean enter?"),
        ("list.copy", "", "say which key, such as x or ctrl+x"),
        ("list.copy", "ctrl+i", "a terminal sends the same for ctrl+i as for tab"),
        ("list.copy", "ctrl+c", "ctrl+c quits, whatever is on screen"),
        ("app.find", "escape", "escape is list.back in lists"),
        ("app.log", "1", "1 is app.list_1 in lists"),
        ("collections.create", "C", "C is list.compare in the list collections of Deker; n stays"),
        ("list.mark_all", "z", "z is collections.size in the list collections of Deker; a stays"),
        ("prompt.close", "x", "x is typed in the typed line; escape stays"),
        ("form.submit", "f", "f is typed in the dialog FormDialog; ctrl+s stays"),
        ("dialog.leave", "enter", "enter is needed in the dialog ChooseDialog"),
        ("home.refresh", "space", "space is home.next in home"),
    ],
)
def test_what_cannot_hold_is_named_and_the_own_key_stays(deck: Deck, name: str, keys: str, problem: str) -> None:
    checked = checked_keys(deck, ArraydeckApp, {name: keys})
    assert checked.keys == {} and len(checked.problems) == 1
    assert checked.problems[0].startswith(f"{name}: ") and problem in checked.problems[0]


def test_keys_may_change_places_and_several_may_be_given(deck: Deck) -> None:
    wanted = {"list.json": "d", "list.pane": "y", "app.find": "%, f9", "trash.restore": "ctrl+y"}
    swapped = {"collections.create": "N", "collections.create-from-file": "n"}
    checked = checked_keys(deck, ArraydeckApp, wanted | swapped)
    assert list(checked.problems) == []
    assert checked.keys == {
        "list.json": "d",
        "list.pane": "y",
        "app.find": "percent_sign,f9",
        "action.collections.create": "N",
        "action.trash.restore": "ctrl+y",
        "action.collections.create-from-file": "n",
    }


def test_of_two_that_want_one_key_the_first_gets_it(deck: Deck) -> None:
    checked = checked_keys(deck, ArraydeckApp, {"list.json": "f7", "list.copy": "f7"})
    assert checked.keys == {"list.json": "f7"} and "f7 is list.json in lists; c stays" in checked.problems[0]


async def test_a_conflict_is_said_at_the_start_and_on_the_settings_screen(
    home: Path, start: Start, deck: Deck, lab: Profile
) -> None:
    deck.settings_file.path.parent.mkdir(parents=True, exist_ok=True)
    deck.settings_file.path.write_text('[keys]\n"list.copy" = "x"\n"list.json" = "f7"\n')
    deck.read_settings()
    async with start((140, 30)) as driver:
        await driver.sees("keys.list.copy: x is list.export in lists; c stays")
        await driver.press("enter")
        await driver.sees("atlas", "f7 JSON")
        await driver.press("f7")
        await driver.sees('"name": "atlas"')
        await driver.press("escape", "c")
        await driver.sees("cell")
        await driver.press("escape")
        driver.app.go_to("settings")
        await driver.sees("keys.list.copy")
        await driver.press("d")
        await driver.sees("✖ x is list.export in lists; c stays")


def test_the_doctor_names_conflicts(home: Path) -> None:
    path = SettingsFile().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('theme = "nrd"\ndefault_screen = "arrays \'x"\n[keys]\n"list.copy" = "x"\n')
    answer = CliRunner().invoke(arraydeck, ["doctor", "-o", "json", "--seconds", "1"])
    texts = [finding["text"] for finding in json.loads(answer.stdout) if finding["verdict"] == "wrong"]
    assert any("keys.list.copy: x is list.export in lists" in text for text in texts)
    assert any("there is no theme nrd; do you mean nord?" in text for text in texts)
    assert any("default_screen: a ' is missing its other half" in text for text in texts)


async def test_default_screen_is_opened_at_the_start(home: Path, start: Start, box_profile: Profile) -> None:
    ProfileStore().add(box_profile)
    path = SettingsFile().path
    path.write_text('default_screen = "boxes /atl @lab"\n')
    deck = Deck(SettingsFile(), ProfileStore(), StateDatabase())
    try:
        app = ArraydeckApp(deck)
        async with app.run_test(size=(80, 24)) as pilot:
            driver = Driver(app, pilot)
            await driver.sees("atlas", "1 of 3")
    finally:
        await deck.close()
