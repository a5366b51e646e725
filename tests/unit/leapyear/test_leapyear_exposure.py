"""Where most of a limit on exposure is spent, as a card tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from tui.services.errors import NotSupported, Unavailable
from tui.systems.leapyear.exposure_watch import MOST_ASKED, ExposureWatch, MostExposed
from tui.systems.leapyear.models import Exposure, UserExposure

if TYPE_CHECKING:
    from tui.systems.leapyear.client import AsyncClient


class Server:
    """Tells what was spent of each database; an error is raised."""

    def __init__(self, **databases: tuple[float | None, float] | Exception) -> None:
        self.databases = databases
        self.asked: list[str] = []

    async def exposure(self, database: str) -> Exposure:
        self.asked.append(database)
        told = self.databases[database]
        if isinstance(told, Exception):
            raise told
        return Exposure(limit=told[0], items=[UserExposure(user="ada", spent=told[1])])

    @property
    def client(self) -> AsyncClient:
        return cast("AsyncClient", cast("Any", self))


async def test_the_largest_share_of_a_limit_is_told_and_asked_for_now_and_then() -> None:
    server, watch = Server(rain=(10.0, 4.0), hail=(0.5, 0.45), free=(None, 99.0)), ExposureWatch()
    for _ in range(3):
        assert await watch.most(server.client, ["rain", "hail", "free"]) == MostExposed("hail", 0.9)
    assert server.asked == ["rain", "hail", "free"]


async def test_a_database_that_is_not_to_be_looked_at_is_left_out() -> None:
    server = Server(rain=NotSupported("leapyear", "exposure", "no"), hail=(1.0, 0.5))
    assert await ExposureWatch().most(server.client, ["rain", "hail"]) == MostExposed("hail", 0.5)


async def test_without_a_limit_there_is_nothing_to_tell() -> None:
    assert await ExposureWatch().most(Server(rain=(None, 1.0)).client, ["rain"]) is None
    server = Server()
    assert await ExposureWatch().most(server.client, [f"d{number}" for number in range(MOST_ASKED + 1)]) is None
    assert server.asked == []


async def test_a_server_that_is_gone_is_an_error() -> None:
    server = Server(rain=Unavailable("leapyear", "exposure", "gone"))
    with pytest.raises(Unavailable):
        await ExposureWatch().most(server.client, ["rain"])


def test_its_words_and_colour() -> None:
    assert MostExposed("hail\x1b", 0.83, synthetic=True).words == "83% of hail\\e, synthetic"
    assert [MostExposed("hail", share).tone for share in (0.5, 0.8, 1.2)] == [None, "warn", "bad"]
