"""The retry modes, counted at the server: what is sent again, and what is sent once (contract §7, §15)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import pytest

from tests.unit.tiledb.conftest import Place
from tui.services.errors import InvalidInput, RateLimited, ServiceError
from tui.systems.tiledb.calls.asset_calls import AssetCalls
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.errors import BadValue
from tui.systems.tiledb.options import ATTEMPTS, MOST_THREADS
from tui.systems.tiledb.sync import Client

STATUSES = (400, 401, 403, 404, 409, 413, 429, 500, 501, 502, 503, 504)
REPEATED = {"default": {503}, "forceful": {400, 500, 501, 502, 503}, "disabled": set[int]()}
ASKED = {413, 429, 503}
"""What is repeated in the first two modes when the server says how long to wait."""
SPACE = "forecasting"


async def get(client: AsyncClient) -> object:
    return await client.accounts.get_versions()


async def delete(client: AsyncClient) -> object:
    return await client.teamspaces.remove_member(SPACE, "usr_nobody")


async def patch(client: AsyncClient) -> object:
    return await client.teamspaces.update(SPACE, description="new")


async def post(client: AsyncClient) -> object:
    return await client.teamspaces.join(SPACE)


CALLS: dict[str, tuple[Callable[[AsyncClient], Awaitable[object]], str]] = {
    "GET": (get, "/v4/versions"),
    "DELETE": (delete, "/users/usr_nobody"),
    "PATCH": (patch, f"/{SPACE}"),
    "POST": (post, "/users/join"),
}


async def asked_times(place: Place, client: AsyncClient, method: str, status: int, retry_after: float | None) -> int:
    """Return how often a call came that is refused each time."""
    call, path = CALLS[method]
    place.server.state.faults.clear()
    fault = place.fault("status", method=method, path=path, times=-1, status=status, retry_after=retry_after)
    with pytest.raises(ServiceError):
        await call(client)
    return fault.hits


@pytest.mark.parametrize("mode", ["default", "forceful", "disabled"])
async def test_which_refusals_are_repeated(carrara: Place, mode: str) -> None:
    async with carrara.client(attempts=3) as client:
        await client.retry_mode(mode)
        for method in CALLS:
            for status in STATUSES:
                for retry_after in (None, 0.0):
                    again = status in REPEATED[mode] or (
                        mode != "disabled" and retry_after is not None and status in ASKED
                    )
                    # A call that was turned away with 429 was not done, so that any may be sent again.
                    safe = method in ("GET", "DELETE") or status == 429
                    expected = 3 if again and safe else 1
                    found = await asked_times(carrara, client, method, status, retry_after)
                    assert found == expected, (mode, method, status, retry_after)


@pytest.mark.parametrize(("mode", "times"), [("default", 3), ("forceful", 3), ("disabled", 1)])
async def test_lost_connections(carrara: Place, mode: str, times: int) -> None:
    async with carrara.client(attempts=3) as client:
        await client.retry_mode(mode)
        for method, (call, path) in CALLS.items():
            carrara.server.state.faults.clear()
            fault = carrara.fault("lost", method=method, path=path, times=-1)
            with pytest.raises(ServiceError) as caught:
                await call(client)
            safe = method in ("GET", "DELETE")
            assert fault.hits == (times if safe else 1), (mode, method)
            assert ("may have been done" in caught.value.message) is (method != "GET")


async def test_a_folder_that_may_exist_is_asked_for_again(carrara: Place) -> None:
    """The one change by POST that is the same when it is sent twice."""
    async with carrara.client() as client:
        for exists_ok in (True, False):
            fault = carrara.fault("lost", method="POST", path="/v4/folders/")
            name = f"made-{exists_ok}"
            if exists_ok:
                await client.assets.create_folder(SPACE, name, exists_ok=True)
            else:
                with pytest.raises(ServiceError):
                    await client.assets.create_folder(SPACE, name)
            assert fault.hits == 1
            assert (await client.assets.get_folder(SPACE, name)).name == name


async def test_the_ceiling_and_success_after_all(carrara: Place) -> None:
    async with carrara.client() as client:
        assert await asked_times(carrara, client, "GET", 503, None) == ATTEMPTS
        carrara.server.state.faults.clear()
        carrara.fault("status", path="/v4/versions", times=ATTEMPTS - 1)
        assert (await client.accounts.get_versions()).tiledb_version


async def test_what_the_server_asks_to_wait_is_waited(carrara: Place) -> None:
    carrara.fault("status", path="/v4/versions", status=429, retry_after=0.3)
    async with carrara.client() as client:
        await client.detect()
        began = time.monotonic()
        await client.accounts.get_versions()
        assert time.monotonic() - began >= 0.3


async def test_a_wait_that_is_too_long_is_told_of_at_once(carrara: Place) -> None:
    fault = carrara.fault("status", path="/v4/versions", times=-1, status=503, retry_after=3600)
    async with carrara.client() as client:
        with pytest.raises(RateLimited) as caught:
            await client.accounts.get_versions()
    assert caught.value.retry_after == 3600
    assert fault.hits == 1


async def test_the_mode_is_the_clients_own(carrara: Place) -> None:
    async with carrara.client(attempts=2) as one, carrara.client(attempts=2) as other:
        await one.retry_mode("forceful")
        assert await asked_times(carrara, one, "GET", 500, None) == 2
        assert await asked_times(carrara, other, "GET", 500, None) == 1
        await one.retry_mode()
        assert await asked_times(carrara, one, "GET", 500, None) == 1


async def test_modes_and_numbers_that_there_are_not(carrara: Place) -> None:
    for make in (AsyncClient, Client):
        with pytest.raises(ValueError, match="no") as caught:
            make(retry_mode="often")
        assert isinstance(caught.value, InvalidInput)
        with pytest.raises(BadValue):
            make(MOST_THREADS + 1)
    async with carrara.client() as client:
        with pytest.raises(ValueError, match="default, forceful, disabled"):
            await client.retry_mode("often")
        with pytest.raises(ValueError, match="threads"):
            await client.set_threads(0)


async def test_no_more_calls_at_a_time_than_threads(carrara: Place) -> None:
    """Each call is answered late, so that those that may not run at the same time come one after the other."""
    import asyncio

    async with carrara.client() as client:
        await client.detect()
        await client.set_threads(1)
        assets = await client.build(AssetCalls)
        carrara.fault("slow", path="/v4/folders/", times=3, seconds=0.15)
        began = time.monotonic()
        await asyncio.gather(*(assets.get_folder(SPACE, "global") for _ in range(3)))
        one_by_one = time.monotonic() - began
        assert one_by_one >= 0.45
        await client.set_threads(8)
        carrara.fault("slow", path="/v4/folders/", times=3, seconds=0.15)
        await asyncio.gather(*(assets.get_folder(SPACE, "global") for _ in range(3)))
