"""The bundled server over real HTTP: who may do what, creation in three ways, revisions, pages, names, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, ROOT, ROOT_PASSWORD, Asker, Place, bundled, emulator
from tui.services.serving.clock import Clock
from tui.systems.leapyear.service_side.emulator import Emulator
from tui.systems.leapyear.service_side.routes import ROUTES

X = {"name": "x", "type": "REAL", "bounds": [-3.0, 3.0]}
SECRET = "hdfs://lake/orders?token=table-secret-1"


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    """An administrator of a server that the tests which leave nothing behind share."""
    with bundled() as place, Asker.of(place.url) as made:
        yield made


def table(root: Asker, database: str = "sales", name: str = "orders", **fields: object) -> dict[str, object]:
    return root.done("POST", f"/databases/{database}/tables", json={"name": name, "columns": [X], **fields})


def test_every_path_but_the_open_ones_needs_a_log_in(place: Place) -> None:
    with Asker(place.url) as nobody:
        for route in ROUTES:
            path = route.path.replace("{", "").replace("}", "")
            answer = nobody.ask(route.method, path)
            assert (answer.status_code == 401) == (not route.is_open), f"{route.method} {path}: {answer.status_code}"
    with Asker(place.url, "no.such.token") as nobody:
        assert nobody.refused("GET", "/databases") == (401, "token_invalid")
        assert nobody.refused("GET", "/nothing") == (404, "not_found")
        assert nobody.refused("PUT", "/databases") == (405, "method_not_allowed")


def test_a_database_is_created_in_three_ways(root: Asker) -> None:
    first = root.done("POST", "/databases", json={"name": "sales", "description": "first"})
    assert root.refused("POST", "/databases", json={"name": "sales"}) == (409, "already_exists")
    query = "/databases?if_exists=ignore"
    assert root.done("POST", query, json={"name": "sales", "description": "second"}) == first
    replace = "/databases?if_exists=replace"
    assert root.refused("POST", replace, json={"name": "sales"}) == (422, "validation_failed")
    wrong = {"x-confirm": "other"}
    assert root.refused("POST", replace, json={"name": "sales"}, headers=wrong) == (422, "validation_failed")
    assert root.done("GET", "/databases/sales") == first
    table(root)
    made = root.done("POST", replace, json={"name": "sales"}, headers={"x-confirm": "sales"})
    assert made["id"] != first["id"] and made["table_count"] == 0
    assert root.refused("POST", "/databases?if_exists=perhaps", json={"name": "b"}) == (422, "validation_failed")


def test_a_change_depends_on_the_revision_that_it_names(root: Asker) -> None:
    made = root.done("POST", "/databases", json={"name": "sales"})
    old = {"if-match": f'"{made["revision"]}"'}
    root.done("PATCH", "/databases/sales", json={"description": "new"}, headers=old)
    for method, body in (("PATCH", {"description": "newer"}), ("DELETE", None)):
        assert root.refused(method, "/databases/sales", json=body, headers=old) == (412, "revision_mismatch")
    limit = {"max_exposure": 2.0}
    assert root.refused("PUT", "/databases/sales/privacy-limit", json=limit, headers=old)[0] == 412
    assert root.refused("DELETE", "/databases/sales", headers={"if-match": "soon"}) == (422, "validation_failed")
    assert root.done("GET", "/databases/sales")["description"] == "new"


def test_what_is_not_empty_is_dropped_with_what_is_in_it_or_not_at_all(root: Asker, emulator: Emulator) -> None:
    number = root.done("POST", "/databases", json={"name": "sales"})["id"]
    table(root)
    emulator.tables.add_view(number, "some orders", "", ["orders"], ["x"])
    assert root.refused("DELETE", "/databases/sales") == (409, "not_empty")
    assert root.refused("DELETE", "/databases/sales/tables/orders") == (409, "in_use")
    root.done("DELETE", "/databases/sales?cascade=true")
    assert root.refused("DELETE", "/databases/sales") == (404, "not_found")
    root.done("DELETE", "/databases/sales?if_missing=ignore")


def test_who_is_no_administrator_sees_and_changes_little(root: Asker, bram: Asker, emulator: Emulator) -> None:
    number = root.done("POST", "/databases", json={"name": "sales"})["id"]
    table(root)
    emulator.tables.add_view(number, "some orders", "", ["orders"], ["x"])
    assert bram.done("GET", "/databases")["items"] == []
    for path in ("", "/tables", "/views", "/access/me", "/privacy-limit"):
        assert bram.refused("GET", f"/databases/sales{path}") == (404, "not_found")
    assert bram.refused("DELETE", "/databases/sales") == (404, "not_found")
    root.done("PUT", f"/databases/sales/access/user/{BRAM}", json={"access": "view"})
    assert [one["name"] for one in bram.done("GET", "/databases")["items"]] == ["sales"]
    assert bram.done("GET", "/databases/sales/views")["items"] == []
    assert bram.done("GET", "/databases/sales/access/me") == {"access": "view", "via": ["direct"]}
    for method, path in (
        *(("DELETE", "/databases/sales"), ("DELETE", "/databases/sales/tables/orders"), ("DELETE", "/caches")),
        *(("DELETE", "/caches/analysis"), ("DELETE", "/caches/relations"), ("GET", "/databases/sales/exposure")),
        *(("GET", "/databases/sales/access"), ("DELETE", f"/users/{BRAM}"), ("DELETE", "/privacy-profiles/Strict")),
    ):
        assert bram.refused(method, path) == (403, "forbidden"), path
    assert [user["username"] for user in bram.done("GET", "/users")["items"]] == [BRAM]
    assert bram.refused("GET", f"/users/{ROOT}") == (404, "not_found")
    assert bram.done("GET", "/groups")["items"] == []
    assert bram.done("GET", "/caches")["analysis"]["count"] == 7
    root.done("PUT", f"/databases/sales/access/user/{BRAM}", json={"access": "administer"})
    bram.done("PATCH", "/databases/sales", json={"description": "mine to describe"})
    bram.done("DELETE", "/databases/sales/views/some%20orders")
    bram.done("DELETE", "/databases/sales/tables/orders")
    assert bram.refused("POST", "/databases", json={"name": "b"}) == (403, "forbidden")


def test_grants_come_directly_and_by_group(root: Asker, bram: Asker) -> None:
    root.done("POST", "/databases", json={"name": "sales"})
    table(root)
    root.done("PUT", "/databases/sales/access/group/analysts", json={"access": "administer"})
    root.done("PUT", f"/databases/sales/access/user/{BRAM}", json={"access": "view"})
    root.done("PUT", f"/groups/analysts/members/{BRAM}")
    root.done("PUT", f"/groups/analysts/members/{BRAM}")
    assert bram.done("GET", "/databases/sales/access/me") == {"access": "administer", "via": ["group analysts"]}
    own = root.done("GET", f"/users/{BRAM}/access")
    assert [grant["access"] for grant in own["databases"]] == ["view"]
    assert [group["group"] for group in own["via_groups"]] == ["analysts"]
    root.done("DELETE", f"/groups/analysts/members/{BRAM}")
    assert bram.done("GET", "/databases/sales/access/me")["access"] == "view"
    root.done("PUT", f"/databases/sales/access/user/{BRAM}", json={"access": "none"})
    assert bram.refused("GET", "/databases/sales") == (404, "not_found")
    assert [grant["subject"]["kind"] for grant in root.done("GET", "/databases/sales/access")["items"]] == ["group"]
    place = f"/databases/sales/access/user/{BRAM}"
    assert root.refused("PUT", place, json={"access": "everything"}) == (422, "validation_failed")
    assert root.refused("PUT", "/databases/sales/access/robot/r2", json={"access": "view"})[0] == 422
    assert root.refused("PUT", "/databases/sales/access/user/nobody", json={"access": "view"})[0] == 404
    columns = f"/databases/sales/tables/orders/access/user/{BRAM}"
    assert root.refused("PUT", columns, json={"columns": {"z": "private"}}) == (422, "validation_failed")
    assert root.refused("PUT", columns, json={"columns": {"x": "secret"}}) == (422, "validation_failed")
    assert root.refused("PUT", columns, json={}) == (422, "validation_failed")
    assert root.done("PUT", columns, json={"all": "private"})["columns"] == {"x": "private"}
    assert root.done("PUT", columns, json={"columns": {"x": "none"}})["columns"] == {"x": "none"}
    assert root.done("GET", "/databases/sales/tables/orders/access")["items"] == []


def test_users_groups_and_the_last_administrator(root: Asker, bram: Asker) -> None:
    assert root.refused("PATCH", f"/users/{ROOT}", json={"is_admin": False}) == (409, "last_admin")
    assert root.refused("DELETE", f"/users/{ROOT}") == (409, "in_use")
    assert root.refused("POST", "/users", json={"username": "c", "password": "short"})[0] == 422
    other = {"password": "another-password"}
    assert bram.refused("PATCH", f"/users/{BRAM}", json=other) == (422, "validation_failed")
    assert bram.refused("PATCH", f"/users/{BRAM}", json={"is_admin": True}) == (403, "forbidden")
    bram.done("PATCH", f"/users/{BRAM}", json={**other, "current_password": BRAM_PASSWORD})
    # A change of the password ends the sessions that were begun with the old one.
    assert bram.refused("GET", "/session") == (401, "token_revoked")
    group = root.done("POST", "/groups", json={"name": "stewards", "members": [BRAM]})
    assert group["members"] == [BRAM] and root.done("GET", f"/users/{BRAM}")["groups"] == ["stewards"]
    assert root.refused("POST", "/groups", json={"name": "g", "members": ["nobody"]}) == (422, "validation_failed")
    root.done("DELETE", f"/users/{BRAM}")
    assert root.done("GET", "/groups/stewards")["members"] == []
    root.done("DELETE", "/groups/stewards")
    root.done("DELETE", "/groups/stewards?if_missing=ignore")


def test_profiles_are_made_changed_and_kept_while_they_are_used(root: Asker) -> None:
    params = {"max_exposure_per_computation": 0.3, "minimum_dataset_size": 20, "extra": {"note": "ours"}}
    root.done("POST", "/privacy-profiles", json={"name": "ours", "params": params})
    root.done("POST", "/databases", json={"name": "sales", "privacy_profile": "ours"})
    assert root.done("GET", "/privacy-profiles/ours")["databases"] == ["sales"]
    assert root.refused("DELETE", "/privacy-profiles/ours") == (409, "in_use")
    assert root.refused("PATCH", "/privacy-profiles/Strict", json={"description": "laxer"}) == (409, "in_use")
    wrong = '{"name": "bad", "params": {"max_exposure_per_computation": Infinity, "minimum_dataset_size": 1}}'
    json_type = {"content-type": "application/json"}
    assert root.refused("POST", "/privacy-profiles", content=wrong, headers=json_type) == (422, "validation_failed")
    assert root.done("PUT", "/databases/sales/privacy-limit", json={"window_days": 30})["window_days"] == 30
    assert root.refused("PUT", "/databases/sales/privacy-limit", json={"window_days": 0})[0] == 422
    job = root.done("PUT", "/databases/sales/privacy-profile", json={"name": "Strict"})
    assert job["kind"] == "database.set_privacy_profile" and job["state"] == "succeeded"
    assert root.done("GET", "/databases/sales")["privacy_profile"] == "Strict"
    root.done("DELETE", "/privacy-profiles/ours")
    assert root.refused("POST", "/databases", json={"name": "b", "privacy_profile": "none"})[0] == 422


def test_snowflake_keeps_no_relations() -> None:
    with bundled(compute_backend="snowflake") as place, Asker.of(place.url) as root:
        assert root.refused("DELETE", "/caches/relations") == (409, "unsupported_backend")
        assert root.done("DELETE", "/caches")["cleared"] == {"analysis": 7, "relations": None, "metadata": 4}
        assert root.done("GET", "/capabilities")["features"]["unpersist"] is False


@pytest.mark.parametrize("name", ["vital signs", "100%", "año 2025", "x+y=z", "a;b?c#d", "数据", "%2e%2e", "C:\\data"])
def test_names_come_back_as_they_were_given(asker: Asker, name: str) -> None:
    path = f"/databases/{quote(name, safe='')}"
    assert asker.done("POST", "/databases", json={"name": name})["name"] == name
    assert asker.done("GET", path)["name"] == name
    asker.done("DELETE", path)
    assert asker.refused("GET", path) == (404, "not_found")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\nb", "\x1b[31m", " a", "a ", "n" * 129, "\u202eevil"])
def test_names_that_cannot_be_one_are_refused(asker: Asker, name: str) -> None:
    assert asker.refused("POST", "/databases", json={"name": name}) == (422, "validation_failed")
    if name:
        status, _ = asker.refused("GET", f"/databases/{quote(name, safe='').replace('.', '%2e')}")
        assert status in (404, 422)


def test_a_slash_in_a_name_leads_to_no_other_path(root: Asker) -> None:
    root.done("POST", "/databases", json={"name": "sales"})
    assert root.refused("GET", "/databases/sales%2Ftables") == (422, "validation_failed")
    assert root.refused("GET", "/databases/sales/tables%2F..%2F..") == (404, "not_found")


def test_a_thousand_databases_page_through(root: Asker, emulator: Emulator) -> None:
    with emulator.database.together():
        for number in range(1000):
            emulator.databases.add(f"d{number:04}", "Standard")
    seen, cursor = [], ""
    while True:
        page = root.done("GET", f"/databases?limit=300{cursor}")
        seen += [one["name"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [f"d{number:04}" for number in range(1000)]
    for bad in ("limit=0", "limit=501", "limit=x", "cursor=nonsense", "cursor=eyJhZnRlciI6IDV9"):
        assert root.refused("GET", f"/databases?{bad}") == (422, "validation_failed")


@pytest.mark.parametrize(
    "column",
    [
        {"name": "a", "type": "INT"},
        {"name": "a", "type": "INT", "bounds": [1.5, 2]},
        {"name": "a", "type": "INT", "bounds": [3, 2]},
        {"name": "a", "type": "INT", "bounds": [0, 2**63]},
        {"name": "a", "type": "REAL", "bounds": [0, 1, 2]},
        {"name": "a", "type": "REAL", "bounds": [0, True]},
        {"name": "a", "type": "BOOL", "bounds": [0, 1]},
        {"name": "a", "type": "FACTOR"},
        {"name": "a", "type": "FACTOR", "options": ["x", "x"]},
        {"name": "a", "type": "TEXT", "options": ["x"]},
        {"name": "a", "type": "DATE", "bounds": ["2025-02-30", "2025-03-01"]},
        {"name": "a", "type": "DATETIME", "bounds": ["yesterday", "today"]},
        {"name": "a", "type": "MONEY"},
        {"name": "a", "type": "BOOL", "colour": "red"},
        {"type": "BOOL"},
        {"self": "a", "name": "a", "type": "BOOL"},
        "a",
    ],
)
def test_columns_that_fit_no_type_are_refused(asker: Asker, column: object) -> None:
    asker.done("POST", "/databases?if_exists=ignore", json={"name": "columns"})
    body = {"name": "orders", "columns": [column]}
    assert asker.refused("POST", "/databases/columns/tables", json=body) == (422, "validation_failed")


def test_columns_are_kept_as_they_were_declared_or_found(root: Asker) -> None:
    root.done("POST", "/databases", json={"name": "sales"})
    columns = [
        {"name": "z", "type": "null_int", "bounds": [0, 9]},
        {"name": "a", "type": "Factor", "options": ["q", "p"]},
        {"name": "d", "type": "DATE", "bounds": ["2020-01-01", "2021-01-01"]},
        {"name": "t", "type": "DATETIME", "bounds": ["2020-01-01T00:00:00+01:00", "2021-01-01T00:00:00Z"]},
    ]
    found = table(root, columns=columns)["columns"]
    assert [(one["name"], one["type"], one["nullable"]) for one in found][:2] == [
        ("z", "INT", True),
        ("a", "FACTOR", False),
    ]
    assert found[1]["options"] == ["q", "p"] and found[2]["bounds"] == ["2020-01-01", "2021-01-01"]
    assert found[3]["bounds"][0] == "2019-12-31T23:00:00Z"
    pages = root.done("GET", "/databases/sales/tables/orders/columns?limit=3")
    rest = root.done("GET", f"/databases/sales/tables/orders/columns?cursor={pages['next_cursor']}")
    assert [one["name"] for one in pages["items"] + rest["items"]] == ["z", "a", "d", "t"]
    detected = root.done("POST", "/databases/sales/tables", json={"name": "d", "credentials": "hdfs://d"})
    assert [one["name"] for one in detected["columns"]] == ["value"]
    schema = {"schema": [{"name": "n", "type": "TEXT"}], "secret_key": "table-secret-1"}
    detected = root.done("POST", "/databases/sales/tables", json={"name": "e", "credentials": schema})
    assert [one["name"] for one in detected["columns"]] == ["n"] and detected["source"] == "[hidden]"
    twice = {"name": "f", "columns": [X, X]}
    assert root.refused("POST", "/databases/sales/tables", json=twice) == (422, "validation_failed")


def test_bodies_that_cannot_be_read_are_refused(root: Asker) -> None:
    json_type = {"content-type": "application/json"}
    assert root.refused("POST", "/databases", content=b"{", headers=json_type) == (400, "invalid_json")
    assert root.refused("POST", "/databases", content=b'"\\ud800"', headers=json_type) == (400, "invalid_json")
    assert root.refused("POST", "/databases", content=b"[" * 50_000, headers=json_type) == (400, "invalid_json")
    assert root.refused("POST", "/databases", content=b"a=b") == (415, "unsupported_media_type")
    assert root.refused("POST", "/databases", json=["a"]) == (422, "validation_failed")
    assert root.refused("POST", "/databases", json={"name": "a", "colour": 1}) == (422, "validation_failed")
    large = json.dumps({"name": "x" * 2**20})
    assert root.refused("POST", "/databases", content=large, headers=json_type) == (413, "body_too_large")
    other = {"ly-contract-version": "2"}
    assert root.refused("GET", "/databases", headers=other) == (426, "server_version_mismatch")


def test_a_log_in_says_nothing_of_who_is_there_and_locks_out(root: Asker, place: Place) -> None:
    root.done("POST", "/users", json={"username": BRAM, "password": BRAM_PASSWORD, "enabled": False})
    with Asker(place.url) as nobody:
        tries = [
            nobody.ask("POST", "/session", json={"username": name, "password": password}).json()["errors"]
            for name, password in ((ROOT, "wrong"), ("nobody", "wrong"), (BRAM, BRAM_PASSWORD))
        ]
        assert tries[0] == tries[1] == tries[2] and tries[0][0]["code"] == "authentication_failed"
        body = {"username": ROOT, "password": "wrong"}
        for _ in range(4):
            assert nobody.refused("POST", "/session", json=body) == (401, "authentication_failed")
        answer = nobody.ask("POST", "/session", json={"username": ROOT, "password": ROOT_PASSWORD})
        assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 30
    # Of that user and address only, and what is logged in stays so.
    root.done("GET", "/databases")


def test_a_lock_out_ends_and_so_does_a_token() -> None:
    clock = Clock(1_800_000_000.0)
    with bundled(clock=clock) as place, Asker.of(place.url) as root, Asker(place.url) as nobody:
        for _ in range(5):
            nobody.refused("POST", "/session", json={"username": ROOT, "password": "wrong"})
        body = {"username": ROOT, "password": ROOT_PASSWORD}
        assert nobody.refused("POST", "/session", json=body) == (429, "too_many_attempts")
        clock.advance(61)
        nobody.done("POST", "/session", json=body)
        root.done("GET", "/databases")
        clock.advance(3600)
        assert root.refused("GET", "/databases") == (401, "token_expired")


def test_a_token_of_another_algorithm_is_none(place: Place, root: Asker) -> None:
    from tui.services.http.jwt import pack, unpack

    token = root._client.headers["authorization"].partition(" ")[2]
    claims = unpack(token).claims
    for header, signature in (({"alg": "none", "typ": "JWT"}, b""), ({"alg": "HS256", "typ": "JWT"}, b"x" * 32)):
        with Asker(place.url, pack(header, claims, lambda _, signature=signature: signature)) as forger:
            assert forger.refused("GET", "/databases") == (401, "token_invalid")


def test_the_state_outlives_the_server_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "leapyear.sqlite"
    with bundled(state=file) as place:
        root = Asker.of(place.url)
        root.done("POST", "/databases", json={"name": "sales"})
        token = root._client.headers["authorization"].partition(" ")[2]
    with bundled(state=file) as place, Asker(place.url, token) as again:
        assert [one["name"] for one in again.done("GET", "/databases")["items"]] == ["sales"]
    for path in (file, tmp_path / "leapyear.sqlite.key"):
        assert path.stat().st_mode & 0o077 == 0


def test_no_secret_is_answered_or_kept_in_clear(tmp_path: Path) -> None:
    file = tmp_path / "leapyear.sqlite"
    said: list[str] = []
    with bundled(state=file) as place:
        root = Asker.of(place.url)
        token = root._client.headers["authorization"].partition(" ")[2]
        root._client.event_hooks["response"].append(lambda answer: said.append(answer.read().decode()))
        root.done("POST", "/users", json={"username": BRAM, "password": BRAM_PASSWORD})
        root.done("POST", "/databases", json={"name": "sales"})
        table(root, credentials=SECRET)
        table(root, name="b", credentials={"path": "s3://b", "secret_access_key": "table-secret-1"})
        table(root, name="c", credentials="jdbc://user:table-secret-1@host/db")
        root.done("POST", "/databases/sales/tables/orders/slices", json={"credentials": SECRET})
        bad = {"name": "d", "columns": [{"name": "table-secret-1", "type": "table-secret-1"}], "credentials": 5}
        root.refused("POST", "/databases/sales/tables", json=bad)
        root.refused("PATCH", f"/users/{BRAM}", json={"password": "short", "colour": "table-secret-1"})
        for path in ("/users", "/databases/sales/tables", "/databases/sales/tables/b", "/jobs", "/session"):
            root.done("GET", path)
        lines = place.service.requests.lines()
        audit = place.service.backend.database.rows("SELECT * FROM audit")
    kept = [file.read_bytes().decode("latin-1"), *(str(row) for row in audit), *lines, *said]
    for secret in ("table-secret-1", BRAM_PASSWORD, ROOT_PASSWORD, token):
        assert not [text for text in kept if secret in text], secret
    # A log-in without a user leaves no name that could be a password.
    assert len(audit) >= 6 and {row["user"] for row in audit} == {"", ROOT}


def test_faults_come_when_they_are_asked_for(place: Place, root: Asker) -> None:
    assert root.refused("GET", "/databases", headers={"x-emulate-fault": "status=503"}) == (503, "unavailable")
    assert root.refused("GET", "/databases", headers={"x-emulate-fault": "token_expired"})[1] == "token_expired"
    with pytest.raises(Exception, match="disconnected"):
        root.ask("GET", "/databases", headers={"x-emulate-fault": "drop"})
    place.service.faults.add("status", path="databases", status=502)
    answer = root.ask("GET", "/databases")
    assert answer.status_code == 502 and answer.json()["errors"][0]["code"] == "upstream_error"
    root.done("GET", "/databases")


def test_without_the_flag_no_request_can_ask_for_a_fault() -> None:
    from tui.systems.leapyear.service_side.service import Service

    with Service(emulator()) as service, Asker.of(service.url) as root:
        root.done("GET", "/databases", headers={"x-emulate-fault": "status=503"})
