"""Older releases of the real arraylake, whose paths the embedded catalogue has too (contract §1, §11)."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.conformance.arraylake_service import ORG, real_on_a_service
from tests.conformance.conftest import real
from tests.conformance.environments import Child

pytestmark = pytest.mark.conformance
RELEASES = {
    "0.29.0": ("arraylake==0.29.0",),
    "0.12.0": ("arraylake==0.12.0", "numcodecs<0.14", "pydantic<2.10", "httpx<0.28"),
}
SURE = {"imsure": True, "imreallysure": True}


@pytest.mark.parametrize("release", RELEASES)
def test_an_older_release_lists_and_deletes(release: str) -> None:
    script = Path(__file__).with_name("arraylake_child.py")
    for child in real(lambda: contextlib.closing(Child(script, RELEASES[release]))):
        assert child.versions["arraylake"] == release
        with real_on_a_service(child) as old:
            state = old.state
            body = {
                "nickname": "main",
                "platform": "s3-compatible",
                "name": "lab-main",
                "extra_config": {"endpoint_url": state.object_uri, "use_ssl": False, "region_name": "us-east-1"},
                "auth_config": {"method": "hmac", "access_key_id": "a", "secret_access_key": "s"},
            }
            role = {"method": "azure_credential_delegation", "tenant_id": "t", "storage_account": "account"}
            azure = {"nickname": "azure", "platform": "azure", "name": "container", "auth_config": role}
            for bucket in (body, azure):
                state.buckets.create(ORG, bucket, "ada.vogel@example.com")
            for number in range(120):
                made = {"name": f"repo-{number:03d}", "bucket_nickname": ["main", "azure"][number % 2], "kind": "v1"}
                state.repositories.create(ORG, made, state.accounts.people()[0])
            old.lines()
            names = {repo["name"] for repo in old.call("list_repos", org=ORG)}
            assert names == {f"repo-{number:03d}" for number in range(120)}
            assert old.lines() == ["GET /orgs/lab/repos 200"]
            nicknames = [bucket["nickname"] for bucket in old.call("list_bucket_configs", org=ORG)]
            assert nicknames == (["main"] if release == "0.12.0" else ["main", "azure"])
            assert len(old.call("list_repos_for_bucket_config", org=ORG, nickname="main")) == 60
            made = old.call(
                "create_bucket_config", org=ORG, nickname="new", uri="s3://lab-new/x", extra_config={"region_name": "x"}
            )
            assert (made["platform"], made["prefix"]) == ("s3", "x")
            old.call("set_default_bucket_config", org=ORG, nickname="new")
            assert old.call("get_bucket_config", org=ORG, nickname="new")["is_default"]
            old.call("delete_bucket_config", org=ORG, nickname="new", **SURE)
            old.call("delete_repo", name="lab/repo-000", **SURE)
            assert len(old.call("list_repos", org=ORG)) == 119
