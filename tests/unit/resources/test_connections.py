"""A connection is opened once, tells how its store is doing, and lets no foreign exception out."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.resources.sources import Forest, ForestSystem
from tui.config.profiles import Profile
from tui.resources.connections import Connection
from tui.services.errors import InvalidInput, NotFound, ProtocolError

PROFILE = Profile(name="forest", system="forest", uri="forest:")


class Slow(ForestSystem):
    opened = 0
    error: Exception | None = None

    async def open(self, profile: Profile) -> Forest:
        self.opened += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return self.forest


async def test_it_is_opened_once_however_many_ask() -> None:
    system = Slow(Forest())
    connection = Connection(PROFILE, system)
    services = await asyncio.gather(*(connection.service() for _ in range(10)))
    assert system.opened == 1 and all(service is system.forest for service in services)


async def test_a_store_that_cannot_be_opened_is_offline_and_recovers() -> None:
    system = Slow(Forest())
    connection = Connection(PROFILE, system)
    system.error = NotFound("forest", "open", "there is no such forest")
    with pytest.raises(NotFound):
        await connection.probe()
    assert connection.health.state == "offline"
    system.error = None
    await connection.probe()
    assert connection.health.state == "online"


async def test_a_refusal_is_a_sign_of_life() -> None:
    connection = Connection(PROFILE, Slow(Forest()))
    with pytest.raises(InvalidInput):
        async with connection.watched("list"):
            raise InvalidInput("forest", "list", "no")
    assert connection.health.state == "online"


async def test_an_unexpected_exception_comes_out_as_one_of_ours_with_the_cause() -> None:
    connection = Connection(PROFILE, Slow(Forest()))
    with pytest.raises(ProtocolError, match="unexpected ValueError") as caught:
        async with connection.watched("list"):
            raise ValueError("odd \x1b[2J")
    assert isinstance(caught.value.__cause__, ValueError) and "\x1b" not in str(caught.value)
    assert [call.outcome.partition(":")[0] for call in connection.log] == ["protocol error"]


async def test_cancelling_is_not_an_error() -> None:
    connection = Connection(PROFILE, Slow(Forest()))
    with pytest.raises(asyncio.CancelledError):
        async with connection.watched("list"):
            raise asyncio.CancelledError
    assert connection.health.state == "connecting" and [call.outcome for call in connection.log] == ["cancelled"]
