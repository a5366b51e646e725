"""The embedded object store: what icechunk needs of S3, and who may come in."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

from tests.unit.arraylake.embedded import HMAC, Asker


class Store:
    """Asks for objects as the holder of an access key."""

    def __init__(self, uri: str, key_id: str) -> None:
        credential = f"AWS4-HMAC-SHA256 Credential={key_id}/20250901/us-east-1/s3/aws4_request, Signature=0"
        headers = {"authorization": credential} if key_id else {}
        self.client = httpx.Client(base_url=uri, headers=headers, trust_env=False, verify=False)

    def listed(self, **query: str) -> tuple[list[str], list[str], str | None]:
        """Return keys, folders and the token of the next page of a listing of `lab-main`."""
        answer = self.client.get("/lab-main/", params={"list-type": "2", **query})
        assert answer.status_code == 200
        root = ElementTree.fromstring(answer.content)
        keys = [part.text or "" for part in root.findall("Contents/Key")]
        folders = [part.text or "" for part in root.findall("CommonPrefixes/Prefix")]
        return keys, folders, root.findtext("NextContinuationToken")


@pytest.fixture
def store(asker: Asker) -> Iterator[Store]:
    asker.bucket()
    store = Store(asker.service.state.object_uri, HMAC["access_key_id"])
    yield store
    store.client.close()


def test_an_object_is_written_read_in_part_and_removed(store: Store) -> None:
    content = bytes(range(256)) * 10
    digest = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
    put = store.client.put("/lab-main/a/ü b", content=content, headers={"x-amz-checksum-crc32": digest})
    assert put.status_code == 200
    got = store.client.get("/lab-main/a/ü b")
    assert (got.content, got.headers["etag"]) == (content, put.headers["etag"])
    head = store.client.head("/lab-main/a/ü b")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")
    for span, part in (("bytes=10-19", content[10:20]), ("bytes=2550-", content[2550:]), ("bytes=-5", content[-5:])):
        answer = store.client.get("/lab-main/a/ü b", headers={"range": span})
        assert (answer.status_code, answer.content) == (206, part)
    assert store.client.get("/lab-main/a/ü b", headers={"range": "bytes=9000-"}).status_code == 416
    assert store.client.get("/lab-main/a/ü b", headers={"if-none-match": put.headers["etag"]}).status_code == 304
    assert store.client.delete("/lab-main/a/ü b").status_code == 204
    gone = store.client.get("/lab-main/a/ü b")
    assert gone.status_code == 404
    assert "<Code>NoSuchKey</Code>" in gone.text


def test_a_write_can_ask_for_what_is_there(store: Store) -> None:
    first = store.client.put("/lab-main/ref", content=b"1", headers={"if-none-match": "*"})
    assert first.status_code == 200
    again = store.client.put("/lab-main/ref", content=b"2", headers={"if-none-match": "*"})
    assert again.status_code == 412
    assert "<Code>PreconditionFailed</Code>" in again.text
    etag = first.headers["etag"].strip('"')
    assert store.client.put("/lab-main/ref", content=b"3", headers={"if-match": etag}).status_code == 200
    assert store.client.put("/lab-main/ref", content=b"4", headers={"if-match": etag}).status_code == 412
    assert store.client.put("/lab-main/none", content=b"5", headers={"if-match": etag}).status_code == 412
    assert store.client.get("/lab-main/ref").content == b"3"


def test_a_wrong_checksum_writes_nothing(store: Store) -> None:
    answer = store.client.put("/lab-main/x", content=b"abc", headers={"x-amz-checksum-crc32": "AAAAAA=="})
    assert "<Code>BadDigest</Code>" in answer.text
    assert store.client.head("/lab-main/x").status_code == 404


def test_listings_come_in_pages_with_and_without_folders(store: Store) -> None:
    keys = sorted([*(f"repo/chunks/{number:02d}" for number in range(7)), "repo/config", "repo/refs/a", "repository"])
    for key in keys:
        store.client.put(f"/lab-main/{key}", content=b"x")
    assert store.listed()[0] == keys
    assert store.listed(prefix="repo/chunks/0")[0] == keys[:7]
    assert store.listed(prefix="nothing") == ([], [], None)
    found: list[str] = []
    token: str | None = ""
    while token is not None:
        page = store.listed(**{"max-keys": "3", "prefix": "repo/", **({"continuation-token": token} if token else {})})
        assert len(page[0]) <= 3
        found, token = found + page[0], page[2]
    assert found == keys[:-1]
    assert store.listed(prefix="repo/", delimiter="/") == (["repo/config"], ["repo/chunks/", "repo/refs/"], None)
    first = store.listed(**{"prefix": "repo/", "delimiter": "/", "max-keys": "1"})
    assert first[:2] == ([], ["repo/chunks/"])
    rest = store.listed(**{"prefix": "repo/", "delimiter": "/", "continuation-token": first[2] or ""})
    assert rest[:2] == (["repo/config"], ["repo/refs/"])
    assert store.listed(**{"start-after": "repo/refs/a"})[0] == ["repository"]


def test_many_are_deleted_at_once(store: Store) -> None:
    for key in ("a&b", "c", "d"):
        store.client.put(f"/lab-main/{key}", content=b"x")
    body = "<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>d</Key></Object></Delete>"
    assert store.client.post("/lab-main?delete", content=body).status_code == 200
    assert store.listed()[0] == ["c"]
    for broken in ("<Delete>", '<!DOCTYPE x [<!ENTITY e "x">]><Delete/>'):
        assert store.client.post("/lab-main?delete", content=broken).status_code == 400


def test_only_the_catalogues_keys_open_a_bucket(asker: Asker, store: Store) -> None:
    uri = asker.service.state.object_uri
    store.client.put("/lab-main/x", content=b"x")
    for key_id, code in (("AKIDOTHER", "InvalidAccessKeyId"), ("", "AccessDenied")):
        answer = Store(uri, key_id).client.get("/lab-main/x")
        assert answer.status_code == 403
        assert f"<Code>{code}</Code>" in answer.text
    assert "<Code>NoSuchBucket</Code>" in store.client.get("/nowhere/x").text
    role = {"method": "customer_managed_role", "external_customer_id": "1", "external_role_name": "r"}
    asker.bucket("role", platform="s3", auth_config=role)
    asker.repository("wind", bucket_nickname="role")
    vended = asker.done("GET", "/repos/lab/wind/bucket-credentials")["aws_access_key_id"]
    assert Store(uri, vended).client.put("/lab-role/x", content=b"x").status_code == 200
    assert Store(uri, vended).client.get("/lab-main/x").status_code == 403
    asker.bucket("open", auth_config={"method": "anonymous"})
    assert Store(uri, "").client.get("/lab-open/x").status_code == 404
    assert Store(uri, "").client.put("/lab-open/x", content=b"x").status_code == 403


def test_the_log_has_no_secret(asker: Asker, store: Store) -> None:
    store.client.get("/lab-main/x")
    asker.done("GET", "/user")
    said = json.dumps([entry.document() for entry in asker.service.state.log.entries()])
    assert "Signature" not in said and "ema_" not in said
