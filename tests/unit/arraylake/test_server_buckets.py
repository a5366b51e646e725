"""The embedded catalogue's bucket configs, access policies, people and keys, as the contract says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.arraylake.embedded import HMAC, Asker
from tui.systems.arraylake.service_side.rules import HIDDEN

ROLE = {
    "method": "aws_customer_managed_role",
    "external_customer_id": "123456789012",
    "external_role_name": "arraylake",
    "shared_secret": "lab-shared-secret",
}


def test_the_first_bucket_is_the_default_and_the_oldest_left_follows_it(asker: Asker) -> None:
    first, second, third = (asker.bucket(nickname) for nickname in ("one", "two", "three"))
    assert [bucket["is_default"] for bucket in (first, second, third)] == [True, False, False]
    asker.done("POST", f"/orgs/lab/buckets/{third['id']}/default")
    defaults = [bucket["nickname"] for bucket in asker.done("GET", "/orgs/lab/buckets") if bucket["is_default"]]
    assert defaults == ["three"]
    assert asker.ask("DELETE", f"/orgs/lab/buckets/{third['id']}").status_code == 204
    assert asker.done("GET", f"/orgs/lab/buckets/{first['id']}")["is_default"]


def test_a_bucket_says_its_own_keys_and_hides_shared_secrets(asker: Asker) -> None:
    own = asker.bucket()
    assert own["auth_config"] == HMAC
    assert own["prefix"] == ""
    assert own["created_by"] == "ci@keys.example.com"
    role = asker.bucket("role", platform="s3", auth_config=ROLE)
    assert role["auth_config"]["shared_secret"] == HIDDEN
    assert "lab-shared-secret" not in json.dumps(asker.done("GET", "/orgs/lab/buckets"))
    r2 = asker.bucket(
        "r2x",
        extra_config={"endpoint_url": "https://1.r2.example.com"},
        auth_config={
            "method": "r2_customer_managed_role",
            "external_account_id": "a",
            "account_api_token": "r2-token",
            "parent_access_key_id": "r2-key",
        },
    )
    assert r2["auth_config"]["duration_seconds"] == 3600
    assert {r2["auth_config"][name] for name in ("account_api_token", "parent_access_key_id")} == {HIDDEN}


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"nickname": "main"}, "already exists"),
        ({"nickname": "other", "name": "lab-main"}, "already exists"),
        ({"nickname": "xy"}, "between 3 and 64"),
        ({"name": "xy"}, "between 3 and 63"),
        ({"prefix": "/edge"}, "slash"),
        ({"platform": "tape"}, "platform must be one of"),
        ({"extra_config": {"retries": 3}}, "strings and booleans"),
        ({"auth_config": {"method": "prayer"}}, "method must be one of"),
        ({"auth_config": {"method": "hmac", "access_key_id": "x"}}, "secret_access_key"),
        ({"auth_config": ROLE}, "not supported on platform"),
        ({"auth_config": {**ROLE, "method": "r2_customer_managed_role"}}, "R2"),
        ({"auth_config": "hmac"}, "dictionary"),
    ],
)
def test_a_broken_rule_is_a_422_that_says_which(asker: Asker, fields: dict[str, Any], detail: str) -> None:
    asker.bucket()
    body = {
        "nickname": "second",
        "platform": "s3-compatible",
        "name": "second-name",
        "extra_config": {"endpoint_url": asker.service.state.object_uri},
        **fields,
    }
    status, said = asker.refused("POST", "/orgs/lab/buckets", json=body)
    assert status == 422
    assert detail in str(said)
    assert len(asker.done("GET", "/orgs/lab/buckets")) == 1


def test_a_bucket_in_use_keeps_all_but_its_nickname_and_is_not_deleted(asker: Asker) -> None:
    bucket = asker.bucket()
    path = f"/orgs/lab/buckets/{bucket['id']}"
    nothing = dict.fromkeys(("nickname", "platform", "name", "prefix", "extra_config", "auth_config"))
    assert asker.done("PATCH", path, json={**nothing, "name": "lab-moved"})["name"] == "lab-moved"
    repository = asker.repository("wind")
    assert [item["_id"] for item in asker.done("GET", f"{path}/repos")] == [repository["_id"]]
    for method, body in (("PATCH", {**nothing, "name": "lab-again"}), ("DELETE", None)):
        status, detail = asker.refused(method, path, json=body)
        assert status == 422
        assert "in use by a repo and cannot be modified" in detail
    assert asker.done("PATCH", path, json={**nothing, "nickname": "renamed"})["nickname"] == "renamed"
    asker.done("DELETE", "/orgs/lab/wind")
    assert asker.ask("DELETE", path).status_code == 204
    for asked in ("", "/repos", "/credentials"):
        assert asker.refused("GET", path + asked)[0] == 404


@pytest.mark.parametrize(
    ("platform", "auth", "keys"),
    [
        ("s3", ROLE, {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "expiration"}),
        (
            "gs",
            {"method": "gcp_customer_managed_role", "target_service_account": "a@example.com"},
            {"access_token", "principal", "expiration"},
        ),
        (
            "azure",
            {"method": "azure_credential_delegation", "tenant_id": "t", "storage_account": "acc"},
            {"sas_token", "storage_account", "expiration"},
        ),
        ("minio", HMAC, {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "expiration"}),
    ],
)
def test_credentials_have_every_key_of_their_platform(
    asker: Asker, platform: str, auth: dict[str, Any], keys: set[str]
) -> None:
    bucket = asker.bucket(platform=platform, auth_config=auth)
    asker.repository("wind")
    for path in (f"/orgs/lab/buckets/{bucket['id']}/credentials", "/repos/lab/wind/bucket-credentials"):
        assert set(asker.done("GET", path)) == keys


def test_an_anonymous_bucket_has_no_credentials(asker: Asker) -> None:
    asker.bucket(auth_config={"method": "anonymous"})
    asker.repository("wind")
    assert asker.refused("GET", "/repos/lab/wind/bucket-credentials")[0] == 422
    assert asker.done("GET", "/repos/lab/wind/open")["repo_credentials"] is None


def test_virtual_chunks_need_a_policy(asker: Asker) -> None:
    bucket = asker.bucket("data", platform="s3", prefix="obs", auth_config=ROLE)
    asker.repository("wind")
    path = "/repos/icechunk/lab/wind/virtual-chunk-containers"
    place = "s3://lab-data/obs/2025/"
    assert asker.done("PATCH", path, json={"add": {place: "data", "gs://free/": None}, "remove": []}) == {
        "gs://free/": None,
        place: "data",
    }
    status, detail = asker.refused("GET", "/repos/lab/wind/open")
    assert status == 422
    assert "not covered by any Virtual Chunk Access Policy" in detail
    policies = "/orgs/lab/settings/virtual-chunk-access-policies"
    body = {"use_case": "explicit", "bucket_id": bucket["id"], "subprefix": "/2025/", "public": False}
    policy = asker.done("PUT", policies, json=body)
    assert (policy["url_prefix"], policy["subprefix"]) == (place, "2025")
    assert asker.done("PUT", policies, json=body) == policy
    assert asker.done("GET", policies + "?size=100") == {
        "items": [policy],
        "total": 1,
        "page": 1,
        "size": 100,
        "pages": 1,
    }
    opened = asker.done("GET", "/repos/lab/wind/open")["virtual_chunk_credentials"]
    assert set(opened) == {place}
    assert opened[place]["bucket_nickname"] == "data"
    for _ in range(2):
        assert asker.ask("DELETE", policies, content=json.dumps(body).encode()).status_code == 204
    assert asker.done("PATCH", path, json={"add": {}, "remove": [place]}) == {"gs://free/": None}


@pytest.mark.parametrize("place", ["file:///etc/", "memory://x/", "http://x.example.com/", "nowhere"])
def test_some_places_cannot_hold_virtual_chunks(asker: Asker, place: str) -> None:
    asker.bucket()
    asker.repository("wind")
    body = {"add": {"s3://good/": None, place: None}, "remove": []}
    path = "/repos/icechunk/lab/wind/virtual-chunk-containers"
    assert asker.refused("PATCH", path, json=body)[0] == 422
    assert asker.done("GET", path) == {}


def test_a_policy_for_a_bucket_with_keys_is_refused(asker: Asker) -> None:
    bucket = asker.bucket()
    body = {"use_case": "explicit", "bucket_id": bucket["id"], "subprefix": "", "public": True}
    status, detail = asker.refused("PUT", "/orgs/lab/settings/virtual-chunk-access-policies", json=body)
    assert status == 400
    assert "HMAC authentication" in detail


def test_a_key_is_told_from_a_person_by_its_fields(asker: Asker) -> None:
    key = asker.done("GET", "/user")
    assert set(key) == {"id", "client_id", "email", "expiration"}
    state = asker.service.state
    person = state.accounts.people()[0]
    with Asker(asker.service, state.logins.start(person.id)["id_token"]) as ada:
        assert ada.done("GET", "/user") == {
            "id": person.id,
            "email": "ada.vogel@example.com",
            "first_name": "Ada",
            "family_name": "Vogel",
        }
        assert ada.done("POST", "/auth/update-user")["email"] == "ada.vogel@example.com"


def test_permissions_are_those_of_the_role(asker: Asker) -> None:
    asker.bucket()
    people = {"admin": asker.done("GET", "/user")["id"], "nobody": "00000000-0000-0000-0000-000000000000"}

    def may(who: str, resource: str, action: str) -> bool:
        query = {"principal_id": people[who], "resource": resource, "action": action}
        old, new = (
            asker.done("GET", path, params=query)["has_permission"]
            for path in ("/orgs/lab/permissions/check", "/orgs/lab/api-clients/permissions/check")
        )
        assert old == new
        return old

    assert may("admin", "lab", "CAN_MANAGE_USERS")
    assert may("admin", "lab/wind", "CAN_WRITE")
    assert not may("nobody", "lab", "CAN_READ_REPOS")
    query = {"principal_id": people["admin"], "resource": "lab", "action": "CAN_FLY"}
    assert asker.refused("GET", "/orgs/lab/permissions/check", params=query)[0] == 422
    assert asker.refused("GET", "/orgs/lab/permissions/check?resource=other")[0] == 422


def test_a_key_that_has_ended_is_told_so(asker: Asker) -> None:
    state = asker.service.state
    _, ended = state.accounts.add_key("ended", seconds=-1)
    _, good = state.accounts.add_key("good")
    with Asker(asker.service, "") as nobody:
        path = "/orgs/lab/api-clients/authenticate"
        assert nobody.done("GET", f"{path}?token={good}")["email"] == "good@keys.example.com"
        assert nobody.refused("GET", f"{path}?token={ended}") == (401, "API token has expired")
        assert good not in str(state.log.entries()[0])
    state.accounts.revoke_keys()
    assert asker.refused("GET", "/user") == (401, "Invalid API token")
