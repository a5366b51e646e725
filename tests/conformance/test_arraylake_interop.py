"""What the real arraylake did our client sees exactly, and the other way round: catalogue, contents and log-ins."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.arraylake_service import HMAC, ORG, Real, approving
from tests.unit.arraylake.clients import client_of, log_in
from tui.services.errors import AlreadyExists, NotAuthenticated, NotFound
from tui.systems.arraylake.reading.contents import Version
from tui.systems.arraylake.repo_models import Repo

pytestmark = pytest.mark.conformance
WIND = "lab/wind"
SURE = {"imsure": True, "imreallysure": True}


def agree(ours: Repo, theirs: dict[str, Any]) -> None:
    """Fail unless both tell the same of a repository."""
    assert ours.bucket is not None and ours.created is not None and ours.updated is not None
    known = ours.model_dump(mode="json")
    for name in ("id", "org", "name", "prefix", "kind", "description", "metadata", "visibility", "created_by"):
        assert known[name] == theirs[name], name
    assert (ours.status.mode, ours.status.message) == (theirs["status"]["mode"], theirs["status"]["message"])
    assert (str(ours.bucket.id), ours.bucket.nickname) == (theirs["bucket"]["id"], theirs["bucket"]["nickname"])
    for moment, name in ((ours.created, "created"), (ours.updated, "updated")):
        assert moment.isoformat().removesuffix("+00:00") == theirs[name].removesuffix("Z").removesuffix("+00:00")


async def test_our_client_sees_what_theirs_did(real_lab: Real) -> None:
    async with client_of(real_lab.service) as client:
        real_lab.bucket()
        real_lab.bucket("second", {"method": "anonymous"})
        real_lab.call("create_repo", name=WIND, description="Föhn – 風", metadata={"levels": [1, 2.5], "ok": True})
        real_lab.call("create_repo", name="lab/_x.y-z")
        real_lab.call("modify_repo", name=WIND, add_metadata={"ü": "日本語"})
        theirs = real_lab.call("list_repos", org=ORG)
        ours = await client.list_repos(ORG)
        assert [repo.name for repo in ours] == [repo["name"] for repo in theirs] == ["wind", "_x.y-z"]
        for one, other in zip(ours, theirs, strict=True):
            agree(one, other)
        agree(await client.get_repo_object(WIND), real_lab.call("get_repo_object", name=WIND))
        for mine, bucket in zip(
            await client.list_bucket_configs(ORG), real_lab.call("list_bucket_configs", org=ORG), strict=True
        ):
            assert (str(mine.id), mine.nickname, mine.platform) == (
                bucket["id"],
                bucket["nickname"],
                bucket["platform"],
            )
            assert (mine.name, mine.prefix, mine.is_default) == (bucket["name"], bucket["prefix"], bucket["is_default"])
        used = await client.list_repos_for_bucket_config(org=ORG, nickname="main")
        assert {repo.name for repo in used} == {"wind", "_x.y-z"}
        real_lab.call("delete_repo", name=WIND, **SURE)
        with pytest.raises(NotFound):
            await client.get_repo_object(WIND)


async def test_their_client_sees_what_ours_did(real_lab: Real) -> None:
    place = {"endpoint_url": real_lab.state.object_uri, "use_ssl": False, "force_path_style": True}
    async with client_of(real_lab.service) as client:
        for nickname in ("main", "second"):
            await client.create_bucket_config(
                org=ORG,
                nickname=nickname,
                uri=f"s3://lab-{nickname}/arrays",
                extra_config={**place, "region_name": "us-east-1"},
                auth_config=HMAC,
            )
        await client.set_default_bucket_config(org=ORG, nickname="second")
        assert real_lab.call("get_bucket_config", org=ORG, nickname="second")["is_default"]
        await client.create_repo(WIND, description="Föhn – 風", metadata={"levels": [1, 2.5]})
        assert real_lab.call("get_repo", name=WIND) == {"branches": ["main"], "tags": []}
        real_lab.ask("write", name=WIND, array="t", shape=[3], message="theirs in ours")
        await client.modify_repo(WIND, description="neu", remove_metadata=["levels"], add_metadata={"a": "ü"})
        theirs = real_lab.call("get_repo_object", name=WIND)
        assert (theirs["description"], theirs["metadata"]) == ("neu", {"a": "ü"})
        agree(await client.get_repo_object(WIND), theirs)
        real_lab.call("get_or_create_repo", name=WIND, bucket_config_nickname="second")
        await client.delete_repo(WIND, **SURE)
        assert real_lab.failure("get_repo", name=WIND)["status"] == 404
        await client.import_repo("lab/again", "second", theirs["prefix"])
        assert real_lab.ask("read", name="lab/again", array="t")["sum"] == 3.0
        await client.delete_repo("lab/again", **SURE)
        await client.delete_bucket_config(org=ORG, nickname="second", **SURE)
        assert [bucket["nickname"] for bucket in real_lab.call("list_bucket_configs", org=ORG)] == ["main"]
        assert real_lab.call("get_bucket_config", org=ORG, nickname="main")["is_default"]


async def test_our_duplicate_create_leaves_theirs_alone(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    snapshot = real_lab.ask("write", name=WIND, array="t", shape=[3], message="kept")
    before = real_lab.call("get_repo_object", name=WIND)
    async with client_of(real_lab.service) as client:
        with pytest.raises(AlreadyExists):
            await client.create_repo(WIND)
    assert real_lab.call("get_repo_object", name=WIND) == before
    assert real_lab.ask("history", name=WIND)[0]["id"] == snapshot


async def test_our_client_reads_what_theirs_wrote(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    first = real_lab.ask("write", name=WIND, array="surface/t", shape=[30, 40], message="erste – 風", fill=1.5)
    second = real_lab.ask("write", name=WIND, array="surface/t", shape=[30, 40], message="second", fill=2.0)
    real_lab.ask("mark", name=WIND, snapshot=first, tag="v1", branch="old")
    async with client_of(real_lab.service) as client:
        contents = (await client.get_repo(WIND, read_only=True)).contents
        history = [commit for page in [page async for page in contents.history()] for commit in page]
        theirs = real_lab.ask("history", name=WIND)
        assert [(commit.id, commit.message, commit.author_email) for commit in history] == [
            (commit["id"], commit["message"], commit["author"]) for commit in theirs
        ]
        assert {(ref.kind, ref.name, ref.snapshot_id) for ref in await contents.refs()} == {
            ("branch", "main", second),
            ("branch", "old", first),
            ("tag", "v1", first),
        }
        assert (await contents.diff(first, second)).updated_chunks == {"surface/t": 1}
        nodes = {node.path: node for node in await contents.walk()}
        assert (nodes["surface"].kind, nodes["surface/t"].shape, nodes["surface/t"].dtype) == (
            "group",
            (30, 40),
            "float64",
        )
        for version, value in ((None, 2.0), (Version(tag="v1"), 1.5), (Version(snapshot_id=first), 1.5)):
            array = await contents.array("surface/t", version)
            assert (await array.read((slice(0, 30), slice(0, 40)))).mean() == value


async def test_one_log_in_serves_both(real_lab: Real, tmp_path: Path) -> None:
    real_lab.bucket()
    kept = tmp_path / "token.json"
    del real_lab.where["token"]
    real_lab.where |= {"authority": str(real_lab.service.authority), "settings": {"service.token_path": str(kept)}}
    async with client_of(real_lab.service, token=None, token_file=kept) as client:
        with approving(real_lab.service):
            await client.login(show=lambda state: None)
        assert len(real_lab.call("list_bucket_configs", org=ORG)) == 1
        real_lab.state.logins.rotating = True
        for _ in range(2):
            # Theirs renews and the refresh token that ours knows is dead; then the other way round.
            real_lab.state.logins.expire_tokens()
            assert len(real_lab.call("list_bucket_configs", org=ORG)) == 1
            assert len(await client.list_bucket_configs(ORG)) == 1
            real_lab.state.logins.expire_tokens()
            assert len(await client.list_bucket_configs(ORG)) == 1
            assert len(real_lab.call("list_bucket_configs", org=ORG)) == 1
        real_lab.ask("log_out")
        assert not kept.exists()
        with pytest.raises(NotAuthenticated):
            async with client_of(real_lab.service, token=None, token_file=kept) as another:
                await another.list_bucket_configs(ORG)


async def test_ours_refreshes_once_for_all_calls(real_lab: Real, tmp_path: Path) -> None:
    real_lab.bucket()
    log_in(real_lab.service, tmp_path / "token.json")
    real_lab.state.logins.expire_tokens()
    async with client_of(real_lab.service, token=None, token_file=tmp_path / "token.json") as client:
        found = await asyncio.gather(*(client.list_bucket_configs(ORG) for _ in range(8)))
    assert {len(buckets) for buckets in found} == {1}
    assert real_lab.state.log.lines("identity") == ["POST /oauth/token 200"]


async def test_two_hundred_and_fifty_repositories_for_both(real_lab: Real) -> None:
    real_lab.bucket()
    for number in range(250):
        body = {"name": f"repo-{number:03d}", "kind": "icechunk"}
        real_lab.state.repositories.create(ORG, body, real_lab.state.accounts.people()[0])
    async with client_of(real_lab.service) as client:
        ours = [repo.name for repo in await client.list_repos(ORG)]
        assert ours == [repo["name"] for repo in real_lab.call("list_repos", org=ORG)]
        assert len(ours) == 250
        assert [repo.name async for repo in client.list_repos_paginated(ORG, page_size=30)] == ours
