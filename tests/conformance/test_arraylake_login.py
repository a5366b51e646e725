"""The real arraylake logs in, refreshes and logs out at the embedded identity provider (contract §3, §4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.arraylake_service import ORG, Real, approving

pytestmark = pytest.mark.conformance


@pytest.fixture
def real_person(real_lab: Real) -> Iterator[Real]:
    """The real package without an API key: it must log in."""
    real_lab.bucket()
    del real_lab.where["token"]
    real_lab.where["authority"] = str(real_lab.service.authority)
    real_lab.state.log.clear()
    yield real_lab


def log_in(real: Real) -> str:
    with approving(real.service):
        return real.ask("log_in")


def test_the_device_flow_makes_the_token_file(real_person: Real) -> None:
    assert "Not logged in" in real_person.failure("list_bucket_configs", org=ORG)["text"]
    real_person.state.log.clear()
    with approving(real_person.service, polls=1):
        said = real_person.ask("log_in")
    lines = real_person.lines(None)
    assert lines[:3] == ["GET /auth/config 200", "POST /oauth/device/code 200", "POST /oauth/token 403"]
    assert lines[-2:] == ["POST /oauth/token 200", "POST /auth/update-user 200"]
    assert f"{real_person.state.domain}/activate?user_code=" in "".join(said.split())
    tokens = real_person.child.ask("token_file")
    assert tokens.pop("mode") == "0o600"
    assert set(tokens) == {"access_token", "id_token", "refresh_token", "expires_in", "token_type"}
    assert len(real_person.call("list_bucket_configs", org=ORG)) == 1
    assert real_person.state.log.entries()[-1].user == "ada.vogel@example.com"


def test_a_log_in_that_is_denied(real_person: Real) -> None:
    with approving(real_person.service, allow=False), pytest.raises(RuntimeError):
        real_person.ask("log_in")
    assert real_person.child.ask("token_file") is None


def test_a_token_that_expires_in_mid_session_is_refreshed_once(real_person: Real) -> None:
    log_in(real_person)
    before = real_person.child.ask("token_file")
    real_person.state.logins.expire_tokens()
    real_person.state.log.clear()
    assert len(real_person.call("list_bucket_configs", org=ORG)) == 1
    assert real_person.lines(None) == [
        "GET /orgs/lab/buckets 401",
        "GET /auth/config 200",
        "POST /oauth/token 200",
        "GET /orgs/lab/buckets 200",
    ]
    after = real_person.child.ask("token_file")
    assert after["id_token"] != before["id_token"]
    assert after["refresh_token"] == before["refresh_token"]


def test_a_provider_that_rotates_refresh_tokens(real_person: Real) -> None:
    log_in(real_person)
    real_person.state.logins.rotating = True
    before = real_person.child.ask("token_file")
    for _ in range(2):
        real_person.state.logins.expire_tokens()
        assert len(real_person.call("list_bucket_configs", org=ORG)) == 1
    assert real_person.child.ask("token_file")["refresh_token"] != before["refresh_token"]


def test_several_calls_refresh_each_for_itself(real_person: Real) -> None:
    """The package has no single flight; ours must (contract §4.1)."""
    log_in(real_person)
    real_person.state.logins.expire_tokens()
    real_person.state.log.clear()
    outcomes = real_person.ask("call_at_once", method="list_bucket_configs", times=4, org=ORG)
    assert all(isinstance(outcome, list) for outcome in outcomes)
    refreshed = real_person.state.log.lines("identity").count("POST /oauth/token 200")
    assert 1 <= refreshed <= 4


def test_a_revoked_log_in_ends_with_the_providers_words(real_person: Real) -> None:
    log_in(real_person)
    real_person.state.logins.revoke()
    refused = real_person.failure("list_bucket_configs", org=ORG)
    assert refused["class"] == "ArraylakeClientError"
    assert "invalid_grant" in refused["text"] and refused["status"] == 400


def test_a_provider_that_is_down(real_person: Real) -> None:
    log_in(real_person)
    real_person.service.down("identity")
    assert len(real_person.call("list_bucket_configs", org=ORG)) == 1, "a good token needs no provider"
    real_person.state.logins.expire_tokens()
    assert "ConnectError" in real_person.failure("list_bucket_configs", org=ORG)["class"]
    real_person.service.up("identity")
    assert len(real_person.call("list_bucket_configs", org=ORG)) == 1


def test_a_second_log_in_only_refreshes(real_person: Real) -> None:
    log_in(real_person)
    real_person.state.log.clear()
    real_person.ask("log_in")
    assert real_person.lines(None) == ["GET /auth/config 200", "POST /oauth/token 200", "GET /user 200"]


def test_log_out(real_person: Real) -> None:
    log_in(real_person)
    real_person.state.log.clear()
    assert "logged out" in real_person.ask("log_out")
    assert real_person.state.log.lines("identity") == ["GET /v2/logout 200"]
    assert real_person.child.ask("token_file") is None
    real_person.ask("log_out")


def test_a_token_file_that_somebody_else_wrote(real_person: Real) -> None:
    tokens = real_person.state.logins.start(real_person.state.accounts.people()[0].id)
    real_person.child.ask("token_file", content={**tokens, "added_by": "another tool"})
    assert len(real_person.call("list_bucket_configs", org=ORG)) == 1
    real_person.child.ask("token_file", content={"id_token": tokens["id_token"]})
    assert real_person.failure("list_bucket_configs", org=ORG)["class"] == "AuthException"


def test_an_api_key_that_ends_is_not_refreshed(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.state.accounts.revoke_keys()
    real_lab.state.log.clear()
    refused = real_lab.failure("list_bucket_configs", org=ORG)
    assert (refused["class"], refused["status"]) == ("ArraylakeClientError", 401)
    assert real_lab.state.log.lines(None) == ["GET /orgs/lab/buckets 401"]
