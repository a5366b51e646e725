"""TileDB's embedded server as a program: its one line, its state in a file, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.tiledb.conftest import HTTP


@contextmanager
def program(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run the server and yield what it says; then stop it as a person would."""
    command = [sys.executable, "-m", "tui.systems.tiledb.server", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def get(said: dict[str, Any], path: str, token: str = "") -> httpx.Response:
    key = token or said["credentials"]["token"]
    return HTTP.get(said["url"] + path, headers={"X-TILEDB-REST-API-KEY": key})


def test_state_in_a_file_outlives_the_program(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path / "state.db"), "--empty", "--control", "--at", "1790000000")
    with program(*arguments) as said:
        assert said["profile"]["uri"] == f"tiledb://meteo-institute@127.0.0.1:{said['ports']['server']}"
        first = said["credentials"]["token"]
        folder = "/v4/folders/meteo-institute/general/kept"
        headers = {"X-TILEDB-REST-API-KEY": first}
        made = HTTP.post(said["url"] + folder, headers=headers, json={}).json()["data"]
        assert made["created_at"] == "2026-09-21T14:13:20.000Z"
    with program(*arguments) as said:
        assert get(said, folder).json()["data"]["id"] == made["id"]
        assert get(said, folder, first).status_code == 401
        names = [token["name"] for token in get(said, "/v4/tokens?type=api").json()["data"]]
        assert names == ["arraydeck-reading", "arraydeck-demo"]


def test_the_classic_cloud_as_a_program() -> None:
    with program("--classic", "--tasks", "3") as said:
        assert said["generation"] == "classic"
        assert get(said, "/v1/user").json()["username"] == said["credentials"]["username"]


@pytest.mark.parametrize("what", ["port", "state"])
def test_what_it_cannot_start_on(tmp_path: Path, what: str) -> None:
    (tmp_path / "no.db").write_text("this is no database, and it is long enough for that to be told" * 20)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wrong = {"port": ("--port", str(taken.getsockname()[1])), "state": ("--state", str(tmp_path / "no.db"))}
        command = [sys.executable, "-m", "tui.systems.tiledb.server", *wrong[what]]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 4
    assert ended.stderr.startswith("error: ") and "Traceback" not in ended.stderr
