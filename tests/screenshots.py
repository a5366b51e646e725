"""Makes the pictures of the README from the demo: `uv run python -m tests.screenshots`."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.jobs.state import StateDatabase
from tui.systems.deker.sample import make_sample

FOLDER = Path(__file__).parent.parent / "screenshots"
SIZE = (120, 32)
SHOTS: dict[str, tuple[tuple[int, int], Sequence[str]]] = {
    "home": (SIZE, ()),
    "collections": (SIZE, ("enter", "j", "j", "j")),
    "arrays": (SIZE, ("enter", "j", "j", "j", "enter", "j")),
    "filter": (SIZE, ("enter", "j", "j", "j", "enter", "slash", *"bytes > 6k and year = 2016")),
    "damaged": (SIZE, ("enter", "enter", "j", "j")),
    "json": (SIZE, ("enter", "j", "y")),
    "help": (SIZE, ("enter", "question_mark")),
    "small": ((80, 24), ("enter", "j", "j", "j", "enter", "j")),
}
NAMES = {" ": "space", ">": "greater_than_sign", "=": "equals_sign"}


async def _take(folder: Path) -> None:
    """Take every picture on a fresh deck each, so that none shows what another one did."""
    for name, (size, keys) in SHOTS.items():
        from tui.app import ArraydeckApp
        from tui.resources.deck import Deck

        deck = Deck(SettingsFile(), ProfileStore(), StateDatabase())
        for profile in _profiles(folder):
            deck.add_temporary(profile)
        app = ArraydeckApp(deck)
        async with app.run_test(size=size) as pilot:
            await _quiet(app, pilot)
            for key in keys:
                await pilot.press(NAMES.get(key, key))
                await _quiet(app, pilot)
            picture = app.export_screenshot(title=f"arraydeck: {name}")
        await deck.close()
        (FOLDER / f"{name}.svg").write_text(picture.replace(str(folder), "/data"))
        print(f"screenshots/{name}.svg")


async def _quiet(app: object, pilot: object) -> None:
    """Wait until two pictures a moment apart are the same."""
    last = ""
    for _ in range(100):
        await pilot.pause(0.1)  # type: ignore[attr-defined]
        now = app.export_screenshot()  # type: ignore[attr-defined]
        if now == last:
            return
        last = now


def _profiles(folder: Path) -> list[Profile]:
    return [
        Profile(name="weather", system="deker", uri=str(folder / "weather")),
        Profile(name="archive", system="deker", uri=str(folder / "archive"), tag="prod"),
        Profile(name="scratch", system="deker", uri="/data/scratch"),
    ]


def main() -> None:
    """Make the sample in a temporary folder and take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="arraydeck-") as folder:
        os.environ["ARRAYDECK_HOME"] = str(Path(folder) / "home")
        make_sample(Path(folder) / "weather")
        make_sample(Path(folder) / "archive")
        asyncio.run(_take(Path(folder)))


if __name__ == "__main__":
    main()
