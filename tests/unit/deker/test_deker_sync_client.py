"""Deker's client without asyncio: the asynchronous one on a thread of its own."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.unit.deker.conftest import Storage
from tui.services.errors import NotFound, Unavailable
from tui.systems.deker.sync_client import Client


def threads() -> int:
    return sum(thread.name == "deker-client" for thread in threading.enumerate())


def test_it_is_open_until_it_is_closed_and_with_opens_it_again(storage: Storage) -> None:
    client = Client(f"file://{storage.root}")
    assert client.is_open and not client.is_closed and threads() == 1
    assert (client.root_path, client.meta_version) == (str(storage.root / "collections"), "0.2")
    assert [collection.name for collection in client] == ["arr", "plain", "va"]
    client.close()
    client.close()
    assert client.is_closed and threads() == 0
    with pytest.raises(Unavailable, match="closed"):
        client.get_collection("arr")
    client.close()
    with client:
        found = client.get_collection("arr")
        assert found is not None and found.shape == (6, 4)
        assert client.get_collection("none") is None
    assert threads() == 0


def test_a_collection_is_made_measured_and_checked(storage: Storage) -> None:
    with Client(str(storage.root)) as client:
        given = json.loads((storage.directory("plain") / "plain.json").read_text())
        made = client.collection_from_dict({**given, "name": "copy"})
        assert made.name == "copy" and [one.name for one in client].count("copy") == 1
        assert client.calculate_storage_size("arr").collections[0].arrays == len(storage.arrays["arr"])
        assert client.check_integrity(level=2, collection="copy").findings == ()
        assert client.clear_locks("copy").cleared == ()


async def test_it_works_inside_a_running_loop(storage: Storage) -> None:
    with Client(str(storage.root)) as client:
        assert client.get_collection("va") is not None


def test_a_missing_storage_is_told_at_once_and_leaves_nothing_running(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="typo"):
        Client(str(tmp_path / "typo"))
    assert threads() == 0
