"""The bridge: what it finds at the start, what it cannot do, who acts as whom, a package that is stuck or missing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.leapyear.servers import ROOT, ROOT_PASSWORD, Asker, Place, bridge, standin_environment
from tui.systems.leapyear.bridge.backend import VendorBackend
from tui.systems.leapyear.bridge.process import WorkerProcess
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.errors import NotSupportedError, TokenExpiredError, UpstreamError
from tui.systems.leapyear.models import PrivacyLimit, Subject
from tui.systems.leapyear.objects import Database, Group, PrivacyProfile, Table, User
from tui.systems.leapyear.service_side.refusal import Refusal


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    standin_environment(monkeypatch, tmp_path)
    with bridge() as made:
        yield made


def played(tmp_path: Path) -> dict[str, object]:
    """What the stand-in's server holds."""
    return json.loads((tmp_path / "standin.json").read_text())


async def test_what_the_package_has_is_found_at_the_start(place: Place) -> None:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as client:
        capabilities = await client.capabilities()
        assert (capabilities.backend, capabilities.server_version) == ("vendor", "4.1.1")
        levels = [level.id for level in capabilities.database_access_levels]
        assert levels == ["NOTHING_AT_ALL", "A_GLANCE", "THE_KEYS"] and capabilities.database_rank("THE_KEYS") == 2
        for feature in ("create_privacy_profile", "set_column_access", "group_members", "data_slices", "exposure"):
            assert not capabilities.can(feature), feature
        assert not capabilities.can("privacy_limit_window") and capabilities.can("set_database_access")


async def test_what_has_no_documented_call_is_not_supported(place: Place) -> None:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as client:
        database = await Database("sales").create()
        await Table("orders", database=database, credentials="hdfs://x").create()
        who = Subject(kind="user", name=ROOT)
        for call in (
            client.create(Group("stewards")),
            client.create(PrivacyProfile("ours")),
            client.add_member("analysts", ROOT),
            client.add_slice("sales", "orders", "hdfs://y"),
            client.exposure("sales"),
            client.user_keys(ROOT),
            client.set_table_access("sales", "orders", who, "OPEN"),
            client.set_privacy_limit("sales", PrivacyLimit(max_exposure=1.0)),
            client.set_privacy_limit("sales", PrivacyLimit(window_days=30)),
            client.create(User("carla", "a-long-password", is_admin=True)),
            client.update(User(ROOT), enabled=False),
            client.update(database, description="x", revision=1),
            client.create(Database("b", privacy_limit=PrivacyLimit(max_exposure=1))),
        ):
            with pytest.raises(NotSupportedError):
                await call
        assert set(await client.users()) == {ROOT} and set(await client.databases()) == {"sales"}


async def test_the_later_package_sets_a_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standin_environment(monkeypatch, tmp_path, limit="latest")
    with bridge() as place:
        async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as client:
            assert (await client.capabilities()).can("privacy_limit_window")
            await Database("sales").create()
            assert (await client.set_privacy_limit("sales", PrivacyLimit(window_days=30))).window_days == 30
    databases = played(tmp_path)["databases"]
    assert isinstance(databases, dict) and databases["sales"]["window"] == 30


async def test_a_database_that_is_not_empty_needs_the_word(place: Place, tmp_path: Path) -> None:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as client:
        database = await Database("sales").create()
        await Table("orders", database=database, credentials="hdfs://x").create()
        with Asker.of(place.url) as root:
            assert root.refused("DELETE", "/databases/sales") == (409, "not_empty")
            assert root.refused("POST", "/databases?if_exists=replace", json={"name": "sales"})[0] == 422
        await client.drop_database("sales", cascade=True)
        assert await client.databases() == {}
    calls = played(tmp_path)["calls"]
    assert isinstance(calls, list) and [call for call in calls if call[0] == "drop"] == [
        ["drop", "orders"],
        ["drop", "sales"],
    ]


async def test_jobs_of_the_package_are_listed_though_they_say_nothing(place: Place) -> None:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as client:
        assert [job.kind for job in await client.jobs()] == ["unknown"]
        assert len(await client.recent_finished_jobs()) >= 1
        database = await Database("sales").create()
        job = await client.create_async(Table("orders", database=database, credentials="hdfs://x"))
        found = await job.wait(20)
        assert found.extra == {"inferred": True}
        with pytest.raises(NotSupportedError):
            await client.cancel_job((await client.jobs())[0].id)
        with Asker.of(place.url) as root:
            page = root.done("GET", "/jobs?limit=1")
            rest = root.done("GET", f"/jobs?cursor={page['next_cursor']}")
            # A job that this bridge began is no other's: it is not in the list of another log-in.
            assert job.id not in [one["id"] for one in page["items"] + rest["items"]]


async def test_two_log_ins_have_two_processes_and_two_identities(place: Place) -> None:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as first:
        await first.create(User("carla", "a-long-password"))
        async with AsyncClient(place.url, "carla", "a-long-password") as second:
            workers = [login.worker for login in place.service.backend._logins.values()]
            assert len({worker._process.pid for worker in workers}) == 2
            users = [(await client.current_user()).username for client in (first, second, first, second)]
            assert users == [ROOT, "carla", ROOT, "carla"]
            await second.logout()
            assert [worker.is_alive for worker in workers] == [True, False]
        assert (await first.current_user()).username == ROOT


async def test_two_bridges_do_not_know_of_each_other(place: Place) -> None:
    with bridge() as other, Asker.of(place.url) as root:
        token = root._client.headers["authorization"].partition(" ")[2]
        with Asker(other.url, token) as stranger:
            assert stranger.refused("GET", "/session") == (401, "token_invalid")
        root.done("GET", "/session")


async def test_a_process_that_ends_ends_the_log_in_and_a_new_one_begins(place: Place) -> None:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as client:
        (login,) = place.service.backend._logins.values()
        os.kill(login.worker._process.pid, signal.SIGKILL)
        login.worker._process.wait()
        # The client holds the password, so that it logs in once more by itself.
        assert await client.databases() == {}
        (fresh,) = place.service.backend._logins.values()
        assert fresh.worker is not login.worker


async def test_a_call_that_hangs_is_given_up_and_its_process_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin_environment(monkeypatch, tmp_path)
    monkeypatch.setenv("LY_STANDIN_SLOW", "60")
    with bridge(deadline=2.0, stuck=0.3) as place, Asker.of(place.url) as root:
        (login,) = place.service.backend._logins.values()
        assert root.refused("GET", "/caches") == (504, "upstream_timeout")
        assert root.refused("GET", "/databases")[0] in (401, 503)
        async with asyncio.timeout(20):
            while login.worker.is_alive:
                await asyncio.sleep(0.02)
        assert root.refused("GET", "/databases") == (401, "token_expired")


async def test_an_unreachable_server_is_told_of_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin_environment(monkeypatch, tmp_path)
    with bridge("https://unreachable:4401") as place:
        with pytest.raises(UpstreamError, match="cannot connect") as told:
            await AsyncClient(place.url, ROOT, ROOT_PASSWORD).connect()
        assert ROOT_PASSWORD not in str(told.value)


def test_no_password_is_in_what_others_can_see_of_the_process(place: Place) -> None:
    with Asker.of(place.url) as root:
        (login,) = place.service.backend._logins.values()
        for name in ("cmdline", "environ"):
            assert ROOT_PASSWORD.encode() not in Path(f"/proc/{login.worker._process.pid}/{name}").read_bytes()
        answer = root.ask("POST", "/session", json={"username": ROOT, "password": "wrong-secret-1"})
        # What the package says of a failed log-in quotes the password; it is not passed on.
        assert answer.status_code == 401 and "wrong-secret-1" not in answer.text


def test_without_the_package_it_says_so_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Refusal, match="leapyear cannot be used here"):
        VendorBackend("https://ly-server:4401", sys.executable)
    (tmp_path / "leapyear.py").write_text("raise SystemExit('no licence')\n")
    with pytest.raises(Refusal, match="process has ended"):
        VendorBackend("https://ly-server:4401", sys.executable)
    done = subprocess.run(
        [sys.executable, "-m", "tui.systems.leapyear.bridge", "--url", "https://ly-server:4401"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        timeout=60,
        check=False,
    )
    assert done.returncode == 4 and "leapyear cannot be used here" in done.stderr and "Traceback" not in done.stderr


async def test_it_acts_by_a_token_of_the_environment(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Asker.of(place.url) as root:
        root.done("GET", "/session")
    state = played(tmp_path)
    state["tokens"] = {"a-vendor-token": ROOT}
    (tmp_path / "standin.json").write_text(json.dumps(state))
    environment = {**os.environ, "LY_JWT": "a-vendor-token"}
    environment["PYTHONPATH"] += os.pathsep + str(Path(__file__).parents[3])
    program = [sys.executable, "-m", "tui.systems.leapyear.bridge", "--url", "https://ly:4401", "--use-token"]
    with subprocess.Popen(
        [*program, "--no-max-budget", "--compute-backend", "snowflake"], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert "a-vendor-token" not in json.dumps(said)
        token, url = said["credentials"]["token"], said["profile"]["uri"].removeprefix("leapyear+")
        with Asker(url, token) as asker:
            assert asker.done("GET", "/session")["user"]["username"] == ROOT
            assert asker.refused("DELETE", "/caches/relations") == (409, "unsupported_backend")
        process.terminate()
        assert process.wait(20) == 0
    # The flags reach the package's client.
    assert ["Client", True, False] in played(tmp_path)["calls"]  # type: ignore[operator]


def test_a_worker_that_another_process_starts_has_no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    standin_environment(monkeypatch, tmp_path)
    monkeypatch.setenv("LY_JWT", "a-vendor-token")
    worker = WorkerProcess(sys.executable)
    try:
        assert b"a-vendor-token" not in Path(f"/proc/{worker._process.pid}/environ").read_bytes()
        with pytest.raises(Refusal) as refused:
            worker.ask("connect", {}, {}, {"url": "https://ly:4401"})
        assert refused.value.status == 401
    finally:
        worker.end()
    assert issubclass(TokenExpiredError, Exception)
