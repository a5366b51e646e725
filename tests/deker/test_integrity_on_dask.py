"""The integrity check on a Dask cluster: a real scheduler and two worker processes on loopback, the same shards."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.deker.mending import damage
from tests.deker.pristine import make_pristine
from tui.config.settings import SettingsFile
from tui.jobs.executors import close_executor, make_executor
from tui.jobs.progress import Progress
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.integrity import run


async def test_a_check_on_a_cluster_finds_what_a_check_here_finds(tmp_path: Path, monkeypatch: Any) -> None:
    # Slow to import, and only one worker of the tests has to.
    import distributed

    storage = make_pristine(tmp_path / "storage")
    damage(storage, 34, 20, 58)
    # However small the storage: this is about where the work runs.
    monkeypatch.setattr(run, "PROCESSES_FROM", 1)
    async with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, asynchronous=True
        ) as cluster,
        AsyncClient(str(storage.root)) as client,
    ):
        where = cluster.scheduler_address.replace("tcp://", "dask://")
        executor = await asyncio.to_thread(make_executor, where)
        progress = Progress()
        try:
            there = await client.check_integrity(5, progress=progress, executor=executor)
        finally:
            await asyncio.to_thread(close_executor, executor)
        here = await client.check_integrity(5)
    assert there.findings == here.findings and {finding.code for finding in there.findings} >= {"link-missing"}
    assert there.arrays == here.arrays == progress.done > 0


def test_the_settings_name_the_cluster(home: Path) -> None:
    settings = SettingsFile()
    settings.path.parent.mkdir(parents=True, exist_ok=True)
    settings.path.write_text('[jobs]\nexecutor = "dask://cluster.example:8786"\n')
    assert settings.load().jobs.executor == "dask://cluster.example:8786"
