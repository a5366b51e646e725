"""The embedded server as a program, its sample data, and the client without asyncio on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tui.services.errors import NotFound
from tui.systems.arakoon.errors import NotConnectedError
from tui.systems.arakoon.sample import sample_entries
from tui.systems.arakoon.sync import Client
from tui.systems.arakoon.wire.steps import Assert, Set

ROOT = Path(__file__).parents[3]


@contextmanager
def program(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The server in a process of its own, and what it says when it is ready."""
    command = [sys.executable, "-m", "tui.systems.arakoon.server", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_a_group_with_sample_data_that_moves() -> None:
    with program("--keys", "2000", "--cluster-id", "lab") as (process, said):
        assert said["profile"]["system"] == "arakoon"
        assert sorted(said["ports"]) == ["arakoon_0", "arakoon_1", "arakoon_2"]
        with Client(said["profile"]["uri"]) as client:
            assert client.nodes == ["arakoon_0", "arakoon_1", "arakoon_2"]
            assert client.get_key_count() >= 2000
            assert client.user_function("size_of_prefix", b"config/").startswith(b"2 ")
            before = client.get_tx_id().i
            given_up = time.monotonic() + 30
            while client.get_tx_id().i == before or not client.prefix(b"live/"):
                assert time.monotonic() < given_up, "nothing moves"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr is not None and process.stderr.read() == ""


def test_what_is_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    arguments = ("--empty", "--nodes", "1", "--state", str(tmp_path / "state"))
    for round_ in range(3):
        with program(*arguments) as (process, said), Client(said["profile"]["uri"]) as client:
            assert client.get_key_count() == 200 * round_
            for number in range(200):
                client.set(b"%d/%d" % (round_, number), os.urandom(10))
            process.kill()
            process.wait(20)


def test_a_port_that_is_taken() -> None:
    with program("--empty", "--nodes", "1") as (_, said):
        port = said["ports"]["arakoon"]
        command = [sys.executable, "-m", "tui.systems.arakoon.server", "--empty", "--nodes", "1", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 4
    assert "cannot listen on 127.0.0.1" in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_client_without_asyncio() -> None:
    with program("--empty", "--nodes", "1") as (_, said):
        client = Client(said["profile"]["uri"])
        with pytest.raises(NotConnectedError):
            client.get(b"k")
        with client:
            assert client.connected and client.master is None
            client[b"k"] = b"v"
            assert client[b"k"] == b"v" and b"k" in client and client.master == "arakoon"
            del client[b"k"]
            with pytest.raises(NotFound):
                client[b"k"]
            client.sequence([Assert(b"k", None), Set(b"k", b"w")])
            assert client.range_entries(max_elements=1) == [(b"k", b"w")]
            threads = [threading.Thread(target=client.set, args=(b"t%d" % number, b"")) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(client.prefix(b"t")) == 8
        assert not client.connected
        client.close()
        with client:
            assert client[b"k"] == b"w"
    assert not [thread for thread in threading.enumerate() if thread.name == "arakoon client"]


def test_sample_data_is_the_same_at_every_call_and_has_what_is_hard_to_show() -> None:
    entries = dict(sample_entries(5000))
    assert entries == dict(sample_entries(5000))
    assert len(entries) == 5000
    assert any(b"\x1b" in key for key in entries)
    assert b"" in entries.values()
    assert len(dict(sample_entries(50_000))) == 50_000
