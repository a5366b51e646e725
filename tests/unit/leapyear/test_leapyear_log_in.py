"""Logging in with the client: passwords, keys, tokens, what ends a session, other versions, and TLS."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from tests.unit.leapyear.servers import BRAM, ROOT, ROOT_PASSWORD, Asker, Place, bundled, emulator
from tui.services.errors import Unavailable
from tui.services.serving.clock import Clock
from tui.systems.leapyear.account import AuthContext
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.errors import (
    AuthenticationError,
    ConnectionError,
    PublicKeyCredentialsError,
    RateLimitedError,
    ServerVersionMismatch,
    TLSError,
    TokenExpiredError,
)
from tui.systems.leapyear.models import ClientStatus
from tui.systems.leapyear.options import server_options
from tui.systems.leapyear.service_side.service import Service


def lines(place: Place, path: str = "") -> list[str]:
    return [line for line in place.service.requests.lines() if path in line]


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
