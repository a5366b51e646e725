"""The real arraylake meets the embedded service's faults as it meets a real one's (contract §2)."""

from __future__ import annotations

import pytest

from tests.conformance.arraylake_service import ORG, Real

pytestmark = pytest.mark.conformance
LISTING = "GET /orgs/lab/buckets"


@pytest.mark.parametrize("statuses", [(503, 429, 500), (502, 504)])
def test_what_passes_is_tried_again(real_lab: Real, statuses: tuple[int, ...]) -> None:
    faults = real_lab.state.faults
    for status in statuses:
        faults.add("status", status=status, retry_after=0 if status == 429 else None)
    assert real_lab.call("list_bucket_configs", org=ORG) == []
    assert real_lab.lines() == [f"{LISTING} {status}" for status in (*statuses, 200)]


def test_a_dropped_connection_is_tried_again(real_lab: Real) -> None:
    real_lab.state.faults.add("drop")
    assert real_lab.call("list_bucket_configs", org=ORG) == []
    assert real_lab.lines() == [f"{LISTING} 0", f"{LISTING} 200"]


def test_a_create_is_tried_again_and_finds_what_it_made(real_lab: Real) -> None:
    real_lab.bucket()
    real_lab.lines()
    real_lab.state.faults.add("lost", method="POST", path="repos$")
    assert real_lab.call("create_repo", name="lab/wind")["branches"] == ["main"]
    assert real_lab.lines() == ["GET /user 200", "POST /orgs/lab/repos 0", "POST /orgs/lab/repos 201"]
    assert len(real_lab.call("list_repos", org=ORG)) == 1


def test_what_stays_is_told(real_lab: Real) -> None:
    faults = real_lab.state.faults
    for status, kind in (
        (400, "ArraylakeClientError"),
        (403, "ArraylakeClientError"),
        (409, "ArraylakeClientError"),
        (422, "ArraylakeValidationError"),
        (307, "ArraylakeServerError"),
        (501, "ArraylakeServerError"),
        (503, "ArraylakeServerError"),
    ):
        fault = faults.add("status", status=status, message="es geht nicht – 無理", times=-1)
        refused = real_lab.failure("list_bucket_configs", org=ORG)
        faults.remove(fault)
        assert (refused["class"], refused["status"]) == (kind, status)
        assert "es geht nicht – 無理" in refused["text"] and refused["request_id"] in refused["text"]
        assert refused["value_error"]


@pytest.mark.parametrize("kind", ["garbage", "schema", "empty", "drop", "cut"])
def test_an_answer_that_is_none(real_lab: Real, kind: str) -> None:
    real_lab.state.faults.add(kind, times=-1)
    assert real_lab.failure("list_bucket_configs", org=ORG)["class"]
    real_lab.state.faults.clear()
    assert real_lab.call("list_bucket_configs", org=ORG) == []
