"""The embedded server as a program, and its sample."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.arraylake.embedded import Asker
from tui.config.profiles import Profile
from tui.systems.arraylake import system
from tui.systems.arraylake.sample import API_KEY, PROJECTS
from tui.systems.arraylake.server import prepare, write_samples
from tui.systems.arraylake.service_side.service import EmbeddedService

ROOT = Path(__file__).parents[3]


@contextmanager
def program(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The server in a process of its own, and what it says when it is ready."""
    command = [sys.executable, "-m", "tui.systems.arraylake.server", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


async def organisations(profile: dict[str, Any]) -> int:
    """Return how many organisations our client sees through a profile."""
    service = await system.open(Profile.model_validate(profile))
    try:
        return len(await service.client.list_orgs())
    finally:
        await system.close(service)


def test_it_says_where_it_is_and_ends_when_told(tmp_path: Path) -> None:
    with program("--no-contents", "--control", "--certificates", str(tmp_path)) as (process, said):
        profile, ports = said["profile"], said["ports"]
        assert profile["system"] == "arraylake"
        assert profile["uri"] == f"arraylake://kestrel-forecast@127.0.0.1:{ports['catalogue']}"
        assert Path(profile["options"]["ca_file"]).parent == tmp_path
        kept = Path(profile["options"]["token_file"])
        assert kept.stat().st_mode & 0o777 == 0o600
        tokens = json.loads(kept.read_text())
        import httpx

        base = f"http://127.0.0.1:{ports['catalogue']}"
        for token in (tokens["id_token"], said["credentials"]["token"], said["credentials"]["reading_token"]):
            headers = {"authorization": f"Bearer {token}"}
            answer = httpx.get(f"{base}/user/orgs", headers=headers, trust_env=False, verify=False)
            assert len(answer.json()) == 5
        assert httpx.post(f"{base}/_control/waiting", trust_env=False, verify=False).json() == []
        assert asyncio.run(organisations(profile)) == 5, "the profile opens by itself, with the log-in that it names"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr is not None and process.stderr.read() == ""


def test_what_cannot_be_used_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "no database").write_bytes(b"x" * 5000)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for arguments in (
            ("--state", str(tmp_path / "no database")),
            ("--port", str(taken.getsockname()[1])),
        ):
            folder = tmp_path / "temporary"
            folder.mkdir(exist_ok=True)
            done = subprocess.run(
                [sys.executable, "-m", "tui.systems.arraylake.server", *arguments],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(folder)},
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert (done.returncode, done.stdout) == (4, "")
            assert done.stderr.startswith("error: ") and "Traceback" not in done.stderr
            assert list(folder.iterdir()) == []


def test_it_is_started_without_the_screen() -> None:
    code = "import tui.systems.arraylake.service_side.service, tui.systems.arraylake.server, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"textual", "rich", "numpy", "icechunk", "zarr", "h5py"}


def test_the_sample_is_an_institute(institute: EmbeddedService) -> None:
    with Asker(institute, API_KEY) as asker:
        orgs = [org["name"] for org in asker.done("GET", "/user/orgs")]
        assert orgs == sorted(project.org for project in PROJECTS)
        platforms, methods, modes, names = set(), set(), set(), set()
        for org in orgs:
            for bucket in asker.done("GET", f"/orgs/{org}/buckets"):
                platforms.add(bucket["platform"])
                methods.add(bucket["auth_config"]["method"])
            repositories = asker.done("GET", f"/orgs/{org}/repos/paginated?size=100")["items"]
            assert len(repositories) == 12
            modes |= {item["status"]["mode"] for item in repositories}
            names |= {(org, item["name"]) for item in repositories}
        assert platforms == {"s3", "s3-compatible", "minio", "gs", "azure"}
        assert methods == {
            *("hmac", "anonymous", "aws_customer_managed_role", "gcp_customer_managed_role"),
            "azure_credential_delegation",
        }
        assert modes == {"online", "maintenance", "offline"}
        assert len(names) == 60


def test_the_sample_tells_what_is_in_its_repositories(institute: EmbeddedService) -> None:
    with Asker(institute, API_KEY) as asker:
        path = "/repos/icechunk/kestrel-forecast/surface-icon/dataset-node"
        root = asker.done("GET", path)
        assert root["child_groups"] == ["analysis", "forecast"]
        group = asker.done("GET", path, params={"path": "/forecast", "branch": "main"})
        assert group["dimensions"] == {"time": 24, "latitude": 46, "longitude": 90}
        assert [array["name"] for array in group["data_variables"]] == ["t2m", "u10"]
        assert asker.refused("GET", path, params={"path": "/nowhere"})[0] == 404
        assert asker.refused("GET", path, params={"branch": "nowhere"})[0] == 404
        assert asker.refused("GET", "/repos/icechunk/kestrel-forecast/surface-gfs/dataset-node")[0] == 422


def test_hundreds_of_repositories_are_served_by_pages() -> None:
    with EmbeddedService() as service, Asker(service, API_KEY) as asker:
        prepare(service, empty=False, repositories=1_000)
        names: set[str] = set()
        for page in range(1, 4):
            items = asker.done("GET", f"/orgs/kestrel-ocean/repos/paginated?size=100&page={page}")["items"]
            names |= {item["name"] for item in items}
        assert len(names) == 200


def test_the_sample_is_written_with_icechunk() -> None:
    icechunk = pytest.importorskip("icechunk")
    zarr = pytest.importorskip("zarr")
    from tui.systems.arraylake.service_side.contents import storage_of
    from tui.systems.arraylake.service_side.datasets import DATASETS

    with EmbeddedService() as service:
        prepare(service, empty=False, repositories=60)
        write_samples(service)
        written = service.state.database.number("SELECT count(*) FROM object")
        write_samples(service)
        assert service.state.database.number("SELECT count(*) FROM object") == written, "once is enough"
        for project in PROJECTS:
            for name, dataset in DATASETS[project.domain].items():
                row = service.state.repositories.get(project.org, name)
                bucket = service.state.repositories.bucket(row)
                assert bucket is not None
                repository = icechunk.Repository.open(storage_of(service.state, row, bucket))
                assert len(list(repository.ancestry(branch="main"))) == 7
                assert (repository.list_branches(), repository.list_tags()) == ({"main", "draft"}, {"v1"})
                root = zarr.open_group(repository.readonly_session("main").store, mode="r")
                told = {
                    (array["path"].strip("/"), tuple(array["shape"]), array["dtype"], tuple(array["chunk_shape"]))
                    for _, node in dataset.nodes()
                    for array in (*node["coordinates"], *node["data_variables"])
                }
                members = dict(root.members(max_depth=None))
                held = {
                    (path, member.shape, str(member.dtype), member.chunks)
                    for path, member in members.items()
                    if isinstance(member, zarr.Array)
                }
                assert held == told, "the catalogue tells what is there"
                assert all(member[...].any() for member in members.values() if isinstance(member, zarr.Array))
