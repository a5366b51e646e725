"""The real arraylake and icechunk read and write repositories in the embedded object store (contract §9)."""

from __future__ import annotations

import pytest

from tests.conformance.arraylake_service import HMAC, ORG, ROLE, Real

pytestmark = pytest.mark.conformance
WIND = "lab/wind"


def test_commits_tags_branches_and_differences(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    first = real_lab.ask("write", name=WIND, array="t", shape=[30, 40], message="erste Fassung – 風", fill=1.5)
    second = real_lab.ask("write", name=WIND, array="t", shape=[30, 40], message="second", fill=2.0)
    third = real_lab.ask("write", name=WIND, array="u", shape=[4], message="third", fill=1.0)
    assert real_lab.ask("mark", name=WIND, snapshot=first, tag="v1", branch="old") == {
        "branches": ["main", "old"],
        "tags": ["v1"],
    }
    history = real_lab.ask("history", name=WIND)
    assert [commit["id"] for commit in history[:3]] == [third, second, first]
    assert [commit["message"] for commit in history] == [
        "third",
        "second",
        "erste Fassung – 風",
        "Repository initialized",
    ]
    assert history[0]["author"] == "ci@keys.example.com", "who the service says that asks"
    assert real_lab.ask("history", name=WIND, branch="old")[0]["id"] == first
    for version, total in (({"branch": "main"}, 2400.0), ({"tag": "v1"}, 1800.0), ({"snapshot_id": first}, 1800.0)):
        read = real_lab.ask("read", name=WIND, array="t", **version)
        assert read == {"shape": [30, 40], "dtype": "float64", "sum": total}
    assert real_lab.ask("difference", name=WIND, first=first, second=third) == {
        "new_arrays": ["/u"],
        "updated_chunks": ["/t", "/u"],
    }


def test_two_writers_and_one_wins(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    real_lab.ask("write", name=WIND, array="t", shape=[4], message="first")
    assert real_lab.ask("collide", name=WIND, array="t") == "ConflictError"
    assert real_lab.ask("history", name=WIND)[0]["message"] == "the first"


def test_credentials_that_the_service_vends(real_lab: Real) -> None:
    place = {"endpoint_url": real_lab.state.object_uri, "use_ssl": False, "force_path_style": True}
    state = real_lab.state
    body = {
        "nickname": "role",
        "platform": "s3",
        "name": "lab-role",
        "extra_config": {**place, "region_name": "us-east-1"},
        "auth_config": ROLE,
    }
    bucket = state.buckets.create(ORG, body, None)
    real_lab.call("create_repo", name=WIND, bucket_config_nickname="role")
    real_lab.ask("write", name=WIND, array="t", shape=[4], message="first", fill=3.0)
    assert real_lab.ask("read", name=WIND, array="t")["sum"] == 12.0
    assert "GET /repos/lab/wind/bucket-credentials 200" in real_lab.lines()
    vended = (state.buckets.credentials(bucket) or {})["aws_access_key_id"]
    assert state.objects.listed("lab-role", "", "", 1)
    assert vended not in HMAC.values()


def test_keys_that_are_wrong_are_refused_by_the_store(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    # Somebody changed the keys of the bucket at its provider, and not in the catalogue.
    real_lab.state.buckets.key_ids = lambda name: ({"AKIDNEW"}, False)  # type: ignore[method-assign]
    assert real_lab.failure("get_repo", name=WIND)["class"] == "IcechunkError"


def test_an_anonymous_bucket_is_read_and_never_written(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND, prefix="w")
    real_lab.ask("write", name=WIND, array="t", shape=[4], message="first", fill=3.0)
    place = {"endpoint_url": real_lab.state.object_uri, "use_ssl": False, "force_path_style": True}
    real_lab.call(
        "create_bucket_config",
        org=ORG,
        nickname="open",
        uri="s3://lab-main",
        extra_config={**place, "region_name": "us-east-1"},
    )
    refused = real_lab.failure("create_repo", name="lab/new", bucket_config_nickname="open")
    assert "anonymous" in refused["text"]
    assert [repo["name"] for repo in real_lab.call("list_repos", org=ORG)] == ["wind"], "it cleaned up after itself"
    real_lab.call("import_repo", name="lab/seen", bucket_config_nickname="open", prefix="arrays/w")
    assert real_lab.ask("read", name="lab/seen", array="t")["sum"] == 12.0


def test_a_store_that_fails_now_and_then(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.call("create_repo", name=WIND)
    faults = real_lab.state.faults
    for kind in ("drop", "lost"):
        faults.add(kind, side="objects", method="PUT", path="/chunks/")
    faults.add("status", side="objects", status=503, method="GET")
    real_lab.ask("write", name=WIND, array="t", shape=[100, 100], message="despite all that", fill=1.0)
    assert real_lab.ask("read", name=WIND, array="t")["sum"] == 10_000.0
