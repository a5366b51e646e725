"""Three profiles on boxes of their own, for the tests of merged lists and comparisons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tui.config.profiles import Profile
from tui.resources.deck import Deck


class Boxes:
    """The files of some profiles, to be read and changed behind the program's back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, profile: str) -> Path:
        return self._folder / f"{profile}.json"

    def write(self, profile: str, *boxes: dict[str, Any]) -> None:
        """Make these the boxes of a profile."""
        self.path(profile).write_text(json.dumps(boxes))

    def names(self, profile: str) -> list[str]:
        """Return the names of a profile's boxes, as they are on disk."""
        return [box["name"] for box in json.loads(self.path(profile).read_text())]

    def profile(self, name: str, **fields: Any) -> Profile:
        return Profile(name=name, system="toy", uri=f"toy://{self.path(name)}", **fields)


@pytest.fixture
def stores(tmp_path: Path, toy: None) -> Boxes:
    """Boxes of `lab`, `mirror` and `old`; no profile is made yet."""
    made = Boxes(tmp_path)
    made.write("lab", {"name": "atlas", "size": 10}, {"name": "borea", "colour": "red", "size": 2000})
    made.write("mirror", {"name": "atlas", "size": 10}, {"name": "borea", "colour": "blue", "size": 2000},
               {"name": "mira", "size": 7})  # fmt: skip
    made.write("old", {"name": "ceres"})
    return made


@pytest.fixture
def three(stores: Boxes, deck: Deck) -> Boxes:
    """The three profiles: `lab` as it is, `mirror` tagged prod and yet open to changes, `old` read-only."""
    deck.add_temporary(stores.profile("lab"))
    deck.add_temporary(stores.profile("mirror", tag="prod", read_only=False))
    deck.add_temporary(stores.profile("old", read_only=True))
    return stores
