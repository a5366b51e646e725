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


def test_a_key_that_only_some_lists_need_is_given_to_all_others(deck: Deck) -> None:
    checked = checked_keys(deck, ArraydeckApp, {"list.mark_all": "z", "list.pane": "w"})
    assert checked.problems == [] and checked.keys == {"list.mark_all": "z", "list.pane": "w"}
    assert "list.mark_all" in checked.excepted["the list collections of Deker"]
    assert "list.mark_all" not in checked.excepted.get("the list boxes of Toy boxes", ())


async def test_where_a_list_needs_the_key_itself_the_own_one_stays(
    home: Path, start: Start, deck: Deck, lab: Profile
) -> None:
    deck.settings_file.path.parent.mkdir(parents=True, exist_ok=True)
    deck.settings_file.path.write_text('[keys]\n"list.pane" = "w"\n')
    deck.read_settings()
    assert deck.setting_problems() == []
    async with start((120, 24)) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("w weigh", "d details")
        await driver.press("w")
        await driver.sees("started: weigh")
        driver.app.go_to("journal")
        await driver.sees("journal", "w details")
        pane = driver.app.browse.pane
        shown = pane.display
        await driver.press("w")
        await driver.until(lambda: pane.display != shown, "the pane is shown or hidden")


async def test_whatever_names_a_key_names_the_one_in_force(
    home: Path, start: Start, deck: Deck, lab: Profile, boxes: Path
) -> None:
    deck.settings_file.path.parent.mkdir(parents=True, exist_ok=True)
    own = {"boxes.create": "N", "list.refresh": "f5", "list.back": "f2", "app.jobs": "f3", "app.undo": "ctrl+y"}
    own |= {"dialog.leave": "f9", "form.submit": "f10", "dialog.sent": "f12"}
    own |= {"home.refresh": "f6", "text.copy": "f7", "prompt.search": "ctrl+o", "list.links": "f8"}
    lines = [f'"{name}" = "{key}"' for name, key in own.items()]
    deck.settings_file.path.write_text("\n".join(["[keys]", *lines]))
    deck.read_settings()
    assert deck.setting_problems() == []
    boxes.write_text("[]")
    async with start((120, 24)) as driver:
        await driver.sees("f3 jobs", "f6 refresh")
        await driver.press("enter")
        await driver.sees("there are no boxes here", "N create", "f5 looks again", "f2 goes back")
        assert "n create" not in driver.text and "esc" not in driver.text
        await driver.press("colon")
        await driver.sees("^o search the older")
        await driver.press("escape", "N")
        await driver.sees("Cancel (f9)", "What will be sent (f12)", "OK (f10)")
        await driver.type("dodo")
        await driver.press("f10")
        await driver.sees("made box dodo")
        await driver.press("ctrl+d")
        await driver.sees("(f12: all of it)", "Cancel (f9)")
        await driver.type("dodo")
        await driver.press("enter")
        await driver.sees("deleted box dodo")
        await driver.press("H")
        await driver.sees("nobody holds the boxes")
        driver.app.say("changed it; u takes it back, and `J` has the jobs")
        await driver.sees("ctrl+y takes it back, and `f3` has the jobs")
        await driver.press("ctrl+y")
        await driver.sees("brought back box dodo")
        await driver.press("y")
        await driver.sees('"name": "dodo"', "f7 copy")
