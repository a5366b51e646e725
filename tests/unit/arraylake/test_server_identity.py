"""The embedded identity provider: device flow, refresh and log-out over TLS, and what tokens are good for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.unit.arraylake.embedded import Asker
from tui.systems.arraylake.sample import ADMINISTRATOR
from tui.systems.arraylake.service_side.identity import DEVICE_GRANT
from tui.systems.arraylake.service_side.logins import CLIENT_ID
from tui.systems.arraylake.service_side.service import EmbeddedService


@pytest.fixture
def provider(lab: EmbeddedService) -> Iterator[httpx.Client]:
    """A client of the provider of `lab` that trusts its authority and no other."""
    trust = ssl.create_default_context(cafile=str(lab.authority))
    with httpx.Client(base_url=f"https://{lab.state.domain}", verify=trust, trust_env=False) as client:
        yield client


def begin(provider: httpx.Client) -> dict[str, Any]:
    answer = provider.post("/oauth/device/code", data={"client_id": CLIENT_ID, "scope": "openid"})
    assert answer.status_code == 200
    return answer.json()


def poll(provider: httpx.Client, code: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": DEVICE_GRANT, "device_code": code["device_code"], "client_id": CLIENT_ID}
    answer = provider.post("/oauth/token", data=form)
    return answer.status_code, answer.json()


def refresh(provider: httpx.Client, token: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT_ID}
    answer = provider.post("/oauth/token", data=form)
    return answer.status_code, answer.json()


def test_a_log_in_from_the_address_to_a_refreshed_token(lab: EmbeddedService, provider: httpx.Client) -> None:
    with Asker(lab, "") as nobody:
        where = nobody.done("GET", "/auth/config?target=client")
    assert where == {"domain": lab.state.domain, "client_id": CLIENT_ID}
    code = begin(provider)
    assert code["user_code"] in code["verification_uri_complete"]
    assert code["interval"] > 0 and code["expires_in"] > 0
    assert poll(provider, code)[1]["error"] == "authorization_pending"
    assert poll(provider, code)[1]["error"] == "slow_down"
    page = provider.get(code["verification_uri_complete"])
    assert code["user_code"] in page.text and ADMINISTRATOR in page.text
    form = {"user_code": code["user_code"].lower(), "email": ADMINISTRATOR, "answer": "allow"}
    assert provider.post("/activate", data=form).status_code == 200
    status, tokens = poll(provider, code)
    assert status == 200
    assert set(tokens) >= {"access_token", "id_token", "refresh_token", "expires_in", "token_type"}
    assert poll(provider, code)[1]["error"] == "invalid_grant", "a device code is good once"
    with Asker(lab, tokens["id_token"]) as ada:
        assert ada.done("GET", "/user")["email"] == ADMINISTRATOR
    with Asker(lab, tokens["access_token"]) as nobody:
        assert nobody.refused("GET", "/user")[0] == 401, "it is the identity token that the catalogue takes"
    status, renewed = refresh(provider, tokens["refresh_token"])
    assert status == 200
    assert "refresh_token" not in renewed, "the one that there is stays good"
    with Asker(lab, renewed["id_token"]) as ada:
        assert ada.done("GET", "/user/orgs")[0]["role"] == "admin"
    assert provider.get("/v2/logout").status_code == 200


def test_a_denied_and_a_late_log_in_end(lab: EmbeddedService, provider: httpx.Client) -> None:
    denied = begin(provider)
    assert provider.post("/activate", data={"user_code": denied["user_code"], "answer": "deny"}).status_code == 200
    assert poll(provider, denied)[1]["error"] == "access_denied"
    lab.state.logins.code_seconds = 0
    assert poll(provider, begin(provider))[1]["error"] == "expired_token"
    assert poll(provider, {"device_code": "unheard of"})[1]["error"] == "invalid_grant"
    assert provider.post("/activate", data={"user_code": "XXXX-XXXX", "answer": "allow"}).status_code == 404


def test_strangers_are_sent_away(provider: httpx.Client) -> None:
    assert provider.post("/oauth/device/code", data={"client_id": "another"}).status_code == 400
    assert provider.post("/oauth/token", data={"client_id": "another"}).json()["error"] == "invalid_client"
    form = {"client_id": CLIENT_ID, "grant_type": "password"}
    assert provider.post("/oauth/token", data=form).json()["error"] == "unsupported_grant_type"
    assert "script" not in provider.get("/activate?user_code=<script>").text


def test_a_rotating_provider_kills_the_old_refresh_token(lab: EmbeddedService, provider: httpx.Client) -> None:
    lab.state.logins.rotating = True
    first = lab.state.logins.start(lab.state.accounts.people()[0].id)
    status, second = refresh(provider, first["refresh_token"])
    assert status == 200
    assert refresh(provider, first["refresh_token"]) == (
        400,
        {"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."},
    )
    assert refresh(provider, second["refresh_token"])[0] == 200


def test_expired_and_revoked_tokens(lab: EmbeddedService, provider: httpx.Client) -> None:
    logins = lab.state.logins
    tokens = logins.start(lab.state.accounts.people()[0].id)
    logins.expire_tokens()
    with Asker(lab, tokens["id_token"]) as ada:
        assert ada.refused("GET", "/user") == (401, "Token has expired")
    status, renewed = refresh(provider, tokens["refresh_token"])
    assert status == 200
    with Asker(lab, renewed["id_token"]) as ada:
        assert ada.done("GET", "/user")["email"] == ADMINISTRATOR
        logins.revoke()
        assert ada.refused("GET", "/user") == (401, "Token has been revoked")
    assert refresh(provider, tokens["refresh_token"])[0] == 400


def test_a_short_token_expires_by_itself(lab: EmbeddedService) -> None:
    lab.state.logins.token_seconds = 0
    tokens = lab.state.logins.start(lab.state.accounts.people()[0].id)
    with Asker(lab, tokens["id_token"]) as ada:
        assert ada.refused("GET", "/user") == (401, "Token has expired")


def test_a_token_that_was_tampered_with_is_nobodys(lab: EmbeddedService) -> None:
    token = lab.state.logins.start(lab.state.accounts.people()[0].id)["id_token"]
    head, body, signature = token.split(".")
    for wrong in (f"{head}.{body[:-2]}xx.{signature}", f"{head}.{body}.{signature[:-8]}", f"{head}.{body}.", "eyJ.!.!"):
        with Asker(lab, wrong) as stranger:
            assert stranger.refused("GET", "/user") == (401, "Invalid token")


def test_the_published_key_is_the_one_that_signs(lab: EmbeddedService, provider: httpx.Client) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    from tui.services.http.jwt import decoded

    address = provider.get("/.well-known/openid-configuration").json()["jwks_uri"]
    (key,) = provider.get(address).json()["keys"]
    x, y = (int.from_bytes(decoded(key[name]), "big") for name in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    content, _, signature = lab.state.logins.start(lab.state.accounts.people()[0].id)["id_token"].rpartition(".")
    raw = decoded(signature)
    numbers = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(numbers, content.encode(), ec.ECDSA(hashes.SHA256()))


def test_a_log_in_approves_itself_where_the_demo_says_so(lab: EmbeddedService, provider: httpx.Client) -> None:
    lab.state.logins.approve_after = 0
    assert poll(provider, begin(provider))[0] == 200
