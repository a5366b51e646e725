"""Faults of TileDB's embedded server on request, and what its log says of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.unit.tiledb.conftest import HTTP, Place
from tui.services.serving.faults import Fault
from tui.systems.tiledb.sample import SEED
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.service import EmbeddedTileDB

PATH = "/v4/versions"


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with EmbeddedTileDB(seed=SEED, control=True) as server:
        yield Place(server, prepare(server, empty=True, assets=0, tasks=0))


@pytest.fixture
def place(running: Place) -> Place:
    running.server.state.faults.clear()
    running.server.state.log.clear()
    return running


def get(place: Place, **parts: object) -> httpx.Response:
    headers = {"X-TILEDB-REST-API-KEY": place.credentials["token"]}
    return HTTP.get(place.server.url + PATH, headers=headers, **parts)  # type: ignore[arg-type]


def test_a_status_so_many_times_after_so_many(place: Place) -> None:
    fault = place.fault("status", path="versions$", status=429, retry_after=7, skip=1, times=2, message="slow down")
    answers = [get(place) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["retry-after"] == "7"
    assert answers[1].json()["message"] == "slow down"
    assert fault.hits == 2
    assert [entry.fault for entry in place.server.state.log.entries()] == ["", "status", "status", ""]


def test_only_what_is_meant(place: Place) -> None:
    place.fault("status", method="POST", times=-1)
    place.fault("status", path="^/v4/other", times=-1)
    assert get(place).status_code == 200


def test_validation_errors(place: Place) -> None:
    place.fault("status", status=400, validation={"name": "is too long"})
    assert get(place).json()["validation_error"]["fields"] == [{"field": "name", "message": "is too long"}]


@pytest.mark.parametrize("kind", ["drop", "lost"])
def test_no_answer(place: Place, kind: str) -> None:
    place.fault(kind)
    with pytest.raises(httpx.RemoteProtocolError):
        get(place)
    assert get(place).status_code == 200
    (first, _) = place.server.state.log.entries()
    assert (first.status, first.user) == (0, "" if kind == "drop" else "ada.vogel")


def test_half_an_answer(place: Place) -> None:
    place.fault("cut")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        get(place)


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_late_answers(place: Place, kind: str) -> None:
    place.fault(kind, seconds=0.2)
    began = time.monotonic()
    assert get(place).json()["data"]["tiledb_version"] == "2.30.0"
    assert time.monotonic() - began >= 0.2
    place.fault(kind, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        get(place, timeout=0.2)


def test_bodies_that_are_wrong(place: Place) -> None:
    for kind in ("garbage", "schema", "empty"):
        place.fault(kind)
    with pytest.raises(ValueError):
        json.loads(get(place).content)
    assert "data" not in get(place).json()
    assert get(place).content == b""


def test_a_redirection_leads_to_another_host(place: Place) -> None:
    place.fault("redirect", times=2)
    answer = get(place, params={"a": "b"})
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{place.server.elsewhere}{PATH}?a=b"
    assert place.server.elsewhere.split(":")[1] != place.server.url.split(":")[1]
    # httpx takes a header that it does not know for a credential along: the log shows it.
    assert get(place, follow_redirects=True).status_code == 200
    assert [entry.carried_credential for entry in place.server.state.log.entries("elsewhere")] == [True]
    assert HTTP.get(place.server.elsewhere + PATH).status_code == 401
    assert [entry.carried_credential for entry in place.server.state.log.entries("elsewhere")] == [True, False]
    place.fault("redirect", status=302, location="https://example.com/there")
    assert get(place).headers["location"] == "https://example.com/there"


@pytest.mark.parametrize(
    "wrong", [{}, {"kind": "flood"}, {"kind": "drop", "colour": "red"}, {"kind": "drop", "path": "("}]
)
def test_faults_that_there_are_not(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Fault.parsed(wrong)


def test_it_is_steered_from_another_process(place: Place) -> None:
    def steer(name: str, **fields: object) -> httpx.Response:
        return HTTP.post(f"{place.server.url}/_control/{name}", json=fields)

    assert steer("fault", kind="status", status=500).status_code == 200
    assert get(place).status_code == 500
    (entry,) = steer("log").json()
    assert (entry["path"], entry["status"], entry["fault"]) == (PATH, 500, "status")
    before = place.server.state.clock.now()
    steer("advance", seconds=3600)
    assert place.server.state.clock.now() >= before + 3600
    assert steer("elsewhere").json() == place.server.elsewhere
    steer("clear_log")
    assert steer("log").json() == []
    assert steer("fault", kind="flood").status_code == 400
    assert steer("explode").status_code == 404


def test_it_is_not_steered_unless_it_is_asked_for() -> None:
    with EmbeddedTileDB() as server:
        assert HTTP.post(f"{server.url}/_control/log", json={}).status_code == 404
