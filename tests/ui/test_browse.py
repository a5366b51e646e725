"""Lists on the screen, driven by keys on a third party's system: every key of the table does what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual import events

from tests.ui.boxes import at_boxes, names_in, rows
from tests.ui.conftest import Start
from tui.config.profiles import Profile
from tui.config.settings import ListSettings
from tui.resources.deck import Deck
from tui.screens.browse import BrowseScreen
from tui.screens.home import HomeScreen


async def test_enter_opens_the_list_and_escape_goes_back_home(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        assert "NAME" in driver.lines[1]
        assert "boxes" in driver.lines[0]
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, HomeScreen))


async def test_the_filter_narrows_while_it_is_typed_and_escape_clears_it(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("slash")
        await driver.type("bor")
        await driver.misses("atlas", "ceres")
        assert "1 of 3" in driver.lines[0]
        await driver.press("enter")
        assert "/bor" in driver.lines[0]
        await driver.press("escape")
        await driver.sees("atlas", "borea", "ceres")


async def test_keys_typed_ahead_belong_to_the_filter(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        for key, character in (("slash", "/"), ("b", "b"), ("o", "o"), ("r", "r")):
            driver.app.post_message(events.Key(key, character))
        await driver.until(lambda: "/bor" in driver.lines[0] and rows(driver) == ["borea"])


async def test_a_wrong_filter_is_explained_and_changes_nothing(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("slash")
        await driver.type("size > big")
        await driver.sees("big is not a number")
        await driver.press("escape")
        await driver.until(lambda: rows(driver) == ["atlas", "borea", "ceres"])


async def test_nothing_matches_is_said_in_words(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("slash")
        await driver.type("zzz")
        await driver.sees("nothing matches /zzz", "esc clears the filter")


async def test_sort_is_chosen_from_the_columns_and_reversed(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("s")
        await driver.sees("sort by")
        await driver.type("size")
        await driver.press("enter")
        await driver.until(lambda: rows(driver) == ["ceres", "atlas", "borea"])
        await driver.press("S")
        await driver.until(lambda: rows(driver) == ["borea", "atlas", "ceres"])


async def test_details_follow_the_cursor(start: Start, lab: Profile) -> None:
    async with start((120, 40)) as driver:
        await at_boxes(driver)
        await driver.sees("10 B")
        await driver.press("j")
        await driver.sees("(2,000 bytes)")
        await driver.press("d")
        await driver.misses("(2,000 bytes)")


async def test_details_are_below_on_a_narrow_terminal_and_leave_ten_rows(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("j", "d")
        await driver.sees("(2,000 bytes)")
        screen = driver.app.screen
        assert isinstance(screen, BrowseScreen)
        assert screen.pane.region.y > screen.table.region.y
        assert screen.table.region.height >= 10


async def test_json_of_an_item_is_shown_and_searched(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("y")
        await driver.sees('"name": "atlas"', '"colour": "brown"')
        await driver.press("slash")
        await driver.type("colour")
        await driver.press("enter", "escape", "escape")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))


async def test_copy_says_where_the_text_went(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        written: list[str] = []
        assert driver.app._driver is not None
        driver.app._driver.write = written.append  # type: ignore[method-assign]
        await driver.press("c")
        await driver.sees("command line", "arraydeck describe boxes atlas")
        await driver.press("n")
        await driver.sees("copied 5 characters (terminal)")
        assert any("\x1b]52;c;YXRsYXM=\a" in text for text in written)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("csv", "name,colour,size\natlas,brown,10\n"), ("name", "atlas\nborea\nceres\n")],
)
async def test_export_writes_what_is_shown(
    start: Start, lab: Profile, tmp_path: Path, form: str, expected: str
) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("x")
        await driver.sees("export all 3 shown as")
        await driver.type(form)
        await driver.press("enter")
        await driver.sees("to the file")
        target = tmp_path / "out.txt"
        await driver.press("ctrl+u")
        await driver.type(str(target))
        await driver.press("enter")
        await driver.until(target.exists)
        assert target.read_text().startswith(expected)
        await driver.sees("wrote 3 boxes")


async def test_back_finds_cursor_and_filter_again(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("slash")
        await driver.type("e")
        await driver.press("enter", "j")
        await driver.press("J")
        await driver.sees("jobs")
        await driver.press("escape")
        await driver.sees("/e", "borea", "ceres")
        screen = driver.app.screen
        assert isinstance(screen, BrowseScreen)
        await driver.until(lambda: screen.table.cursor_key == "ceres")


async def test_history_goes_to_and_fro(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("A")
        await driver.until(lambda: "journal" in driver.lines[0])
        await driver.press("left_square_bracket")
        await driver.until(lambda: "boxes" in driver.lines[0])
        await driver.press("right_square_bracket")
        await driver.until(lambda: "journal" in driver.lines[0])


async def test_the_command_line_goes_to_a_list_with_a_filter(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("online")
        await driver.press("colon")
        await driver.type("boxes /ceres @lab")
        await driver.press("enter")
        await driver.until(lambda: rows(driver) == ["ceres"])
        await driver.press("colon")
        await driver.type("nonsense")
        await driver.press("enter")
        await driver.sees("nonsense", "it has boxes")


async def test_help_lists_the_keys_and_runs_an_entry(start: Start, lab: Profile) -> None:
    async with start((100, 60)) as driver:
        await at_boxes(driver)
        await driver.press("question_mark")
        await driver.sees("keys that work here", "delete", "mark all shown")
        await driver.type("mark all shown")
        await driver.press("enter")
        await driver.sees("3 marked")


async def test_help_says_why_an_action_is_off(start: Start, deck: Deck, boxes: Path) -> None:
    deck.add_temporary(Profile(name="lab", system="toy", uri=f"toy://{boxes}", read_only=True))
    async with start((100, 60)) as driver:
        await at_boxes(driver)
        await driver.press("question_mark")
        await driver.sees("keys that work here", "the profile lab is read-only")


async def test_the_palette_runs_an_action_of_the_list(start: Start, lab: Profile) -> None:
    async with start((100, 40)) as driver:
        await at_boxes(driver)
        await driver.press("ctrl+p")
        await driver.type("mark all")
        await driver.sees("mark all shown")
        await driver.press("enter")
        await driver.sees("3 marked")


async def test_the_journal_is_a_list_and_undoes(start: Start, lab: Profile, boxes: Path) -> None:
    async with start((120, 30)) as driver:
        await at_boxes(driver)
        await driver.press("ctrl+d")
        await driver.sees("type its name")
        await driver.type("atlas")
        await driver.press("enter")
        await driver.sees("deleted box atlas")
        await driver.press("A")
        await driver.sees("delete", "atlas", "journal")
        await driver.press("ctrl+u")
        await driver.sees("brought back box atlas")
        assert "atlas" in names_in(boxes)


async def test_a_store_that_goes_away_keeps_its_rows_and_says_since_when(
    start: Start, lab: Profile, boxes: Path
) -> None:
    async with start((140, 30)) as driver:
        await at_boxes(driver)
        kept = boxes.read_text()
        boxes.unlink()
        await driver.press("r")
        await driver.sees("boxes.json is gone", "stale since", "atlas", "borea")
        boxes.write_text(kept)
        await driver.press("r")
        await driver.misses("stale since")


async def test_a_store_that_was_never_there_says_so_with_what_to_do(start: Start, deck: Deck, toy: None) -> None:
    deck.add_temporary(Profile(name="lost", system="toy", uri="toy:///nowhere/boxes.json"))
    async with start() as driver:
        await driver.sees("offline")
        await driver.press("enter")
        await driver.sees("unavailable: boxes.json is gone", "r now")


async def test_rows_that_others_add_appear_by_themselves(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        found = json.loads(boxes.read_text())
        boxes.write_text(json.dumps([*found, {"name": "delos"}]))
        await driver.sees("delos")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_it_can_be_used_at_any_size(start: Start, lab: Profile, size: tuple[int, int]) -> None:
    async with start(size) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("atlas", "?")
        assert all(len(line) <= size[0] for line in driver.lines)


async def test_keys_are_remapped_by_action_name(start: Start, deck: Deck, lab: Profile) -> None:
    deck.settings = deck.settings.model_copy(update={"keys": {"list.mark_all": "Y", "action.boxes.create": "W"}})
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("Y")
        await driver.sees("3 marked")
        await driver.press("W")
        await driver.sees("name *")


async def test_a_way_to_an_item_puts_the_cursor_on_it(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("online")
        driver.app.go_to("boxes @lab", cursor="ceres")
        await driver.sees("ceres")
        await driver.until(lambda: driver.app.browse.table.cursor_key == "ceres")


async def test_a_long_export_is_a_job_that_says_when_it_is_done(start: Start, lab: Profile, boxes: Path) -> None:
    boxes.write_text(json.dumps([{"name": f"box-{number}"} for number in range(6_000)]))
    async with start() as driver:
        await driver.sees("online")
        await driver.press("enter")
        await driver.sees("box-3")
        await driver.press("x")
        await driver.sees("export all")
        await driver.type("name")
        await driver.press("enter")
        await driver.sees("to the file")
        target = boxes.parent / "out.txt"
        await driver.press("ctrl+u")
        await driver.type(str(target))
        await driver.press("enter")
        await driver.sees("succeeded: export boxes")
        assert len(target.read_text().splitlines()) == 6_000


@pytest.mark.parametrize("seconds", [0.0, 0.4, 60.0])
async def test_a_changed_cell_is_marked_for_a_moment_and_no_longer(
    start: Start, deck: Deck, lab: Profile, boxes: Path, seconds: float
) -> None:
    deck.settings = deck.settings.model_copy(update={"lists": ListSettings(refresh=0.1, moved_seconds=seconds)})  # pyright: ignore[reportCallIssue]
    async with start() as driver:
        await at_boxes(driver)
        seen: list[str] = []
        for size in (20, 30, 40):
            boxes.with_suffix(".new").write_text(json.dumps([{"name": "atlas", "size": size}, {"name": "borea"}]))
            boxes.with_suffix(".new").replace(boxes)
            await driver.until(lambda size=size: f"{size} B" in driver.lines[2], f"{size} B")
            seen.append(driver.lines[2])
        if seconds < 1:
            await driver.until(lambda: "▲" not in driver.lines[2], "the end of the mark")
        if seconds != 0.4:  # a mark as short as that may be over before it is looked at
            assert all(("▲" in line) is bool(seconds) for line in seen)
