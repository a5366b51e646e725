"""Keys faster than screens: whatever is typed while dialogs come and go, the program lives and answers."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from textual import events

from tests.ui.arrays import anomaly
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile
from tui.screens.arrays.array_viewer import ArrayViewer

LIST_KEYS = (
    *("n", "n", "n", "ctrl+d", "c", "x", "s", "question_mark", "y", "T", "o", "space", "a", "d", "colon", "slash", "J"),
    *("enter", "enter", "down", "up", "ctrl+s", "tab", "escape", "escape", "escape", "ctrl+p", "1", "0", "u", "r"),
    "semicolon",
)
VIEWER_KEYS = (
    *("full_stop", "comma", "greater_than_sign", "tab", "plus", "minus", "w", "slash", "X", "Y", "z", "m", "f", "M"),
    *("t", "P", "P", "H", "E", "d", "c", "x", "r", "j", "l", "G", "g", "enter", "escape", "pagedown", "5", "i"),
)
PAUSES = (0, 0, 0, 0.001, 0.01, 0.03, 0.1)


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for what is exported by the way."""
    monkeypatch.chdir(tmp_path)


async def type_hastily(driver: Driver, keys: tuple[str, ...], seed: int, count: int) -> None:
    chosen = random.Random(seed)
    for _ in range(count):
        key = chosen.choice(keys)
        driver.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await asyncio.sleep(chosen.choice(PAUSES))
    await driver.until(lambda: not driver.app._message_queue.qsize())
    assert driver.app._exception is None


async def still_answers(driver: Driver) -> None:
    """Leave whatever is open, by the key that every dialog and screen has."""
    for _ in range(30):
        if len(driver.app.screen_stack) == 1:
            break
        await driver.press("escape")
    await driver.sees("lab")
    assert driver.app._exception is None


@pytest.mark.parametrize("seed", range(8))
async def test_lists_and_dialogs_survive_hasty_keys(start: Start, lab: Profile, seed: int) -> None:
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("atlas")
        await type_hastily(driver, LIST_KEYS, seed, 60)
        await still_answers(driver)


@pytest.mark.parametrize("seed", range(6))
async def test_the_viewer_survives_hasty_keys(start: Start, lab: Profile, seed: int) -> None:
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.app.push_screen(ArrayViewer(anomaly(), str))
        await type_hastily(driver, VIEWER_KEYS, seed, 60)
        await still_answers(driver)
