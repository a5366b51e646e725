"""Browsing changes nothing, and works where nothing may be changed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.deker.conftest import Storage
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.models import Entry
from tui.systems.deker.sample import DAMAGED, make_sample

_BROWSE = """
import asyncio, json, os, sys
from tests.unit.deker.test_deker_read_only import browse
user = int(sys.argv[2])
if user:
    # Only now: the interpreter's own modules may lie where this user cannot look.
    os.setgroups([]); os.setgid(user); os.setuid(user)
print(json.dumps(asyncio.run(browse(sys.argv[1]))))
"""


async def browse(root: str) -> dict[str, list[str]]:
    """Look at everything that there is; return the health of every item by collection."""
    found: dict[str, list[str]] = {}
    async with AsyncClient(root) as client:
        async for collection in client:
            await client.collection_summary(collection)
            entries: list[Entry | None] = []
            for kind in ("array", "varray") if collection.is_virtual else ("array",):
                async for page in client.array_pages(collection, kind, 50):
                    entries += await client.fill(collection, page)
            for entry in entries[:3]:
                assert entry is not None
                kind = "varray" if entry.kind == "varray" else "array"
                assert await client.get_entry(collection, kind, entry.key) == entry
                await client.entry_locks(collection, entry)
            found[collection.name] = [entry.health for entry in entries if entry]
        await client.locks()
    return found


def _state(root: Path) -> dict[str, tuple[int, ...]]:
    found = {}
    for folder, directories, names in os.walk(root):
        for name in (".", *directories, *names):
            path = Path(folder) / name
            status = path.lstat()
            found[str(path)] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode, status.st_ino)
    return found


def test_browsing_the_sample_changes_no_file_and_no_directory(tmp_path: Path) -> None:
    make_sample(tmp_path)
    before = _state(tmp_path)
    found = asyncio.run(browse(str(tmp_path)))
    assert _state(tmp_path) == before
    assert sorted(found) == ["archive", "mask", "radar", "stations", "temperature", "tides", "wind"]
    assert {health for name, items in found.items() if name not in DAMAGED for health in items} == {"ok"}
    assert found["archive"] == ["ok", "ok", "damaged", "ok"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users here")
def test_a_read_only_copy_is_browsed_by_an_unprivileged_user(storage: Storage) -> None:
    # Not below tmp_path, whose parents only their owner may enter.
    copy = Path("/tmp") / f"arraydeck-read-only-{os.getpid()}"
    shutil.copytree(storage.root, copy, symlinks=True)
    try:
        for folder, _, names in os.walk(copy, topdown=False):
            for name in names:
                if not (Path(folder) / name).is_symlink():
                    (Path(folder) / name).chmod(0o444)
            Path(folder).chmod(0o555)
        user = "65534" if os.geteuid() == 0 else "0"
        before = _state(copy)
        result = subprocess.run(
            [sys.executable, "-c", _BROWSE, str(copy), user],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[3],
        )
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout) == {"arr": ["ok"] * 3, "plain": ["ok"] * 3, "va": ["ok"] * 8}
        assert _state(copy) == before
    finally:
        for folder, _, _ in os.walk(copy):
            Path(folder).chmod(0o755)
        shutil.rmtree(copy)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user to be denied")
def test_what_may_not_be_read_is_damaged_and_hides_nothing(storage: Storage) -> None:
    copy = Path("/tmp") / f"arraydeck-denied-{os.getpid()}"
    shutil.copytree(storage.root, copy, symlinks=True)
    try:
        Storage(copy, storage.arrays).data("arr").chmod(0o000)
        (copy / "collections" / "plain" / "plain.json").chmod(0o000)
        (copy / "collections" / "va" / "varray_symlinks" / "0").chmod(0o000)
        result = subprocess.run(
            [sys.executable, "-c", _BROWSE, str(copy), "65534"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[3],
        )
        assert result.returncode == 0, result.stderr
        found = json.loads(result.stdout)
        assert found["arr"] == ["damaged", "ok", "ok"]
        assert "damaged" in found["va"]
    finally:
        shutil.rmtree(copy)


_LIST = """
import asyncio, sys
from tui.systems.deker.client import AsyncClient
async def browse(root):
    async with AsyncClient(root) as client:
        async for collection in client:
            async for page in client.array_pages(collection):
                assert all(entry.health == "ok" for entry in await client.fill(collection, page))
asyncio.run(browse(sys.argv[1]))
print(sorted({"h5py", "numpy"} & set(sys.modules)))
"""


def test_reading_headers_needs_neither_h5py_nor_numpy(storage: Storage) -> None:
    result = subprocess.run(
        [sys.executable, "-c", _LIST, str(storage.root)], capture_output=True, text=True, check=False
    )
    assert result.stdout.strip() == "[]", result.stderr
