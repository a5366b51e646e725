"""Two profiles' lists side by side: what only one has and what differs, live, and what is not known is said."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.several_stage import Boxes, stores, three
from tests.ui.ways import go

__all__ = ["stores", "three"]
SIZES = [(80, 24), (140, 40)]


def row(driver: Driver, name: str) -> str:
    """Return the line of a name, empty if it is not shown."""
    return next((line for line in driver.lines[2:] if line.split()[:1] == [name]), "")


@pytest.mark.parametrize("size", SIZES)
async def test_what_differs_is_shown_and_escape_shows_the_rest(
    start: Start, three: Boxes, size: tuple[int, int]
) -> None:
    async with start(size) as driver:
        await go(driver, "compare boxes @lab @mirror", "lab | mirror", "/not difference ~ ^same")
        await driver.until(lambda: "different: colour" in row(driver, "borea"))
        assert "only there" in row(driver, "mira")
        assert not row(driver, "atlas")
        await driver.press("escape")
        await driver.until(lambda: "same" in row(driver, "atlas"))


async def test_lists_without_a_difference_are_said_to_be_the_same(start: Start, three: Boxes) -> None:
    three.write("mirror", {"name": "atlas", "size": 10}, {"name": "borea", "colour": "red", "size": 2000})
    async with start() as driver:
        await go(driver, "compare boxes @lab @mirror", "nothing differs: all 2 are the same on both", "esc shows them")
        await driver.press("escape")
        await driver.until(lambda: "same" in row(driver, "atlas"))


async def test_it_is_live(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await go(driver, "compare boxes @lab @mirror", "different: colour")
        three.write("mirror", {"name": "atlas", "size": 11}, {"name": "borea", "colour": "red", "size": 2000})
        await driver.press("r")
        await driver.until(lambda: "different: size" in row(driver, "atlas") and not row(driver, "borea"))
        assert "size 10 B" in row(driver, "atlas") and "size 11 B" in row(driver, "atlas")
        assert not row(driver, "mira")


async def test_both_sides_are_told_in_the_pane_and_line_by_line(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await go(driver, "compare boxes @lab @mirror", "different: colour")
        await driver.sees("borea: different: colour", "colour (lab)", "colour (mirror)", "boxes of lab")
        await driver.press("y")
        await driver.sees("--- lab", "+++ mirror", '-   "colour": "red"', '+   "colour": "blue"')
        await driver.press("escape", "o")
        await driver.sees("boxes of lab", "boxes of mirror")
        await driver.press("down", "enter")
        await driver.sees("PROD mirror", "● online", "mira")
        await driver.until(lambda: driver.app.browse.table.cursor_key == "borea")


async def test_what_the_other_side_does_not_tell_is_not_known(start: Start, three: Boxes) -> None:
    held = three.path("mirror").read_text()
    three.path("mirror").unlink()
    async with start((140, 40)) as driver:
        await go(driver, "compare boxes @lab @mirror", "1 of 2 profiles", "mirror: disconnected")
        await driver.until(lambda: "not known yet" in row(driver, "atlas"))
        assert "only here" not in driver.text
        three.path("mirror").write_text(held)
        await driver.press("r")
        await driver.until(lambda: "different: colour" in row(driver, "borea") and not row(driver, "atlas"))


async def test_a_key_compares_the_list_that_is_shown(start: Start, three: Boxes) -> None:
    async with start((140, 40)) as driver:
        await go(driver, "boxes @lab", "borea")
        await driver.press("C")
        await driver.sees("compare boxes of lab with", "mirror", "old")
        await driver.press("enter")
        await driver.sees("lab | mirror", "different: colour")
        await driver.press("C")
        await driver.sees("this is a comparison already")
        await driver.press("escape", "escape")
        await driver.until(lambda: "● online" in driver.lines[0], "back to where it was asked for")
        await go(driver, "boxes @*", "all profiles", "ceres")
        await driver.press("G", "C")
        await driver.sees("compare boxes of old with")
        await driver.type("mirr")
        await driver.press("enter")
        await driver.sees("old | mirror", "only here")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("compare boxes @lab", "say what to compare"),
        ("compare @lab @mirror", "say what to compare"),
        ("compare boxes @lab @lab", "compared with that of another profile"),
        ("compare boxes @lab @nowhere", "there is no profile"),
        ("compare crates @lab @mirror", "has no resource type"),
        ("compare boxes red @lab @mirror", "takes 0 words"),
    ],
)
async def test_what_cannot_be_compared_is_said(start: Start, three: Boxes, typed: str, said: str) -> None:
    async with start() as driver:
        await driver.sees("lab")
        await go(driver, typed, said)
