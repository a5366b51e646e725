"""A bad day of the service: what the client makes of it, how often it asks, and that it recovers by itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.arraylake.clients import asked, client_of
from tests.unit.arraylake.embedded import Asker
from tui.services.errors import ProtocolError, RateLimited, ServiceError, TimedOut, Unavailable
from tui.services.http.transport import Unanswered
from tui.systems.arraylake.service_side.service import EmbeddedService

LIST = "GET /orgs/lab/repos/paginated"


@pytest.fixture
def one(lab: EmbeddedService, asker: Asker) -> EmbeddedService:
    """A service with one repository, whose log begins now."""
    asker.bucket()
    asker.repository("one")
    lab.state.log.clear()
    return lab


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429},
        {"kind": "status", "status": 429, "retry_after": 0},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 504},
        {"kind": "drop"},
        {"kind": "cut"},
        {"kind": "lost"},
    ],
)
async def test_what_passes_is_waited_out(one: EmbeddedService, fault: dict[str, Any]) -> None:
    planned = one.state.faults.add(**fault, times=2)
    async with client_of(one) as client:
        assert [repo.name for repo in await client.list_repos("lab")] == ["one"]
        assert planned.hits == 2


@pytest.mark.parametrize(
    ("fault", "kind", "times"),
    [
        ({"kind": "status", "status": 429, "message": "too many"}, RateLimited, 4),
        ({"kind": "status", "status": 429, "retry_after": 120}, RateLimited, 1),
        ({"kind": "status", "status": 500}, Unavailable, 4),
        ({"kind": "status", "status": 503}, Unavailable, 4),
        ({"kind": "drop"}, Unavailable, 4),
        ({"kind": "cut"}, Unavailable, 4),
        ({"kind": "garbage"}, ProtocolError, 1),
        ({"kind": "schema"}, ProtocolError, 1),
        ({"kind": "empty"}, ProtocolError, 1),
    ],
)
async def test_what_lasts_is_told_of_and_passes_by_itself(
    one: EmbeddedService, fault: dict[str, Any], kind: type[ServiceError], times: int
) -> None:
    planned = one.state.faults.add(**fault, times=-1)
    async with client_of(one) as client:
        with pytest.raises(kind) as caught:
            await client.list_repos("lab")
        assert type(caught.value) is kind
        assert planned.hits == times
        if fault.get("retry_after"):
            assert isinstance(caught.value, RateLimited) and caught.value.retry_after == 120
        one.state.faults.clear()
        assert [repo.name for repo in await client.list_repos("lab")] == ["one"]


async def test_a_slow_service(one: EmbeddedService) -> None:
    one.state.faults.add("slow", seconds=1.0, times=-1)
    async with client_of(one, timeout=0.2) as client:
        with pytest.raises(TimedOut):
            await client.list_repos("lab")
        one.state.faults.clear()
        assert len(await client.list_repos("lab")) == 1


async def test_a_service_that_is_gone_for_a_while(one: EmbeddedService) -> None:
    async with client_of(one) as client:
        assert len(await client.list_repos("lab")) == 1
        await asyncio.to_thread(one.down, "catalogue")
        with pytest.raises(Unavailable, match="cannot be reached"):
            await client.list_repos("lab")
        await asyncio.to_thread(one.up, "catalogue")
        assert len(await client.list_repos("lab")) == 1


@pytest.mark.parametrize("kind", ["drop", "lost", "cut"])
async def test_a_change_is_asked_for_once_whatever_comes(one: EmbeddedService, kind: str) -> None:
    planned = one.state.faults.add(kind, method="PATCH", times=-1)
    async with client_of(one) as client:
        with pytest.raises(Unanswered, match="may have been done"):
            await client.modify_repo("lab/one", "changed")
        assert planned.hits == 1
        found = await client.get_repo_object("lab/one")
        assert found.description == (None if kind == "drop" else "changed")


async def test_a_list_that_does_not_end_is_stopped(one: EmbeddedService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.systems.arraylake.repo_calls.MOST_REPOS", 3)
    async with client_of(one) as client:
        for number in range(5):
            await client.register_repo(f"lab/more-{number}")
        with pytest.raises(ProtocolError, match="does not end"):
            async for _ in client.repo_pages("lab", page_size=1):
                pass
        assert asked(one, "GET").count(LIST) == 4
