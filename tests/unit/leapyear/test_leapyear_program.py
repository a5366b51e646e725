"""The bundled server as a program: what it prints, what is in its sample, and how it refuses to start."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.leapyear.servers import Asker
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.models import JobState, Subject
from tui.systems.leapyear.server import main


@contextmanager
def program(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run it and give what it says; it must end by SIGTERM, without a word."""
    command = [sys.executable, "-m", "tui.systems.leapyear.server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(20) == 0 and process.stderr.read() == b""


def url_of(said: dict[str, Any]) -> str:
    assert said["profile"]["system"] == "leapyear"
    return said["profile"]["uri"].removeprefix("leapyear+")


async def test_the_sample_is_a_deployment_in_use() -> None:
    with program() as said:
        async with AsyncClient(url_of(said), **said["credentials"]) as client:
            databases, users = await client.databases(), await client.users()
            assert len(databases) >= 5 and len(users) >= 5 and len(await client.groups()) == 3
            assert {profile.builtin for profile in (await client.privacy_profiles()).values()} == {True, False}
            assert {job.state for job in await client.jobs()} <= {JobState.QUEUED, JobState.RUNNING}
            assert len(await client.jobs()) == 3
            over = {job.state for job in await client.recent_finished_jobs()}
            assert over == {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.TIMED_OUT}
            kinds = {
                column.type
                for name in databases
                for table in await databases[name].tables()
                for column in (await client.table(name, table)).columns
            }
            assert kinds == {"BOOL", "INT", "REAL", "TEXT", "FACTOR", "DATE", "DATETIME"}
            assert await client.views("heat and health") and (await client.exposure("flood claims")).items
            access = await client.subject_access(Subject(kind="user", name="daniel.moreau"))
            assert access.databases and {group.group for group in access.via_groups} == {"auditors", "data stewards"}
            analyst = AsyncClient(url_of(said), "chiara.lindqvist", said["credentials"]["password"])
            assert "hail damage" not in await analyst.databases()
            await analyst.close()


def test_an_empty_one_keeps_its_state_and_says_its_password_once(tmp_path: Path) -> None:
    file, password = tmp_path / "leapyear.sqlite", tmp_path / "password"
    with program("--empty", "--state", str(file)) as said:
        log_in = said["credentials"]
        assert log_in["username"] == "admin" and len(log_in["password"]) >= 20
        with Asker.of(url_of(said), **log_in) as admin:
            admin.done("POST", "/databases", json={"name": "sales"})
    with program("--empty", "--state", str(file)) as said:
        assert said["credentials"] == {}
        with Asker.of(url_of(said), **log_in) as admin:
            assert [one["name"] for one in admin.done("GET", "/databases")["items"]] == ["sales"]
    password.write_text("from-the-file-1\n")
    chosen = ("--empty", "--password-file", str(password), "--compute-backend", "snowflake")
    with program(*chosen) as said, Asker.of(url_of(said), "admin", "from-the-file-1") as admin:
        assert admin.done("GET", "/capabilities")["compute_backend"] == "snowflake"


def test_it_says_why_it_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other").write_text("no database at all, and long enough to be seen as none" * 20)
    for arguments in (["--state", str(tmp_path / "other")], ["--state", str(tmp_path)], ["--port", "99999"]):
        assert main(arguments) == 4
        assert capsys.readouterr().err.startswith("error: ")
