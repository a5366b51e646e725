"""The lists of all profiles as one: each row is its own profile's, and one profile that is down hides no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.several_stage import Boxes, stores, three
from tests.ui.ways import go
from tui.resources.deck import Deck

__all__ = ["stores", "three"]
SIZES = [(80, 24), (140, 40)]
ROWS = ["lab atlas", "lab borea", "mirror atlas", "mirror borea", "mirror mira", "old ceres"]


def rows(driver: Driver) -> list[str]:
    """Return profile and name of the rows that are shown, marked or not."""
    found: list[str] = []
    for line in driver.lines[2:]:
        words = line.replace("mirror     prod", "mirror  ").replace("—", " ").lstrip("┃▌●*• ✓>").split()
        if len(words) > 1 and words[0] in ("lab", "mirror", "old"):
            found.append(f"{words[0]} {words[1]}")
    return found


async def at_all(driver: Driver) -> None:
    await go(driver, "boxes @*", "all profiles", "● 3 profiles", "atlas", "mira", "ceres")


@pytest.mark.parametrize("size", SIZES)
async def test_the_lists_of_all_profiles_are_one(start: Start, three: Boxes, size: tuple[int, int]) -> None:
    async with start(size) as driver:
        await go(driver, "box @*", "all profiles", "PROD mirror", "● 3 profiles", "boxes", "read-only: old")
        await driver.until(lambda: rows(driver) == ROWS)
        assert driver.lines[1].split()[:5] == ["PROFILE", "TAG", "NAME", "COLOUR", "SIZE"]


async def test_some_profiles_by_name(start: Start, three: Boxes) -> None:
    async with start() as driver:
        await go(driver, "boxes @lab,old", "lab,old", "● 2 profiles")
        await driver.until(lambda: rows(driver) == ["lab atlas", "lab borea", "old ceres"])


async def test_filter_and_sort_go_across_profiles(start: Start, three: Boxes) -> None:
    async with start() as driver:
        await at_all(driver)
        await driver.press("slash")
        await driver.type("profile = mirror and size > 8")
        await driver.press("enter")
        await driver.until(lambda: rows(driver) == ["mirror atlas", "mirror borea"])
        await driver.press("escape", "s")
        await driver.sees("sort by")
        await driver.type("size")
        await driver.press("enter", "S")
        await driver.until(lambda: rows(driver)[2:] == ["lab atlas", "mirror atlas", "mirror mira", "old ceres"])
        three.write("old", {"name": "ceres", "size": 5000})
        await driver.press("r")
        await driver.until(lambda: rows(driver)[0] == "old ceres", "the largest comes first")


async def test_one_that_is_down_hides_no_other_and_keeps_its_rows(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await at_all(driver)
        held = three.path("mirror").read_text()
        three.path("mirror").unlink()
        three.write("lab", {"name": "atlas", "size": 10}, {"name": "dione"})
        await driver.press("r")
        await driver.sees("2 of 3 profiles", "mirror: disconnected, retr", "3 rows from")
        await driver.until(lambda: "lab dione" in rows(driver), "the others go on")
        assert "mirror mira" in rows(driver)
        three.path("mirror").write_text(held)
        await driver.press("r")
        await driver.sees("● 3 profiles")


async def test_one_that_never_came_is_named_and_the_others_are_there(start: Start, three: Boxes, deck: Deck) -> None:
    deck.add_temporary(three.profile("lost"))
    async with start((140, 40)) as driver:
        await go(driver, "boxes @*", "3 of 4 profiles", "lost: disconnected", "mira", "ceres")
        for name in ("lab", "mirror", "old"):
            three.path(name).unlink()
        await go(
            driver, "boxes @old,lost", "0 of 2 profiles", "old: disconnected", "lost: disconnected", "r tries again"
        )


@pytest.mark.parametrize("width", [80, 120])
async def test_however_long_a_problem_is_told_the_count_stays(
    start: Start, stores: Boxes, deck: Deck, width: int
) -> None:
    deck.add_temporary(stores.profile("lab"))
    for name in ("the-cluster-in-the-cellar-of-house-seven", "the-other-one-which-nobody-has-seen-since-may"):
        deck.add_temporary(stores.profile(name, read_only=True))
    async with start((width, 24)) as driver:
        driver.app.go_to("boxes @*")
        await driver.sees("1 of 3", "the-cluster-in-the-cellar", "…")
        await driver.until(lambda: driver.lines[0].rstrip().split()[-1].strip("+") == "2", "the count")
        assert "boxes" in driver.lines[0]


async def test_one_that_is_slow_delays_no_other(start: Start, three: Boxes) -> None:
    slow = three.path("mirror").with_suffix(".slow")
    slow.touch()
    async with start((140, 40)) as driver:
        await go(driver, "boxes @*", "2 of 3 profiles", "mirror: loading")
        await driver.until(lambda: rows(driver) == ["lab atlas", "lab borea", "old ceres"])
        three.write("lab", {"name": "dione"})
        await driver.press("r")
        await driver.until(lambda: rows(driver) == ["lab dione", "old ceres"], "the others are refreshed")
        slow.unlink()
        await driver.sees("● 3 profiles", "mirror     prod   mira")


async def test_many_rows_of_several_profiles(start: Start, three: Boxes) -> None:
    for profile, first in (("lab", 0), ("mirror", 10_000)):
        three.write(profile, *({"name": f"box-{first + number:05}", "size": number} for number in range(2_600)))
    async with start((140, 40)) as driver:
        await go(driver, "boxes @*", "● 3 profiles")
        await driver.press("slash")
        await driver.type("size > 2597")
        await driver.press("enter")
        expected = ["lab box-02598", "lab box-02599", "mirror box-12598", "mirror box-12599"]
        await driver.until(lambda: sorted(rows(driver)) == expected)
        assert "4 of 5,201" in driver.lines[0]
        await driver.press("escape")
        await driver.until(lambda: "5,201" in driver.lines[0] and "/size" not in driver.lines[0])
        view = driver.app.current.listing.view if driver.app.current is not None else None
        assert view is not None and len({view.type.key(item) for item in view.items()}) == len(view) == 5_201


async def test_a_row_leads_to_its_own_profile(start: Start, three: Boxes) -> None:
    async with start() as driver:
        await at_all(driver)
        await driver.press("G", "d")
        await driver.sees("ceres", "BOXES")
        await driver.press("y")
        await driver.sees('"name": "ceres"')
        await driver.press("escape")
        await driver.press("1")
        await driver.sees("old", "● online")
        await driver.until(lambda: "all profiles" not in driver.text and "ceres" in driver.text)
        await driver.press("left_square_bracket")
        await at_all_again(driver)


async def at_all_again(driver: Driver) -> None:
    await driver.sees("all profiles")
    await driver.until(lambda: rows(driver) == ROWS)


async def test_export_and_copy_say_whose_each_row_is(start: Start, three: Boxes, tmp_path: Path) -> None:
    async with start() as driver:
        await at_all(driver)
        path = tmp_path / "all.json"
        await driver.press("x")
        await driver.sees("all 6 shown")
        await driver.press("enter")
        await driver.sees("to the file")
        await driver.press("ctrl+u")
        await driver.type(str(path))
        await driver.press("enter")
        await driver.sees("wrote 6 boxes")
        found = json.loads(path.read_text())
        assert [f"{row['profile']} {row['item']['name']}" for row in found] == ROWS
        await driver.press("G", "c")
        await driver.sees("old:ceres", "arraydeck describe boxes ceres -p")


async def test_the_command_bar_offers_all_profiles_and_stays_there(start: Start, three: Boxes) -> None:
    async with start() as driver:
        await driver.sees("lab")
        await driver.press("colon")
        await driver.type("box @")
        await driver.sees("@*")
        await driver.press("escape")
        await at_all(driver)
        await driver.press("colon")
        await driver.type("boxe")
        await driver.sees(":boxes")
        await driver.press("escape")
        await go(driver, "journal", "arraydeck", "journal")
        await go(driver, "boxes @*", "all profiles")
        await go(driver, "crates @*", "none of the profiles has crates")


async def mark_all_and_delete(driver: Driver) -> None:
    await driver.press("a", "ctrl+d")


async def test_each_row_is_deleted_through_the_gate_on_its_own_profile(start: Start, three: Boxes, deck: Deck) -> None:
    async with start((140, 40)) as driver:
        await at_all(driver)
        await driver.press("slash")
        await driver.type("!borea")
        await driver.press("enter")
        await driver.until(lambda: len(rows(driver)) == 4)
        await mark_all_and_delete(driver)
        await driver.sees("delete on lab, mirror (prod)", "PROD", "3 items", "atlas (lab)", "atlas (PROD mirror)",
                          "not on old (ceres): the profile old is read-only")  # fmt: skip
        await driver.sees("type the number of items:", "type the name of the profile mirror:")
        await driver.press("ctrl+r")
        await driver.sees("arraydeck run boxes delete atlas -p", "arraydeck run boxes delete atlas mira -p", "lab.json")
        assert "old.json" not in driver.text, "nothing is sent to what refuses"
        await driver.press("escape")
        await driver.sees("type the number of items:")
        await driver.type("3")
        await driver.press("tab")
        await driver.type("mirror")
        await driver.press("enter")
        await driver.sees("3 done", "not on old (ceres)")
        await driver.until(lambda: three.names("lab") == ["borea"] and three.names("mirror") == ["borea"])
        assert three.names("old") == ["ceres"]
        await driver.until(lambda: sorted(rows(driver)) == ["old ceres"], "the list shows it")
    entries = deck.state.journal.entries()
    assert sorted((entry.profile, entry.target, str(entry.ending)) for entry in entries) == [
        ("lab", "atlas", "ok"), ("mirror", "atlas", "ok"), ("mirror", "mira", "ok")]  # fmt: skip


async def test_a_wrong_answer_deletes_nothing_anywhere(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await at_all(driver)
        await mark_all_and_delete(driver)
        await driver.sees("type the number of items:")
        await driver.type("5")
        await driver.press("tab")
        await driver.type("lab")
        await driver.press("enter", "escape")
        await driver.sees("nothing was changed")
    assert [len(three.names(name)) for name in ("lab", "mirror", "old")] == [2, 3, 1]


async def test_one_row_is_asked_for_as_in_its_own_list(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await at_all(driver)
        await driver.press("j", "j", "ctrl+d")
        await driver.sees("delete on mirror", "type its name, atlas:", "type the name of the profile")
        await driver.type("atlas")
        await driver.press("tab")
        await driver.type("mirror")
        await driver.press("enter")
        await driver.until(lambda: "atlas" not in three.names("mirror"))
        assert "atlas" in three.names("lab")
        await driver.press("G", "ctrl+d")
        await driver.sees("the profile old is read-only")
    assert three.names("old") == ["ceres"]


async def test_what_changed_behind_the_dialog_is_checked_on_its_own_profile(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await at_all(driver)
        await driver.press("slash")
        await driver.type("atlas")
        await driver.press("enter")
        await driver.until(lambda: rows(driver) == ["lab atlas", "mirror atlas"])
        await mark_all_and_delete(driver)
        await driver.sees("type the number of items:")
        three.write("mirror", {"name": "borea"})
        await driver.type("2")
        await driver.press("tab")
        await driver.type("mirror")
        await driver.press("enter")
        await driver.sees("1 done, 1 failed, first atlas on mirror")
    assert three.names("lab") == ["borea"] and three.names("mirror") == ["borea"]


async def test_a_new_one_asks_where(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await at_all(driver)
        await driver.press("n")
        await driver.sees("create on", "lab", "mirror", "the profile old is read-only")
        await driver.press("enter")
        await driver.sees("create (boxes)")
        await driver.type("nova")
        await driver.press("ctrl+s")
        await driver.until(lambda: "nova" in three.names("lab"), "it is made on lab")
        await driver.until(lambda: "lab nova" in rows(driver))
    assert "nova" not in three.names("mirror")
