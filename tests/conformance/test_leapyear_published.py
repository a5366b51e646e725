"""Each published member of the client, against the bundled server and against the bridge, by the same tests.

What the vendor's package has beyond its documentation is not known, so the stand-in behind the bridge has no more than
that: this proves that the bridge uses documented names only, and not that a real server does what these tests expect.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.unit.leapyear.servers import (
    BRAM,
    BRAM_PASSWORD,
    ROOT,
    ROOT_PASSWORD,
    Place,
    bridge,
    bundled,
    standin_environment,
)
from tui.services.errors import ServiceError
from tui.systems.leapyear import sync
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.errors import AlreadyExistsError, AuthenticationError, InvalidURL, NotFoundError
from tui.systems.leapyear.grants import (
    all_access_on_database,
    all_access_on_table,
    all_database_accesses_for_subject,
)
from tui.systems.leapyear.jobs import AsyncJob
from tui.systems.leapyear.models import AsyncJobInformation, ClientStatus, JobState
from tui.systems.leapyear.objects import Database, Group, PrivacyProfile, Table, User

METHODS = (
    *("close", "logout", "clear_analysis_cache", "clear_all_caches", "count_analysis_cache"),
    *("unpersist_all_relations", "create", "create_async", "update", "drop"),
)
DOING = ("connected", "status", "privacy_profiles", "databases", "current_user", "users", "groups")
DOING += ("jobs", "recent_finished_jobs")
KNOWING = ("logger", "url", "username")
OBJECTS = {
    "User": ("create", "load", "drop"),
    "Group": ("load",),
    "Database": ("create", "load", "drop", "tables"),
    "Table": ("create", "load", "drop", "columns"),
    "PrivacyProfile": ("load",),
}
"""What each object can do on both sides: the package documents no call that creates a group or a profile."""
X = ColumnDefinition("x", type="REAL", bounds=(-3.0, 3.0))
Y = ColumnDefinition("y", type="BOOL")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LY_API_URL", "LY_JWT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["server", "bridge"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    if request.param == "server":
        with bundled() as made:
            yield made
        return
    standin_environment(monkeypatch, tmp_path)
    with bridge() as made:
        yield made


@pytest.fixture
async def client(place: Place) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(place.url, ROOT, ROOT_PASSWORD) as made:
        yield made


def test_the_names_are_the_published_ones() -> None:
    parameters = inspect.signature(AsyncClient).parameters
    for name in ("url", "username", "password", "authenticate", "public_key_auth"):
        assert name in parameters and name in inspect.signature(sync.Client).parameters
    assert {"default_analysis_caching", "default_allow_max_budget_allocation"} <= set(parameters)
    for name in (*METHODS, *DOING):
        assert inspect.iscoroutinefunction(getattr(AsyncClient, name)) and inspect.getdoc(getattr(AsyncClient, name))
    for name in METHODS:
        found = getattr(sync.Client, name)
        assert inspect.getdoc(found) and not inspect.iscoroutinefunction(found)
    for name in (*DOING, *KNOWING):
        assert isinstance(inspect.getattr_static(sync.Client, name), property)
    for name in KNOWING:
        assert isinstance(inspect.getattr_static(AsyncClient, name), property)


def test_each_published_member_is_used_on_both_sides_by_these_tests() -> None:
    """A member that no test with a `place` names would be proven on neither side."""
    tests = [each for name, each in globals().items() if name.startswith("test_") and inspect.isfunction(each)]
    shared = [each for each in tests if {"place", "client"} & set(inspect.signature(each).parameters)]
    used: set[str] = set()
    for each in shared:
        tree = ast.parse(inspect.getsource(each))
        used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        used |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    errors = {"AuthenticationError", "InvalidURL"}
    others = {"X", "Y", "AsyncJobInformation", "AsyncJob", "ClientStatus"}
    arguments = {"authenticate", "default_analysis_caching", "default_allow_max_budget_allocation", "public_key_auth"}
    assert {*METHODS, *DOING, *KNOWING, *errors, *arguments, *OBJECTS, *others} <= used


async def test_objects_load_and_drop_themselves(place: Place, client: AsyncClient) -> None:
    made: dict[str, User | Database | Table] = {
        "User": await User("carla", "a-long-password").create(),
        "Database": await Database("sales").create(),
    }
    made["Table"] = await Table("orders", database="sales", columns=[X], credentials="hdfs://x").create()
    kept: dict[str, Group | PrivacyProfile] = {"Group": Group("analysts"), "PrivacyProfile": PrivacyProfile("Strict")}
    assert {*made, *kept} == set(OBJECTS)
    for each in (*made.values(), *kept.values()):
        each.bind(client)
        loaded = await each.load()
        assert loaded is each and loaded.key == each.key
    for name in ("Table", "Database", "User"):
        await made[name].drop()
        with pytest.raises(NotFoundError):
            await made[name].load()
        await made[name].drop(ignore_missing=True)


async def test_arguments_and_the_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LY_API_URL", place.url)
    flags = {"default_analysis_caching": False, "default_allow_max_budget_allocation": False}
    first = AsyncClient(username=ROOT, password=ROOT_PASSWORD, **flags)
    assert (first.default_analysis_caching, first.default_allow_max_budget_allocation) == (False, False)
    token = dict(await first.account.headers())["authorization"].partition(" ")[2]
    await first.close()
    monkeypatch.setenv("LY_JWT", token)
    async with AsyncClient() as second:
        assert second.username == ROOT and await second.connected()
    monkeypatch.setenv("LY_PRIVATE_KEY_FILE", str(Path(__file__)))
    with pytest.raises(ServiceError) as refused:
        await AsyncClient(username=ROOT, public_key_auth=True).connect()
    assert "key" in str(refused.value).lower()


async def test_a_log_in_and_what_is_known_of_it(place: Place, client: AsyncClient) -> None:
    assert (client.url, client.username) == (place.url, ROOT)
    assert client.logger.name.endswith("leapyear.client")
    assert await client.status() is ClientStatus.CONNECTED and await client.connected()
    assert (await client.current_user()).username == ROOT


async def test_closing_leaves_the_token_good_and_logging_out_does_not(place: Place) -> None:
    first = AsyncClient(place.url, ROOT, ROOT_PASSWORD)
    headers = dict(await first.account.headers())
    token = headers["authorization"].partition(" ")[2]
    await first.close()
    assert await first.status() is ClientStatus.CLOSED and not await first.connected()

    def with_token(_: object) -> str:
        return token

    async with AsyncClient(place.url, authenticate=with_token) as second:
        assert second.username == ROOT
        await second.logout()
    third = AsyncClient(place.url, authenticate=with_token)
    assert await third.status() is ClientStatus.UNAUTHENTICATED
    await third.close()


async def test_a_wrong_password_and_a_bad_address(place: Place) -> None:
    with pytest.raises(AuthenticationError) as refused:
        async with AsyncClient(place.url, ROOT, "not-the-password"):
            pass
    assert "not-the-password" not in str(refused.value)
    with pytest.raises(InvalidURL):
        AsyncClient("ftp://ly-server:4401")


async def test_databases_are_created_in_three_ways_and_dropped(client: AsyncClient) -> None:
    assert await client.databases() == {}
    await client.create(Database("sales", description="first"))
    with pytest.raises(AlreadyExistsError):
        await client.create(Database("sales", description="second"))
    await client.create(Database("sales", description="second"), ignore_if_exists=True)
    assert (await client.databases())["sales"].description == "first"
    await client.create(Database("sales", description="third"), drop_if_exists=True)
    assert (await client.databases())["sales"].description == "third"
    with pytest.raises(ValueError, match="exclude"):
        await client.create(Database("sales"), ignore_if_exists=True, drop_if_exists=True)
    found = (await client.databases())["sales"]
    await client.update(found, description="fourth")
    assert (await found.load()).description == "fourth"
    with pytest.raises(TypeError):
        await client.update(found, colour="red")
    await client.drop(found)
    with pytest.raises(NotFoundError):
        await client.drop(found)
    await client.drop(found, ignore_missing=True)


async def test_the_published_example(client: AsyncClient) -> None:
    await User("new_user", "a-long-password").create()
    assert set(await client.users()) == {ROOT, "new_user"}
    database = await Database("db_name").create()
    assert await database.tables() == {}
    table = Table("tbl_name", database=database, columns=[X, Y], credentials="hdfs://path/to/data.parq")
    await table.create()
    assert set(await database.tables()) == {"tbl_name"}
    assert [column.name for column in (await table.load()).columns] == ["x", "y"]
    assert [one.name async for one in Database.all()] == ["db_name"]
    await table.drop()
    await database.drop()
    assert await client.databases() == {}


async def test_a_table_is_created_in_the_background(client: AsyncClient) -> None:
    database = await Database("sales").create()
    job = await client.create_async(Table("orders", database=database, columns=[Y], credentials="hdfs://orders"))
    assert isinstance(job, AsyncJob) and isinstance(await job.info(), AsyncJobInformation)
    assert (await job.wait(20)).state is JobState.SUCCEEDED
    assert job.last.target.name == "orders" and job.last.submitted_by == ROOT
    assert await job.status() is JobState.SUCCEEDED and await job.result() is not None
    assert job.id in [one.id for one in await client.recent_finished_jobs()] + [one.id for one in await _all(client)]
    assert set(await database.tables()) == {"orders"}
    made = await client.create_async(Database("other"))
    assert made.last.state is JobState.SUCCEEDED and "other" in await client.databases()


async def _all(client: AsyncClient) -> list[object]:
    return [job async for page in client.job_pages() for job in page]


async def test_profiles_and_limits(place: Place, client: AsyncClient) -> None:
    profiles = await client.privacy_profiles()
    assert set(profiles) == {"Custom profile 1", "Standard", "Strict"}
    assert isinstance(profiles["Strict"], PrivacyProfile)
    database = await Database("sales", privacy_profile="Strict").create()
    assert (await database.load()).privacy_profile == "Strict"
    job = await client.update(database, privacy_profile=profiles["Custom profile 1"])
    assert job is not None and (await job.wait(20)).state is JobState.SUCCEEDED
    assert (await database.load()).privacy_profile == "Custom profile 1"
    assert (await database.get_privacy_limit()).max_exposure is None
    assert isinstance(await database.views(), dict)
    assert (await database.load()).privacy_params is not None


async def test_access_of_users_and_groups(place: Place, client: AsyncClient) -> None:
    await client.create(User(BRAM, BRAM_PASSWORD))
    database = await Database("sales").create()
    table = await Table("orders", database=database, columns=[X, Y]).create()
    group, user = (await client.groups())["analysts"], (await client.users())[BRAM]
    assert isinstance(group, Group)
    assert await database.get_access() == place.highest and await database.get_access(user) == place.lowest
    await database.set_access(user, place.highest)
    await database.set_access(group, place.highest)
    assert await database.get_access(user) == place.highest
    found = {(grant.subject.kind, grant.subject.name) for grant in await all_access_on_database(database)}
    assert found == {("user", BRAM), ("group", "analysts")}
    assert [grant.database for grant in await all_database_accesses_for_subject(user)] == ["sales"]
    if not place.is_bridge:
        await client.set_table_access("sales", "orders", user.subject, place.column_level)
    for grant in await all_access_on_table(table):
        assert grant.columns == {"x": place.column_level, "y": place.column_level}


async def test_caches(client: AsyncClient) -> None:
    assert await client.count_analysis_cache() == 7
    await client.unpersist_all_relations()
    assert await client.count_analysis_cache() == 7
    await client.clear_analysis_cache()
    assert await client.count_analysis_cache() == 0
    await client.clear_all_caches()


async def test_jobs_are_lists(client: AsyncClient) -> None:
    assert all(not job.state.is_over for job in await client.jobs())
    assert all(job.state.is_over for job in await client.recent_finished_jobs())


def test_the_synchronous_client_does_the_same(place: Place) -> None:
    with sync.Client(place.url, ROOT, ROOT_PASSWORD) as client:
        assert client.connected and client.status is ClientStatus.CONNECTED
        assert client.current_user.username == client.username == ROOT
        database = sync.Database("db_name")
        database.create()
        job = client.create_async(sync.Table("tbl_name", database=database, columns=[X], credentials="hdfs://x"))
        assert job.wait(20).state is JobState.SUCCEEDED
        assert set(database.tables) == {"tbl_name"} and set(client.groups) == {"analysts"}
        assert [one.name for one in sync.Database.all()] == ["db_name"]
        client.update(database, description="of the sync client")
        assert client.databases["db_name"].description == "of the sync client"
        assert client.count_analysis_cache() == 7 and "Strict" in client.privacy_profiles
        client.logout()
        assert client.status is ClientStatus.CLOSED and not client.connected
