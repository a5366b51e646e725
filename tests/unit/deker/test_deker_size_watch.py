"""How large a storage is, as a card tells it: measured beside all else, now and then."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.deker.conftest import Storage
from tui.config.profiles import Profile
from tui.systems.deker import size_watch, system
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.size_watch import SizeWatch


async def measured(watch: SizeWatch) -> int:
    async with asyncio.timeout(10):
        while (size := watch.size()) is None:
            await asyncio.sleep(0.01)
    return size


async def test_a_card_tells_collections_and_bytes(storage: Storage) -> None:
    service = await system.open(Profile(name="lab", system="deker", uri=str(storage.root)))
    expected = (await service.calculate_storage_size()).bytes
    facts = {fact.label: fact.value for fact in await system.facts(service)}
    async with asyncio.timeout(10):
        while "size" not in facts:
            await asyncio.sleep(0.01)
            facts = {fact.label: fact.value for fact in await system.facts(service)}
    assert facts == {"collections": 3, "size": expected}
    await system.close(service)


async def test_it_is_measured_once_for_many_looks(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with AsyncClient(str(storage.root)) as client:
        watch = SizeWatch(client)
        first = await measured(watch)
        for path in Path(storage.root).rglob("*.hdf5"):
            path.unlink()
        assert [watch.size() for _ in range(3)] == [first] * 3
        monkeypatch.setattr(size_watch, "EVERY", 0.0)
        monkeypatch.setattr(size_watch, "SHARE", 1e9)
        again = SizeWatch(client)
        assert await measured(again) == 0


async def test_a_measurement_that_takes_too_long_is_given_up(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_watch, "PATIENCE", 0.0)
    async with AsyncClient(str(storage.root)) as client:
        watch = SizeWatch(client)
        # Whichever wins the race, nothing is raised and nothing is asked again soon.
        watch.size()
        tasks = [task for task in asyncio.all_tasks() if task.get_name() == "storage size"]
        await asyncio.gather(*tasks)
        watch.size()
        assert [task for task in asyncio.all_tasks() if task.get_name() == "storage size"] == []


async def test_a_storage_that_goes_away_meanwhile_harms_nobody(storage: Storage) -> None:
    client = AsyncClient(str(storage.root))
    await client.open()
    watch = SizeWatch(client)
    watch.size()
    await client.close()
    tasks = [task for task in asyncio.all_tasks() if task.get_name() == "storage size"]
    assert await asyncio.gather(*tasks) == [None]
