"""TileDB's embedded server on the wire: who asks, which route, how answers and refusals look (contract §2, §3, §12)."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.unit.tiledb.conftest import HTTP, Place, serving
from tui.systems.tiledb.sample import PASSWORD, USERNAME

KEY = "X-TILEDB-REST-API-KEY"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with serving(tasks=4, assets=2) as place:
        yield place


@pytest.fixture(scope="module")
def old() -> Iterator[Place]:
    with serving(classic=True, tasks=4) as place:
        yield place


def ask(place: Place, method: str, path: str, **parts: Any) -> httpx.Response:
    headers = parts.pop("headers", {KEY: place.credentials["token"]})
    return HTTP.request(method, place.server.url + path, headers=headers, **parts)


def basic(username: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def test_every_kind_of_credential(place: Place) -> None:
    token = place.credentials["token"]
    for headers in ({KEY.lower(): token}, {"authorization": f"Bearer {token}"}, basic(USERNAME, PASSWORD)):
        assert ask(place, "GET", "/v4/users/self", headers=headers).json()["data"]["user"]["username"] == USERNAME


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {KEY: "nobody's"},
        {KEY: "nobody's", **basic(USERNAME, PASSWORD)},
        basic(USERNAME, "sunshine"),
        basic("nobody", PASSWORD),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Negotiate abc"},
    ],
)
def test_whom_it_does_not_know(place: Place, headers: dict[str, str]) -> None:
    answer = ask(place, "GET", "/v4/users/self", headers=headers)
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "request_id"}
    assert answer.json()["code"] == 401


def test_the_generations_share_no_detection(place: Place, old: Place) -> None:
    assert ask(place, "GET", "/v4/capabilities").status_code == 200
    assert ask(old, "GET", "/v4/capabilities").status_code == 404
    for path in ("/v1/user", "/v1/organizations", "/v1/arrays/browser/owned", "/v1/session"):
        assert ask(old, "GET", path).status_code == 200
        assert ask(place, "GET", path).status_code == 404
    assert ask(old, "GET", "//v1/user").status_code == 200


def test_capabilities_in_capn_proto(place: Place) -> None:
    headers = {KEY: place.credentials["token"], "Content-Type": "application/capnp"}
    body = ask(place, "GET", "/v4/capabilities", headers=headers).content
    assert len(body) == 48
    assert struct.unpack("<II", body[:8]) == (0, 5)
    assert struct.unpack("<8H", body[-16:]) == (2, 30, 0, 0, 2, 28, 0, 0)


def test_paths_are_taken_apart_before_they_are_decoded(place: Place) -> None:
    top = ask(place, "GET", "/v4/assets/list/meteo-institute/radar/").json()
    assert {asset["name"] for asset in top["data"]} == {"README.md", "composite", "sites", "nowcasts"}
    inner = ask(place, "GET", "/v4/assets/list/meteo-institute/radar/sites%2Fnorth").json()
    assert len(inner["data"]) == 2
    assert ask(place, "GET", "/v4/assets/list/meteo-institute/radar/sites/north").status_code == 404
    assert ask(place, "GET", "/v4/assets/item/meteo-institute/radar/").status_code == 404


def test_numbers_and_truths_as_python_writes_them(place: Place) -> None:
    page = ask(place, "GET", "/v1/tasks/meteo-institute?page=1.0&per_page=3").json()
    assert page["pagination_metadata"]["page"] == 1
    for word in ("True", "true", "1"):
        mine = ask(place, "GET", f"/v4/teamspaces/meteo-institute?memberships={word}")
        assert mine.status_code == 200
    for query in ("memberships=maybe", "order_by=size", "order=up"):
        assert ask(place, "GET", f"/v4/teamspaces/meteo-institute?{query}").status_code == 400
    for query in ("page=0", "page=x", "per_page=0", "page=1e999", "page=nan"):
        assert ask(place, "GET", f"/v4/workspaceusers/meteo-institute?{query}").status_code == 400


def test_refusals_have_a_body_that_tells(place: Place) -> None:
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("PUT", "/v4/tokens", 405),
        ("GET", "/v4/tokens", 400),
        ("GET", "/v4/workspaces/nowhere", 404),
    ):
        answer = ask(place, method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, status)
    fields = ask(place, "GET", "/v4/tokens").json()["validation_error"]["fields"]
    assert fields == [{"field": "type", "message": "is required"}]


def test_bodies_that_are_none(place: Place) -> None:
    for body in (b"{", b"\xff", b"[" * 100_000, b'"\\ud800"', b"[1]", b"3"):
        assert ask(place, "POST", "/v4/tokens", content=body).status_code == 400
    assert ask(place, "POST", "/v4/tokens", content=b" " * 9 * 2**20).status_code == 413


def test_no_content_is_none(place: Place) -> None:
    path = "/v4/assets/item/meteo-institute/radar/README.md"
    answer = ask(place, "PATCH", path, json={"description": "x"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers


def test_a_token_for_reading_changes_nothing(place: Place) -> None:
    headers = {KEY: place.credentials["reading_token"]}
    assert ask(place, "GET", "/v4/users/self", headers=headers).status_code == 200
    gone = ask(place, "DELETE", "/v4/assets/item/meteo-institute/radar/README.md", headers=headers)
    assert gone.status_code == 403
    assert ask(place, "GET", "/v4/assets/item/meteo-institute/radar/README.md").status_code == 200


def test_tokens_end_and_have_two_dashes(place: Place) -> None:
    request = {"name": "short", "scope": "*", "workspace_id": "meteo-institute", "expires_at": "2100-01-01T00:00:00Z"}
    made = ask(place, "POST", "/v4/tokens", json=request).json()["data"]
    assert made["api_key"].count("-") == 2
    assert ask(place, "GET", "/v4/users/self", headers={KEY: made["api_key"]}).status_code == 200
    session = ask(place, "POST", "/v4/tokens", json={"scope": "*"}).json()["data"]
    assert session["api_key"].count(".") == 2
    place.server.state.clock.advance(1801)
    try:
        ended = ask(place, "GET", "/v4/users/self", headers={KEY: session["api_key"]})
        assert ended.status_code == 401
        assert "expired" in ended.json()["message"]
    finally:
        place.server.state.clock.advance(-1801)
    past = request | {"expires_at": "2001-01-01T00:00:00Z"}
    assert ask(place, "POST", "/v4/tokens", json=past).status_code == 400
    assert ask(place, "POST", "/v4/tokens", json={"scope": "*", "workspace_id": "meteo-institute"}).status_code == 400


def test_the_log_knows_names_of_headers_and_no_secret(place: Place) -> None:
    place.server.state.log.clear()
    ask(place, "GET", "/v4/users/self", headers=basic(USERNAME, PASSWORD))
    ask(place, "GET", "/v4/users/self")
    first, second = place.server.state.log.entries()
    assert ("authorization" in first.headers, KEY.lower() in second.headers) == (True, True)
    assert first.user == second.user == USERNAME
    said = str([entry.document() for entry in (first, second)])
    assert PASSWORD not in said and place.credentials["token"] not in said
    encoded = basic(USERNAME, PASSWORD)["Authorization"].split()[1]
    assert encoded not in said


def test_secrets_are_not_in_the_database(place: Place) -> None:
    secret = {"aws": {"access_key_id": "A", "secret_access_key": "very-secret-key"}}
    given = {"name": "k", "provider": "AWS", "credential": secret}
    assert ask(place, "POST", "/v4/credentials/meteo-institute", json=given).status_code == 201
    assert "very-secret-key" not in ask(place, "GET", "/v4/credentials/meteo-institute/k").text
    database = place.server.state.database
    tables = [row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = str([database.rows(f"SELECT * FROM {table}") for table in tables])
    for value in ("very-secret-key", PASSWORD, place.credentials["token"]):
        assert value not in kept


JUNK: tuple[Any, ...] = (
    None,
    [],
    {},
    [[]],
    [None],
    "text",
    [{"user_id": 3, "role": []}],
    {
        "name": 7,
        "role": {"a": 1},
        "provider": "AWS",
        "credential": {"aws": 3},
        "scope": ["*", 4],
        "visibility": "public",
    },
    {
        "name": "\x00\u2028",
        "path": "s3://x",
        "credentials_name": [],
        "user_id": [1],
        "uri": 5,
        "username": 9,
        "email": {},
    },
    {"assets_to_add": [{}], "target": [1], "jwt": 4, "response": "accept", "actions": "read", "namespace": [2]},
    {"add": [3], "remove": "x", "group_details": [], "invitee_email": 3, "organization_role": 1, "actions": [[]]},
)
"""Bodies that no client sends."""


@pytest.mark.parametrize("classic", [False, True])
def test_no_request_makes_it_fail(classic: bool) -> None:
    with serving(classic=classic, tasks=4, assets=1) as place:
        state = place.server.state
        names = {
            "workspace": "meteo-institute",
            "teamspace": "radar",
            "asset": "README.md",
            "path?": "sites",
            "path": "composite",
            "namespace": USERNAME if classic else "meteo-institute",
            "organization": "meteo-institute",
            "array": "radar-velocity-2024" if classic else "composite",
            "name": "radar",
        }
        failed: set[str] = set()
        for route in place.server.routes:
            if route.method == "DELETE":
                continue
            path = "/".join(names.get(part.strip("{}"), "x") if part.startswith("{") else part for part in route.parts)
            for body in JUNK if route.method != "GET" else JUNK[:1]:
                queries = (
                    "",
                    "?page=-1&per_page=9&type=api&list-type=2&start=x&start_time=y&filters=a&recorded_after=z",
                )
                for query in queries if route.method == "GET" else ("",):
                    headers = {KEY: place.credentials["token"]}
                    url = f"{place.server.url}/{path}{query}"
                    answer = HTTP.request(route.method, url, json=body, headers=headers)
                    if answer.status_code >= 500 and answer.status_code != 501:
                        failed.add(f"{route.method} {route.template} {body}{query}")
        assert failed == set()
        assert state.filled
