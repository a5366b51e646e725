"""Creating what is there already: whatever breaks at whichever step, the repository that was there stays as it was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.arraylake.clients import asked, client_of, make_bucket, once
from tests.unit.arraylake.embedded import Asker
from tui.services.errors import AlreadyExists, ServiceError
from tui.services.http.transport import Unanswered
from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.service_side.service import EmbeddedService

FAULTS: dict[str, dict[str, Any]] = {
    "drop": {"kind": "drop", "times": -1},
    "lost": {"kind": "lost", "times": -1},
    "cut": {"kind": "cut", "times": -1},
    "garbage": {"kind": "garbage", "times": -1},
    "schema": {"kind": "schema", "times": -1},
    "empty": {"kind": "empty", "times": -1},
    "slow": {"kind": "slow", "seconds": 3.0, "times": -1},
    "500": {"kind": "status", "status": 500, "times": -1},
    "503": {"kind": "status", "status": 503, "times": -1},
    "401": {"kind": "status", "status": 401, "times": -1},
    "hidden": {"kind": "status", "status": 404, "times": -1},
}
STEPS = {
    "look": {"method": "GET", "path": "^/repos/lab/one$"},
    "create": {"method": "POST", "path": "^/orgs/lab/repos$"},
    "open": {"method": "GET", "path": "^/repos/lab/one/open$"},
}


def everything(service: EmbeddedService, asker: Asker) -> tuple[Any, list[Any]]:
    """Return the repository as the catalogue knows it, and all that is stored."""
    service.state.faults.clear()
    rows = service.state.database.rows("SELECT bucket, key, etag FROM object ORDER BY bucket, key")
    return asker.done("GET", "/repos/lab/one"), [tuple(row) for row in rows]


async def existing(service: EmbeddedService, client: AsyncClient) -> None:
    """Make a bucket, and a repository with a commit in it."""
    await make_bucket(client, service)
    handle = await client.create_repo("lab/one", description="the first")
    session = await handle.contents.session(read_only=False)

    def write() -> None:
        import zarr

        zarr.group(session.store).create_array("a", shape=(4,), chunks=(2,), dtype="i4")[:] = 7
        session.commit("sevens")

    await asyncio.to_thread(write)


@pytest.mark.parametrize("method", ["create_repo", "get_or_create_repo"])
async def test_a_second_one_is_refused_before_it_is_asked_for(lab: EmbeddedService, asker: Asker, method: str) -> None:
    async with client_of(lab) as client:
        await existing(lab, client)
        before = everything(lab, asker)
        lab.state.log.clear()
        if method == "create_repo":
            with pytest.raises(AlreadyExists, match="nothing was changed"):
                await client.create_repo("lab/one")
        else:
            await client.get_or_create_repo("lab/one")
        assert [entry for entry in lab.state.log.changing() if entry.side == "catalogue"] == []
        assert everything(lab, asker) == before


async def test_whatever_breaks_at_whichever_step(lab: EmbeddedService, asker: Asker) -> None:
    async with client_of(lab) as client:
        await existing(lab, client)
    before = everything(lab, asker)
    # The look finds nothing, as when whoever asks may not read it; only so does the client go on at all.
    for step in STEPS:
        for name, fault in FAULTS.items():
            lab.state.log.clear()
            lab.state.faults.clear()
            if step != "look":
                lab.state.faults.add("status", **STEPS["look"], status=404, message="one not found", times=1)
            lab.state.faults.add(**{**fault, **STEPS[step]})
            async with client_of(lab, timeout=0.5) as client:
                with pytest.raises(ServiceError):
                    await client.create_repo("lab/one", description="the second")
            assert everything(lab, asker) == before, (step, name)
            assert asked(lab, "DELETE") == [], (step, name)
            assert asked(lab, "PATCH") == [], (step, name)
            assert asked(lab, "POST").count("POST /orgs/lab/repos") <= 1, (step, name)


@pytest.mark.parametrize("broken", ["", "PUT", "GET", "HEAD"])
async def test_one_that_was_made_a_moment_before_is_not_initialised_anew(
    lab: EmbeddedService, asker: Asker, broken: str
) -> None:
    """Two create at once: the service answers both with the same entry, and the storage of the first must live."""
    async with client_of(lab) as client:
        await existing(lab, client)
        before = everything(lab, asker)
        lab.state.log.clear()
        lab.state.faults.add("status", **STEPS["look"], status=404, message="one not found", times=1)
        if broken:
            lab.state.faults.add("drop", side="objects", method=broken, times=3)
        with pytest.raises(ServiceError):
            await client.create_repo("lab/one", description="the first")
    assert everything(lab, asker) == before
    assert asked(lab, "DELETE") == []


async def test_one_that_cannot_be_seen_is_known_by_its_age(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    asker.repository("one")
    lab.state.database.run("UPDATE repository SET created = '2020-01-01T00:00:00+00:00'")
    before = everything(lab, asker)
    lab.state.faults.add("status", **STEPS["look"], status=404, message="one not found", times=1)
    async with client_of(lab) as client:
        with pytest.raises(AlreadyExists, match="nothing was changed"):
            await client.create_repo("lab/one")
    assert everything(lab, asker) == before


async def test_a_creation_whose_answer_is_lost_is_not_asked_for_twice(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    lab.state.faults.add("lost", **STEPS["create"])
    async with client_of(lab) as client:
        with pytest.raises(Unanswered, match="may have been done"):
            await client.create_repo("lab/one")
        assert (await client.get_repo_object("lab/one")).name == "one"
        await once(lambda: asked(lab, "POST").count("POST /orgs/lab/repos") == 1)


async def test_an_entry_whose_storage_cannot_be_made_stays_and_is_told_of(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    lab.state.faults.add("status", side="objects", status=403, times=-1)
    async with client_of(lab) as client:
        with pytest.raises(ServiceError, match="is in the catalogue, and its storage cannot be used"):
            await client.create_repo("lab/one")
        assert (await client.get_repo_object("lab/one")).name == "one"
        assert asked(lab, "DELETE") == []


async def test_a_repository_is_imported_and_one_that_is_not_there_is_told_of(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        await existing(lab, client)
        repo = await client.get_repo_object("lab/one")
        with pytest.raises(AlreadyExists):
            await client.import_repo("lab/one", "main", repo.prefix)
        await client.delete_repo("lab/one", imsure=True, imreallysure=True)
        handle = await client.import_repo("lab/again", "main", repo.prefix)
        assert (await anext(handle.contents.history()))[0].message == "sevens"
        with pytest.raises(ServiceError, match="lab/empty is in the catalogue"):
            await client.import_repo("lab/empty", "main", "no/such/place")
