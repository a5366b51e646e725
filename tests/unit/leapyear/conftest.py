"""A bundled server for one test, and its administrator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, Asker, Place, bundled
from tui.systems.leapyear.service_side.emulator import Emulator


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing of a server."""
    for name in ("LY_API_URL", "LY_JWT", "LY_PRIVATE_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def place() -> Iterator[Place]:
    """A bundled server with one administrator, `root`."""
    with bundled() as made:
        yield made


@pytest.fixture
def emulator(place: Place) -> Emulator:
    """What is behind the server."""
    return place.service.backend


@pytest.fixture
def root(place: Place) -> Iterator[Asker]:
    """The administrator."""
    with Asker.of(place.url) as asker:
        yield asker


@pytest.fixture
def bram(place: Place, emulator: Emulator) -> Iterator[Asker]:
    """A user who is no administrator."""
    emulator.users.add(BRAM, BRAM_PASSWORD)
    with Asker.of(place.url, BRAM, BRAM_PASSWORD) as asker:
        yield asker
