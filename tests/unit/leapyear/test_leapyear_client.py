"""The client against the bundled server: log-ins, what goes wrong and how it is told, and that no secret is shown."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr, ValidationError

from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, ROOT, ROOT_PASSWORD, Asker, Place, bundled, emulator
from tui.config.profiles import Profile
from tui.services.command_log import CommandLog
from tui.services.errors import InvalidInput, NotAuthenticated, ServiceError, Unavailable
from tui.services.http.transport import Unanswered
from tui.services.serving.clock import Clock
from tui.systems.leapyear import system
from tui.systems.leapyear.account import AuthContext
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.errors import (
    APIError,
    AuthenticationError,
    ConflictError,
    ConnectionError,
    ForbiddenError,
    InvalidJson,
    InvalidURL,
    NotEmptyError,
    NotFoundError,
    PublicKeyCredentialsError,
    RateLimitedError,
    ServerVersionMismatch,
    TLSError,
    TokenExpiredError,
    UnsupportedBackendError,
    UpstreamError,
)
from tui.systems.leapyear.errors import (
    ValidationError as FieldError,
)
from tui.systems.leapyear.models import ClientStatus, PrivacyLimit, PrivacyParams, Subject
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
    assert [profile.uri for profile in system.discover()] == ["leapyear+https://ly-server:4401/core"]


async def test_the_order_of_log_ins(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with Asker(place.url) as nobody:
        body = {"username": ROOT, "password": ROOT_PASSWORD}
        token = nobody.done("POST", "/session", json=body)["token"]
    contexts: list[AuthContext] = []

    async def own_way(context: AuthContext) -> str:
        contexts.append(context)
        return token

    async with AsyncClient(place.url, ROOT, "not-used", authenticate=own_way) as client:
        assert client.username == ROOT and contexts[0].username == ROOT and contexts[0].url == place.url
    assert "not-used" not in repr(contexts)
    for wrong in ("", 5):
        with pytest.raises(AuthenticationError, match="no token"):
            async with AsyncClient(place.url, authenticate=lambda _, wrong=wrong: wrong):  # type: ignore[arg-type]
                pass
    with pytest.raises(AuthenticationError, match="nothing to log in with"):
        async with AsyncClient(place.url):
            pass
    monkeypatch.setenv("LY_JWT", token)
    async with AsyncClient(place.url) as client:
        assert client.username == ROOT
    # One of the two alone is no log-in: the token counts, and must be of the user that was named.
    async with AsyncClient(place.url, ROOT) as client:
        assert client.username == ROOT
    with pytest.raises(AuthenticationError, match="not bram's"):
        async with AsyncClient(place.url, BRAM):
            pass
    with pytest.raises(ValueError, match="not both"):
        AsyncClient(place.url, ROOT, "x", public_key_auth=True)


@pytest.mark.parametrize("algorithm", ["Ed25519", "RS256"])
async def test_a_log_in_by_key(
    place: Place, root: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    key: Any = ed25519.Ed25519PrivateKey.generate() if algorithm == "Ed25519" else rsa.generate_private_key(65537, 2048)
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    monkeypatch.setenv("LY_PRIVATE_KEY_FILE", str(file))
    for _ in range(2):
        client = AsyncClient(place.url, ROOT, public_key_auth=True)
        with pytest.raises(PublicKeyCredentialsError):
            await client.connect()
        await client.close()
    made = root.done("POST", f"/users/{ROOT}/keys", json={"name": "laptop", "public_key": public})
    assert made["algorithm"] == algorithm and made["fingerprint"].startswith("SHA256:")
    async with AsyncClient(place.url, ROOT, public_key_auth=True) as client:
        assert client.username == ROOT
        assert [one.name for one in await client.user_keys(ROOT)] == ["laptop"]
        await client.drop_key(ROOT, made["id"])
    assert root.refused("POST", f"/users/{ROOT}/keys", json={"name": "bad", "public_key": "no key"})[0] == 422
    monkeypatch.setenv("LY_PRIVATE_KEY_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(PublicKeyCredentialsError, match="cannot be read"):
        await AsyncClient(place.url, ROOT, public_key_auth=True).connect()


async def test_an_assertion_is_good_once_for_one_server_and_a_minute(place: Place, root: Asker) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tui.services.http.jwt import pack

    key, clock = Ed25519PrivateKey.generate(), place.service.backend.clock
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    root.done("POST", f"/users/{ROOT}/keys", json={"name": "k", "public_key": public.decode()})
    now, audience = clock.now(), root.done("GET", "/version")["server_id"]
    good = {"sub": ROOT, "aud": audience, "iat": now, "exp": now + 30, "jti": "12345678"}

    def tried(claims: dict[str, Any], **header: str) -> int:
        assertion = pack({"alg": "EdDSA", "typ": "JWT", **header}, claims, key.sign)
        return root.ask("POST", "/session/key", json={"assertion": assertion}).status_code

    assert tried(good) == 201
    bad: list[dict[str, Any]] = [
        good,
        {**good, "jti": "abcdefgh", "aud": "another"},
        {**good, "jti": "abcdefgh", "exp": now + 120},
        {**good, "jti": "abcdefgh", "iat": now - 100, "exp": now - 50},
        {**good, "jti": "abcdefgh", "sub": "nobody"},
        {**good, "jti": "abcdefgh", "iat": "now"},
        {**good, "jti": None},
    ]
    assert [tried(claims) for claims in bad] == [401] * len(bad)
    assert tried({**good, "jti": "abcdefgh"}, alg="none") == 401
    assert tried({**good, "jti": "abcdefgh"}) == 201


async def test_a_token_that_expires_is_replaced_once_where_there_is_a_password() -> None:
    clock = Clock(1_800_000_000.0)
    with bundled(clock=clock) as place:
        client, token = AsyncClient(place.url, ROOT, ROOT_PASSWORD), ""
        await client.connect()
        token = dict(await client.account.headers())["authorization"].removeprefix("Bearer ")
        bearer = AsyncClient(place.url, token=SecretStr(token))
        await bearer.connect()
        clock.advance(4000)
        place.service.requests.clear()
        found = await asyncio.gather(*(client.databases() for _ in range(5)))
        assert found == [{}] * 5 and len(lines(place, "POST /api/v1/session")) == 1
        with pytest.raises(TokenExpiredError, match="expired"):
            await bearer.databases()
        assert await bearer.status() is ClientStatus.TOKEN_EXPIRED
        # What was revoked on purpose does not come back by itself.
        place.service.backend.sessions.revoke_all()
        with pytest.raises(AuthenticationError, match="ended") as refused:
            await client.databases()
        assert not isinstance(refused.value, TokenExpiredError)
        await client.log_in()
        assert await client.connected()
        for one in (client, bearer):
            await one.close()


async def test_a_wrong_password_is_tried_once_and_not_again_by_itself(place: Place) -> None:
    client = AsyncClient(place.url, ROOT, "wrong-password-1")
    for _ in range(8):
        with pytest.raises(AuthenticationError, match="log-in failed"):
            await client.databases()
        assert await client.status() is ClientStatus.UNAUTHENTICATED
    assert len(lines(place, "POST /api/v1/session")) == 1
    await client.log_in(ROOT, ROOT_PASSWORD)
    assert await client.databases() == {}
    await client.close()
    for _ in range(4):
        with pytest.raises(AuthenticationError):
            await AsyncClient(place.url, BRAM, "wrong-password-1").connect()
    with pytest.raises(AuthenticationError):
        await AsyncClient(place.url, BRAM, "wrong-password-1").connect()
    locked = AsyncClient(place.url, BRAM, "wrong-password-1")
    with pytest.raises(RateLimitedError, match="Too many") as told:
        await locked.connect()
    assert told.value.retry_after is not None and told.value.retry_after > 30 and "try again in" in told.value.hint


async def test_how_a_client_stands_never_raises(place: Place, tmp_path: Path) -> None:
    client = AsyncClient(place.url, ROOT, ROOT_PASSWORD)
    assert await client.status() is ClientStatus.CONNECTED
    place.service.faults.add("status", path="version", times=9, status=500, message="broken")
    assert await client.status() is ClientStatus.SERVER_ERROR
    place.service.faults.clear()
    place.service.backend.contract_version = 2
    assert await client.status() is ClientStatus.VERSION_MISMATCH and not await client.connected()
    with pytest.raises(ServerVersionMismatch, match="version 2"):
        await AsyncClient(place.url, ROOT, ROOT_PASSWORD).connect()
    place.service.backend.contract_version = 1
    place.service.down()
    assert await client.status() is ClientStatus.UNREACHABLE
    with pytest.raises(ConnectionError, match="cannot be reached"):
        await client.databases()
    place.service.up()
    assert await client.status() is ClientStatus.CONNECTED
    await client.close()
    await client.close()
    assert await client.status() is ClientStatus.CLOSED
    with pytest.raises(Unavailable, match="closed"):
        await client.databases()


async def test_tls_is_checked(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    with Service(emulator(), context=context) as service:
        trusting = server_options(service.url, ca_file=tmp_path / "authority.pem")
        async with AsyncClient(username=ROOT, password=ROOT_PASSWORD, options=trusting) as client:
            assert await client.connected()
        stranger = AsyncClient(service.url, ROOT, ROOT_PASSWORD)
        with pytest.raises(TLSError, match="not trusted"):
            await stranger.connect()
        assert await stranger.status() is ClientStatus.TLS_ERROR
        await stranger.close()
    with bundled() as place:
        plain = AsyncClient(place.url.replace("http:", "https:"), ROOT, ROOT_PASSWORD)
        with pytest.raises(TLSError, match="no TLS"):
            await plain.connect()
        await plain.close()


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
    assert [(fact.label, fact.value) for fact in await system.facts(service)] == [("databases", 1), ("tables", 0)]
    await system.close(service)
    with pytest.raises(ServiceError):
        await system.open(profile.model_copy(update={"options": {"user": "x"}}))
    assert isinstance(server_options(place.url), ServerOptions)
