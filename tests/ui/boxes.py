"""The list of three boxes: how the tests come to it, and what its file holds."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ui.driver import Driver


def names_in(path: Path) -> list[str]:
    return [box["name"] for box in json.loads(path.read_text())]


async def at_boxes(driver: Driver) -> None:
    await driver.sees("lab", "online")
    await driver.press("enter")
    await driver.sees("atlas", "borea", "ceres")


def rows(driver: Driver) -> list[str]:
    names = ("atlas", "borea", "ceres")
    return [name for line in driver.lines[2:] for name in names if line[2:].startswith(name)]
