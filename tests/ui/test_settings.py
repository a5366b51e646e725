"""The settings screen and the choice of columns: what is kept, what holds at once, what is refused, and undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.ui.conftest import Start
from tui.cli.main import arraydeck
from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.resources.deck import Deck

COMMENTED = '# my own\ntheme = "textual-dark"   # for the night\n\n[lists]\nrefresh = 2.0\n'


def written(text: str = COMMENTED) -> Path:
    """Write the user's settings, and return where."""
    path = SettingsFile().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


async def test_a_setting_is_changed_by_its_form_holds_at_once_and_is_undone(
    home: Path, start: Start, deck: Deck, lab: Profile, boxes: Path
) -> None:
    path = written()
    boxes.write_text(json.dumps([{"name": "atlas", "size": 1234567}]))
    deck.read_settings()
    async with start((120, 30)) as driver:
        await driver.sees("online")
        driver.app.go_to("settings")
        await driver.sees("separators", "lists.refresh", "default_screen")
        await driver.press("slash")
        await driver.type("theme")
        await driver.press("enter", "enter")
        await driver.sees("the default is textual-dark; at")
        await driver.press("enter")
        await driver.press("home", "enter", "ctrl+s")
        await driver.sees("theme is contrast-dark")
        assert driver.app.theme == "contrast-dark" and deck.settings.theme == "contrast-dark"
        assert path.read_text() == COMMENTED.replace("textual-dark", "contrast-dark")
        await driver.press("u")
        await driver.sees("theme is textual-dark again")
        assert driver.app.theme == "textual-dark" and path.read_text() == COMMENTED
        await driver.press("R")
        await driver.sees("theme is its default")
        await driver.sees("default")
        assert "night" not in path.read_text() and "# my own" in path.read_text()


async def test_a_wrong_value_is_refused_beside_its_field(home: Path, start: Start, deck: Deck, lab: Profile) -> None:
    path = written()
    deck.read_settings()
    async with start((120, 30)) as driver:
        await driver.sees("online")
        driver.app.go_to("settings /lists.refresh")
        await driver.sees("lists.refresh")
        await driver.press("e")
        await driver.sees("multiplies every list")
        await driver.press("ctrl+a", "delete", "delete", "delete", "0", "ctrl+s")
        await driver.sees("greater than 0")
        assert path.read_text() == COMMENTED
        await driver.press("ctrl+a", "ctrl+k", "4", "ctrl+s")
        await driver.sees("lists.refresh is 4.0")
        assert deck.settings.lists.refresh == 4.0 and "refresh = 4.0" in path.read_text()


async def test_what_would_not_be_heeded_is_not_written(home: Path, start: Start, deck: Deck, lab: Profile) -> None:
    path = written()
    deck.read_settings()
    async with start((120, 30)) as driver:
        await driver.sees("online")
        driver.app.go_to("settings")
        await driver.sees("lists.refresh")
        for name, value, answer in (
            ("list.copy", "x", "x is list.export in lists; c stays"),
            ("list.copy", "f8", "keys.list.copy is f8"),
        ):
            await driver.press("n")
            await driver.sees("keys: of an action")
            await driver.press("tab", "ctrl+u")
            await driver.type(name)
            await driver.press("tab", "ctrl+u")
            await driver.type(value)
            await driver.press("ctrl+s")
            await driver.sees(answer)
        assert deck.settings.keys == {"list.copy": "f8"} and '"list.copy" = "f8"' in path.read_text()
        await driver.press("f8")
        await driver.sees("cell")


def run(*words: str) -> tuple[int, str]:
    """Run the command line and return its exit code with what it wrote."""
    answer = CliRunner().invoke(arraydeck, words)
    error = answer.exception
    code = 1 if error is not None and not isinstance(error, SystemExit) else answer.exit_code
    return code, answer.output + (str(error) if error is not None else "")


def test_settings_are_listed_and_changed_from_a_shell(home: Path) -> None:
    path = written()
    code, text = run("settings", "-o", "json")
    rows = {row["name"]: row for row in json.loads(text)}
    assert code == 0 and rows["lists.refresh"]["value"] == 2.0 and rows["lists.refresh"]["default"] == 1.0
    assert rows["lists.refresh"]["origin"] == "file" and rows["mouse"]["origin"] == "default"
    assert all(row["description"] for row in rows.values())
    code, text = run("run", "settings", "edit", "jobs.workers", "--value", "3", "-p", "arraydeck", "--yes")
    assert code == 0 and "jobs.workers is 3 (at the next start)" in text
    assert path.read_text().startswith(COMMENTED) and "workers = 3\n" in path.read_text()
    assert run("undo", "--yes")[0] == 0 and "workers" not in path.read_text()
    code, text = run("run", "settings", "edit", "theme", "--value", "nrd", "-p", "arraydeck", "--yes")
    assert code != 0 and "there is no theme nrd; do you mean nord?" in text and "nrd" not in path.read_text()
    code, text = run("run", "settings", "edit", "jobs.workers", "--value", "-3", "-p", "arraydeck", "--yes")
    assert code != 0 and "workers" not in path.read_text()


def test_what_the_environment_says_is_named_and_cannot_be_edited(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written()
    monkeypatch.setenv("ARRAYDECK_THEME", "nord")
    rows = {row["name"]: row for row in json.loads(run("settings", "-o", "json")[1])}
    assert rows["theme"]["value"] == "nord" and rows["theme"]["origin"] == "ARRAYDECK_THEME"
    code, text = run("run", "settings", "edit", "theme", "--value", "dracula", "-p", "arraydeck", "--yes")
    assert code != 0 and "ARRAYDECK_THEME in the environment wins over the file" in text


def test_undo_does_not_take_back_what_was_changed_since(home: Path) -> None:
    path = written()
    run("run", "settings", "edit", "ascii", "--value", "true", "-p", "arraydeck", "--yes")
    path.write_text(path.read_text().replace("ascii = true", "ascii = false"))
    code, text = run("undo", "--yes")
    assert code != 0 and "was changed again since" in text


# Columns


async def test_columns_are_chosen_moved_kept_and_reset(start: Start, deck: Deck, lab: Profile) -> None:
    async with start((120, 30)) as driver:
        await driver.sees("online")
        await driver.press("enter")
        await driver.sees("atlas")
        assert driver.app.browse.frame is not None
        names = [column.name for column in driver.app.browse.frame.listing.view.columns]
        assert names[:3] == ["name", "colour", "size"]
        await driver.press("vertical_line")
        await driver.sees("columns of toy.boxes", "[x] colour")
        await driver.press("j", "space")
        await driver.sees("[ ] colour")
        await driver.press("j", "K", "K", "enter")
        await driver.sees("columns of toy.boxes are kept")
        kept = deck.settings.columns["toy.boxes"]
        assert kept[:2] == ("size", "name") and "colour" not in kept
        heading = next(line for line in driver.lines if "SIZE" in line)
        assert heading.index("SIZE") < heading.index("NAME") and "COLOUR" not in heading
        await driver.press("slash")
        await driver.type("colour = red")
        await driver.sees("1 of 3", "borea")
        await driver.press("enter", "escape", "vertical_line")
        await driver.sees("[ ] colour")
        await driver.press("r", "enter")
        await driver.sees("columns of toy.boxes are its own again", "COLOUR")
        assert deck.settings.columns == {}
        await driver.press("vertical_line")
        await driver.sees("[x] colour")
        await driver.press("space", "escape")
        await driver.misses("columns of toy.boxes are")
        assert deck.settings_file.written(("columns", "toy.boxes")) is None


async def test_merged_lists_keep_whose_a_row_is_before_the_columns(
    start: Start, deck: Deck, lab: Profile, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps([{"name": "dione", "size": 4}]))
    deck.add_temporary(Profile(name="mirror", system="toy", uri=f"toy://{other}"))
    async with start((120, 30)) as driver:
        await driver.sees("online")
        driver.app.go_to("boxes @lab,mirror")
        await driver.sees("atlas", "dione")
        await driver.press("vertical_line")
        await driver.sees("columns of toy.boxes", "[x] name")
        await driver.press("j", "space", "j", "K", "K", "enter")
        await driver.sees("columns of toy.boxes are kept")
        heading = next(line for line in driver.lines if "SIZE" in line)
        assert heading.index("PROFILE") < heading.index("SIZE") < heading.index("NAME") and "COLOUR" not in heading
        driver.app.go_to("boxes @lab")
        await driver.misses("PROFILE")
        heading = next(line for line in driver.lines if "SIZE" in line)
        assert heading.index("SIZE") < heading.index("NAME") and "COLOUR" not in heading


def test_tables_of_the_command_line_show_the_chosen_columns_and_data_all(home: Path, box_profile: Profile) -> None:
    ProfileStore().add(box_profile)
    written('[columns]\n"toy.boxes" = ["size", "name"]\n')
    table = run("get", "boxes", "-p", "lab", "--sort", "colour")[1].splitlines()
    assert table[0].split() == ["SIZE", "NAME"] and len(table) == 4
    assert "COLOUR" in run("get", "boxes", "-p", "lab", "-o", "wide")[1]
    assert "colour" in run("get", "boxes", "-p", "lab", "-o", "csv")[1]
    ProfileStore().add(box_profile.model_copy(update={"name": "mirror"}))
    merged = run("get", "boxes", "-p", "@lab,mirror")[1].splitlines()[0].split()
    assert merged == ["PROFILE", "SIZE", "NAME"]


def test_unknown_columns_are_named_where_some_depend_on_the_scope(deck: Deck) -> None:
    chosen = {"deker.arrays": ("id", "primary.run", "primry.run", "shpae"), "leapyear.grants": ("name", "sales")}
    deck.settings = deck.settings.model_copy(update={"columns": chosen})
    problems = deck.setting_problems()
    assert len(problems) == 2 and "there is no column primry.run" in problems[0]
    assert "there is no column shpae" in problems[1]


def test_unknown_columns_and_lists_are_named_with_the_known_ones(home: Path, deck: Deck, toy: None) -> None:
    chosen = {"toy.boxes": ("nam",), "tiledb.tokens": ("zzz", "name"), "deker.arays": ("x",), "nope.x": ("y",)}
    deck.settings = deck.settings.model_copy(update={"columns": {**chosen, "arraydeck.jobs": ("titel",)}})
    problems = deck.setting_problems()
    assert len(problems) == 5 and all(problem.startswith("settings.toml: columns.") for problem in problems)
    assert "there is no column nam; do you mean name?" in problems[0]
    assert "there is no column zzz; there are " in problems[1] and "name" in problems[1]
    assert "there is no system nope" in problems[3] and "do you mean title?" in problems[4]
