"""An action that takes its time: what is pressed meanwhile does not stop it."""

from __future__ import annotations

from pathlib import Path

from tests.ui.conftest import Start
from tui.config.profiles import Profile


async def test_another_action_waits_for_the_one_that_runs(start: Start, lab: Profile, boxes: Path) -> None:
    held = boxes.with_suffix(".held")
    held.touch()
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("atlas")
        await driver.press("H", "n")
        await driver.sees("hold is not done yet")
        held.unlink()
        await driver.sees("nobody holds the boxes")
        await driver.press("n")
        await driver.sees("a name that no other box has")
