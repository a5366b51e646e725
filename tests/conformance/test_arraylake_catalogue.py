"""The real arraylake package does every operation of its client against the embedded catalogue (contract §10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.arraylake_service import HMAC, ORG, ROLE, Real

pytestmark = pytest.mark.conformance
WIND = "lab/wind"
SURE = {"imsure": True, "imreallysure": True}


def test_the_package_is_the_current_one(real_lab: Real) -> None:
    assert real_lab.child.versions["arraylake"] == "0.33.0"


def test_a_repository_from_create_to_delete(real_lab: Real) -> None:
    assert real_lab.call("list_repos", org=ORG) == []
    real_lab.bucket()
    real_lab.lines()
    made = real_lab.call("create_repo", name=WIND, description="Föhn – 風", metadata={"levels": [1, 2], "ok": True})
    assert made == {"branches": ["main"], "tags": []}
    assert real_lab.lines() == ["GET /user 200", "POST /orgs/lab/repos 201"]
    seen = real_lab.call("get_repo_object", name=WIND)
    assert (seen["name"], seen["description"], seen["metadata"]) == (
        "wind",
        "Föhn – 風",
        {"levels": [1, 2], "ok": True},
    )
    assert (seen["kind"], seen["visibility"], seen["status"]["mode"]) == ("icechunk", "PRIVATE", "online")
    assert seen["bucket"]["nickname"] == "main" and seen["prefix"].startswith("arrays/")
    assert real_lab.call("list_repos", org=ORG) == [seen]
    assert real_lab.call("list_repos_paginated", org=ORG, page_size=1) == [seen]
    assert real_lab.call("get_repo", name=WIND) == made
    assert real_lab.call("get_or_create_repo", name=WIND, bucket_config_nickname="main") == made
    real_lab.lines()
    unsure = real_lab.failure("delete_repo", name=WIND, imsure=True)
    assert unsure["value_error"] and real_lab.lines() == [], "it is not asked for before both are said"
    real_lab.call("delete_repo", name=WIND, **SURE)
    real_lab.call("delete_repo", name=WIND, **SURE)
    assert real_lab.lines() == ["DELETE /orgs/lab/wind 204"] * 2
    assert real_lab.failure("get_repo_object", name=WIND)["status"] == 404
    assert real_lab.call("list_repos", org=ORG) == []


def test_get_or_create_makes_what_is_missing_and_minds_the_bucket(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.bucket("other")
    assert real_lab.call("get_or_create_repo", name=WIND, bucket_config_nickname="other")["branches"] == ["main"]
    assert real_lab.call("get_repo_object", name=WIND)["bucket"]["nickname"] == "other"
    mismatch = real_lab.failure("get_or_create_repo", name=WIND, bucket_config_nickname="main")
    assert mismatch["value_error"] and "does not match" in mismatch["text"]


def test_a_duplicate_create_destroys_the_entry_as_it_does_at_the_vendors(real_lab: Real) -> None:
    """What our client must never do: the service answers with the old entry, the package cleans that up."""
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    real_lab.lines()
    assert real_lab.failure("create_repo", name=WIND)["class"] == "IcechunkError"
    assert real_lab.lines() == ["GET /user 200", "POST /orgs/lab/repos 201", "DELETE /orgs/lab/wind 204"]
    assert real_lab.failure("get_repo_object", name=WIND)["status"] == 404


def test_a_deleted_repository_is_imported_again(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND, prefix="w")
    snapshot = real_lab.ask("write", name=WIND, array="t", shape=[2, 3], message="first", fill=2.0)
    real_lab.call("delete_repo", name=WIND, **SURE)
    place = {"bucket_config_nickname": "main", "prefix": "arrays/w"}
    imported = real_lab.call("import_repo", name="lab/again", description="back", metadata={"a": "ü"}, **place)
    assert imported["branches"] == ["main"]
    assert real_lab.ask("history", name="lab/again")[0]["id"] == snapshot
    assert real_lab.ask("read", name="lab/again", array="t")["sum"] == 12.0
    seen = real_lab.call("get_repo_object", name="lab/again")
    assert (seen["prefix"], seen["description"], seen["metadata"]) == ("arrays/w", "back", {"a": "ü"})
    place["prefix"] = "arrays/nothing-there"
    assert real_lab.failure("import_repo", name="lab/never", **place)["class"] == "IcechunkError"
    assert [repo["name"] for repo in real_lab.call("list_repos", org=ORG)] == ["again"]


def test_modify_repo(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND, metadata={"keep": 1, "drop": "x", "change": [1]})
    real_lab.call(
        "modify_repo",
        name=WIND,
        description="Neu: 日本語",
        add_metadata={"more": True},
        remove_metadata=["drop"],
        update_metadata={"change": [2, 3]},
    )
    seen = real_lab.call("get_repo_object", name=WIND)
    assert seen["description"] == "Neu: 日本語"
    assert seen["metadata"] == {"keep": 1, "change": [2, 3], "more": True}
    for fields, text in (
        ({"add_metadata": {"keep": 2}}, "already exists in metadata"),
        ({"add_metadata": {"a": 1}, "remove_metadata": ["a"]}, "Common metadata keys found in request"),
        ({"description": "x" * 256}, "Description can be at most 255 characters long"),
        ({"add_metadata": {"a": "x" * 5000}}, "Metadata can be at most 4kB"),
    ):
        refused = real_lab.failure("modify_repo", name=WIND, **fields)
        assert (refused["class"], refused["status"]) == ("ArraylakeValidationError", 422)
        assert text in refused["text"] and refused["request_id"] in refused["text"]
    assert real_lab.call("get_repo_object", name=WIND) == seen


def test_two_hundred_and_fifty_repositories_in_pages(real_lab: Real) -> None:
    real_lab.bucket()
    state = real_lab.state
    principal = state.accounts.people()[0]
    for number in range(250):
        metadata = {"number": number, "parity": ["even", "odd"][number % 2]}
        body = {"name": f"repo-{number:03d}", "kind": "icechunk", "metadata": metadata}
        state.repositories.create(ORG, body, principal)
    real_lab.lines()
    names = [repo["name"] for repo in real_lab.call("list_repos", org=ORG)]
    assert names == [f"repo-{number:03d}" for number in reversed(range(250))]
    assert real_lab.lines() == ["GET /orgs/lab/repos/paginated 200"] * 3
    paged = real_lab.call("list_repos_paginated", org=ORG, page_size=100)
    assert {repo["name"] for repo in paged} == set(names)
    odd = real_lab.call("list_repos", org=ORG, filter_metadata={"parity": "odd"})
    assert len(odd) == 125 and {repo["metadata"]["parity"] for repo in odd} == {"odd"}
    assert real_lab.call("list_repos", org=ORG, filter_metadata={"parity": "none"}) == []


def test_buckets_from_create_to_delete(real_lab: Real) -> None:
    assert real_lab.call("list_bucket_configs", org=ORG) == []
    main, other = real_lab.bucket(), real_lab.bucket("other", {"method": "anonymous"})
    assert (main["is_default"], other["is_default"]) == (True, False)
    assert (main["platform"], main["name"], main["prefix"]) == ("s3-compatible", "lab-main", "arrays")
    assert main["auth_config"] == HMAC, "the service tells HMAC keys to whoever may read buckets"
    real_lab.lines()
    real_lab.call("set_default_bucket_config", org=ORG, nickname="other")
    identity = other["id"]
    assert real_lab.lines() == ["GET /orgs/lab/buckets 200", f"POST /orgs/lab/buckets/{identity}/default 204"]
    assert real_lab.call("get_bucket_config", org=ORG, nickname="other")["is_default"]
    assert [bucket["nickname"] for bucket in real_lab.call("list_bucket_configs", org=ORG)] == ["main", "other"]
    real_lab.call("create_repo", name=WIND, bucket_config_nickname="main")
    used = real_lab.call("list_repos_for_bucket_config", org=ORG, nickname="main")
    assert [repo["name"] for repo in used] == ["wind"]
    real_lab.lines()
    assert real_lab.failure("delete_bucket_config", org=ORG, nickname="main", imsure=True)["value_error"]
    assert real_lab.lines() == []
    refused = real_lab.failure("delete_bucket_config", org=ORG, nickname="main", **SURE)
    assert refused["status"] == 422 and "in use by a repo and cannot be modified" in refused["text"]
    real_lab.call("delete_bucket_config", org=ORG, nickname="other", **SURE)
    assert real_lab.call("get_bucket_config", org=ORG, nickname="main")["is_default"]
    assert real_lab.failure("get_bucket_config", org=ORG, nickname="other")["class"] == "BucketNotFoundError"
    assert (
        "already exists"
        in real_lab.failure(
            "create_bucket_config", org=ORG, nickname="main", uri="s3://another-one", extra_config={"region_name": "x"}
        )["text"]
    )


@pytest.mark.parametrize(
    ("uri", "extra", "auth", "platform"),
    [
        ("s3://roles/a/b", {"region_name": "eu-central-1"}, ROLE, "s3"),
        (
            "s3://r2-data",
            {"endpoint_url": "https://1.r2.example.com"},
            {
                "method": "r2_customer_managed_role",
                "external_account_id": "a",
                "account_api_token": "t",
                "parent_access_key_id": "k",
            },
            "s3-compatible",
        ),
        (
            "gs://gcs-data/x",
            {},
            {"method": "gcp_customer_managed_role", "target_service_account": "a@b.iam.gserviceaccount.com"},
            "gs",
        ),
        (
            "az://container",
            {},
            {"method": "azure_credential_delegation", "tenant_id": "t", "storage_account": "account"},
            "azure",
        ),
    ],
)
def test_buckets_of_every_platform(
    real_lab: Real, uri: str, extra: dict[str, Any], auth: dict[str, Any], platform: str
) -> None:
    made = real_lab.call(
        "create_bucket_config", org=ORG, nickname="some", uri=uri, extra_config=extra, auth_config=auth
    )
    assert made["platform"] == platform
    assert made["auth_config"]["method"] == auth["method"]
    (listed,) = real_lab.call("list_bucket_configs", org=ORG)
    assert listed["id"] == made["id"]


def test_virtual_chunks(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    made = real_lab.call(
        "create_bucket_config",
        org=ORG,
        nickname="data",
        uri="s3://open-data/obs",
        extra_config={"region_name": "us-east-1"},
        auth_config={"method": "anonymous"},
    )
    policy = real_lab.call(
        "set_virtual_chunk_access_policy", org=ORG, bucket_nickname="data", subprefix="x", public=True
    )
    assert (policy["bucket_id"], policy["url_prefix"]) == (made["id"], "s3://open-data/obs/x/")
    assert real_lab.call("list_virtual_chunk_access_policies", org=ORG) == [policy]
    place = "s3://open-data/obs/x/"
    real_lab.call("authorize_virtual_chunk_access", name=WIND, authorize_virtual_chunk_access={place: "data"})
    assert real_lab.call("get_virtual_chunk_containers", name=WIND) == {place: "data"}
    assert real_lab.call("get_repo", name=WIND)["branches"] == ["main"]
    gone = {"bucket_nickname": "data", "subprefix": "x", "public": True}
    real_lab.call("delete_virtual_chunk_access_policy", org=ORG, **gone)
    assert "not covered by any Virtual Chunk Access Policy" in real_lab.failure("get_repo", name=WIND)["text"]
    assert real_lab.call("list_virtual_chunk_access_policies", org=ORG) == []
    refused = real_lab.failure("set_virtual_chunk_access_policy", org=ORG, **{**gone, "bucket_nickname": "main"})
    assert refused["class"] == "ArraylakeClientError" and "HMAC authentication" in refused["text"]


def test_a_repository_that_is_not_online(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.bucket("role")
    real_lab.call("create_repo", name=WIND)
    state = real_lab.state
    row = state.repositories.get(ORG, "wind")
    status = {"mode": "offline", "message": "moved", "initiated_by": {}, "is_user_modifiable": True}
    state.repositories.put_status(row, status)
    for method in ("get_repo", "get_repo_object"):
        refused = real_lab.failure(method, name=WIND)
        assert refused["status"] == 409 and "HMAC" in refused["text"]
    assert real_lab.call("list_repos", org=ORG)[0]["status"]["mode"] == "offline"


@pytest.mark.parametrize(
    ("method", "keywords", "kind", "status", "text"),
    [
        ("get_repo", {"name": "lab/none"}, "ArraylakeClientError", 404, "lab/none not found"),
        ("list_repos", {"org": "elsewhere"}, "ArraylakeClientError", 404, "elsewhere not found"),
        (
            "create_repo",
            {"name": "lab/new", "bucket_config_nickname": "nowhere"},
            "ArraylakeValidationError",
            422,
            "bucket nowhere does not exist",
        ),
    ],
)
def test_what_the_service_refuses_is_told_with_its_text(
    real_lab: Real, method: str, keywords: dict[str, Any], kind: str, status: int, text: str
) -> None:
    real_lab.bucket()
    refused = real_lab.failure(method, **keywords)
    assert (refused["class"], refused["status"]) == (kind, status)
    assert text in refused["text"]


def test_the_vendors_command_line_by_environment_variables(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND, description="Föhn")
    environment = {"ARRAYLAKE_SERVICE__URI": real_lab.service.uri, "ARRAYLAKE_TOKEN": real_lab.where["token"]}
    listed = real_lab.child.ask("command", arguments=["repo", "list", ORG], environment=environment)
    assert listed["code"] == 0 and "wind" in listed["said"]
