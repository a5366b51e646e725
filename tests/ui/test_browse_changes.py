"""Changes made from a list with its keys: what is asked before, what is refused, and what can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ui.boxes import at_boxes, names_in, rows
from tests.ui.conftest import Start
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.screens.browse import BrowseScreen


async def test_a_single_deletion_asks_for_the_name_and_can_be_undone(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("j", "ctrl+d")
        await driver.sees("deletes 1 box(es), 2000 bytes", "type its name")
        await driver.press("enter")
        assert names_in(boxes) == ["atlas", "borea", "ceres"]
        await driver.type("borea")
        await driver.press("enter")
        await driver.sees("deleted box borea")
        assert names_in(boxes) == ["atlas", "ceres"]
        await driver.until(lambda: rows(driver) == ["atlas", "ceres"])
        await driver.press("u")
        await driver.sees("brought back box borea")
        assert names_in(boxes) == ["atlas", "ceres", "borea"]


async def test_a_bulk_deletion_lists_every_name_and_asks_for_the_count(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("space", "space")
        await driver.sees("2 marked")
        await driver.press("delete")
        await driver.sees("2 items:", "atlas", "borea", "the number of items")
        await driver.type("3")
        await driver.press("enter")
        assert names_in(boxes) == ["atlas", "borea", "ceres"]
        await driver.press("backspace")
        await driver.type("2")
        await driver.press("enter")
        await driver.until(lambda: names_in(boxes) == ["ceres"])
        await driver.sees("2 done")


async def test_turning_away_from_the_dialog_keeps_all_and_the_marks(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("a", "ctrl+d")
        await driver.sees("3 items:")
        await driver.press("escape")
        await driver.sees("nothing was changed", "3 marked")
        assert names_in(boxes) == ["atlas", "borea", "ceres"]


async def test_a_range_is_marked_and_escape_clears_the_marks_before_it_leaves(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("v", "j", "v")
        await driver.sees("2 marked")
        await driver.press("escape")
        await driver.misses("marked")
        assert isinstance(driver.app.screen, BrowseScreen)


async def test_a_new_item_is_made_by_its_form(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("n")
        await driver.sees("create", "name *", "colour", "size")
        await driver.press("ctrl+s")
        await driver.sees("Field required")
        await driver.type("delos")
        await driver.press("ctrl+s")
        await driver.sees("made box delos")
        assert "delos" in names_in(boxes)


async def test_a_refusal_of_the_store_is_shown(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("n")
        await driver.sees("name *")
        await driver.type("atlas")
        await driver.press("ctrl+s")
        await driver.sees("already exists", "there is a box 'atlas' already")


async def test_a_read_only_profile_refuses_with_the_reason(start: Start, deck: Deck, boxes: Path) -> None:
    deck.add_temporary(Profile(name="lab", system="toy", uri=f"toy://{boxes}", read_only=True))
    async with start() as driver:
        await at_boxes(driver)
        assert "read-only" in driver.lines[0]
        await driver.press("ctrl+d")
        await driver.sees("cannot delete: the profile lab is read-only")
        assert "delete" not in driver.lines[-1].partition("cannot")[0]
        assert names_in(boxes) == ["atlas", "borea", "ceres"]


async def test_prod_is_loud_and_asks_for_its_name_too(start: Start, deck: Deck, boxes: Path) -> None:
    profile = Profile(name="lab", system="toy", uri=f"toy://{boxes}", tag="prod", read_only=False)
    deck.add_temporary(profile)
    async with start() as driver:
        await driver.sees("PROD lab")
        await at_boxes(driver)
        assert "PROD lab" in driver.lines[0]
        await driver.press("ctrl+d")
        await driver.sees("its name, atlas", "the name of the profile")
        await driver.type("atlas")
        await driver.press("enter")
        assert names_in(boxes) == ["atlas", "borea", "ceres"]
        await driver.type("lab")
        await driver.press("enter")
        await driver.until(lambda: names_in(boxes) == ["borea", "ceres"])


async def test_marks_go_with_the_item_when_somebody_else_removes_it(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("a")
        await driver.sees("3 marked")
        boxes.write_text(json.dumps([{"name": "atlas"}]))
        await driver.sees("1 marked")


async def test_a_changed_item_is_not_deleted_under_its_old_face(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("ctrl+d")
        await driver.sees("type its name")
        boxes.write_text(json.dumps([{"name": "borea"}]))
        await driver.type("atlas")
        await driver.press("enter")
        await driver.sees("not found")
        assert names_in(boxes) == ["borea"]
