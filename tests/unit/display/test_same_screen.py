"""Whatever is done, the difference leaves the same screen as Textual's own writing: characters, colours, links."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.unit.display.both_ways import BothWays, sometimes
from tests.unit.display.patchwork import Patchwork
from tests.unit.display.terminal import Terminal, differences
from tui.app import ArraydeckApp
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.systems.deker.sample import make_sample

SEEDS = range(40 if os.environ.get("ARRAYDECK_TESTS") == "all" else 2)
SIZES = ((60, 16), (61, 16), (44, 12), (80, 24))
PATCHWORK_KEYS = (*("f2", "f3", "f4", "f4", "f5", "f6", "f1", "escape", "f7", "tab"), "漢", "e", "backspace")
DECK_KEYS = (
    *("j", "j", "k", "pagedown", "pageup", "G", "g", "enter", "h", "slash", "a", "escape", "question_mark", "space"),
    *("d", "y", "c", "ctrl+p", "s", "J", "0", "1", "left_square_bracket", "plus", "p", "ctrl+l", "colon", "r"),
)


class DeckBothWays(ArraydeckApp, BothWays):
    """The dashboard, written in both ways."""


@pytest.mark.parametrize("seed", SEEDS)
async def test_wide_characters_links_layers_and_scrolling(seed: int) -> None:
    app = Patchwork()
    app.late = sometimes(seed) if seed % 2 else app.late
    chance = random.Random(seed)
    async with app.run_test(size=SIZES[0]) as pilot:
        for _ in range(25):
            await pilot.press(chance.choice(PATCHWORK_KEYS))
            if chance.random() < 0.08:
                await pilot.resize_terminal(*chance.choice(SIZES))
        await pilot.pause()
        app.compare()
    assert app.problems == [] and app.frames > 5
    assert app.our_terminal.fed < app.plain_terminal.fed


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_dashboard_under_random_keys(seed: int, deck: Deck, tmp_path: Path) -> None:
    make_sample(tmp_path / "weather")
    deck.add_temporary(Profile(name="weather", system="deker", uri=str(tmp_path / "weather")))
    app = DeckBothWays(deck, uri="weather")
    app.watch_both()
    app.late = sometimes(seed) if seed % 2 else app.late
    chance = random.Random(seed)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        for _ in range(25):
            await pilot.press(chance.choice(DECK_KEYS))
            if chance.random() < 0.06:
                await pilot.resize_terminal(*chance.choice(SIZES))
        await pilot.pause()
        app.compare()
    assert app.problems == [] and app.frames > 5
    assert app.our_terminal.fed < app.plain_terminal.fed / 2


async def test_the_comparison_finds_one_wrong_cell() -> None:
    app = Patchwork()
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("f4")
        assert app.problems == []
        app.our_terminal.poke(3, 7)
        app.compare()
        assert len(app.problems) == 1 and app.problems[0].startswith("line 3 column 7")


def test_the_comparison_sees_colours_dim_and_links() -> None:
    def shown(text: str) -> Terminal:
        terminal = Terminal(10, 2)
        terminal.feed(text)
        return terminal

    plain = shown("abc")
    for other in ("ab\x1b[2mc", "ab\x1b[31mc", "ab\x1b]8;;x\x1b\\c\x1b]8;;\x1b\\", "abc\x1b[44m ", "abd"):
        assert len(differences(plain, shown(other))) == 1
    assert differences(plain, shown("abc\x1b[31m ")) == [], "the ink of a blank is not seen"
