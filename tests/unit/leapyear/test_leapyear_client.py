"""The client against the bundled server: what goes wrong and how it is told, and that no secret is shown."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, ROOT, ROOT_PASSWORD, Asker, Place, bundled
from tui.config.profiles import Profile
from tui.services.command_log import CommandLog
from tui.services.errors import InvalidInput, NotAuthenticated, ServiceError, Unavailable
from tui.services.http.transport import Unanswered
from tui.systems.leapyear import system
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.errors import (
    APIError,
    ConflictError,
    ForbiddenError,
    InvalidJson,
    InvalidURL,
    NotEmptyError,
    NotFoundError,
    UnsupportedBackendError,
    UpstreamError,
)
from tui.systems.leapyear.errors import (
    ValidationError as FieldError,
)
from tui.systems.leapyear.models import PrivacyLimit, PrivacyParams, Subject
from tui.systems.leapyear.objects import Database, Group, PrivacyProfile, Table, User
from tui.systems.leapyear.options import ServerOptions, server_options
from tui.systems.leapyear.service_side.call import cursor
from tui.systems.leapyear.service_side.emulator import Emulator
from tui.systems.leapyear.service_side.service import Service
from tui.systems.leapyear.uri import read_uri

TABLE_SECRET = "hdfs://lake/orders?token=table-secret-1"


@pytest.fixture
async def client(place: Place) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as made:
        yield made


def lines(place: Place, path: str = "") -> list[str]:
    return [line for line in place.service.requests.lines() if path in line]


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://host", "host:4401", "http://", "http://host:0", "http://host:99999", "http://host:x"),
        *(
            "http://user:hunter22@host",
            "http://host?q=hunter22",
            "http://host#f",
            "http://ho st",
            "http://h\x1b",
            "//h",
        ),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(InvalidURL) as refused:
        AsyncClient(url)
    assert "hunter22" not in str(refused.value)


def test_where_a_server_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert AsyncClient().url == "http://localhost:4401"
    monkeypatch.setenv("LY_API_URL", "https://ly-server:4401/core/")
    assert AsyncClient().url == "https://ly-server:4401/core"
    assert AsyncClient("http://127.0.0.1:1").url == "http://127.0.0.1:1"
    with pytest.raises(InvalidInput, match="without encryption"):
        AsyncClient("http://ly-server:4401")
    assert read_uri("leapyear+https://ly-server:4401") == "https://ly-server:4401"
    for uri in ("leapyear://host", "https://host", "leapyear+https://", "leapyear+https:host"):
        with pytest.raises(InvalidURL):
            read_uri(uri)
    (told,) = system.discover()
    assert (told.profile.uri, told.where) == ("leapyear+https://ly-server:4401/core", "LY_API_URL in the environment")
    monkeypatch.delenv("LY_API_URL")
    assert list(system.discover()) == []
    monkeypatch.setenv("LY_JWT", "canary")
    (told,) = system.discover()
    assert told.profile.uri == "leapyear+http://localhost:4401" and "canary" not in repr(told)


async def test_what_the_server_refuses_has_its_name(client: AsyncClient, place: Place, bram: Asker) -> None:
    database = await Database("sales").create()
    await client.create(Table("orders", database=database, columns=[ColumnDefinition("y", type="BOOL")]))
    with pytest.raises(NotEmptyError, match="1 tables") as refused:
        await client.drop(database)
    assert isinstance(refused.value, ConflictError | APIError) and "drop what is in it" in refused.value.hint
    with pytest.raises(ConflictError, match="at revision"):
        await client.update(database, revision=77, description="x")
    with pytest.raises(NotFoundError, match="no database"):
        await client.database("nothing")
    with pytest.raises(FieldError, match="password"):
        await client.create(User("carla", "short"))
    async with AsyncClient(place.url, BRAM, BRAM_PASSWORD) as other:
        with pytest.raises(ForbiddenError, match="administrator"):
            await other.clear_all_caches()
    await client.drop_database("sales", cascade=True)
    assert await client.databases() == {}
    with bundled(compute_backend="snowflake") as snowflake:
        async with AsyncClient(snowflake.url, ROOT, ROOT_PASSWORD) as second:
            with pytest.raises(UnsupportedBackendError, match="snowflake"):
                await second.unpersist_all_relations()
            await second.clear_all_caches()


async def test_the_published_drop_never_takes_what_is_in_it(client: AsyncClient, place: Place) -> None:
    database = await Database("sales").create()
    await client.drop(database)
    await client.drop(database, ignore_missing=True)
    assert lines(place, "DELETE /api/v1/databases") and not lines(place, "cascade")


async def test_nothing_is_sent_for_what_cannot_be_meant(client: AsyncClient, place: Place) -> None:
    place.service.requests.clear()
    for name in ("", "..", "a/b", " a", "x\x1b[31m", "n" * 129):
        with pytest.raises(InvalidInput):
            await client.create(Database(name))
        with pytest.raises(InvalidInput):
            await client.drop(Database(name))
    with pytest.raises(TypeError):
        await client.update(Database("a"), name="b")
    with pytest.raises(TypeError):
        User(BRAM, BRAM_PASSWORD, is_adminn=True)
    with pytest.raises(ValidationError):
        ColumnDefinition("a", type="REAL")
    with pytest.raises(InvalidInput, match="belongs to no client"):
        await asyncio.create_task(_create_outside())
    assert lines(place) == []


async def _create_outside() -> None:
    from tui.systems.leapyear.objects import current_client

    current_client.set(None)
    await Database("a").create()


async def test_members_profiles_limits_and_exposure(client: AsyncClient, emulator: Emulator, place: Place) -> None:
    for name in (BRAM, "carla"):
        await client.create(User(name, BRAM_PASSWORD))
    group = Group("stewards", members=[BRAM])
    await client.create(group)
    place.service.requests.clear()
    await client.update(group, description="look after tables", members=["carla"])
    assert group.members == ["carla"] and group.description == "look after tables"
    assert [one.method for one in place.service.requests.changing()] == ["PATCH", "PUT", "DELETE"]
    profile = PrivacyProfile("ours", PrivacyParams(max_exposure_per_computation=0.5, minimum_dataset_size=10))
    await client.create(profile)
    await client.update(profile, params=PrivacyParams(max_exposure_per_computation=0.1, minimum_dataset_size=50))
    assert (await client.privacy_profile("ours")).params.minimum_dataset_size == 50
    database = await Database("sales", privacy_profile=profile, privacy_limit=PrivacyLimit(max_exposure=3)).create()
    await database.set_privacy_limit_window(30)
    assert await database.get_privacy_limit() == PrivacyLimit(max_exposure=3, window_days=30, extra={})
    await client.update(database, privacy_limit=PrivacyLimit(max_exposure=1.0))
    assert database.privacy_limit is not None and database.privacy_limit.max_exposure == 1.0
    emulator.database.run("INSERT INTO exposure VALUES (?, ?, ?)", (database.id, 1, 0.75))
    exposure = await client.exposure("sales")
    assert exposure.synthetic and (exposure.items[0].user, exposure.items[0].remaining) == (ROOT, 0.25)
    who = Subject(kind="group", name="stewards")
    await client.set_database_access("sales", who, "view")
    assert (await client.subject_access(Subject(kind="user", name="carla"))).via_groups[0].group == "stewards"
    await client.drop(await client.group("stewards"))
    assert await client.database_access("sales") == []
    capabilities = await client.capabilities()
    assert capabilities.can("views") and not capabilities.can("time travel")
    assert capabilities.database_rank("administer") > capabilities.database_rank("view") > -1
    assert capabilities.column_rank("unheard of") == -1


@pytest.mark.parametrize("kind", ["garbage", "schema", "empty", "cut"])
async def test_a_server_that_speaks_otherwise_is_told_of(client: AsyncClient, place: Place, kind: str) -> None:
    calls: list[Callable[[], Any]] = [client.databases, client.users, client.groups, client.privacy_profiles]
    calls += [client.current_user, client.jobs, client.caches, client.capabilities]
    for call in calls:
        place.service.faults.add(kind, method="GET", times=5)
        with pytest.raises(ServiceError) as told:
            await call()
        assert isinstance(told.value, InvalidJson | Unavailable)
        place.service.faults.clear()
    assert await client.databases() == {}


async def test_reads_are_repeated_and_changes_are_not(client: AsyncClient, place: Place) -> None:
    place.service.requests.clear()
    place.service.faults.add("status", path="databases", times=2, status=503)
    assert await client.databases() == {}
    assert len(lines(place)) == 3
    place.service.requests.clear()
    place.service.faults.add("status", method="POST", status=503)
    with pytest.raises(UpstreamError):
        await client.create(Database("sales"))
    place.service.faults.add("lost", method="POST")
    with pytest.raises(Unanswered, match="may have been done"):
        await client.create(Database("sales"))
    assert "sales" in await client.databases() and len(lines(place, "POST")) == 2
    place.service.faults.add("drop", method="DELETE")
    await client.drop(Database("sales"), ignore_missing=True)
    assert await client.databases() == {}


async def test_a_list_that_does_not_end_is_left(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Circle(Emulator):
        async def answer(self, call: Any) -> Any:
            answer = await super().answer(call)
            if call.operation == "list_databases":
                answer.body["next_cursor"] = cursor("")
            return answer

    made = Circle()
    made.users.add(ROOT, ROOT_PASSWORD, True)
    with Service(made) as service:
        async with AsyncClient(service.url, ROOT, ROOT_PASSWORD) as client:
            with pytest.raises(ServiceError, match="does not end"):
                await asyncio.wait_for(client.databases(), 20)


async def test_no_secret_is_shown(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log = CommandLog()
    shown: list[str] = []
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as client:
        client.watch(log, "lab")
        await client.log_in()
        token = dict(await client.account.headers())["authorization"].removeprefix("Bearer ")
        user, database = User(BRAM, BRAM_PASSWORD), Database("sales")
        await client.create(user)
        await client.update(user, password="another-secret-1")
        await client.create(database)
        nested = {"path": "s3://orders", "keys": [{"id": "table-secret-1"}]}
        for name, credentials in (("orders", TABLE_SECRET), ("nested", nested)):
            table = Table(name, database=database, credentials=credentials)
            shown += [repr(table), table.model_dump_json(), str(table)]
            await client.create(table)
        await client.add_slice("sales", "orders", TABLE_SECRET)
        for _ in range(2):
            place.service.faults.add("status", method="POST", status=422, message=f"bad {TABLE_SECRET}")
            try:
                await client.create(Table("more", database=database, credentials=TABLE_SECRET))
            except ServiceError as error:
                shown += [str(error), repr(error), error.hint]
        shown += [repr(user), user.model_dump_json(), repr(client.account.__dict__), repr(client.options)]
    shown += [json.dumps([call.operation, call.command, call.outcome]) for call in log] + [caplog.text]
    assert len(log) >= 10 and "[hidden]" in "".join(shown)
    for secret in ("table-secret-1", "another-secret-1", BRAM_PASSWORD, ROOT_PASSWORD, token):
        assert not [text for text in shown if secret in text], secret


async def test_a_profile_opens(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile(name="lab", system="leapyear", uri=place.service.uri, options={"username": ROOT})
    assert system.accepts(profile.uri) and not system.accepts("leapyear://x")
    service = await system.open(profile)
    with pytest.raises(NotAuthenticated, match="nothing to log in with"):
        await system.probe(service)
    await system.close(service)
    monkeypatch.setenv("ARRAYDECK_LAB_PASSWORD", ROOT_PASSWORD)
    service = await system.open(profile)
    await system.probe(service)
    await service.client.create(Database("sales"))
    told = [(fact.label, fact.value) for fact in await system.facts(service)]
    assert told == [("jobs", 0), ("databases", 1), ("tables", 0)]
    await system.close(service)
    with pytest.raises(ServiceError):
        await system.open(profile.model_copy(update={"options": {"user": "x"}}))
    assert isinstance(server_options(place.url), ServerOptions)
