"""The faults that tests inject into the embedded service, its request log, and the routes that steer it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.arraylake.embedded import Asker
from tui.services.serving.faults import Faults
from tui.systems.arraylake.sample import API_KEY
from tui.systems.arraylake.server import prepare
from tui.systems.arraylake.service_side.service import EmbeddedService
from tui.systems.arraylake.service_side.state import SIDES


def test_a_refusal_comes_as_often_as_planned_and_where_it_is_meant(asker: Asker) -> None:
    faults = asker.service.state.faults
    fault = faults.add("status", status=429, retry_after=2, times=2, skip=1, method="GET", path="^/user$")
    asker.done("GET", "/user/orgs")
    asker.done("GET", "/user")
    for _ in range(2):
        answer = asker.ask("GET", "/user")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
        assert answer.json() == {"detail": "injected fault"}
    asker.done("GET", "/user")
    assert fault.hits == 2


@pytest.mark.parametrize("kind", ["drop", "cut", "lost"])
def test_a_connection_ends_early(asker: Asker, kind: str) -> None:
    asker.bucket()
    asker.service.state.faults.add(kind)
    with pytest.raises(httpx.RemoteProtocolError):
        asker.repository("wind")
    made = [item["name"] for item in asker.done("GET", "/orgs/lab/repos")]
    assert made == ([] if kind == "drop" else ["wind"]), "whether it was carried out before"


@pytest.mark.parametrize(
    ("kind", "content"), [("garbage", b"\x00\xff<html>"), ("schema", b'{"unexpected"'), ("empty", b"")]
)
def test_an_answer_is_not_what_it_should_be(asker: Asker, kind: str, content: bytes) -> None:
    asker.service.state.faults.add(kind)
    answer = asker.ask("GET", "/user")
    assert answer.status_code == 200
    assert answer.content[: len(content)] == content and bool(answer.content) == bool(content)


def test_a_slow_answer_holds_nobody_else_up_and_ends_with_the_service(asker: Asker) -> None:
    asker.service.state.faults.add("slow", seconds=0.01)
    assert asker.done("GET", "/user/orgs")
    fault = asker.service.state.faults.add("slow", seconds=60)
    outcome: list[str] = []

    def wait() -> None:
        with Asker(asker.service, API_KEY) as another:
            try:
                another.ask("GET", "/user")
            except httpx.HTTPError as error:
                outcome.append(type(error).__name__)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while fault.hits == 0:
        time.sleep(0.005)
    assert asker.done("GET", "/user")["email"]
    asker.service.stop()
    waiting.join(20)
    assert outcome == ["RemoteProtocolError"]


def test_a_fault_that_cannot_be_is_refused() -> None:
    for wrong in ({"kind": "fire"}, {"kind": "drop", "side": "moon"}):
        with pytest.raises(ValueError, match="is one of"):
            Faults(SIDES).add(**wrong)


def test_faults_end_when_they_are_removed(asker: Asker) -> None:
    faults = asker.service.state.faults
    fault = faults.add("status", status=500, times=-1)
    assert {asker.ask("GET", "/user").status_code for _ in range(5)} == {500}
    faults.remove(fault)
    asker.done("GET", "/user")
    faults.add("drop", times=-1)
    faults.clear()
    asker.done("GET", "/user")


def test_the_log_tells_who_asked_what_and_what_asks_for_a_change(asker: Asker) -> None:
    log = asker.service.state.log
    asker.done("GET", "/user")
    asker.done("POST", "/user/diagnostics", json={"system": {}})
    assert log.changing() == []
    bucket = asker.bucket()
    asker.ask("DELETE", "/orgs/lab/wind")
    assert [str(entry) for entry in log.changing()] == ["POST /orgs/lab/buckets 201", "DELETE /orgs/lab/wind 204"]
    assert {entry.user for entry in log.entries()} == {"ci@keys.example.com"}
    assert bucket["id"] and log.entries()[0].carried_credential
    asker.service.state.faults.add("drop")
    with pytest.raises(httpx.RemoteProtocolError):
        asker.ask("GET", "/user")
    last = log.entries()[-1]
    assert (last.status, last.fault) == (0, "drop")
    log.clear()
    assert log.entries() == []


def test_a_side_goes_down_and_comes_back_on_its_port(asker: Asker) -> None:
    service = asker.service
    before = service.ports
    service.down("identity")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://{service.state.domain}/v2/logout", verify=False, trust_env=False)
    asker.done("GET", "/user")
    service.up("identity")
    assert httpx.get(f"https://{service.state.domain}/v2/logout", verify=False, trust_env=False).status_code == 200
    service.down("catalogue")
    with pytest.raises(httpx.TransportError):
        asker.ask("GET", "/user")
    service.up("catalogue")
    asker.done("GET", "/user")
    assert service.ports == before


def test_another_process_steers_it_by_control_routes(asker: Asker) -> None:
    def control(name: str, **fields: Any) -> Any:
        return asker.done("POST", f"/_control/{name}", json=fields)

    control("fault", kind="status", status=500)
    assert asker.ask("GET", "/user").status_code == 500
    control("fault", kind="drop", times=-1)
    control("clear_faults")
    asker.done("GET", "/user")
    assert [entry["status"] for entry in control("log")] == [500, 200], "what steers is not in the log"
    code = asker.service.state.logins.begin()
    assert control("waiting") == [code.user_code]
    assert control("approve", user_code=code.user_code, email="nobody@example.com") is False
    assert control("approve", user_code=code.user_code, email="ada.vogel@example.com") is True
    assert control("deny", user_code=code.user_code) is False
    control("down", side="identity")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://{asker.service.state.domain}/v2/logout", verify=False, trust_env=False)
    control("up", side="identity")
    control("revoke_keys")
    assert asker.ask("GET", "/user").status_code == 401
    for name, fields, status in (
        ("nothing", {}, 404),
        ("down", {"side": "catalogue"}, 400),
        ("fault", {"kind": "fire"}, 400),
        ("fault", {"kind": "drop", "colour": "red"}, 400),
        ("approve", {"code": 1}, 400),
    ):
        assert asker.ask("POST", f"/_control/{name}", json=fields).status_code == status


def test_without_the_flag_nobody_steers_it(institute: EmbeddedService) -> None:
    with Asker(institute, API_KEY) as asker:
        assert asker.ask("POST", "/_control/revoke_keys").status_code == 404
        asker.done("GET", "/user")


def test_the_state_in_a_file_outlives_the_service(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmbeddedService(state) as service:
        prepare(service, empty=True, repositories=0)
        token = service.state.logins.start(service.state.accounts.people()[0].id)["id_token"]
        with Asker(service, token) as ada:
            bucket = ada.bucket()
            made = ada.repository("wind", metadata={"ü": 1})
        service.state.objects.put("lab-main", "x", b"content")
        place = service.state.object_uri
    with EmbeddedService(state) as service:
        prepare(service, empty=True, repositories=0)
        with Asker(service, token) as ada:
            found = ada.done("GET", "/repos/lab/wind")
        assert (found["_id"], found["metadata"]) == (made["_id"], {"ü": 1})
        assert service.state.objects.get("lab-main", "x") is not None
        assert service.state.object_uri != place or bucket == found["bucket"]
        assert found["bucket"]["extra_config"]["endpoint_url"] == service.state.object_uri
