"""The embedded catalogue's repositories, as the contract says that the real service's are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.unit.arraylake.embedded import Asker
from tui.systems.arraylake.sample import API_KEY, READING_KEY
from tui.systems.arraylake.service_side.service import EmbeddedService

EVERY_FIELD = {
    *("_id", "org", "name", "prefix", "status", "created", "updated", "description", "metadata", "created_by"),
    *("visibility", "kind", "bucket", "subscription", "optimization_config", "permissions"),
}


def test_a_repository_is_made_with_every_field_and_found_again(asker: Asker) -> None:
    bucket = asker.bucket(prefix="arrays")
    content = json.dumps(
        {"name": "wind", "kind": "icechunk", "prefix": "w", "description": "föhn", "metadata": {"a": 1}}
    )
    made = asker.ask("POST", "/orgs/lab/repos", content=content.encode())
    assert made.status_code == 201
    assert b": " not in made.content.replace("föhn".encode(), b""), "compact, for the vendor's regular expression"
    assert made.headers["x-request-id"]
    assert parsedate_to_datetime(made.headers["date"]).tzinfo is not None
    repository = made.json()
    assert set(repository) == EVERY_FIELD
    assert (repository["prefix"], repository["description"], repository["metadata"]) == ("arrays/w", "föhn", {"a": 1})
    assert repository["bucket"] == bucket
    assert repository["status"]["mode"] == "online"
    assert repository["status"]["message"] == "new repo creation"
    assert datetime.fromisoformat(repository["created"]).tzinfo == UTC
    assert asker.done("GET", "/repos/lab/wind") == repository
    assert asker.done("GET", "/orgs/lab/repos") == [repository]


def test_without_a_prefix_the_service_chooses_one(asker: Asker) -> None:
    asker.bucket()
    prefixes = {asker.repository(name)["prefix"] for name in ("wind", "rain")}
    assert {prefix[8:] for prefix in prefixes} == {"wind", "rain"}


def test_a_duplicate_create_answers_with_the_one_that_is_there(asker: Asker) -> None:
    asker.bucket()
    first = asker.repository("wind", description="the first")
    again = asker.ask("POST", "/orgs/lab/repos", json={"name": "wind", "kind": "icechunk", "description": "another"})
    assert again.status_code == 201
    assert again.json() == first


def test_an_import_keeps_its_prefix(asker: Asker) -> None:
    asker.bucket(prefix="arrays")
    body = {"name": "old", "prefix": "elsewhere/old", "bucket_nickname": "main", "kind": "icechunk"}
    assert asker.done("POST", "/orgs/lab/repos/import", json=body)["prefix"] == "elsewhere/old"
    assert asker.repository("older", prefix="there", create_mode="import")["prefix"] == "there"


def test_a_create_without_a_kind_is_of_the_first_kind(asker: Asker) -> None:
    asker.bucket()
    made = asker.done("POST", "/orgs/lab/repos", json={"name": "old", "description": None, "bucket_nickname": "main"})
    assert made["kind"] == "v1"


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"bucket_nickname": "nowhere"}, "bucket nowhere does not exist"),
        ({"description": "x" * 256}, "Description can be at most 255 characters long"),
        ({"metadata": {"a": "x" * 5000}}, "Metadata can be at most 4kB"),
        ({"metadata": {"a": {"b": 1}}}, "scalars or lists of scalars"),
        ({"prefix": "/slash"}, "slash"),
        ({"prefix": "two words"}, "spaces"),
        ({"prefix": "x" * 257}, "256"),
        ({"name": "x"}, "between 2 and 128"),
        ({"name": "x" * 129}, "between 2 and 128"),
        ({"name": "a/b"}, "letters"),
        ({"kind": "zarr"}, "kind must be one of"),
        ({"create_mode": "steal"}, "create_mode must be one of"),
    ],
)
def test_a_broken_rule_is_a_422_that_says_which(asker: Asker, fields: dict[str, Any], detail: str) -> None:
    asker.bucket()
    status, said = asker.refused("POST", "/orgs/lab/repos", json={"name": "wind", "kind": "icechunk", **fields})
    assert status == 422
    assert detail in str(said)
    assert asker.done("GET", "/orgs/lab/repos") == []


def test_without_any_bucket_nothing_is_made(asker: Asker) -> None:
    assert asker.refused("POST", "/orgs/lab/repos", json={"name": "wind"}) == (422, "lab has no default bucket")


def test_a_body_that_is_no_object_is_refused(asker: Asker) -> None:
    for content in (b"", b"[]", b"not JSON", b'{"name":"\\ud800x"}', b"[" * 100_000):
        assert asker.refused("POST", "/orgs/lab/repos", content=content)[0] == 422


@pytest.mark.parametrize("number", ["NaN", "1e999"])
def test_a_number_that_json_cannot_say_is_refused(asker: Asker, number: str) -> None:
    asker.bucket()
    body = f'{{"name":"wind","kind":"icechunk","metadata":{{"a":{number}}}}}'
    assert asker.refused("POST", "/orgs/lab/repos", content=body.encode())[0] == 422


def test_pages_hold_every_repository_once_the_last_updated_first(asker: Asker) -> None:
    asker.bucket()
    names = [f"repo-{number:03d}" for number in range(25)]
    for name in names:
        asker.repository(name)
    pages = [asker.done("GET", f"/orgs/lab/repos/paginated?page={page}&size=10") for page in (1, 2, 3, 4)]
    assert [len(page["items"]) for page in pages] == [10, 10, 5, 0]
    assert {(page["total"], page["pages"], page["size"]) for page in pages} == {(25, 3, 10)}
    assert [item["name"] for page in pages for item in page["items"]] == names[::-1]


def test_an_empty_listing_has_no_pages(asker: Asker) -> None:
    assert asker.done("GET", "/orgs/lab/repos/paginated") == {
        "items": [],
        "total": 0,
        "page": 1,
        "size": 50,
        "pages": 0,
    }


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "size=0", "size=101", "size=-1", "page=1.5", "page=" + "9" * 5000]
)
def test_a_page_that_cannot_be_is_refused(asker: Asker, query: str) -> None:
    assert asker.refused("GET", f"/orgs/lab/repos/paginated?{query}")[0] == 422


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, {"wind", "rain", "none"}),
        ({"level": 2}, {"wind"}),
        ({"tags": "daily"}, {"wind", "rain"}),
        ({"tags": ["hourly", "weekly"]}, {"rain"}),
        ({"tags": "daily", "level": 3}, {"rain"}),
        ({"nowhere": 1}, set()),
    ],
)
def test_a_filter_finds_by_metadata(asker: Asker, wanted: dict[str, Any], names: set[str]) -> None:
    asker.bucket()
    asker.repository("wind", metadata={"level": 2, "tags": ["daily"]})
    asker.repository("rain", metadata={"level": 3, "tags": ["daily", "hourly"]})
    asker.repository("none")
    for path in ("/orgs/lab/repos", "/orgs/lab/repos/paginated"):
        found = asker.done("GET", path, params={"filter_metadata": json.dumps(wanted)})
        items = found if isinstance(found, list) else found["items"]
        assert {item["name"] for item in items} == names


def test_a_wrong_filter_is_refused_and_an_empty_one_is_none(asker: Asker) -> None:
    path = "/orgs/lab/repos/paginated"
    assert asker.refused("GET", path, params={"filter_metadata": "[1]"})[1] == "filter_metadata must be a JSON object"
    assert "scalars" in asker.refused("GET", path, params={"filter_metadata": '{"a":{}}'})[1]
    assert asker.done("GET", "/orgs/lab/repos?filter_metadata=") == []


def test_modify_changes_what_is_not_null(asker: Asker) -> None:
    asker.bucket()
    before = asker.repository("wind", description="old", metadata={"keep": 1, "drop": 2, "change": 3})
    nothing = dict.fromkeys(
        ("description", "add_metadata", "remove_metadata", "update_metadata", "optimization_config")
    )
    assert asker.done("PATCH", "/orgs/lab/wind", json=nothing)["updated"] == before["updated"]
    asker.done(
        "PATCH",
        "/orgs/lab/wind",
        json={
            **nothing,
            "description": "new",
            "add_metadata": {"more": [1, "x"]},
            "remove_metadata": ["drop"],
            "update_metadata": {"change": True},
            "optimization_config": {"gc_config": {"enabled": True}},
        },
    )
    after = asker.done("GET", "/repos/lab/wind")
    assert after["description"] == "new"
    assert after["metadata"] == {"keep": 1, "change": True, "more": [1, "x"]}
    assert after["optimization_config"]["gc_config"] == {"enabled": True}
    assert after["updated"] > before["updated"]


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"add_metadata": {"here": 2}}, "already exists in metadata"),
        ({"add_metadata": {"a": 1}, "remove_metadata": ["a"]}, "Common metadata keys found in request"),
        ({"update_metadata": {"gone": 2}}, "not found in metadata"),
        ({"remove_metadata": "here"}, "list of keys"),
        ({"description": "x" * 256}, "at most 255"),
        ({"add_metadata": {"a": ["x" * 5000]}}, "at most 4kB"),
    ],
)
def test_a_wrong_modification_changes_nothing(asker: Asker, fields: dict[str, Any], detail: str) -> None:
    asker.bucket()
    before = asker.repository("wind", metadata={"here": 1})
    status, said = asker.refused("PATCH", "/orgs/lab/wind", json={"description": "new", **fields})
    assert status == 422
    assert detail in said
    assert asker.done("GET", "/repos/lab/wind") == before


def test_delete_is_204_whether_it_was_there_or_not_and_keeps_the_objects(asker: Asker) -> None:
    asker.bucket()
    repository = asker.repository("wind")
    asker.service.state.objects.put("lab-main", repository["prefix"] + "/chunk", b"data")
    for path in ("/orgs/lab/wind", "/orgs/lab/wind?immediate=true", "/orgs/nobody/wind"):
        answer = asker.ask("DELETE", path)
        assert (answer.status_code, answer.content) == (204, b"")
    assert asker.refused("GET", "/repos/lab/wind") == (404, "lab/wind not found")
    assert asker.service.state.objects.get("lab-main", repository["prefix"] + "/chunk") is not None


def test_a_replaced_repository_has_another_id(asker: Asker) -> None:
    asker.bucket()
    first = asker.repository("wind")
    asker.done("DELETE", "/orgs/lab/wind")
    assert asker.repository("wind")["_id"] != first["_id"]


def test_a_status_is_set_unless_the_service_holds_it(asker: Asker) -> None:
    asker.bucket(
        nickname="role",
        platform="s3",
        auth_config={
            "method": "aws_customer_managed_role",
            "external_customer_id": "1",
            "external_role_name": "r",
        },
    )
    asker.repository("wind")
    status = asker.done("PUT", "/orgs/lab/wind/status", json={"mode": "maintenance", "message": "moving"})
    assert (status["mode"], status["message"]) == ("maintenance", "moving")
    assert asker.done("GET", "/repos/lab/wind")["status"] == status
    assert asker.refused("PUT", "/orgs/lab/wind/status", json={"mode": "asleep"})[0] == 422
    assert asker.refused("PUT", "/orgs/lab/wind/status", json={})[0] == 422
    state = asker.service.state
    state.repositories.put_status(state.repositories.get("lab", "wind"), {**status, "is_user_modifiable": False})
    refused = asker.refused("PUT", "/orgs/lab/wind/status", json={"mode": "online"})
    assert refused == (422, "Repo status is not modifiable")


def test_a_repository_with_keys_of_its_own_is_not_handed_out_unless_it_is_online(asker: Asker) -> None:
    asker.bucket()
    asker.repository("wind")
    assert asker.done("GET", "/repos/lab/wind/open")["repo_credentials"]["aws_access_key_id"] == "AKIDLAB"
    asker.done("PUT", "/orgs/lab/wind/status", json={"mode": "offline", "message": None})
    for path in ("/repos/lab/wind", "/repos/lab/wind/open"):
        status, detail = asker.refused("GET", path)
        assert status == 409
        assert "HMAC" in detail and "offline" in detail
    assert [item["status"]["mode"] for item in asker.done("GET", "/orgs/lab/repos")] == ["offline"]


def test_open_tells_all_that_storage_needs(asker: Asker) -> None:
    asker.bucket(prefix="arrays")
    asker.repository("wind", prefix="w")
    said = asker.done("GET", "/repos/lab/wind/open")
    assert said["repo_prefix"] == "arrays/w"
    assert said["repo_bucket"]["name"] == "lab-main"
    assert said["virtual_chunk_credentials"] == {}
    assert said["author"] == {"name": None, "email": "ci@keys.example.com"}
    assert said["principal_id"] == asker.done("GET", "/user")["id"]
    assert asker.refused("GET", "/repos/lab/none/open")[0] == 404


def test_what_a_member_may_not_do_is_refused_and_what_nobody_sees_is_not_there(lab: EmbeddedService) -> None:
    with Asker(lab, API_KEY) as admin:
        admin.bucket()
        admin.repository("wind")
    with Asker(lab, READING_KEY) as reader:
        assert len(reader.done("GET", "/orgs/lab/repos")) == 1
        for method, path in (
            ("POST", "/orgs/lab/repos"),
            ("POST", "/orgs/lab/repos/import"),
            ("PATCH", "/orgs/lab/wind"),
            ("DELETE", "/orgs/lab/wind"),
            ("PUT", "/orgs/lab/wind/status"),
            ("POST", "/orgs/lab/buckets"),
        ):
            assert reader.refused(method, path, json={"name": "rain"})[0] == 403
        assert reader.refused("GET", "/orgs/other/repos") == (404, "other not found")
        assert reader.done("GET", "/user/orgs")[0]["name"] == "lab"
    for token in ("", "ema_unknown", "eyJhbGciOiJub25lIn0.e30.", "nonsense"):
        with Asker(lab, token) as stranger:
            assert stranger.refused("GET", "/orgs/lab/repos")[0] == 401


def test_routes_of_one_shape_do_not_hide_one_another(asker: Asker) -> None:
    asker.bucket()
    asker.repository("wind")
    assert asker.done("GET", "/repos/icechunk/lab/wind/virtual-chunk-containers") == {}
    assert asker.refused("GET", "/repos/icechunk/lab/wind/dataset-node") == (422, "the repository doesn't exist")
    for path in ("/orgs/lab/repos/", "/nowhere", "/repos/lab/wind/"):
        answer = asker.ask("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
    assert asker.refused("POST", "/user")[0] == 405


def test_an_older_client_gets_what_it_can_read(institute: EmbeddedService) -> None:
    with Asker(institute, API_KEY) as asker:
        today = asker.done("GET", "/orgs/kestrel-forecast/buckets")
        old = asker.done("GET", "/orgs/kestrel-forecast/buckets", headers={"client-version": "0.12.0"})
        assert {bucket["platform"] for bucket in today} - {bucket["platform"] for bucket in old} == {"azure"}
        methods = {(bucket["auth_config"] or {}).get("method") for bucket in old}
        assert methods == {None, "hmac", "anonymous"}
        repositories = asker.done("GET", "/orgs/kestrel-forecast/repos", headers={"client-version": "0.12.0"})
        assert {(item["bucket"] or {}).get("platform") for item in repositories} <= {
            None,
            "s3",
            "s3-compatible",
            "gs",
            "minio",
        }
        assert None in {item["bucket"] and item["bucket"]["id"] for item in repositories}
