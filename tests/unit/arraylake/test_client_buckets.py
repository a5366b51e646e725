"""The client's methods on bucket configurations, against the embedded service."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tests.unit.arraylake.clients import KEYS, asked, client_of, make_bucket
from tests.unit.arraylake.embedded import Asker
from tui.services.errors import AlreadyExists, InvalidInput, NotFound
from tui.systems.arraylake.bucket_platforms import Platform, methods_of
from tui.systems.arraylake.errors import BucketInUse
from tui.systems.arraylake.service_side.service import EmbeddedService

SURE = {"imsure": True, "imreallysure": True}
REGION = {"region_name": "eu-central-1"}


async def test_a_bucket_from_its_beginning_to_its_end(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        made = await client.create_bucket_config(
            org="lab", nickname="main", uri="s3://bucket/arrays/now", extra_config=REGION
        )
        assert (made.platform, made.uri, made.authentication, made.is_default) == (
            "s3",
            "s3://bucket/arrays/now",
            "anonymous",
            True,
        )
        await make_bucket(client, lab, "other")
        await client.set_default_bucket_config(org="lab", nickname="other")
        assert {bucket.nickname: bucket.is_default for bucket in await client.list_bucket_configs("lab")} == {
            "main": False,
            "other": True,
        }
        other = await client.get_bucket_config(org="lab", nickname="other")
        assert (other.platform, other.authentication, other.endpoint) == (
            "s3-compatible",
            "access keys",
            lab.state.object_uri,
        )
        await client.delete_bucket_config(org="lab", nickname="other", **SURE)
        assert [(bucket.nickname, bucket.is_default) for bucket in await client.list_bucket_configs("lab")] == [
            ("main", True)
        ]
        for method in (client.get_bucket_config, client.set_default_bucket_config, client.list_repos_for_bucket_config):
            with pytest.raises(NotFound, match="other"):
                await method(org="lab", nickname="other")
        with pytest.raises(NotFound):
            await client.delete_bucket_config(org="lab", nickname="other", **SURE)


async def test_a_bucket_in_use_is_not_deleted_and_its_users_are_named(lab: EmbeddedService, asker: Asker) -> None:
    asker.bucket()
    for number in range(7):
        asker.repository(f"repo-{number}")
    async with client_of(lab) as client:
        assert len(await client.list_repos_for_bucket_config(org="lab", nickname="main")) == 7
        with pytest.raises(BucketInUse, match="used by repo-0, repo-1, repo-2, repo-3, repo-4 and 2 more"):
            await client.delete_bucket_config(org="lab", nickname="main", **SURE)
        assert asked(lab, "DELETE") == []


async def test_deleting_needs_both_confirmations_before_anything_is_asked(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        for sure in ({}, {"imsure": True}, {"imreallysure": True}):
            with pytest.raises(InvalidInput):
                await client.delete_bucket_config(org="lab", nickname="main", **sure)
        assert asked(lab) == []


async def test_what_is_there_already(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        await make_bucket(client, lab)
        with pytest.raises(AlreadyExists):
            await make_bucket(client, lab)


@pytest.mark.parametrize(
    ("uri", "extra", "auth", "named"),
    [
        ("ftp://bucket", {}, None, "uri"),
        ("bucket", {}, None, "uri"),
        ("s3://ab", REGION, None, "uri"),
        ("s3://user:word@bucket", REGION, None, "uri"),
        ("s3://bucket/a//", REGION, None, "uri"),
        ("s3://bucket", {}, None, "extra_config.region_name"),
        ("s3://bucket", {"region_name": 5}, None, "extra_config.region_name"),
        ("s3://bucket", REGION, {"method": "magic"}, "auth_config"),
        ("s3://bucket", REGION, {"method": "hmac", "access_key_id": "a"}, "auth_config.secret_access_key"),
        ("s3://bucket", REGION, {**KEYS, "more": "marker-secret"}, "auth_config.more"),
        (
            "gs://bucket",
            {},
            {"method": "azure_credential_delegation", "tenant_id": "t", "storage_account": "s"},
            "method",
        ),
        (
            "s3://bucket",
            {"endpoint_url": "https://s3.example.com"},
            {
                "method": "r2_customer_managed_role",
                "external_account_id": "a",
                "account_api_token": "marker-secret",
                "parent_access_key_id": "marker-secret",
            },
            "auth_config.method",
        ),
    ],
)
async def test_settings_that_cannot_be_are_refused_here(
    lab: EmbeddedService, uri: str, extra: dict[str, Any], auth: dict[str, Any] | None, named: str
) -> None:
    async with client_of(lab) as client:
        with pytest.raises(InvalidInput) as caught:
            await client.create_bucket_config(org="lab", nickname="main", uri=uri, extra_config=extra, auth_config=auth)
        assert named in caught.value.message
        assert "marker-secret" not in str(caught.value)
        assert asked(lab) == []


@pytest.mark.parametrize(
    ("uri", "extra", "auth", "platform"),
    [
        (
            "s3://bucket",
            REGION,
            {"method": "aws_customer_managed_role", "external_customer_id": "1", "external_role_name": "r"},
            "s3",
        ),
        ("gs://bucket", {}, {"method": "gcp_customer_managed_role", "target_service_account": "a@b"}, "gs"),
        (
            "az://bucket",
            {},
            {"method": "azure_credential_delegation", "tenant_id": "t", "storage_account": "s"},
            "azure",
        ),
        (
            "s3://bucket",
            {"endpoint_url": "https://a.r2.cloudflarestorage.com"},
            {
                "method": "r2_customer_managed_role",
                "external_account_id": "a",
                "account_api_token": "t",
                "parent_access_key_id": "p",
            },
            "s3-compatible",
        ),
    ],
)
async def test_every_platform_and_its_own_access(
    lab: EmbeddedService, uri: str, extra: dict[str, Any], auth: dict[str, Any], platform: str
) -> None:
    async with client_of(lab) as client:
        made = await client.create_bucket_config(
            org="lab", nickname="main", uri=uri, extra_config=extra, auth_config=auth
        )
        assert made.platform == platform
        assert made.auth_config is not None and made.auth_config.method == auth["method"]
        assert made.uri == uri


def test_every_platform_says_what_access_it_takes() -> None:
    assert {platform: methods_of(platform)[0] for platform in get_args(Platform)} == {
        "s3": "aws_customer_managed_role",
        "s3-compatible": "hmac",
        "gs": "gcp_customer_managed_role",
        "azure": "azure_credential_delegation",
    }
